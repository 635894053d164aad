"""Refusals at the door. None tells a stranger whether an account exists."""

import datetime as dt

from django.utils import timezone

from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError


class Locked(DomainError):
    """Too many tries; `until` says when the next one counts."""

    def __init__(self, until: dt.datetime) -> None:
        local = timezone.localtime(until)
        same_day = local.date() == clock.today()
        when = f"{local:%H:%M}" if same_day else f"{local.month} 月 {local.day} 日 {local:%H:%M}"
        super().__init__(f"试的次数太多，先锁到 {when}，到时候再试。等不及就带身份证到就近窗口办", code="locked")
        self.until = until


class Wrong(DomainError):
    """What was typed does not fit; `left` tries remain."""

    def __init__(self, what: str, left: int, *, field: str | None = None) -> None:
        super().__init__(f"{what}，还能试 {left} 次", code="wrong", field=field)
        self.left = left


class Inactive(DomainError):
    """The account was switched off. Said only to someone who proved to own it."""

    def __init__(self) -> None:
        super().__init__("这个账号停用了。要恢复，请找本单位的管理员，或者到就近窗口", code="inactive")


class Expired(DomainError):
    """A link or code was used, withdrawn or ran out."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="expired")
