from django.apps import AppConfig


class FirmsConfig(AppConfig):
    name = "qihang.startup.firms"
    label = "firms"
    verbose_name = "创业企业"

    def ready(self) -> None:
        from qihang.foundation.imports.ports import import_kinds
        from qihang.startup.firms.imports import FOLLOWUPS

        import_kinds.register(FOLLOWUPS.key, FOLLOWUPS)
