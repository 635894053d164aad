from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "qihang.foundation.documents"
    label = "documents"
    verbose_name = "文件与凭据"

    def ready(self) -> None:
        from qihang.foundation.documents import access, chores, workflows  # noqa: F401  # workflows register themselves

        access.register()
        chores.register()
