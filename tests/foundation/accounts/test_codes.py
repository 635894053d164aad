"""Codes sent by SMS: signing in with a proved phone, and proving one."""

import datetime as dt

import pytest
from tests.factories import SYSTEM
from tests.foundation.accounts.doors import CLIENT, PHONE, last_code, make_account, make_reachable

from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.enums import CodePurpose
from qihang.foundation.accounts.errors import Inactive, Locked, Wrong
from qihang.foundation.accounts.models import OneTimeCode, User
from qihang.foundation.accounts.services.codes import (
    begin_phone,
    check_one_time_code,
    prove_phone,
    request_sign_in_code,
    sign_in_by_code,
)
from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.notifications.models import Delivery

pytestmark = pytest.mark.django_db

OTHER_PHONE = "13876540000"


def test_a_proved_phone_gets_a_code_that_opens_its_account_once() -> None:
    user = make_reachable()
    request_sign_in_code(phone="139 0755 1234", client=CLIENT)
    code = last_code(user)
    assert sign_in_by_code(phone=PHONE, code=f" {code[:3]} {code[3:]}", client=CLIENT) == user
    with pytest.raises(Wrong, match="没对上"):
        sign_in_by_code(phone=PHONE, code=code, client=CLIENT)


def test_a_phone_that_was_never_proved_opens_nothing() -> None:
    """A roster, or its owner's slip of the pen, may name anybody's number."""
    make_account(phone=PHONE)
    request_sign_in_code(phone=PHONE, client=CLIENT)
    assert not Delivery.objects.exists()
    with pytest.raises(Wrong):
        sign_in_by_code(phone=PHONE, code="000000", client=CLIENT)


def test_a_code_runs_out() -> None:
    user = make_reachable()
    request_sign_in_code(phone=PHONE, client=CLIENT)
    with clock.travel_to(clock.now() + dt.timedelta(minutes=10, seconds=1)), pytest.raises(Wrong, match="过期"):
        sign_in_by_code(phone=PHONE, code=last_code(user), client=CLIENT)


def test_a_newer_code_makes_the_older_void() -> None:
    user = make_reachable()
    request_sign_in_code(phone=PHONE, client=CLIENT)
    old = last_code(user)
    request_sign_in_code(phone=PHONE, client=CLIENT)
    if old != last_code(user):
        with pytest.raises(Wrong):
            sign_in_by_code(phone=PHONE, code=old, client=CLIENT)


def test_a_code_is_good_for_its_own_purpose_only() -> None:
    user = make_reachable()
    request_sign_in_code(phone=PHONE, client=CLIENT)
    with pytest.raises(Wrong):
        check_one_time_code(
            user=user, identifier=PHONE, purpose=CodePurpose.RESET, code=last_code(user), client=CLIENT
        )


def test_asking_for_codes_is_limited() -> None:
    make_reachable()
    for _ in range(5):
        request_sign_in_code(phone=PHONE, client=CLIENT)
    with pytest.raises(Locked):
        request_sign_in_code(phone=PHONE, client=CLIENT)
    assert Delivery.objects.count() == 5


def test_guessing_locks() -> None:
    user = make_reachable()
    request_sign_in_code(phone=PHONE, client=CLIENT)
    for _ in range(5):
        with pytest.raises((Wrong, Locked)):
            sign_in_by_code(phone=PHONE, code="000000", client=CLIENT)
    with pytest.raises(Locked):
        sign_in_by_code(phone=PHONE, code=last_code(user), client=CLIENT)


def test_an_account_switched_off_is_told_so_after_the_right_code() -> None:
    user = make_reachable()
    request_sign_in_code(phone=PHONE, client=CLIENT)
    with unit_of_work(SYSTEM):
        User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(Inactive):
        sign_in_by_code(phone=PHONE, code=last_code(user), client=CLIENT)


def test_codes_are_stored_as_digests() -> None:
    user = make_reachable()
    request_sign_in_code(phone=PHONE, client=CLIENT)
    assert last_code(user).encode() not in bytes(OneTimeCode.objects.get().digest)


class TestProvingAPhone:
    def test_the_number_counts_once_its_code_was_typed(self) -> None:
        user = make_account()
        number = begin_phone(user=user, phone="+86 138-7654-0000")
        assert (number, User.objects.get(pk=user.pk).phone) == (OTHER_PHONE, None)
        prove_phone(actor=owner_of(user), user=user, phone=number, code=last_code(user), client=CLIENT)
        kept = User.objects.get(pk=user.pk)
        assert kept.phone == OTHER_PHONE
        assert kept.phone_proved_at is not None

    @pytest.mark.parametrize("typed", ["12345", "23907551234", "139075512345"])
    def test_something_else_than_a_mobile_number_is_refused(self, typed: str) -> None:
        with pytest.raises(DomainError, match="11 位") as refusal:
            begin_phone(user=make_account(), phone=typed)
        assert refusal.value.field == "phone"

    def test_another_accounts_number_is_refused(self) -> None:
        make_reachable()
        with pytest.raises(DomainError, match="别的账号"):
            begin_phone(user=make_account(), phone=PHONE)

    def test_a_number_taken_meanwhile_is_refused_too(self) -> None:
        user = make_account()
        begin_phone(user=user, phone=PHONE)
        code = last_code(user)
        make_reachable()
        with pytest.raises(DomainError, match="别的账号"):
            prove_phone(actor=owner_of(user), user=user, phone=PHONE, code=code, client=CLIENT)

    def test_the_code_for_one_number_does_not_prove_another(self) -> None:
        user = make_account()
        begin_phone(user=user, phone=PHONE)
        with pytest.raises(Wrong):
            prove_phone(actor=owner_of(user), user=user, phone=OTHER_PHONE, code=last_code(user), client=CLIENT)
        assert User.objects.get(pk=user.pk).phone is None
