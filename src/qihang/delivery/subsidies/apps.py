from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    name = "qihang.delivery.subsidies"
    label = "subsidies"
    verbose_name = "补贴"

    def ready(self) -> None:
        from qihang.delivery.appraisal.ports import certificates_changed
        from qihang.delivery.employment.ports import spells_changed
        from qihang.delivery.subsidies import chores
        from qihang.delivery.subsidies.certificates import certificates_of_places
        from qihang.delivery.subsidies.jobs import (
            SETTLE_JOB,
            SETTLE_LABEL,
            run_settle,
            settle_after_certificates,
            settle_after_work,
        )
        from qihang.delivery.subsidies.ports import certified
        from qihang.foundation.jobs.ports import register_job

        chores.register()
        register_job(SETTLE_JOB, label=SETTLE_LABEL)(run_settle)
        certified.register("certificates", certificates_of_places)
        certificates_changed.register("subsidies", settle_after_certificates)
        spells_changed.register("subsidies", settle_after_work)
