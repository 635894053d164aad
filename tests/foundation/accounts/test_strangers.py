"""What somebody at the door who is not the owner can find out or wear down: nothing, and nobody."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.foundation.accounts.doors import (
    CLIENT,
    OTHER_CLIENT,
    PASSWORD,
    PHONE,
    last_code,
    make_account,
    make_reachable,
)

from qihang.foundation.accounts import throttle
from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.clients import Client
from qihang.foundation.accounts.errors import Locked, Wrong
from qihang.foundation.accounts.models import SignInLog, Totp, User
from qihang.foundation.accounts.services import factors
from qihang.foundation.accounts.services.accounts import find_accounts, unlock
from qihang.foundation.accounts.services.codes import request_sign_in_code, sign_in_by_code
from qihang.foundation.accounts.services.passwords import request_reset, reset_by_code
from qihang.foundation.accounts.services.sign_in import check_password, find_account, locked_until
from qihang.foundation.accounts.tokens import as_meant, new_digits, new_letters
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.roles import Role

pytestmark = pytest.mark.django_db

SECURITY = Actor(user_id=0, user_label="安管", role=Role.SECURITY_ADMIN)
LINK = "https://qihang.example/reset/{token}"
NUMBER = "46010819850520424X"
NEW = "wenchang-yezi-27"


@pytest.fixture(autouse=True)
def _in_one_moment() -> Iterator[None]:
    """Codes change every half minute; a test must not fall over the edge of one."""
    with clock.travel_to(clock.now()):
        yield


def refusal_of(step: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught:
        step()
    return caught.value.message


def code_of(user: User, steps: int = 0) -> str:
    return factors.code_at(Totp.objects.get(user=user).secret.plain(), factors.current_step() + steps)


def with_totp(**fields: object) -> User:
    user = make_account(**fields)
    factors.start_totp(actor=owner_of(user), user=user)
    factors.confirm_totp(actor=owner_of(user), user=user, code=code_of(user, -1))
    return user


# --- learning something ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password", ["short", f"{PHONE}-haikou", "haikou19850520", "424x-haikou-wan", "12345678901", NEW]
)
def test_a_wrong_code_tells_nothing_of_an_account_whatever_password_comes_with_it(password: str) -> None:
    """Else whoever has a login could ask for its owner's phone and birthday, guess by guess, and never be counted."""
    user = make_reachable(identity_no=NUMBER)
    request_reset(identifier=user.login, client=CLIENT, link=LINK)
    known = refusal_of(lambda: reset_by_code(identifier=user.login, code="000000", password=password, client=CLIENT))
    unknown = refusal_of(lambda: reset_by_code(identifier="nobody", code="000000", password=password, client=CLIENT))
    assert known == unknown
    assert "没对上" in known


def test_each_of_those_tries_counts() -> None:
    user = make_reachable(identity_no=NUMBER)
    request_reset(identifier=user.login, client=CLIENT, link=LINK)
    for _ in range(5):
        refusal_of(lambda: reset_by_code(identifier=user.login, code="000000", password="short", client=CLIENT))
    with pytest.raises(Locked):
        reset_by_code(identifier=user.login, code=last_code(user), password=NEW, client=CLIENT)


def test_the_owner_is_told_what_is_wrong_with_the_password_and_keeps_the_code() -> None:
    user = make_reachable(identity_no=NUMBER)
    request_reset(identifier=user.login, client=CLIENT, link=LINK)
    for password in ("short", f"{PHONE}-haikou", "haikou19850520", "zhangsan", "abcdefghij", "11111111111"):
        with pytest.raises(DomainError) as refusal:
            reset_by_code(identifier=user.login, code=last_code(user), password=password, client=CLIENT)
        assert refusal.value.field == "password"
    assert reset_by_code(identifier=user.login, code=last_code(user), password=NEW, client=CLIENT) == user
    assert check_password(identifier=user.login, password=NEW, client=CLIENT) == user


@pytest.mark.parametrize("phone", ["13800000000", "", "abc", "139", "+86 139 0000 0000", "１３８００００００００"])
def test_asking_for_a_code_says_the_same_of_every_number(phone: str) -> None:
    make_reachable()
    assert request_sign_in_code(phone=phone, client=CLIENT) is None  # type: ignore[func-returns-value]
    with pytest.raises(Wrong, match="验证码没对上"):
        sign_in_by_code(phone=phone, code="000000", client=CLIENT)


def test_a_locked_account_says_the_same_to_the_right_and_the_wrong_password() -> None:
    user = make_account()
    for _ in range(5):
        refusal_of(lambda: check_password(identifier=user.login, password="错", client=CLIENT))
    right = refusal_of(lambda: check_password(identifier=user.login, password=PASSWORD, client=CLIENT))
    wrong = refusal_of(lambda: check_password(identifier=user.login, password="错", client=CLIENT))
    assert right == wrong


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}))
def test_only_two_administrators_look_up_accounts(role: Role) -> None:
    with pytest.raises(NotAllowed):
        find_accounts(actor=Actor(user_id=1, role=role), text="wang", limit=5)


def test_looking_up_finds_by_beginning_or_whole_phone_and_never_by_part_of_a_number() -> None:
    user = make_reachable(login="wangxl", name="王秀兰", identity_no=NUMBER)
    for text in ("wan", "WANG", "王秀", PHONE, "139 0755 1234"):
        assert find_accounts(actor=SECURITY, text=text, limit=5) == [user], text
    for text in ("w", " 王 ", "秀兰", "angxl", PHONE[:7], NUMBER, NUMBER[:6], "%", "w%", "_angxl"):
        assert find_accounts(actor=SECURITY, text=text, limit=5) == [], text


def test_no_more_are_listed_than_asked_for_and_an_exact_one_comes_first() -> None:
    for number in range(4):
        make_account(login=f"chen{number}")
    exact = make_account(login="chen")
    found = find_accounts(actor=SECURITY, text="chen", limit=3)
    assert found[0] == exact
    assert len(found) == 3


@pytest.mark.parametrize("identifier", ["", " ", "\t", "@", "%", "86", "+86"])
def test_nothing_typed_finds_nobody(identifier: str) -> None:
    make_account()
    make_account(phone=None)
    assert find_account(identifier) is None


# --- wearing somebody down ----------------------------------------------------------------------------------------------


def test_the_right_password_again_and_again_does_not_clear_the_tries_at_the_second_step() -> None:
    """Whoever has stolen a password must not get a million tries at six digits."""
    user = with_totp()
    tries = 0
    with pytest.raises(Locked):
        for number in range(12):
            check_password(identifier=user.login, password=PASSWORD, client=Client(f"198.51.100.{number}"))
            with pytest.raises(Wrong):
                factors.check_code(user=user, code="000000", client=Client(f"198.51.100.{number}"))
            tries += 1
    assert tries == 4
    with pytest.raises(Locked):
        factors.check_code(user=user, code=code_of(user), client=CLIENT)


def test_wrong_passwords_do_not_lock_the_second_step_of_somebody_who_is_at_it() -> None:
    user = with_totp()
    check_password(identifier=user.login, password=PASSWORD, client=CLIENT)
    for _ in range(5):
        refusal_of(lambda: check_password(identifier=user.login, password="错", client=OTHER_CLIENT))
    assert factors.check_code(user=user, code=code_of(user), client=CLIENT)


def test_a_lock_of_either_step_is_seen_and_opened_at_the_counter() -> None:
    user = with_totp()
    assert locked_until(user) is None
    for _ in range(5):
        refusal_of(lambda: factors.check_code(user=user, code="000000", client=CLIENT))
    assert locked_until(user) is not None
    assert unlock(actor=SECURITY, user=user) is True
    assert locked_until(user) is None
    assert factors.check_code(user=user, code=code_of(user), client=CLIENT)
    assert unlock(actor=SECURITY, user=user) is False


def test_a_success_of_one_account_takes_no_failure_off_another() -> None:
    mine, theirs = make_account(), make_account()
    for _ in range(4):
        refusal_of(lambda: check_password(identifier=theirs.login, password="错", client=CLIENT))
    check_password(identifier=mine.login, password=PASSWORD, client=CLIENT)
    with pytest.raises(Locked):
        check_password(identifier=theirs.login, password="错", client=CLIENT)


def test_a_window_and_a_lock_end_to_the_second(settings: object) -> None:
    settings.SIGN_IN_LIMITS = {"door": (2, 600, 900)}  # type: ignore[attr-defined]
    noon = dt.datetime(2026, 11, 24, 12, 0)

    def at(seconds: int) -> int:
        with clock.travel_to(noon + dt.timedelta(seconds=seconds)):
            return throttle.attempt("door", "a").left

    assert at(0) == 1
    assert at(600) == 1, "the first try has left the window"
    assert at(1199) == 0
    with pytest.raises(Locked):
        at(1199 + 899)
    assert at(1199 + 900) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_no_more_are_judged_than_of_one_after_another(settings: object) -> None:
    settings.SIGN_IN_LIMITS = {"door": (3, 600, 900)}  # type: ignore[attr-defined]
    gate, judged, locked = threading.Barrier(6), [], []

    def guess() -> None:
        gate.wait(30)
        try:
            judged.append(throttle.attempt("door", "a").left)
        except Locked:
            locked.append(True)
        finally:
            connection.close()

    guesses = [threading.Thread(target=guess) for _ in range(6)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join(60)
    assert sorted(judged) == [0, 1, 2]
    assert len(locked) == 3


# --- codes as people type them -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    ["{}", " {} ", "{0[0]} {0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "{0[0]}{0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}", "\u200b{}"],
)
@pytest.mark.parametrize("wide", [False, True])
def test_the_digits_count_however_the_keyboard_writes_them(form: str, wide: bool) -> None:
    """A Chinese keyboard in full-width mode writes １２３ for 123."""
    user = make_reachable()
    request_sign_in_code(phone=PHONE, client=CLIENT)
    code = form.format(last_code(user))
    typed = "".join(chr(ord(sign) + 0xFEE0) if wide and sign.isdigit() else sign for sign in code)
    assert sign_in_by_code(phone=PHONE, code=typed, client=CLIENT) == user


def test_so_do_those_of_the_code_generator_and_of_the_paper() -> None:
    user = make_account()
    factors.start_totp(actor=owner_of(user), user=user)
    papers = factors.confirm_totp(actor=owner_of(user), user=user, code=_wide(code_of(user, -1)))
    assert factors.check_code(user=user, code=_wide(code_of(user)), client=CLIENT) == "totp"
    for paper in (papers[0].replace("-", "—"), papers[1].upper(), _wide(papers[2]), papers[3].replace("-", " \t")):
        assert factors.check_code(user=user, code=paper, client=CLIENT) == "recovery_code"


def _wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


@pytest.mark.parametrize("code", ["", "     ", "²²²²²²", "٣٣٣٣٣٣", "00000", "0000000", "——", "🙂" * 6, "0" * 10_000])
def test_nonsense_is_wrong_and_counts_and_breaks_nothing(code: str) -> None:
    user = with_totp()
    with pytest.raises(Wrong) as refusal:
        factors.check_code(user=user, code=code, client=CLIENT)
    assert refusal.value.left == 4
    assert SignInLog.objects.filter(user_id=user.pk, outcome="wrong").count() == 1


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from(list("0123456789０９abzAZｚ -—–_\u200b\u3000\t²٣")), max_size=20))
def test_what_a_code_means_does_not_change_by_reading_it_twice(text: str) -> None:
    assert as_meant(as_meant(text)) == as_meant(text)
    assert not any(sign.isspace() for sign in as_meant(text))


def test_printed_codes_hold_no_signs_that_people_mix_up() -> None:
    letters = set(new_letters(4000))
    assert letters.isdisjoint("01loiO")
    assert len(letters) > 25
    assert set(new_digits(2000)) == set("0123456789")
