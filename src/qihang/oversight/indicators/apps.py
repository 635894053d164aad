from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "qihang.oversight.indicators"
    label = "indicators"
    verbose_name = "指标"
