from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "qihang.foundation.notifications"
    label = "notifications"
    verbose_name = "通知"

    def ready(self) -> None:
        from qihang.foundation.accounts.ports import couriers
        from qihang.foundation.notifications.gateways import LOCAL, LocalOutbox, MailServer
        from qihang.foundation.notifications.ports import gateways
        from qihang.foundation.notifications.services import send_letter

        couriers.register("notifications", send_letter)
        gateways.register(LOCAL, LocalOutbox())
        gateways.register("smtp", MailServer())
