"""The first three administrators of an empty installation."""

import datetime as dt

import pytest
from tests.factories import HAINAN, make_region

from qihang.foundation.accounts.errors import Expired
from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.invitations import NewAccount, accept_with_new_account, find_invitation
from qihang.registry.organizations.models import Invitation, Membership, Organization
from qihang.registry.organizations.setup import first_admin_links

pytestmark = pytest.mark.django_db

LABELS = ["系统管理员", "安全管理员", "审计管理员"]


@pytest.fixture(autouse=True)
def province() -> None:
    make_region(HAINAN)


def token_of(path: str) -> str:
    return path.removeprefix("/invitations/").removesuffix("/")


def accept(path: str, login: str) -> Membership:
    account = NewAccount(login=login, name=login, password="haikou-wan-2026")
    return accept_with_new_account(token=token_of(path), account=account)


def test_an_empty_installation_gives_three_links() -> None:
    links = first_admin_links()
    assert [link.role for link in links] == LABELS
    assert Organization.objects.get().kind == "operator"
    roles = {accept(link.path, f"admin{at}").role for at, link in enumerate(links)}
    assert roles == {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
    assert first_admin_links() == []


def test_asking_again_gives_fresh_links_for_those_still_missing() -> None:
    first = first_admin_links()
    accept(first[1].path, "security")
    second = first_admin_links()
    assert [link.role for link in second] == ["系统管理员", "审计管理员"]
    with pytest.raises(Expired):
        find_invitation(token_of(first[0].path))
    assert find_invitation(token_of(second[0].path))
    assert Invitation.objects.count() == 3
    assert Organization.objects.count() == 1


def test_the_links_last_three_days() -> None:
    link = first_admin_links()[0]
    with clock.travel_to(clock.now() + dt.timedelta(hours=71)):
        assert find_invitation(token_of(link.path))
    with clock.travel_to(clock.now() + dt.timedelta(hours=73)), pytest.raises(Expired):
        find_invitation(token_of(link.path))


def test_an_administrator_who_left_is_not_replaced_from_the_command_line() -> None:
    from tests.factories import SYSTEM

    from qihang.registry.organizations.services import end_membership

    for at, link in enumerate(first_admin_links()):
        end_membership(actor=SYSTEM, membership=accept(link.path, f"admin{at}"))
    assert first_admin_links() == []


def test_without_reference_data_it_says_what_is_missing(settings: object) -> None:
    settings.PROVINCE_CODE = "650000"  # type: ignore[attr-defined]
    with pytest.raises(DomainError, match="基础数据"):
        first_admin_links()
