"""The two halves of a passkey ceremony as pages see them: options out as JSON, the answer back in a form field."""

import json
from typing import Any

from django.http import HttpRequest, JsonResponse

from qihang.foundation.accounts.models import Passkey, User
from qihang.foundation.accounts.services import passkeys
from qihang.foundation.core.errors import DomainError
from qihang.web.navigation import actor_of
from qihang.web.requests import client_of, passkey_site

_STATE = "passkey_state"


def ask_to_register(request: HttpRequest, user: User) -> JsonResponse:
    """What the browser needs to make a passkey."""
    options, request.session[_STATE] = passkeys.begin_registration(user=user, site=passkey_site(request))
    return JsonResponse(options)


def register(request: HttpRequest, user: User, answer: str, name: str) -> tuple[Passkey, list[str]]:
    """Keep the passkey that the browser made; also recovery codes to show once, or []."""
    return passkeys.finish_registration(
        actor=actor_of(request),
        user=user,
        site=passkey_site(request),
        state=_state(request),
        answer=_parse(answer),
        name=name,
    )


def ask_to_prove(request: HttpRequest, user: User | None = None) -> JsonResponse:
    """What the browser needs to prove a passkey: any, or one of `user`'s."""
    options, request.session[_STATE] = passkeys.begin_proof(site=passkey_site(request), user=user)
    return JsonResponse(options)


def prove(request: HttpRequest, answer: str, user: User | None = None) -> User:
    """Whose passkey answered. DomainError when it does not hold."""
    return passkeys.finish_proof(
        site=passkey_site(request),
        state=_state(request),
        answer=_parse(answer),
        client=client_of(request),
        user=user,
    )


def _state(request: HttpRequest) -> dict[str, Any]:
    """The first half, which is good once."""
    state: dict[str, Any] | None = request.session.pop(_STATE, None)
    if state is None:
        raise DomainError("等得太久了，请再点一次“用通行密钥”")
    return state


def _parse(answer: str) -> dict[str, Any]:
    try:
        parsed = json.loads(answer)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise DomainError("浏览器没有给出通行密钥，请再点一次")
    return parsed
