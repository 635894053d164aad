from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "qihang.foundation.notifications"
    label = "notifications"
    verbose_name = "消息"
