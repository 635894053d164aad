"""Choosing a password: what is refused and why, and the ways back in."""

import datetime as dt

import pytest
from tests.foundation.accounts.doors import (
    CLIENT,
    OTHER_CLIENT,
    PASSWORD,
    PHONE,
    last_code,
    last_text,
    make_account,
    make_reachable,
)

from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.errors import Expired, Locked, Wrong
from qihang.foundation.accounts.models import Device, ResetLink, User
from qihang.foundation.accounts.passwords import check_password_rules
from qihang.foundation.accounts.services.passwords import (
    change_password,
    find_reset_link,
    issue_reset_link,
    request_reset,
    reset_by_code,
    reset_by_link,
)
from qihang.foundation.accounts.services.sign_in import check_password
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.models import AuditEntry
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications.models import Delivery, Message

pytestmark = pytest.mark.django_db

NEW = "qionghai-xiaozhen-88"
SECURITY = Actor(user_id=1, user_label="安管", role=Role.SECURITY_ADMIN)
LINK = "http://testserver/reset/{token}/"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("abc", "至少 10 位，现在是 3 位"),
        ("123456789", "至少 10 位"),
        ("password123", "太常见"),
        ("1111111111", "太常见"),
        ("ababababab", "太常见"),
        ("12345678901", "太常见"),
        ("9876543210", "太常见"),
        ("qwertyuiop1", "太常见"),
        ("iloveyou2026", "太常见"),
        ("wangxl-haikou", "登录名"),
        ("haikou551234", "手机号"),
        ("x19820315xx", "生日"),
        ("haikou15424x", "身份证号"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused_in_words(password: str, reason: str) -> None:
    owner = User(login="wangxl", name="王秀兰", phone=PHONE, identity_no="46010819820315424X")
    with pytest.raises(DomainError, match=reason) as refusal:
        check_password_rules(password, owner)
    assert refusal.value.field == "password"


@pytest.mark.parametrize("password", [PASSWORD, NEW, "海口的椰子真的很好吃", "correct horse battery", "tR7#pq!29x"])
def test_long_ones_need_no_tricks(password: str) -> None:
    check_password_rules(password, User(login="wangxl", name="王秀兰"))


def test_a_change_ends_the_other_sessions_and_tells_the_owner() -> None:
    user = make_account()
    for key in ("a" * 32, "b" * 32):
        Device.objects.create(user=user, session_key=key, method="password")
    change_password(actor=owner_of(user), user=user, password=NEW, keep_session="a" * 32)
    assert check_password(identifier=user.login, password=NEW, client=CLIENT) == user
    assert [device.session_key for device in Device.objects.filter(user=user)] == ["a" * 32]
    assert "窗口" in Message.objects.get(user=user).body


def test_a_change_is_audited_in_the_owners_name_without_the_password() -> None:
    user = make_account()
    change_password(actor=owner_of(user), user=user, password=NEW)
    entry = AuditEntry.objects.filter(table_name="accounts_user", operation="U").latest("id")
    assert entry.context.actor["user_id"] == user.pk
    assert NEW not in str(entry.after)


class TestLink:
    def link_of(self, user: User) -> str:
        request_reset(identifier=user.login, client=CLIENT, link=LINK)
        return last_text(user).partition("/reset/")[2].partition("/")[0]

    def test_goes_to_the_mailbox_and_sets_a_new_password(self) -> None:
        user = make_account(email="wang@example.com")
        token = self.link_of(user)
        assert find_reset_link(token).user == user
        assert reset_by_link(token=token, password=NEW) == user
        assert check_password(identifier=user.login, password=NEW, client=CLIENT) == user

    def test_works_once(self) -> None:
        user = make_account(email="wang@example.com")
        token = self.link_of(user)
        reset_by_link(token=token, password=NEW)
        with pytest.raises(Expired, match="用过"):
            reset_by_link(token=token, password=PASSWORD)
        with pytest.raises(Wrong):
            check_password(identifier=user.login, password=PASSWORD, client=CLIENT)

    def test_a_bad_password_uses_nothing_up(self) -> None:
        user = make_account(email="wang@example.com")
        token = self.link_of(user)
        with pytest.raises(DomainError, match="10 位"):
            reset_by_link(token=token, password="short")
        assert find_reset_link(token)

    def test_runs_out(self) -> None:
        user = make_account(email="wang@example.com")
        token = self.link_of(user)
        with clock.travel_to(clock.now() + dt.timedelta(hours=2, seconds=1)), pytest.raises(Expired):
            reset_by_link(token=token, password=NEW)

    def test_a_newer_one_makes_the_older_void(self) -> None:
        user = make_account(email="wang@example.com")
        old = self.link_of(user)
        new = self.link_of(user)
        with pytest.raises(Expired):
            find_reset_link(old)
        assert find_reset_link(new)

    def test_a_changed_password_makes_it_void(self) -> None:
        user = make_account(email="wang@example.com")
        token = self.link_of(user)
        change_password(actor=owner_of(user), user=user, password=NEW)
        with pytest.raises(Expired):
            find_reset_link(token)

    def test_an_account_switched_off_gets_none_and_keeps_none(self) -> None:
        user = make_account(email="wang@example.com")
        token = self.link_of(user)
        User.objects.filter(pk=user.pk)
        from qihang.foundation.accounts.services.accounts import set_active

        set_active(actor=SECURITY, user=user, active=False)
        with pytest.raises(Expired):
            find_reset_link(token)
        before = Delivery.objects.count()
        request_reset(identifier=user.login, client=CLIENT, link=LINK)
        assert Delivery.objects.count() == before

    def test_only_its_digest_is_stored(self) -> None:
        token = self.link_of(make_account(email="wang@example.com"))
        assert token.encode() not in bytes(ResetLink.objects.get().digest)
        assert token not in " ".join(str(entry.after) for entry in AuditEntry.objects.all())

    def test_the_counter_issues_one_and_only_the_security_administrator(self) -> None:
        user = make_account()
        with pytest.raises(NotAllowed, match="安全管理员"):
            issue_reset_link(actor=Actor(role=Role.SYSTEM_ADMIN), user=user)
        assert reset_by_link(token=issue_reset_link(actor=SECURITY, user=user), password=NEW) == user


class TestAsking:
    def test_says_nothing_of_an_account_that_does_not_exist(self) -> None:
        request_reset(identifier="nobody", client=CLIENT, link=LINK)
        assert not Delivery.objects.exists()

    def test_sends_nothing_to_a_phone_that_was_never_proved(self) -> None:
        user = make_account(phone=PHONE)
        request_reset(identifier=user.login, client=CLIENT, link=LINK)
        assert not Delivery.objects.exists()

    def test_too_often_is_refused_whoever_is_asked_for(self) -> None:
        for _ in range(5):
            request_reset(identifier="nobody", client=CLIENT, link=LINK)
        with pytest.raises(Locked):
            request_reset(identifier="nobody", client=OTHER_CLIENT, link=LINK)


class TestCode:
    def test_comes_by_sms_without_a_link_and_sets_a_new_password(self) -> None:
        user = make_reachable()
        request_reset(identifier=user.login, client=CLIENT, link=LINK)
        text = last_text(user)
        assert "http" not in text
        assert len(text) <= 70
        assert reset_by_code(identifier=user.login, code=last_code(user), password=NEW, client=CLIENT) == user
        assert check_password(identifier=PHONE, password=NEW, client=CLIENT) == user

    def test_a_bad_password_leaves_the_code_usable(self) -> None:
        user = make_reachable()
        request_reset(identifier=user.login, client=CLIENT, link=LINK)
        with pytest.raises(DomainError, match="10 位"):
            reset_by_code(identifier=user.login, code=last_code(user), password="short", client=CLIENT)
        reset_by_code(identifier=user.login, code=last_code(user), password=NEW, client=CLIENT)

    def test_guessing_locks(self) -> None:
        user = make_reachable()
        request_reset(identifier=user.login, client=CLIENT, link=LINK)
        for _ in range(5):
            with pytest.raises((Wrong, Locked)):
                reset_by_code(identifier=user.login, code="000000", password=NEW, client=CLIENT)
        with pytest.raises(Locked):
            reset_by_code(identifier=user.login, code=last_code(user), password=NEW, client=CLIENT)

    def test_nobodys_code_is_wrong_like_any_other(self) -> None:
        with pytest.raises(Wrong, match="验证码没对上"):
            reset_by_code(identifier="nobody", code="123456", password=NEW, client=CLIENT)
