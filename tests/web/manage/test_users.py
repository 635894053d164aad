"""Accounts through their pages: found, unlocked, let back in, switched off; and who may not."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import make_actor, make_user
from tests.foundation.accounts.doors import CLIENT, PASSWORD, PHONE, make_account, make_reachable
from tests.web.account.pages import code_of
from tests.web.manage.doors import actor_in, owner_of, signed_in, text

from qihang.foundation.accounts.actors import owner_of as self_of
from qihang.foundation.accounts.errors import Locked, Wrong
from qihang.foundation.accounts.models import ResetLink, User
from qihang.foundation.accounts.services import factors
from qihang.foundation.accounts.services.sign_in import check_password
from qihang.foundation.core.models import AuditEntry
from qihang.foundation.core.roles import SEPARATED_ADMINS, Role
from qihang.foundation.notifications.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def security() -> Client:
    return signed_in(Role.SECURITY_ADMIN, login="boss1")


def page_of(user: User) -> str:
    return reverse("manage_user", args=[user.public_id])


def act_of(user: User, act: str) -> str:
    return reverse("manage_user_act", args=[user.public_id, act])


def lock(user: User) -> None:
    while True:
        try:
            check_password(identifier=user.login, password="猜的", client=CLIENT)
        except Wrong:
            continue
        except Locked:
            return


def with_totp(user: User) -> User:
    factors.start_totp(actor=self_of(user), user=user)
    factors.confirm_totp(actor=self_of(user), user=user, code=code_of(user, -1))
    return user


class TestSearching:
    def found(self, client: Client, words: str) -> list[str]:
        return [row["user"].login for row in client.get(reverse("manage_users"), {"q": words}).context["rows"]]

    def test_by_the_beginning_of_login_or_name_or_a_whole_phone(self, security: Client) -> None:
        make_reachable(login="wangxl", name="王秀兰")
        make_account(login="wangwu", name="王五")
        assert self.found(security, "WANG") == ["wangwu", "wangxl"]
        assert self.found(security, "王秀") == ["wangxl"]
        assert self.found(security, PHONE) == ["wangxl"]
        assert self.found(security, PHONE[:6]) == []
        assert self.found(security, "秀兰") == []

    @pytest.mark.parametrize("words", ["", " ", "王"])
    def test_nobody_is_listed_unasked(self, security: Client, words: str) -> None:
        make_account(name="王秀兰")
        assert self.found(security, words) == []

    def test_says_when_there_are_more(self, security: Client) -> None:
        for _ in range(31):
            make_user(name="王秀兰")
        page = security.get(reverse("manage_users"), {"q": "王秀兰"})
        assert len(page.context["rows"]) == 30
        assert "还有更多" in text(page)

    def test_shows_roles_held_now(self, security: Client) -> None:
        user = make_user(name="王秀兰", identity_no="46010819820314242X")
        actor = make_actor(Role.TRAINER, user=user)
        assert f"{actor.organization_label} · 教师" in text(security.get(reverse("manage_users"), {"q": "王秀兰"}))

    @pytest.mark.parametrize("role", [Role.AUDIT_ADMIN, Role.APPROVER, Role.PROVIDER_MANAGER])
    def test_is_refused_to_others(self, role: Role) -> None:
        client = signed_in(role)
        assert client.get(reverse("manage_users")).status_code == 403
        assert client.get(page_of(make_user())).status_code == 403


class TestAccountPage:
    def test_shows_lock_factors_roles_and_sign_ins_without_numbers(self, security: Client) -> None:
        user = with_totp(make_reachable(name="符晓"))
        make_actor(Role.APPROVER, user=user)
        lock(user)
        page = text(security.get(page_of(user)))
        assert all(words in page for words in ("锁到", "动态码、备用码", "审批", "没对上", "139****1234"))
        assert PHONE not in page

    def test_the_system_administrator_looks_but_does_not_touch(self) -> None:
        client, user = signed_in(Role.SYSTEM_ADMIN), make_account()
        assert client.get(page_of(user)).context["acts"] == []
        for act in ("unlock", "reset", "factors", "disable", "enable"):
            assert client.post(act_of(user, act)).status_code == 403

    def test_only_acts_that_apply_are_offered(self, security: Client) -> None:
        user = make_account()
        assert [act.slug for act in security.get(page_of(user)).context["acts"]] == ["reset", "disable"]
        lock(with_totp(user))
        offered = [act.slug for act in security.get(page_of(user)).context["acts"]]
        assert offered == ["unlock", "reset", "factors", "disable"]

    def test_one_that_does_not_exist(self, security: Client) -> None:
        assert security.get(reverse("manage_user", args=["11111111-1111-4111-8111-111111111111"])).status_code == 404
        assert security.get(act_of(make_user(), "burn")).status_code == 404


class TestActs:
    def test_unlocking_lets_in_tells_the_owner_and_is_audited(self, security: Client) -> None:
        user = make_account()
        lock(user)
        assert "先弄清楚是本人试错了" in text(security.get(act_of(user, "unlock")))
        assert "现在就能再试" in text(security.post(act_of(user, "unlock"), follow=True))
        assert check_password(identifier=user.login, password=PASSWORD, client=CLIENT) == user
        assert Message.objects.get(user=user).title == "登录锁定解除了"
        trace = AuditEntry.objects.filter(table_name=User._meta.db_table, after__has_key="unlocked_at").last()
        assert trace and trace.context.actor["user_id"] == actor_in(security).user_id
        assert "没有锁着" in text(security.post(act_of(user, "unlock"), follow=True))

    def test_a_reset_link_is_shown_once_and_takes_the_place_of_the_one_before(self, security: Client) -> None:
        user = make_account()
        links = [re.search(r"/reset/[\w-]+/", text(security.post(act_of(user, "reset"))))[0] for _ in range(2)]  # type: ignore[index]
        assert [Client().get(link).status_code for link in links] == [410, 200]
        Client().post(links[1], {"password": "sanya-chaoxi-77"})
        assert check_password(identifier=user.login, password="sanya-chaoxi-77", client=CLIENT) == user
        assert not ResetLink.objects.filter(used_at__isnull=True).exists()

    def test_lost_second_factors_are_taken_off(self, security: Client) -> None:
        user = with_totp(make_account())
        assert "第二步解除了" in text(security.post(act_of(user, "factors"), follow=True))
        assert factors.factors_of(user) == frozenset()

    def test_switched_off_and_on(self, security: Client) -> None:
        user = make_account()
        person = Client()
        person.force_login(user)
        security.post(act_of(user, "disable"))
        assert person.get(reverse("account")).status_code == 302
        assert [act.slug for act in security.get(page_of(user)).context["acts"]] == ["enable"]
        security.post(act_of(user, "enable"))
        user.refresh_from_db()
        assert user.is_active

    def test_never_ones_own(self, security: Client) -> None:
        me = owner_of(security)
        assert "这是您自己的账号" in text(security.get(page_of(me)))
        for act in ("reset", "disable"):
            assert security.post(act_of(me, act)).status_code == 403

    def test_a_proof_is_asked_for_first(self) -> None:
        client, user = signed_in(Role.SECURITY_ADMIN, proved=False), make_account()
        assert "先核对一下是您本人" in text(client.post(act_of(user, "disable")))
        user.refresh_from_db()
        assert user.is_active

    @pytest.mark.parametrize("role", [*(SEPARATED_ADMINS - {Role.SECURITY_ADMIN}), Role.PROVIDER_MANAGER])
    def test_are_refused_to_others(self, role: Role) -> None:
        assert signed_in(role).post(act_of(make_account(), "reset")).status_code == 403
