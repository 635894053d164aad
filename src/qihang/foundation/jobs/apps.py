from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "qihang.foundation.jobs"
    label = "jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        from qihang.foundation.jobs import chores

        chores.register()
