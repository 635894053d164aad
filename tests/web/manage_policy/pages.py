"""What the tests of these pages share: people of both hands with a browser each, and what they type."""

from typing import Any

from django.test import Client
from django.urls import reverse

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.registry.policy.models import Parameter
from tests.factories import HAINAN, make_actor, make_user


class Person:
    """Somebody in a role, signed in."""

    def __init__(self, role: str, region: str = HAINAN) -> None:
        self.user: User = make_user()
        self.actor: Actor = make_actor(role, region=region, user=self.user)
        self.sign_in()

    def sign_in(self) -> None:
        """A new session, as of now."""
        self.client = Client()
        self.client.force_login(self.user)

    def get(self, name: str, *args: Any, status: int = 200, **query: Any) -> str:
        response = self.client.get(reverse(name, args=args), query)
        assert response.status_code == status, response.content.decode()[:2000]
        return str(response.content.decode())

    def post(self, name: str, *args: Any, status: int = 200, follow: bool = True, **data: Any) -> str:
        response = self.client.post(reverse(name, args=args), data, follow=follow)
        assert response.status_code == status, response.content.decode()[:2000]
        return str(response.content.decode())


def officer(region: str = HAINAN) -> Person:
    return Person(Role.POLICY_OFFICER, region)


def checker(region: str = HAINAN) -> Person:
    return Person(Role.POLICY_CHECKER, region)


def typed(**changes: Any) -> dict[str, Any]:
    """A proposal of the class size as an officer types it."""
    given = {
        "region": HAINAN,
        "value": "50",
        "valid_from": "2026-01-01",
        "source": "琼人社规〔2024〕2号",
        "verified": "true",
    }
    return {**given, **changes}


def propose(person: Person, key: str = "class.size_max", **changes: Any) -> Parameter:
    """Through the form and its preview."""
    person.post("manage_parameter_propose", key, **typed(**changes), sure="1")
    found: Parameter = Parameter.objects.filter(key=key).latest("id")
    return found


def decide(
    person: Person, parameter: Parameter, decision: str = "confirm", comment: str = "", status: int = 200
) -> str:
    return person.post("manage_parameter", parameter.public_id, decision=decision, comment=comment, status=status)
