"""Logins, phones and passwords in the forms that people type them; what is one to them is one to the product."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import SYSTEM

from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.models.user import identity_key, phone_key
from qihang.foundation.accounts.passwords import check_password_rules
from qihang.foundation.accounts.services.accounts import make_account
from qihang.foundation.core.errors import DomainError

_NUMBER = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@settings(max_examples=60, deadline=None)
@given(_NUMBER, st.sampled_from(["{}", "+86 {}", "86{}", "({0})", "{0:.3} {0}"]))
def test_a_phone_is_the_same_number_with_and_without_the_country(number: str, form: str) -> None:
    text = form.format(number)
    if form != "{0:.3} {0}":
        assert phone_key(text) == number
    assert phone_key(phone_key(text)) == phone_key(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("139-0755-1234", "13907551234"),
        ("(86)13907551234", "13907551234"),
        ("１３９　０７５５　１２３４", "13907551234"),
        ("8613907551234", "13907551234"),
        ("0898-66223333", "089866223333"),
        ("861390755123", "861390755123"),
        ("", ""),
        ("没有", ""),
    ],
)
def test_phones_as_they_are_typed(text: str, number: str) -> None:
    assert phone_key(text) == number


@pytest.mark.parametrize(
    "text", [" 46010819850520424x", "４６０１０８１９８５０５２０４２４Ｘ", "46010819850520424X\n"]
)
def test_an_identity_number_is_one_number(text: str) -> None:
    assert identity_key(text) == "46010819850520424X"


def unsaved(**fields: object) -> User:
    return User(
        **{"login": "wangxl", "name": "王秀兰", "phone": "13907551234", "identity_no": "46010819850520424X", **fields}
    )


@pytest.mark.parametrize(
    "password",
    [
        "wangxl-2026-hk",
        "WANGXL-2026-HK",
        "x13907551234x",
        "yezi-551234-hk",
        "yezi19850520",
        "yezi-20424x-hk",
        "yezi-20424X-hk",
        "46010819850520424X",
    ],
)
def test_what_an_acquaintance_knows_is_no_password(password: str) -> None:
    with pytest.raises(DomainError, match="登录名、手机号、身份证号或生日") as refusal:
        check_password_rules(password, unsaved())
    assert refusal.value.field == "password"


@pytest.mark.parametrize("password", ["yezi-wenchang-8", "海口湾的椰子树真高啊", "qq2-zz7-hh9-x", "1985-haikou-bay"])
def test_what_nobody_knows_is_one(password: str) -> None:
    check_password_rules(password, unsaved())
    check_password_rules(password, unsaved(phone=None, identity_no=None))


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "0987654321",
        "abcdefghijkl",
        "qwertyuiop",
        "poiuytrewq",
        "aaaaaaaaaa",
        "aabbccaabbcc",
        "asdfghjklasdf",
        "password123",
        "iloveyou2026!",
        "Qwerty123456",
    ],
)
def test_what_everybody_tries_first_is_refused_however_long(password: str) -> None:
    with pytest.raises(DomainError, match="太常见"):
        check_password_rules(password, unsaved(phone=None, identity_no=None, login="zzz"))


@pytest.mark.parametrize("length", [0, 1, 9])
def test_a_short_one_is_told_how_long_it_is(length: int) -> None:
    with pytest.raises(DomainError, match=f"至少 10 位，现在是 {length} 位"):
        check_password_rules("x7-q"[:length] + "z9k2m4"[: max(0, length - 4)], unsaved())


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["ab", "1abc", "-abc", "王秀兰", "wang xl", "wang@xl", "a" * 61, "", "wang\n"])
def test_a_login_that_could_not_be_typed_everywhere_is_refused(login: str) -> None:
    if login == "wang\n":
        assert make_account(actor=SYSTEM, login=login, name="王", password=None).login == "wang"
        return
    with pytest.raises(DomainError) as refusal:
        make_account(actor=SYSTEM, login=login, name="王", password=None)
    assert refusal.value.field == "login"
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "value"), [("email", "not an address"), ("name", ""), ("name", "长" * 61)])
def test_each_wrong_field_is_named(field: str, value: str) -> None:
    fields = {"login": "wangxl", "name": "王秀兰", "password": None, field: value}
    with pytest.raises(DomainError) as refusal:
        make_account(actor=SYSTEM, **fields)  # type: ignore[arg-type]
    assert refusal.value.field == field


@pytest.mark.django_db
def test_an_account_without_an_identity_number_does_not_stand_in_the_way_of_another() -> None:
    for login in ("first", "second"):
        assert make_account(actor=SYSTEM, login=login, name="王", password=None, identity_no="").identity_no is None
