"""Where an account is signed in, and signing out from afar."""

import datetime as dt

from django.contrib.sessions.models import Session

from qihang.foundation.accounts.clients import Client
from qihang.foundation.accounts.enums import Method, Outcome
from qihang.foundation.accounts.models import Device, User
from qihang.foundation.accounts.services.sign_in import record
from qihang.foundation.core import clock
from qihang.foundation.core.errors import NotFound


def signed_in(*, user: User, session_key: str, method: Method, client: Client) -> Device:
    """Note a session that has just begun."""
    record(user, method, Outcome.SUCCESS, client)
    device, _ = Device.objects.update_or_create(
        session_key=session_key,
        defaults={"user": user, "method": method, "address": client.address, "agent": client.agent},
    )
    return device


def touch(session_key: str, client: Client) -> None:
    """The session is in use."""
    Device.objects.filter(session_key=session_key).update(seen_at=clock.now(), address=client.address)


def devices_of(user: User) -> list[Device]:
    """The account's living sessions, the last used first. Rows of sessions that ended are cleared away."""
    now = clock.now()
    living = Session.objects.filter(expire_date__gt=now).values("session_key")
    Device.objects.filter(user=user).exclude(session_key__in=living).delete()
    return list(Device.objects.filter(user=user))


def end_session(session_key: str) -> None:
    """The session is over."""
    Device.objects.filter(session_key=session_key).delete()


def sign_out_device(*, user: User, device_id: int) -> None:
    """End one of the account's sessions. NotFound if it is not theirs."""
    device = Device.objects.filter(user=user, pk=device_id).first()
    if device is None:
        raise NotFound("没有这台设备，可能已经退出了")
    _end([device.session_key])


def sign_out_elsewhere(*, user: User, keep: str | None) -> int:
    """End all the account's sessions but `keep`; returns how many."""
    keys = list(Device.objects.filter(user=user).exclude(session_key=keep or "").values_list("session_key", flat=True))
    _end(keys)
    return len(keys)


def _end(session_keys: list[str]) -> None:
    Session.objects.filter(session_key__in=session_keys).delete()
    Device.objects.filter(session_key__in=session_keys).delete()


def sweep(older_than: dt.timedelta) -> int:
    """Delete rows of sessions unused for so long; returns how many."""
    return Device.objects.filter(seen_at__lt=clock.now() - older_than).delete()[0]
