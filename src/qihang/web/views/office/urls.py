"""The desks of county and city offices."""

from django.urls import path

from qihang.web.views.office import (
    cases,
    categories,
    category_acts,
    classes,
    merges,
    people,
    persons,
    place_acts,
    worklist,
)

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
    path("claims/<uuid:public_id>/end/", category_acts.end, name="office_category_end"),
    path("claims/<uuid:public_id>/reject/", category_acts.reject, name="office_category_reject"),
    path("people/", people.search, name="office_people"),
    path("people/<uuid:public_id>/", cases.case, name="office_case"),
    path("people/<uuid:public_id>/reject/", place_acts.reject, name="office_case_reject"),
    path("people/<uuid:public_id>/correct/", place_acts.correct, name="office_case_correct"),
    path("people/<uuid:public_id>/reconsider/", place_acts.take_up_again, name="office_case_reconsider"),
    path("persons/<uuid:public_id>/", persons.person, name="office_person"),
    path("persons/<uuid:public_id>/merge/", merges.find_other, name="office_merge_find"),
    path("persons/<uuid:public_id>/merge/<uuid:other_id>/", merges.propose, name="office_merge_with"),
    path("merges/<uuid:public_id>/", merges.proposal, name="office_merge"),
    path("merges/<uuid:public_id>/confirm/", merges.confirm, name="office_merge_confirm"),
    path("merges/<uuid:public_id>/refuse/", merges.refuse, name="office_merge_refuse"),
    path("merges/<uuid:public_id>/withdraw/", merges.withdraw, name="office_merge_withdraw"),
    path("persons/<uuid:public_id>/identity/", people.reveal_identity, name="office_identity"),
    path("persons/<uuid:public_id>/entry-code/", people.entry_code, name="office_entry_code"),
]
