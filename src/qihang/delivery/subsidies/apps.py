from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    name = "qihang.delivery.subsidies"
    label = "subsidies"
    verbose_name = "补贴"
