from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    name = "qihang.delivery.appraisal"
    label = "appraisal"
    verbose_name = "鉴定"
