"""What a class has earned by its results."""

from django.urls import path

from qihang.web.views.subsidies import earned

urlpatterns = [
    path("classes/<uuid:public_id>/earned/", earned.overview, name="class_earned"),
    path("classes/<uuid:public_id>/earned/settle/", earned.settle, name="class_settle"),
    path("classes/<uuid:public_id>/earned/<uuid:place_id>/", earned.trainee, name="class_earned_trainee"),
]
