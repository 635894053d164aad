from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "qihang.delivery.training"
    label = "training"
    verbose_name = "培训"

    def ready(self) -> None:
        from qihang.delivery.training.imports.attendance import ATTENDANCE
        from qihang.delivery.training.imports.roster import ROSTER
        from qihang.foundation.imports.ports import import_kinds

        import_kinds.register(ROSTER.key, ROSTER)
        import_kinds.register(ATTENDANCE.key, ATTENDANCE)
