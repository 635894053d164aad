"""Rules and calendar as an office keeps them, and what an installation still lacks."""

from django.urls import path

from qihang.web.views.manage_policy import calendar, deciding, missing, parameters, proposing

urlpatterns = [
    path("missing/", missing.checklist, name="manage_missing"),
    path("parameters/", parameters.in_force, name="manage_parameters"),
    path("parameters/waiting/", parameters.waiting, name="manage_parameters_waiting"),
    path("parameters/keys/<str:key>/", parameters.versions, name="manage_parameter_key"),
    path("parameters/keys/<str:key>/propose/", proposing.propose, name="manage_parameter_propose"),
    path("parameters/<uuid:public_id>/", deciding.version, name="manage_parameter"),
    path("parameters/<uuid:public_id>/withdraw/", deciding.withdraw, name="manage_parameter_withdraw"),
    path("calendar/", calendar.years, name="manage_calendar"),
    path("calendar/<int:year>/", calendar.year_page, name="manage_calendar_year"),
    path("calendar/<int:year>/fill/", calendar.fill, name="manage_calendar_fill"),
]
