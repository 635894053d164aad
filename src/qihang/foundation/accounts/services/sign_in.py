"""Getting in: a first proof, a second one where the account has it, and a log line for each try."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password, verify_password

from qihang.foundation.accounts import throttle
from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.clients import Client
from qihang.foundation.accounts.enums import Method, Outcome
from qihang.foundation.accounts.errors import Inactive, Locked, Wrong
from qihang.foundation.accounts.models import SignInLog, User
from qihang.foundation.accounts.models.user import phone_key
from qihang.foundation.accounts.throttle import Ticket
from qihang.foundation.core.privacy import blind_index
from qihang.foundation.core.units import unit_of_work

ACCOUNT = "account"
ADDRESS = "address"


def find_account(identifier: str) -> User | None:
    """The account of a login or of a phone number, active or not."""
    text = identifier.strip().lower()
    user = User.objects.filter(login=text).first()
    if user is None and phone_key(text):
        user = User.objects.filter(phone_index=blind_index(User, "phone_index", text)).first()
    return user


@dataclass(frozen=True, slots=True)
class Attempt:
    """One counted try to get in, to be closed as failed or succeeded."""

    user: User | None
    method: Method
    client: Client
    account: Ticket
    address: Ticket | None

    def failed(self, what: str, field: str | None = None) -> Wrong | Locked:
        """Log the failure; returns the refusal to raise."""
        record(self.user, self.method, Outcome.WRONG, self.client)
        until = self.account.locked_until
        return Locked(until) if until else Wrong(what, self.account.left, field=field)

    def succeeded(self) -> None:
        """Take the try off the counts."""
        throttle.clear(self.account)
        if self.address:
            throttle.give_back(self.address)


def begin_attempt(
    *, user: User | None, identifier: str, method: Method, client: Client, second_step: bool = False
) -> Attempt:
    """Count a try against the account (or the name typed, when nobody has it) and the address. Locked, and logged.

    The second step has a count of its own: the right password, given again and again, must not clear it.
    """
    key = account_key(user, second_step=second_step) if user else f"text:{identifier.strip().lower()}"
    try:
        address = throttle.attempt(ADDRESS, client.address) if client.address else None
        account = throttle.attempt(ACCOUNT, key)
    except Locked:
        record(user, method, Outcome.LOCKED, client)
        raise
    return Attempt(user, method, client, account, address)


def account_key(user: User, *, second_step: bool = False) -> str:
    """What an account's tries are counted under, by whichever name it was called."""
    return f"user:{user.pk}:second" if second_step else f"user:{user.pk}"


def locked_until(user: User) -> dt.datetime | None:
    """Until when one of the account's steps is locked, the later of both, or None."""
    moments = (throttle.locked_until(ACCOUNT, account_key(user, second_step=second)) for second in (False, True))
    return max((moment for moment in moments if moment), default=None)


def open_again(user: User) -> bool:
    """Take the locks off both steps. Whether there was anything to open."""
    opened = [throttle.forget(ACCOUNT, account_key(user, second_step=second)) for second in (False, True)]
    return any(opened)


def check_password(*, identifier: str, password: str, client: Client) -> User:
    """The account that `identifier` and `password` open. Wrong, Locked or Inactive.

    Takes the same time for a login that nobody has.
    """
    user = find_account(identifier)
    attempt = begin_attempt(user=user, identifier=identifier, method=Method.PASSWORD, client=client)
    if user is None:
        make_password(password)
        raise attempt.failed("登录名或密码没对上")
    if not _password_fits(user, password):
        raise attempt.failed("登录名或密码没对上")
    attempt.succeeded()
    ensure_active(user, Method.PASSWORD, client)
    return user


def confirm_password(*, user: User, password: str, client: Client) -> None:
    """The signed-in owner proves to be there, before something that matters. Wrong or Locked."""
    attempt = begin_attempt(user=user, identifier=user.login, method=Method.PASSWORD, client=client)
    if not _password_fits(user, password):
        raise attempt.failed("密码没对上", field="password")
    attempt.succeeded()


def _password_fits(user: User, password: str) -> bool:
    fits, outdated = verify_password(password, user.password)
    if fits and outdated:
        with unit_of_work(owner_of(user)):
            user.set_password(password)
            user.save(update_fields=["password"])
    return bool(fits)


def ensure_active(user: User, method: Method, client: Client) -> None:
    """Inactive, and logged, for an account that was switched off."""
    if not user.is_active:
        record(user, method, Outcome.INACTIVE, client)
        raise Inactive


def record(user: User | None, method: Method, outcome: Outcome, client: Client) -> None:
    """Write the sign-in log."""
    SignInLog.objects.create(
        user_id=user.pk if user else None,
        user_label=user.name if user else "",
        address=client.address,
        agent=client.agent,
        method=method,
        outcome=outcome,
    )
