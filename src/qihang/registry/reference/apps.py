from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "qihang.registry.reference"
    label = "reference"
    verbose_name = "基础代码"
