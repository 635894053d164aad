"""Signing in as one of those who run the pages of /manage/."""

import uuid
from typing import Any

from django.test import Client
from tests.factories import make_actor, make_user

from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.registry.organizations.models import Organization
from qihang.web import sessions


def signed_in(role: str, *, organization: Organization | None = None, proved: bool = True, **fields: Any) -> Client:
    """A browser of somebody in a role who has just proved to be there (or not); `client.actor` is who they are."""
    user = make_user(**{"identity_no": None, **fields})
    client = Client()
    client.actor = make_actor(role, organization=organization, user=user)  # type: ignore[attr-defined]
    client.force_login(user)
    if proved:
        session = client.session
        session.update(just_proved())
        session.save()
    return client


def just_proved() -> dict[str, int]:
    """What a session holds of somebody who proved to be there a moment ago."""
    return {sessions._PROVED: int(clock.now().timestamp())}


def actor_in(client: Client) -> Actor:
    """Who this browser acts as."""
    actor: Actor = client.actor  # type: ignore[attr-defined]
    return actor


def owner_of(client: Client) -> User:
    """Whose browser it is."""
    return User.objects.get(pk=actor_in(client).user_id)


def text(response: Any) -> str:
    """The page that an answer carries."""
    return str(response.content.decode())


def new_key() -> str:
    """What a fresh form carries, so that it counts once."""
    return str(uuid.uuid4())
