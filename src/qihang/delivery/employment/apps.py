from django.apps import AppConfig


class EmploymentConfig(AppConfig):
    name = "qihang.delivery.employment"
    label = "employment"
    verbose_name = "就业"
