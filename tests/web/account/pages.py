"""What the tests of the account pages share: a client that fills in forms as a browser would."""

from typing import Any

from django.test import Client
from django.urls import reverse
from tests.foundation.accounts.doors import PASSWORD

from qihang.foundation.accounts.models import Totp, User
from qihang.foundation.accounts.services import factors


def sign_in(client: Client, user: User, password: str = PASSWORD) -> Any:
    """Through the door, by login and password."""
    return client.post(reverse("sign_in"), {"identifier": user.login, "password": password})


def is_in(client: Client) -> bool:
    """Whether this browser is signed in."""
    return "_auth_user_id" in client.session


def code_of(user: User, steps: int = 0) -> str:
    """What the account's code generator shows."""
    return factors.code_at(Totp.objects.get(user=user).secret.plain(), factors.current_step() + steps)
