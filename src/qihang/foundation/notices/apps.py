from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "qihang.foundation.notices"
    label = "notices"
    verbose_name = "公示"

    def ready(self) -> None:
        from qihang.foundation.notices import access, chores

        access.register()
        chores.register()
