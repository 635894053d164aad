"""Work after training: the person's own pages, the institution's and the officer's."""

from django.urls import path

from qihang.web.views.employment import documents, mine, trainees

urlpatterns = [
    path("mine/", mine.overview, name="work_mine"),
    path("mine/new/", mine.claim, name="work_claim"),
    path("trainees/", trainees.overview, name="work_trainees"),
    path("trainees/<uuid:public_id>/new/", trainees.claim, name="work_trainee_claim"),
    path("documents/", documents.queue, name="work_documents"),
    path("<uuid:public_id>/", documents.spell, name="work_spell"),
    path("<uuid:public_id>/withdraw/", mine.withdraw, name="work_withdraw"),
]
