"""Every address of the product x every role x whose the thing is: who gets in, and how the others are refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from qihang.foundation.core import clock
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.services import current_memberships
from qihang.web import errors, middleware
from qihang.web.navigation import actor_of
from tests.architecture.sources import hold_to
from tests.flush import empty_database
from tests.web.matrix import all_rows, all_urls
from tests.web.matrix.rows import EVERYONE, Row, Thing
from tests.web.matrix.world import Scope, World, nothing_kept

ROWS = all_rows()
_LET_IN = {HTTPStatus.OK, HTTPStatus.FOUND}
_REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Made once, and deleted at the end: one transaction around it all would hold back the sealer's tests of the other
    workers for minutes. The clock stands still meanwhile: on a slow machine nobody's proof of being there grows too
    old."""
    folder = tmp_path_factory.mktemp("matrix")
    settings_of_the_world = override_settings(
        FILES_ROOT=folder / "files", KEYS_ROOT=folder / "keys", SESSION_ENGINE="django.contrib.sessions.backends.cache"
    )
    with (
        django_db_blocker.unblock(),
        settings_of_the_world,
        clock.travel_to(clock.now()),
        _each_refusal_drawn_once(),
        _memberships_read_once(),
    ):
        keyring.forget()
        try:
            yield World()
        finally:
            empty_database()
            keyring.forget()


@contextmanager
def _each_refusal_drawn_once() -> Iterator[None]:
    """Draw the page of a refusal once for each role: some ten thousand answers here differ in nothing but their status
    and the address in them."""
    drawn = set()
    draw = errors.render

    def draw_once(request: HttpRequest, template: str, *values: Any, status: int) -> HttpResponse:
        page = (template, actor_of(request).role, request.user.is_authenticated)
        if page in drawn:
            return HttpResponse(status=status)
        answer = draw(request, template, *values, status=status)
        drawn.add(page)
        return answer

    with mock.patch.object(errors, "render", draw_once):
        yield


@contextmanager
def _memberships_read_once() -> Iterator[None]:
    """Nobody's roles change in this world; reading them again costs each answer more than the refusal itself."""
    with mock.patch.object(middleware, "current_memberships", cache(current_memberships)):
        yield


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    rows = [row.url for row in ROWS]
    assert len(rows) == len(set(rows)), "two rows for one address"
    hold_to(rows, all_urls(), "give these addresses a row in tests/web/matrix/<family>.py")


def test_every_address_that_names_a_thing_is_tried_with_things_of_others() -> None:
    with_key = {name for name, pattern in all_urls().items() if pattern.pattern.converters}
    fixed = {row.url for row in ROWS if not isinstance(row.args, Thing)}
    assert with_key & fixed == {"kit_page"}  # its value is a page of the gallery, which is nobody's


def test_the_roles_that_a_view_names_are_those_of_its_row() -> None:
    named = {name: getattr(pattern.callback, "roles", None) for name, pattern in all_urls().items()}
    assert {row.url: set(row.who) for row in ROWS if named[row.url]} == {url: who for url, who in named.items() if who}


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.url)
def test_row(world: World, row: Row, who: str) -> None:
    wrong = [f"{scope}: {fault}" for scope in row.scopes for fault in _faults(world, row, who, scope)]
    assert not wrong, f"{row.url} as {who}\n" + "\n".join(wrong)


def _faults(world: World, row: Row, who: str, scope: Scope) -> Iterator[str]:
    values = world.values(row.args, who, scope) if isinstance(row.args, Thing) else row.args
    address = reverse(row.url, kwargs=values)
    if row.admits(who, scope):
        answer = _ask(world, row, who, address, row.post)
        if answer.status_code not in _LET_IN or _asks_to_sign_in(answer, address):
            yield f"should get in, but {_said(answer)}"
        return
    for data in (None, row.post or {}):
        answer = _ask(world, row, who, address, data)
        if not _is_refusal(answer, address, data, hidden=bool(row.who.get(who)), visitor=who == Role.VISITOR):
            yield f"should be refused a {'GET' if data is None else 'POST'}, but {_said(answer)}"


def _ask(world: World, row: Row, who: str, address: str, data: Any) -> HttpResponse:
    """One request of theirs. What it changes is taken back."""
    hand = world.visitor(who)
    client = hand.browser()
    with nothing_kept():
        if row.before:
            row.before(client, hand)
        answer = client.get(address) if data is None else client.post(address, data)
        if answer.streaming:
            list(answer)  # read to its end, as a browser would: that closes the file
        return answer


def _is_refusal(answer: HttpResponse, address: str, data: Any, *, hidden: bool, visitor: bool) -> bool:
    """403 or 404; for visitors also the way to sign in. A thing of others is 404 to whom the page is open: that it
    exists is not theirs to know. A page that takes no such request refuses everybody alike."""
    if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return True
    if visitor and _asks_to_sign_in(answer, address):
        return True
    return answer.status_code == HTTPStatus.NOT_FOUND if hidden else answer.status_code in _REFUSED


def _asks_to_sign_in(answer: HttpResponse, address: str) -> bool:
    return answer.headers.get("Location") == f"{settings.LOGIN_URL}?{urlencode({'next': address}, safe='/')}"


def _said(answer: HttpResponse) -> str:
    return f"{answer.status_code} {answer.headers.get('Location', '')}".strip()
