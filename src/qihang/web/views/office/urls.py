"""The desks of county and city offices."""

from django.urls import path

from qihang.web.views.office import cases, categories, classes, people, place_acts, worklist

urlpatterns = [
    path("", worklist.home, name="office_home"),
    path("classes/", classes.overview, name="office_classes"),
    path("classes/pass/", classes.pass_many, name="office_classes_pass"),
    path("classes/<uuid:public_id>/", classes.case, name="office_class"),
    path("classes/<uuid:public_id>/decide/", classes.decide, name="office_class_decide"),
    path("classes/<uuid:public_id>/extend/", classes.extend, name="office_class_extend"),
    path("classes/<uuid:public_id>/categories/", categories.overview, name="office_categories"),
    path("classes/<uuid:public_id>/categories/confirm/", categories.confirm, name="office_categories_confirm"),
    path("classes/<uuid:public_id>/categories/again/", categories.again, name="office_categories_again"),
    path("classes/<uuid:public_id>/categories/outcome/", categories.outcome, name="office_categories_outcome"),
    path("claims/<uuid:public_id>/certificate/", categories.reveal_certificate, name="office_certificate"),
    path("people/", people.search, name="office_people"),
    path("people/<uuid:public_id>/", cases.case, name="office_case"),
    path("people/<uuid:public_id>/reject/", place_acts.reject, name="office_case_reject"),
    path("people/<uuid:public_id>/correct/", place_acts.correct, name="office_case_correct"),
    path("people/<uuid:public_id>/reconsider/", place_acts.take_up_again, name="office_case_reconsider"),
    path("persons/<uuid:public_id>/identity/", people.reveal_identity, name="office_identity"),
    path("persons/<uuid:public_id>/entry-code/", people.entry_code, name="office_entry_code"),
]
