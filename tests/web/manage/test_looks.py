"""Every look behind a mask can be read by the auditor, and by the person who was looked at; by nobody else."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from tests.delivery.builders import make_person
from tests.factories import MEILAN, SYSTEM, make_actor, make_user
from tests.web.manage.doors import signed_in, text

from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotAllowed
from qihang.foundation.core.looks import all_looks
from qihang.foundation.core.privacy import note_look, reveal
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import Person

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 5, 6)


@pytest.fixture
def officer() -> Actor:
    return make_actor(Role.INTAKE_OFFICER, region=MEILAN)


def login_of(actor: Actor) -> str:
    return str(User.objects.get(pk=actor.user_id).login)


def joined(person: Person) -> Client:
    user = make_user()
    with unit_of_work(SYSTEM):
        Person.objects.filter(pk=person.pk).update(user=user)
    client = Client()
    client.force_login(user)
    return client


def found(client: Client, **query: str) -> list[str]:
    return [row["look"].reason for row in client.get(reverse("manage_looks"), query).context["lines"]]


class TestTheAuditor:
    def test_reads_who_saw_what_and_why(self, officer: Actor) -> None:
        person = make_person()
        number = reveal(actor=officer, obj=person, field="identity_no", reason="核对医院的缴费单")
        page = text(signed_in(Role.AUDIT_ADMIN).get(reverse("manage_looks")))
        for said in (officer.user_label, officer.organization_label, "人员：身份证号", "核对医院的缴费单"):
            assert said in page
        assert number not in page and str(person.name) not in page

    def test_finds_one_persons_looks_of_some_days(self, officer: Actor) -> None:
        other, person = make_actor(Role.APPROVER), make_person()
        for actor, day, why in (
            (officer, 5, "早一天"),
            (officer, 6, "当天"),
            (other, 6, "别人"),
            (officer, 7, "晚一天"),
        ):
            with clock.travel_to(dt.date(2026, 5, day)):
                note_look(actor=actor, obj=person, field="phone", reason=why)
        auditor = signed_in(Role.AUDIT_ADMIN)
        assert found(auditor) == ["晚一天", "别人", "当天", "早一天"]
        assert found(auditor, login=login_of(officer)) == ["晚一天", "当天", "早一天"]
        assert found(auditor, login=login_of(officer), since=f"{DAY}", until=f"{DAY}") == ["当天"]

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ({"login": "nobody"}, "没有这个登录名"),
            ({"since": "去年"}, "从哪天"),
            ({"since": "2026-05-07", "until": "2026-05-06"}, "要晚于开始的那一天"),
        ],
    )
    def test_wrong_questions_are_told(self, query: dict[str, str], words: str) -> None:
        assert words in text(signed_in(Role.AUDIT_ADMIN).get(reverse("manage_looks"), query))

    def test_a_page_that_is_none_is_the_last(self, officer: Actor) -> None:
        person = make_person()
        for at in range(51):
            note_look(actor=officer, obj=person, field="phone", reason=f"第{at}次")
        auditor = signed_in(Role.AUDIT_ADMIN)
        assert found(auditor, page="99") == ["第0次"]
        assert len(found(auditor, page="x")) == 50

    @pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.LEADER, Role.APPROVER])
    def test_nobody_else_does(self, role: Role) -> None:
        assert signed_in(role).get(reverse("manage_looks")).status_code == 403
        with pytest.raises(NotAllowed):
            all_looks(actor=make_actor(role))


class TestThePerson:
    def test_reads_who_looked_at_them_and_why(self, officer: Actor) -> None:
        person, somebody = make_person(), make_person()
        reveal(actor=officer, obj=person, field="identity_no", reason="办补贴核对")
        reveal(actor=officer, obj=somebody, field="identity_no", reason="别人的事")
        page = text(joined(person).get(reverse("my_looks")))
        for said in (officer.user_label, officer.organization_label, "看了您的身份证号", "办补贴核对"):
            assert said in page
        assert "别人的事" not in page

    def test_reads_of_their_merged_record_too(self, officer: Actor) -> None:
        keep, drop = make_person(), make_person()
        note_look(actor=officer, obj=drop, field="phone", reason="并前看的")
        merge_persons(actor=officer, keep=keep, drop=drop, reason="同一个人")
        assert "并前看的" in text(joined(keep).get(reverse("my_looks")))

    def test_before_anybody_looked_it_says_so(self) -> None:
        assert "还没有人看过" in text(joined(make_person()).get(reverse("my_looks")))

    def test_the_account_leads_there_for_a_person_alone(self) -> None:
        assert reverse("my_looks") in text(joined(make_person()).get(reverse("account")))
        assert reverse("my_looks") not in text(signed_in(Role.LEADER).get(reverse("account")))
