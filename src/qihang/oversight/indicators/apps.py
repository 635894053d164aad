from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "qihang.oversight.indicators"
    label = "indicators"
    verbose_name = "指标"

    def ready(self) -> None:
        from qihang.foundation.jobs.enums import Cadence
        from qihang.foundation.jobs.ports import register_chore, register_job
        from qihang.oversight.indicators.snapshots import REFRESH_JOB, keep_fresh, run_refresh

        register_job(REFRESH_JOB, label="重新计算指标")(run_refresh)
        register_chore(REFRESH_JOB, every=Cadence.HOUR)(keep_fresh)
