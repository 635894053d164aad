"""Two people, one link, one moment. Each race is run with real transactions on two connections."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from tests.factories import SYSTEM, make_organization, make_user

from qihang.foundation.accounts.errors import Expired
from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.services.passwords import issue_reset_link, reset_by_link
from qihang.foundation.accounts.throttle import attempt
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.invitations import NewAccount, accept_with_new_account, invite
from qihang.registry.organizations.models import Invitation, Membership
from qihang.registry.organizations.services import add_membership

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run each act in a thread and connection of its own, all let go together; results or refusals, in order."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=10)
            return act()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def refusals(results: list[Any]) -> list[DomainError]:
    return [result for result in results if isinstance(result, DomainError)]


def test_one_invitation_is_accepted_by_one_of_two() -> None:
    token = invite(
        actor=SYSTEM, organization=make_organization(OrganizationKind.EMPLOYER), role=Role.EMPLOYER_USER
    ).token

    def accept(login: str) -> Callable[[], Any]:
        account = NewAccount(login=login, name=login, password="haikou-wan-2026")
        return lambda: accept_with_new_account(token=token, account=account)

    results = at_once(accept("first"), accept("second"))
    assert [type(refusal) for refusal in refusals(results)] == [Expired]
    assert Membership.objects.count() == 1
    assert Invitation.objects.get().accepted_by == User.objects.get(login__in=["first", "second"])


def test_one_login_is_taken_by_one_of_two() -> None:
    school = make_organization(OrganizationKind.EMPLOYER)
    tokens = [invite(actor=SYSTEM, organization=school, role=Role.EMPLOYER_USER).token for _ in range(2)]
    account = NewAccount(login="wangxl", name="王秀兰", password="haikou-wan-2026")
    results = at_once(*(lambda token=token: accept_with_new_account(token=token, account=account) for token in tokens))
    (refusal,) = refusals(results)
    assert refusal.field == "login"
    assert User.objects.filter(login="wangxl").count() == 1


def test_two_administrator_roles_given_at_once_leave_one() -> None:
    operator, user = make_organization(OrganizationKind.OPERATOR), make_user()

    def give(role: Role) -> Callable[[], Any]:
        return lambda: add_membership(actor=SYSTEM, user=user, organization=operator, role=role)

    results = at_once(give(Role.SYSTEM_ADMIN), give(Role.AUDIT_ADMIN))
    assert len(refusals(results)) == 1
    assert Membership.objects.filter(user=user).count() == 1


def test_one_reset_link_sets_one_password() -> None:
    user = make_user()
    token = issue_reset_link(actor=Actor(user_id=0, user_label="安管", role=Role.SECURITY_ADMIN), user=user)
    passwords = ["haikou-wan-2026", "sanya-chaoxi-77"]
    results = at_once(*(lambda word=word: reset_by_link(token=token, password=word) for word in passwords))
    (refusal,) = refusals(results)
    assert isinstance(refusal, Expired)
    kept = User.objects.get(pk=user.pk)
    assert kept.check_password(passwords[results.index(refusal) - 1])


def test_guesses_at_once_are_all_counted(settings: Any) -> None:
    settings.SIGN_IN_LIMITS = {"door": (4, 600, 600)}
    results = at_once(*(lambda: attempt("door", "a") for _ in range(8)))
    assert len(refusals(results)) == 4
    assert sorted(ticket.left for ticket in results if not isinstance(ticket, DomainError)) == [0, 1, 2, 3]
