"""Results of the programmes, each number opening to its people and their evidence."""

from django.urls import path

from qihang.web.views.results import board, cases

urlpatterns = [
    path("", board.overview, name="results"),
    path("refresh/", board.refresh_now, name="results_refresh"),
    path("cases/", cases.overview, name="results_cases"),
]
