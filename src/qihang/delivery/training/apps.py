from dataclasses import replace

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "qihang.delivery.training"
    label = "training"
    verbose_name = "培训"

    def ready(self) -> None:
        from qihang.delivery.training.attendance import ATTENDANCE_STORAGE
        from qihang.delivery.training.imports.attendance import ATTENDANCE
        from qihang.delivery.training.imports.roster import ROSTER
        from qihang.delivery.training.merging import move_enrolments
        from qihang.delivery.training.querysets import persons_in_classes
        from qihang.delivery.training.rosters import ROSTER_STORAGE
        from qihang.foundation.imports.ports import import_kinds
        from qihang.registry.participants.querysets import person_relations
        from qihang.registry.participants.services import person_merges

        import_kinds.register(ROSTER.key, replace(ROSTER, storage=ROSTER_STORAGE))
        import_kinds.register(ATTENDANCE.key, replace(ATTENDANCE, storage=ATTENDANCE_STORAGE))
        person_merges.register("training.Enrolment.person", move_enrolments)
        person_relations.register("training", persons_in_classes)
