"""Every address of the product. Page families bring their own lists."""

from django.urls import include, path

from qihang.web.views import display, kit
from qihang.web.views.public import home

urlpatterns = [
    path("", home.front, name="home"),
    path("", include("qihang.web.views.account.urls")),
    path("size/", display.set_size, name="set_size"),
    path("files/", include("qihang.web.views.files.urls")),
    path("my/", include("qihang.web.views.participant.urls")),
    path("results/", include("qihang.web.views.results.urls")),
    path("work/", include("qihang.web.views.employment.urls")),
    path("", include("qihang.web.views.subsidies.urls")),
    path("classes/", include("qihang.web.views.provider.urls")),
    path("office/", include("qihang.web.views.office.urls")),
    path("imports/", include("qihang.web.views.imports.urls")),
    path("manage/", include("qihang.web.views.manage.urls")),
    path("manage/", include("qihang.web.views.manage_policy.urls")),
    path("", include("qihang.web.views.certificates.urls")),
    path("", include("qihang.web.views.station.urls")),
    path("kit/", kit.gallery, name="kit"),
    path("kit/<slug:page>/", kit.page, name="kit_page"),
]
