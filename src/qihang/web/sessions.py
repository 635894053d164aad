"""What a session remembers beside its account: the active membership, when it was used, when its owner last proved
to be there. Sign-in, sign-out and proofs all go through here."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest

from qihang.foundation.accounts.enums import Method, Outcome
from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.services import devices, sign_in
from qihang.foundation.accounts.services.factors import factors_of
from qihang.foundation.core import clock
from qihang.web.requests import client_of

MEMBERSHIP = "membership"
SELF = "self"
_SEEN = "seen"
_PROVED = "proved"
_WAITING = "second_step"
_HAS_FACTOR = "has_factor"
_TOUCH_SECONDS = 300
_WAIT_SECONDS = 600
# Proofs that are two factors in one, or that administrators gave in person.
_COMPLETE = frozenset({Method.PASSKEY})


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who passed the first step and owes the second."""

    user: User
    next: str


def begin(request: HttpRequest, user: User, method: Method, next_address: str = "") -> bool:
    """Sign `user` in after a first proof; False when a second step is still owed."""
    if method not in _COMPLETE and factors_of(user):
        sign_in.record(user, method, Outcome.FIRST_STEP, client_of(request))
        request.session[_WAITING] = {"user": user.pk, "next": next_address, "at": _stamp()}
        return False
    finish(request, user, method)
    return True


def waiting(request: HttpRequest) -> Waiting | None:
    """Whoever owes the second step in this session; None also when they took too long."""
    kept = request.session.get(_WAITING)
    if not kept or _stamp() - kept["at"] > _WAIT_SECONDS:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    return Waiting(user, kept["next"]) if user else None


def finish(request: HttpRequest, user: User, method: Method) -> None:
    """All proofs are given: a fresh session for `user`, in the list of devices and the sign-in log."""
    request.session.pop(_WAITING, None)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[_SEEN] = request.session[_PROVED] = _stamp()
    request.session.save()
    devices.signed_in(
        user=user, session_key=request.session.session_key or "", method=method, client=client_of(request)
    )


def end(request: HttpRequest) -> None:
    """Sign out, leaving nothing in the session."""
    if request.session.session_key:
        devices.end_session(request.session.session_key)
    logout(request)


def went_idle(request: HttpRequest) -> bool:
    """Whether nobody used this session for too long. Otherwise its use is noted, every few minutes."""
    now = _stamp()
    seen = request.session.get(_SEEN, now)
    if now - seen > settings.SESSION_IDLE_SECONDS:
        return True
    if now - seen > _TOUCH_SECONDS or _SEEN not in request.session:
        request.session[_SEEN] = now
        devices.touch(request.session.session_key or "", client_of(request))
    return False


def proved(request: HttpRequest) -> None:
    """The owner has just proved to be there."""
    request.session[_PROVED] = _stamp()


def recently_proved(request: HttpRequest) -> bool:
    """Whether the owner proved to be there recently enough for something that matters."""
    return bool(_stamp() - request.session.get(_PROVED, 0) <= settings.STEP_UP_SECONDS)


def has_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether the account has a second factor; asked once a session while the answer is yes."""
    if not request.session.get(_HAS_FACTOR):
        request.session[_HAS_FACTOR] = bool(factors_of(user))
    return bool(request.session[_HAS_FACTOR])


def factors_changed(request: HttpRequest) -> None:
    """Ask again next time."""
    request.session.pop(_HAS_FACTOR, None)


def _stamp() -> int:
    return int(clock.now().timestamp())
