"""Bringing files in: choose one, look at what was found, mend, let it go in."""

from django.urls import path

from qihang.web.views.imports import actions, lists, preview, progress, start

urlpatterns = [
    path("", lists.overview, name="import_list"),
    path("template/<slug:kind>/", start.template, name="import_template"),
    path("new/<slug:kind>/<str:target>/", start.start, name="import_start"),
    path("<uuid:public_id>/", preview.batch, name="import_batch"),
    path("<uuid:public_id>/correct/", actions.correct, name="import_correct"),
    path("<uuid:public_id>/undo/", actions.undo, name="import_undo"),
    path("<uuid:public_id>/confirm/", actions.confirm, name="import_confirm"),
    path("<uuid:public_id>/take-back/", actions.take_back, name="import_take_back"),
    path("<uuid:public_id>/leave-out/", actions.leave_out, name="import_leave_out"),
    path("<uuid:public_id>/take-in/", actions.take_in, name="import_take_in"),
    path("<uuid:public_id>/reveal/", actions.reveal, name="import_reveal"),
    path("<uuid:public_id>/commit/", actions.commit, name="import_commit"),
    path("<uuid:public_id>/discard/", actions.discard, name="import_discard"),
    path("<uuid:public_id>/check/", progress.check, name="import_check"),
    path("<uuid:public_id>/stop/", progress.stop, name="import_stop"),
    path("<uuid:public_id>/back/", progress.back, name="import_back"),
    path("<uuid:public_id>/resume/", progress.resume, name="import_resume"),
    path("<uuid:public_id>/job/", progress.job, name="import_job"),
    path("<uuid:public_id>/marked/", preview.marked, name="import_marked"),
]
