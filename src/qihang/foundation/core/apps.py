from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "qihang.foundation.core"
    label = "core"
    verbose_name = "核心机制"
