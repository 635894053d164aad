"""The gateways that come with the product: a folder on this machine, and a mail server."""

import os
import secrets
from pathlib import Path
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from qihang.foundation.core import clock
from qihang.foundation.notifications.ports import GatewayError

LOCAL = "local"  # as it is called in NOTIFICATION_GATEWAYS


class LocalOutbox:
    """Writes each text into a file that only the service's owner can read. Nothing leaves the machine."""

    def send(self, *, channel: str, target: str, subject: str, text: str) -> str:
        folder = Path(settings.OUTBOX_ROOT)
        name = f"{timezone.localtime(clock.now()):%Y%m%d-%H%M%S}-{channel}-{secrets.token_hex(4)}.txt"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{target}\n{subject}\n\n{text}\n")
        except OSError as error:
            raise GatewayError(f"写不进发件箱：{error.strerror}") from error
        return name


class MailServer:
    """Sends e-mail through the server of Django's EMAIL_… settings."""

    def send(self, *, channel: str, target: str, subject: str, text: str) -> str:
        try:
            EmailMessage(subject=subject, body=text, to=[target]).send()
        except (SMTPException, OSError) as error:
            raise GatewayError(f"邮件服务器没有收下：{type(error).__name__}") from error
        return ""
