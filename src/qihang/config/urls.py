from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("qihang.web.urls"))]

handler400 = "qihang.web.errors.bad_request"
handler403 = "qihang.web.errors.permission_denied"
handler404 = "qihang.web.errors.page_not_found"
handler500 = "qihang.web.errors.server_error"
