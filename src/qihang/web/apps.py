from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "qihang.web"
    label = "web"
    verbose_name = "页面"

    def ready(self) -> None:
        from qihang.web import navigation

        navigation.discover()
