from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "qihang.registry.policy"
    label = "policy"
    verbose_name = "政策"
