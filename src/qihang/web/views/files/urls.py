from django.urls import path

from qihang.web.views.files import views

app_name = "files"
urlpatterns = [path("<uuid:public_id>/", views.download, name="download")]
