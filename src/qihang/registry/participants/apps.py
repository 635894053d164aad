from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    name = "qihang.registry.participants"
    label = "participants"
    verbose_name = "人员"
