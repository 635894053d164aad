from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "qihang.registry.benefits"
    label = "benefits"
    verbose_name = "待遇"

    def ready(self) -> None:
        from qihang.registry.benefits.services import MOVE_USES
        from qihang.registry.participants.merging import person_merges

        person_merges.register("benefits.BenefitUse.person", MOVE_USES)
