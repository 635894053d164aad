"""A person's own pages, for the phone first."""

from django.urls import path

from qihang.web.views.participant import home, looks, place

urlpatterns = [
    path("", home.overview, name="my_home"),
    path("looks/", looks.overview, name="my_looks"),
    path("classes/<uuid:public_id>/", place.overview, name="my_class"),
    path("classes/<uuid:public_id>/contact/", place.contact, name="my_class_contact"),
]
