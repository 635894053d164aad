from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "qihang.registry.benefits"
    label = "benefits"
    verbose_name = "待遇"
