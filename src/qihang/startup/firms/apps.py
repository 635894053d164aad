from django.apps import AppConfig


class FirmsConfig(AppConfig):
    name = "qihang.startup.firms"
    label = "firms"
    verbose_name = "创业企业"
