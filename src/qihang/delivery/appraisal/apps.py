from dataclasses import replace

from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    name = "qihang.delivery.appraisal"
    label = "appraisal"
    verbose_name = "鉴定"

    def ready(self) -> None:
        from qihang.delivery.appraisal import workflows  # noqa: F401 - the workflows register themselves
        from qihang.delivery.appraisal.imports import SCORES
        from qihang.delivery.appraisal.querysets import benefits_of_sitting, classes_that_sit
        from qihang.delivery.appraisal.rules import keeps_class
        from qihang.delivery.appraisal.score_book import SCORE_STORAGE
        from qihang.delivery.appraisal.services import MOVE_CERTIFICATES
        from qihang.delivery.training.ports import class_keepers
        from qihang.delivery.training.querysets import class_relations
        from qihang.foundation.imports.ports import import_kinds
        from qihang.registry.benefits.querysets import benefit_relations
        from qihang.registry.participants.merging import person_merges

        import_kinds.register(SCORES.key, replace(SCORES, storage=SCORE_STORAGE))
        person_merges.register("appraisal.Certificate.person", MOVE_CERTIFICATES)
        class_keepers.register("appraisal", keeps_class)
        class_relations.register("appraisal", classes_that_sit)
        benefit_relations.register("appraisal", benefits_of_sitting)
