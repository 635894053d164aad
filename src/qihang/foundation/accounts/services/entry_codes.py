"""Codes from the counter: an officer sees a person's papers and prints one; with it the person gets an account.

Never by a phone that a roster names (roles.md): a roster is what an institution says, a code is what an officer saw.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.clients import Client
from qihang.foundation.accounts.enums import Method, Outcome
from qihang.foundation.accounts.errors import Expired
from qihang.foundation.accounts.models import EntryCode, User
from qihang.foundation.accounts.passwords import check_password_rules
from qihang.foundation.accounts.ports import person_desk
from qihang.foundation.accounts.services.accounts import save_checked
from qihang.foundation.accounts.services.sign_in import begin_attempt, ensure_active, record
from qihang.foundation.accounts.tokens import as_meant, digest, new_digits
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work

_DIGITS = 10
ISSUERS = frozenset({Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER})
_GONE = "这张代办码用过了、作废了或者过期了。请再到窗口要一张"


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """What is printed, once: the digits in groups, and until when they work."""

    text: str
    expires_at: dt.datetime


def issue_entry_code(*, actor: Actor, subject_id: int) -> PrintedCode:
    """A code for the person `subject_id`, whose papers the officer has seen; an older open one is withdrawn.

    The caller has checked that the officer may see this person. NotAllowed for other roles.
    """
    if actor.role not in ISSUERS:
        raise NotAllowed("发窗口代办码由受理窗口的经办人办")
    code = new_digits(_DIGITS)
    now = clock.now()
    with unit_of_work(actor):
        revoke_entry_codes(actor=actor, subject_id=subject_id)
        made = EntryCode.objects.create(
            subject_id=subject_id,
            digest=digest("entry_code", code),
            issued_by_label=actor.user_label,
            created_at=now,
            expires_at=now + dt.timedelta(seconds=settings.ENTRY_CODE_SECONDS),
        )
    return PrintedCode(f"{code[:3]} {code[3:6]} {code[6:]}", made.expires_at)


def revoke_entry_codes(*, actor: Actor, subject_id: int) -> int:
    """Withdraw a person's open codes (lost slip, merged person); returns how many."""
    with unit_of_work(actor):
        codes = EntryCode.objects.filter(subject_id=subject_id, used_at__isnull=True, revoked_at__isnull=True)
        return codes.update(revoked_at=clock.now())


def check_entry_code(*, code: str, client: Client) -> EntryCode:
    """The open code that was typed in. Wrong or Locked."""
    typed = "".join(sign for sign in as_meant(code) if sign.isdecimal())
    where = client.address or "unknown"
    attempt = begin_attempt(user=None, identifier=f"entry:{where}", method=Method.ENTRY_CODE, client=client)
    found = EntryCode.objects.filter(
        digest=digest("entry_code", typed), used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=clock.now()
    ).first()
    if found is None:
        raise attempt.failed("代办码没对上。请照着单子再填一遍；用过的和过期的不能再用", field="code")
    attempt.succeeded()
    return found


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who a code belongs to: their name, and the account they have already."""

    name: str
    account: User | None


def newcomer_of(code: EntryCode) -> Newcomer:
    """Whose code this is. NotFound when the person is no longer in the register."""
    desk = person_desk()
    account_id = desk.account_of(code.subject_id)
    account = User.objects.filter(pk=account_id).first() if account_id else None
    return Newcomer(desk.name_of(code.subject_id), account)


def use_entry_code(*, code_id: int, login: str, password: str, client: Client) -> User:
    """Open the account of the code's person under a login and password of their choice, and use the code up.

    A person who has an account keeps it and its login, and gets a new password. Expired when the code was used
    meanwhile; DomainError for a login that is taken or a bad password.
    """
    code = EntryCode.objects.filter(pk=code_id).first()
    if code is None:
        raise Expired(_GONE)
    newcomer = newcomer_of(code)
    user = newcomer.account or User(login=login, name=newcomer.name)
    check_password_rules(password, user)
    if newcomer.account:
        ensure_active(user, Method.ENTRY_CODE, client)
    with unit_of_work(owner_of(user) if user.pk else Actor(user_label=newcomer.name)):
        _lock_open(code)
        user.set_password(password)
        save_checked(user)
        _close(code, user)
    record(user, Method.ENTRY_CODE, Outcome.FIRST_STEP, client)
    return user


def _lock_open(code: EntryCode) -> None:
    """Of two who use one code at once, the second finds it used."""
    fresh = EntryCode.objects.select_for_update().get(pk=code.pk)
    if fresh.used_at or fresh.revoked_at or fresh.expires_at <= clock.now():
        raise Expired(_GONE)


def _close(code: EntryCode, user: User) -> None:
    actor = owner_of(user)
    with unit_of_work(actor):
        EntryCode.objects.filter(pk=code.pk).update(used_at=clock.now(), used_by=user)
        person_desk().entry_code_used(subject_id=code.subject_id, user=user, actor=actor)
