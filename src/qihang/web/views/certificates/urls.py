"""Certificates: the check that is open to all, and the pages of those who hold or issue them."""

from django.urls import path

from qihang.web.views.certificates import check, pages

urlpatterns = [
    path("check/", check.ask, name="check"),
    path("check/<slug:token>/", check.result, name="check_result"),
    path("certificates/", pages.own, name="certificates"),
    path("certificates/<uuid:public_id>/", pages.certificate, name="certificate"),
    path("certificates/<uuid:public_id>/pdf/", pages.pdf, name="certificate_pdf"),
    path("certificates/<uuid:public_id>/revoke/", pages.revoke, name="certificate_revoke"),
]
