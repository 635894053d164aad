"""The audit trail through its page: who, what, when, masked, page by page; and for nobody else."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories import SYSTEM, make_organization, make_user
from tests.foundation.core.test_audit import seal_when_others_have_ended
from tests.web.manage.doors import actor_in, owner_of, signed_in, text

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.models import AuditEntry, AuditSeal
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.models import Organization
from qihang.registry.organizations.services import edit_organization
from qihang.registry.participants.models import Person

pytestmark = pytest.mark.django_db

ORGANIZATIONS = Organization._meta.db_table


@pytest.fixture
def auditor() -> Client:
    return signed_in(Role.AUDIT_ADMIN)


def lines(client: Client, **query: object) -> list[tuple[str, int]]:
    response = client.get(reverse("manage_audit"), query)
    return [(row["line"].table, row["line"].row) for row in response.context["lines"]]


def rename(organization: Organization, name: str, actor: Actor = SYSTEM) -> None:
    edit_organization(actor=actor, organization=organization, fields={"name": name})


class TestFilters:
    def test_by_table_and_row(self, auditor: Client) -> None:
        school, other = make_organization(), make_organization()
        rename(school, "新名字")
        assert set(lines(auditor, table=ORGANIZATIONS)) >= {(ORGANIZATIONS, school.pk), (ORGANIZATIONS, other.pk)}
        assert lines(auditor, table=ORGANIZATIONS, row=school.pk) == [(ORGANIZATIONS, school.pk)] * 2
        assert {table for table, _ in lines(auditor)} > {ORGANIZATIONS}

    def test_by_person(self, auditor: Client) -> None:
        admin = signed_in(Role.SYSTEM_ADMIN)
        school = make_organization()
        rename(school, "新名字", actor_in(admin))
        assert lines(auditor, login=owner_of(admin).login.upper()) == [(ORGANIZATIONS, school.pk)]
        page = text(auditor.get(reverse("manage_audit"), {"login": "nobody"}))
        assert "没有这个登录名" in page
        assert "有错：" in page

    def test_by_day(self, auditor: Client) -> None:
        school = make_organization()
        days = [timezone.localtime(clock.now()) + dt.timedelta(days=days) for days in (30, 31, 32)]
        for day in days:
            with clock.travel_to(day):
                rename(school, f"名字 {day:%d}")
        on = {"since": f"{days[1]:%Y-%m-%d}", "until": f"{days[1]:%Y-%m-%d}"}
        assert lines(auditor, table=ORGANIZATIONS, **on) == [(ORGANIZATIONS, school.pk)]
        assert len(lines(auditor, table=ORGANIZATIONS, since=on["since"])) == 2
        assert lines(auditor, since="2099-01-01") == []
        assert lines(auditor, until="2001-01-01") == []

    def test_by_transaction(self, auditor: Client) -> None:
        with unit_of_work(SYSTEM):
            first = make_organization()
        entry = AuditEntry.objects.filter(table_name=ORGANIZATIONS, row_id=first.pk).get()
        response = auditor.get(reverse("manage_audit"), {"table": ORGANIZATIONS, "row": first.pk})
        xact = response.context["lines"][0]["line"].xact
        assert f"xact={xact}" in text(response)
        assert (ORGANIZATIONS, entry.row_id) in lines(auditor, xact=xact)
        assert lines(auditor, xact="1") == []

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ({"since": "去年"}, "日期没看懂"),
            ({"since": "2026-05-02", "until": "2026-05-01"}, "要晚于开始的那一天"),
            ({"xact": "1; drop"}, "事务号是一串数字"),
            ({"xact": "9" * 19}, "事务号是一串数字"),
            ({"table": "auth_nothing"}, "里没有这一项"),
            ({"row": "-1"}, "form"),
        ],
    )
    def test_nonsense_is_said_to_be_so(self, auditor: Client, query: dict[str, str], says: str) -> None:
        response = auditor.get(reverse("manage_audit"), query)
        assert (response.status_code, says in text(response)) == (200, True)

    @pytest.mark.parametrize("point", ["x", "1", "1-", "-1-2", "9" * 40, "1-²"])
    def test_a_point_that_is_none_shows_the_newest(self, auditor: Client, point: str) -> None:
        assert lines(auditor, before=point) == lines(auditor)


class TestPages:
    def test_walk_back_and_forth_without_gap_or_repeat(self, auditor: Client) -> None:
        school = make_organization()
        with unit_of_work(SYSTEM):  # one unit with more entries than a page holds
            for number in range(120):
                rename(school, f"名字 {number}")
        address, walked = reverse("manage_audit") + f"?table={ORGANIZATIONS}", []
        pages = []
        while address:
            pages.append(address)
            context = auditor.get(address).context
            walked += [row["line"].point.entry for row in context["lines"]]
            address = context["older"]
        expected = AuditEntry.objects.filter(table_name=ORGANIZATIONS).order_by("-id").values_list("id", flat=True)
        assert walked == list(expected)
        assert len(pages) == 3
        newer = auditor.get(pages[2]).context["newer"]
        back = [row["line"].point.entry for row in auditor.get(newer).context["lines"]]
        assert back == walked[50:100]
        context = auditor.get(auditor.get(newer).context["newer"]).context
        assert [row["line"].point.entry for row in context["lines"]] == walked[:50]
        assert context["newer"] == ""

    def test_nothing_newer_is_an_empty_page_with_a_way_back(self, auditor: Client) -> None:
        newest = auditor.get(reverse("manage_audit")).context["lines"][0]["line"].point
        page = text(auditor.get(reverse("manage_audit"), {"after": newest}))
        assert "没有这样的记录" in page
        assert "回到最新" in page


class TestMasking:
    def test_states_and_roles_are_read_names_and_numbers_are_not(self, auditor: Client) -> None:
        user = make_user(name="王秀兰", identity_no="46010819820314242X")
        with unit_of_work(SYSTEM):
            Person.objects.create(
                name="王秀兰", identity_no="46010819820314242X", sex="female", birth_date="1982-03-14"
            )
            user.name = "王秀英"
            user.save()
        page = text(auditor.get(reverse("manage_audit")))
        assert "王秀" not in page.replace(actor_in(auditor).user_label, "")
        assert "1982" not in page
        assert "女" not in page
        assert "状态：" in page
        assert "不显示" in page

    def test_what_changed_in_an_organisation_reads_from_to(self, auditor: Client) -> None:
        school = make_organization(name="启名学校")
        rename(school, "启明学校")
        page = text(auditor.get(reverse("manage_audit"), {"table": ORGANIZATIONS, "row": school.pk}))
        assert "启名学校 → 启明学校" in page
        assert "系统" in page


class TestSeal:
    def test_the_page_says_how_far_it_is_sealed(self, auditor: Client) -> None:
        make_organization()
        page = text(auditor.get(reverse("manage_audit"))).replace("\u00a0", " ")
        assert "还没有封过" in page
        assert f"没封的 {AuditEntry.objects.count()} 条" in page

    def test_only_an_auditor_reads(self) -> None:
        for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.LEADER, Role.APPROVER):
            assert signed_in(role).get(reverse("manage_audit")).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_sealed_entries_are_marked_and_later_ones_are_not() -> None:
    auditor = signed_in(Role.AUDIT_ADMIN)
    sealed = make_organization()
    seal_when_others_have_ended()
    fresh = make_organization()
    response = auditor.get(reverse("manage_audit"), {"table": ORGANIZATIONS})
    marks = {row["line"].row: row["line"].sealed for row in response.context["lines"]}
    assert (marks[sealed.pk], marks[fresh.pk]) == (True, False)
    page = text(response).replace("\u00a0", " ")
    assert f"封到第 {AuditSeal.objects.latest('number').number} 张" in page
    assert "没封的 1 条" in page
    assert "最早一条" in page
