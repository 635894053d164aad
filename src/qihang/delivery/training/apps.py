from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "qihang.delivery.training"
    label = "training"
    verbose_name = "培训"
