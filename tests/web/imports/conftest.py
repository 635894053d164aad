"""A kind that is kept (the toy), the six real ones judged by the file alone, and somebody at a desk."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.roles import Role
from qihang.foundation.imports.ports import import_kinds, import_values
from qihang.registry.organizations.models import Organization
from tests.factories import make_actor, make_organization, make_user
from tests.foundation.imports.toy import STORED_TOY
from tests.importing import demo_parameters

Desk = tuple[User, Actor]


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEYS_ROOT = tmp_path / "keys"
    keyring.forget()
    yield
    keyring.forget()


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy, which goes into a class; `loose` goes into none."""
    monkeypatch.setitem(import_values._handlers, "values", lambda region: lambda key, on: {"toy.limit": 5}.get(key))
    loose = replace(STORED_TOY, key="loose", label="散装表", has_class=False)
    for kind in (STORED_TOY, loose):
        monkeypatch.setitem(import_kinds._handlers, kind.key, kind)


@pytest.fixture
def file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real kinds without their class and province, under the demo's parameters."""
    monkeypatch.setitem(import_values._handlers, "values", lambda region: demo_parameters()._lookup)
    for key, kind in list(import_kinds.items()):
        monkeypatch.setitem(import_kinds._handlers, key, replace(kind, storage=None))


@pytest.fixture
def desk() -> Callable[..., Desk]:
    """Somebody in a role, with the account to sign in by."""

    def make(role: str = Role.PROVIDER_CLERK, organization: Organization | None = None, **fields: Any) -> Desk:
        user = make_user(**fields)
        return user, make_actor(role, organization=organization, user=user)

    return make


@pytest.fixture
def clerk(desk: Callable[..., Desk]) -> Desk:
    return desk(organization=make_organization(name="启明职业培训学校"))


@pytest.fixture
def signed_in(client: Client, clerk: Desk) -> Client:
    client.force_login(clerk[0])
    return client
