from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "qihang.foundation.imports"
    label = "imports"
    verbose_name = "批量导入"

    def ready(self) -> None:
        from qihang.foundation.imports import access, workflows  # noqa: F401  (registers the workflow)
        from qihang.foundation.imports.commit import run_commit
        from qihang.foundation.imports.jobs import CHECK_JOB, COMMIT_JOB, run_check
        from qihang.foundation.jobs.ports import register_job

        access.register()
        register_job(CHECK_JOB, label="检查表格")(run_check)
        register_job(COMMIT_JOB, label="导入表格")(run_commit)
