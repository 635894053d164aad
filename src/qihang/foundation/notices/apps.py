from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "qihang.foundation.notices"
    label = "notices"
    verbose_name = "公示"
