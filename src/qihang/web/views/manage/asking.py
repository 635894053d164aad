"""What the audit administrator's lists ask for: a person by log-in, days from and to."""

import datetime as dt
from typing import Any

from django.utils import timezone

from qihang.foundation.accounts.models import User
from qihang.foundation.core.errors import DomainError


def user_id_of(login: str) -> int:
    """The user of a log-in. DomainError where there is none."""
    user = User.objects.filter(login=login.strip().lower()).first()
    if user is None:
        raise DomainError("没有这个登录名", field="login")
    return user.pk


def days_asked(asked: dict[str, Any]) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The first moment of the day `since` and of the day after `until`, None where they are not asked for."""
    since, until = asked["since"], asked["until"]
    return (
        _midnight(since) if since else None,
        _midnight(until + dt.timedelta(days=1)) if until else None,
    )


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
