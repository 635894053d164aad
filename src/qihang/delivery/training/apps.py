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
        from qihang.delivery.training.merging import MOVE_ENROLMENTS
        from qihang.delivery.training.querysets import persons_in_classes
        from qihang.delivery.training.rosters import ROSTER_STORAGE
        from qihang.foundation.imports.ports import import_kinds
        from qihang.registry.participants.merging import person_merges
        from qihang.registry.participants.querysets import person_relations

        import_kinds.register(ROSTER.key, replace(ROSTER, storage=ROSTER_STORAGE))
        import_kinds.register(ATTENDANCE.key, replace(ATTENDANCE, storage=ATTENDANCE_STORAGE))
        person_merges.register("training.Enrolment.person", MOVE_ENROLMENTS)
        person_relations.register("training", persons_in_classes)
