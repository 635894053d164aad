from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "qihang.registry.organizations"
    label = "organizations"
    verbose_name = "单位"
