from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "qihang.foundation.documents"
    label = "documents"
    verbose_name = "文件与凭据"
