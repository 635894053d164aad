from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "qihang.registry.benefits"
    label = "benefits"
    verbose_name = "待遇"

    def ready(self) -> None:
        from qihang.registry.benefits.services import move_uses
        from qihang.registry.participants.services import person_merges

        person_merges.register("benefits.BenefitUse.person", move_uses)
