from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.web import navigation
from qihang.web.navigation import Item, Navigation, Place

OFFICER = Actor(
    user_id=1, user_label="林样例", role=Role.INTAKE_OFFICER, organization_label="美兰区人社局", region_label="美兰区"
)
CLERK = Actor(user_id=2, user_label="符样例", role=Role.PROVIDER_CLERK, organization_label="样例学校")
ITEMS = (
    Item(
        label="样张",
        url_name="kit",
        icon="book",
        order=1,
        roles=frozenset({Role.INTAKE_OFFICER}),
        count=lambda actor: 23,
        bar="样张",
    ),
    Item(label="查找", url_name="set_size", place=Place.SEARCH, icon="search", bar="查找", hint="姓名"),
    Item(label="管理", url_name="set_size", icon="gear", group="manage"),
    Item(label="看样张", url_name="kit", place=Place.PORTAL),
    Item(label="办事", url_name="kit", place=Place.SERVICES),
)


@pytest.fixture
def menu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(navigation, "_items", [])
    navigation.register(*ITEMS)
    yield


@pytest.mark.usefixtures("menu")
def test_a_role_sees_its_own_entries() -> None:
    assert [[link.label for link in group.links] for group in Navigation(OFFICER, "/").groups] == [["样张"], ["管理"]]
    assert [group.label for group in Navigation(CLERK, "/").groups] == ["管理"]


@pytest.mark.usefixtures("menu")
def test_counts_and_the_place_in_the_menu() -> None:
    (first, _) = Navigation(OFFICER, "/kit/parts/").groups
    (link,) = first.links
    assert (link.count, link.current, link.url) == (23, True, "/kit/")
    assert not Navigation(OFFICER, "/size/").groups[0].links[0].current


@pytest.mark.usefixtures("menu")
def test_counts_are_asked_only_of_shown_places(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Actor] = []
    monkeypatch.setattr(
        navigation,
        "_items",
        [Item(label="消息", url_name="kit", place=Place.INBOX, count=lambda actor: asked.append(actor) or 3)],
    )
    menus = Navigation(OFFICER, "/")
    assert menus.groups == []
    assert asked == []
    bell = menus.bell
    assert bell is not None
    assert (bell.count, asked) == (3, [OFFICER])


@pytest.mark.usefixtures("menu")
def test_bar_search_and_footer() -> None:
    menus = Navigation(OFFICER, "/")
    assert [link.bar for link in menus.bar] == ["样张", "查找"]
    assert menus.search_box is not None
    assert menus.search_box.hint == "姓名"
    assert [(column.label, [link.label for link in column.links]) for column in menus.footer] == [("办事", ["办事"])]
    assert [link.label for link in menus["portal"]] == ["看样张"]
    assert menus.bell is menus.chooser is None
    assert (menus.area, menus.role_label) == ("美兰区人社局", "受理初审")
    assert Navigation(Actor(role="system"), "/").role_label == ""


@pytest.mark.usefixtures("menu")
def test_signing_in_comes_back() -> None:
    assert Navigation(CLERK, "/kit/?a=班").sign_in_url.startswith("/sign-in/?next=%2Fkit%2F")


@pytest.mark.usefixtures("menu")
def test_the_same_entry_is_registered_once() -> None:
    navigation.register(ITEMS[0])
    assert len(navigation.registered()) == len(ITEMS)


@pytest.mark.usefixtures("menu")
def test_whose_page_it_is() -> None:
    assert navigation.owners_of("/kit/case/") == ["受理初审"]
    assert navigation.owners_of("/elsewhere/") == []


def test_a_group_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no such menu group"):
        Item(label="x", url_name="kit", group="nowhere")


def test_every_registered_entry_resolves_and_has_its_icon() -> None:
    from django.urls import reverse

    from qihang.web.templatetags.ui import icon

    for item in navigation.registered():
        assert reverse(item.url_name)
        if item.place in {Place.OFFICE, Place.PORTAL_BAR} or item.bar:
            assert icon(item.icon)


def test_a_request_without_an_actor_is_a_visitors() -> None:
    request: Any = RequestFactory().get("/")
    assert navigation.actor_of(request).role == Role.VISITOR
    request.actor = OFFICER
    assert navigation.actor_of(request) is OFFICER
