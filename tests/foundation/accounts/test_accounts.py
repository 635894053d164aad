"""Accounts: their form, their constraints, switching them off."""

import pytest
from django.db import IntegrityError
from tests.factories import SYSTEM
from tests.foundation.accounts.doors import PASSWORD, PHONE
from tests.foundation.accounts.doors import make_account as account

from qihang.foundation.accounts.models import Device, User
from qihang.foundation.accounts.services.accounts import make_account, set_active, set_email
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work

pytestmark = pytest.mark.django_db

NUMBER = "46010819820314242X"
SECURITY = Actor(user_id=1, user_label="安管", role=Role.SECURITY_ADMIN)


def make(**fields: str) -> User:
    return make_account(actor=SYSTEM, **{"login": "wangxl", "name": "王秀兰", "password": PASSWORD, **fields})


def test_a_login_is_kept_in_lower_case() -> None:
    assert make(login="  WangXL ").login == "wangxl"


@pytest.mark.parametrize("login", ["13907551234", "9lives", "王秀兰", "ab", "with space", "x" * 61])
def test_logins_of_another_form_are_refused_at_their_field(login: str) -> None:
    with pytest.raises(DomainError) as refusal:
        make(login=login)
    assert refusal.value.field == "login"


def test_the_database_refuses_such_a_login_too() -> None:
    with pytest.raises(IntegrityError, match="login_form"), unit_of_work(SYSTEM):
        User.objects.create_user("13907551234", name="冒名")


def test_a_taken_login_is_refused_at_its_field() -> None:
    make()
    with pytest.raises(DomainError, match="已经有人用") as refusal:
        make(login="WANGXL")
    assert refusal.value.field == "login"


def test_one_person_has_one_account() -> None:
    make(identity_no=NUMBER)
    with pytest.raises(DomainError, match="原来的账号") as refusal:
        make(login="second", identity_no=NUMBER.lower())
    assert refusal.value.field == "identity_no"


def test_one_phone_has_one_account() -> None:
    account(phone=PHONE)
    with pytest.raises(IntegrityError, match="one_account_a_phone"):
        account(phone="139-0755-1234")


def test_a_bad_password_is_refused_at_its_field() -> None:
    with pytest.raises(DomainError, match="10 位") as refusal:
        make(password="short")
    assert refusal.value.field == "password"
    assert not User.objects.filter(login="wangxl").exists()


def test_switching_off_ends_the_sessions() -> None:
    user = account()
    Device.objects.create(user=user, session_key="a" * 32, method="password")
    set_active(actor=SECURITY, user=user, active=False)
    assert not User.objects.get(pk=user.pk).is_active
    assert not Device.objects.filter(user=user).exists()


def test_nobody_switches_themselves_off_and_only_security_administrators_do_it() -> None:
    user = account()
    with pytest.raises(NotAllowed, match="自己"):
        set_active(actor=Actor(user_id=user.pk, role=Role.SECURITY_ADMIN), user=user, active=False)
    with pytest.raises(NotAllowed, match="安全管理员"):
        set_active(actor=Actor(user_id=0, role=Role.SYSTEM_ADMIN), user=user, active=False)


def test_an_address_is_kept_and_taken_away() -> None:
    user = account()
    set_email(actor=SYSTEM, user=user, email=" wang@example.com ")
    assert User.objects.get(pk=user.pk).email == "wang@example.com"
    set_email(actor=SYSTEM, user=user, email="")
    assert User.objects.get(pk=user.pk).email == ""
