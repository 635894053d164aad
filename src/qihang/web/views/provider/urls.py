"""The workspace of a training institution, and the page of a class that officers and stations read too."""

from django.urls import path

from qihang.web.views.provider import application, attendance, completion, home, people, places, trainers, workspace

urlpatterns = [
    path("", home.overview, name="provider_home"),
    path("new/", application.new_what, name="class_new"),
    path("new/details/", application.new_details, name="class_new_details"),
    path("new/occupations/", application.occupations, name="class_occupations"),
    path("<uuid:public_id>/", workspace.overview, name="class_page"),
    path("<uuid:public_id>/edit/", application.edit_what, name="class_edit"),
    path("<uuid:public_id>/edit/details/", application.edit_details, name="class_edit_details"),
    path("<uuid:public_id>/step/<slug:step>/", workspace.step, name="class_step"),
    path("<uuid:public_id>/trainers/", trainers.choose, name="class_trainers"),
    path("<uuid:public_id>/contact/", workspace.reveal_contact, name="class_contact"),
    path("<uuid:public_id>/people/", people.overview, name="class_people"),
    path("<uuid:public_id>/people/<uuid:person_id>/", places.overview, name="enrolment_page"),
    path("<uuid:public_id>/people/<uuid:person_id>/self-pay/", places.self_pay, name="enrolment_self_pay"),
    path("<uuid:public_id>/people/<uuid:person_id>/withdraw/", places.withdraw, name="enrolment_withdraw"),
    path("<uuid:public_id>/people/<uuid:person_id>/identity/", places.reveal_identity, name="enrolment_identity"),
    path("<uuid:public_id>/attendance/", attendance.overview, name="class_attendance"),
    path("<uuid:public_id>/attendance/sheet/", attendance.sheet, name="class_sign_sheet"),
    path("<uuid:public_id>/completion/", completion.complete, name="class_complete"),
]
