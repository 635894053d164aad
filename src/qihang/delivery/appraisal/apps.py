from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    name = "qihang.delivery.appraisal"
    label = "appraisal"
    verbose_name = "鉴定"

    def ready(self) -> None:
        from qihang.delivery.appraisal.imports import SCORES
        from qihang.foundation.imports.ports import import_kinds

        import_kinds.register(SCORES.key, SCORES)
