"""Sittings: the station's desk, and the officer's form that gives a class its sitting."""

from django.urls import path

from qihang.web.views.station import planning, sittings

urlpatterns = [
    path("station/", sittings.overview, name="station"),
    path("station/<uuid:public_id>/", sittings.sitting, name="station_sitting"),
    path("station/<uuid:public_id>/certificates/", sittings.certificates, name="station_certificates"),
    path("station/<uuid:public_id>/move/", planning.move, name="station_move"),
    path("station/<uuid:public_id>/cancel/", planning.cancel, name="station_cancel"),
    path("office/classes/<uuid:public_id>/sitting/", planning.plan, name="office_class_sitting"),
]
