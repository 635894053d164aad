"""Looking parameters up: at a place on a day, all versions of a key, and who may look."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.policy.services import load_sourced_parameters
from tests.factories import HAIKOU, HAINAN, MEILAN
from tests.web.manage_policy.pages import Person, checker, decide, officer, propose

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def late_november() -> Iterator[None]:
    with clock.travel_to(dt.date(2026, 11, 24)):
        yield


class TestInForce:
    def test_a_value_stands_with_its_source_and_mark(self) -> None:
        load_sourced_parameters()
        page = officer().get("manage_parameters", q="五级")
        assert "1500 元" in page
        assert "琼财社规〔2021〕14号 附支出范围和标准" in page
        assert "二手来源" in page
        assert "每班人数上限" not in page

    def test_what_is_missing_says_so_and_leads_on(self) -> None:
        person = officer()
        page = person.get("manage_parameters", v="missing")
        assert "没有值" in page
        assert f"{reverse('manage_parameter_propose', args=['class.size_max'])}?region={HAINAN}" in page
        assert "由政策录入提出" in checker().get("manage_parameters", v="missing")

    def test_a_missing_value_that_is_proposed_waits_for_its_checker(self) -> None:
        person = officer()
        draft = propose(person)
        page = person.get("manage_parameters", v="missing")
        assert "有一个草案，等复核" in page
        assert reverse("manage_parameter_propose", args=["class.size_max"]) not in page
        assert "接着提：" in person.get("manage_parameter", draft.public_id)
        assert "接着提：" not in checker().get("manage_parameter", draft.public_id)

    def test_it_is_asked_of_a_place_and_a_day(self) -> None:
        proposer, other = officer(), checker()
        decide(other, propose(proposer, region=HAIKOU, value="40"))
        assert "40 人" not in proposer.get("manage_parameters", q="size_max")
        assert "40 人" in proposer.get("manage_parameters", q="size_max", region=MEILAN)
        assert "40 人" not in proposer.get("manage_parameters", q="size_max", region=MEILAN, on="2025-12-31")
        assert "40 人" in proposer.get("manage_parameters", q="size_max", region=MEILAN, on="2026年1月1日")

    def test_words_may_name_the_subject_or_the_key(self) -> None:
        person = officer()
        assert "公示期" in person.get("manage_parameters", q="公示")
        assert "公示期" in person.get("manage_parameters", q="NOTICE days")
        assert "没有找到这样的参数" in person.get("manage_parameters", q="天气")

    def test_values_are_sorted_out_by_how_far_they_were_checked(self) -> None:
        load_sourced_parameters()
        page = officer().get("manage_parameters", v="true")
        assert "鉴定合格分数" in page
        assert "职业培训补贴标准" not in page

    def test_a_day_that_cannot_be_read_is_said_and_today_is_shown(self) -> None:
        page = officer().get("manage_parameters", on="下周三")
        assert "日期没看懂" in page
        assert "2026\xa0年\xa011\xa0月\xa024\xa0日" in page

    def test_an_officer_of_a_city_sees_their_own_place_first(self) -> None:
        decide(checker(), propose(officer(), region=HAIKOU, value="40"))
        assert "40 人" in Person(Role.INTAKE_OFFICER, HAIKOU).get("manage_parameters", q="size_max")

    def test_drafts_are_not_values(self) -> None:
        proposer = officer()
        propose(proposer)
        assert "50 人" not in proposer.get("manage_parameters", q="size_max")


class TestVersions:
    def test_every_version_names_both_hands(self) -> None:
        proposer, other = officer(), checker()
        decide(other, propose(proposer))
        decide(other, propose(proposer, value="45", valid_from="2027-01-01"))
        page = proposer.get("manage_parameter_key", "class.size_max")
        assert page.index("45 人") < page.index("50 人")
        assert "2026\xa0年\xa01\xa0月\xa01\xa0日至2026\xa0年\xa012\xa0月\xa031\xa0日" in page
        for person in (proposer, other):
            assert person.user.name in page

    def test_only_those_who_work_on_drafts_see_them(self) -> None:
        draft = propose(officer())
        outsider = Person(Role.INTAKE_OFFICER)
        assert "这个参数还没有值" in outsider.get("manage_parameter_key", "class.size_max")
        outsider.get("manage_parameter", draft.public_id, status=404)
        assert "50 人" in Person(Role.LEADER).get("manage_parameter_key", "class.size_max")

    def test_a_key_that_does_not_exist(self) -> None:
        assert "没有“class.colour”这个参数" in officer().get("manage_parameter_key", "class.colour", status=404)

    def test_a_cap_says_that_all_levels_hold(self) -> None:
        assert "各级都有效" in officer().get("manage_parameter_key", "training.lifetime_cap")


class TestReaders:
    @pytest.mark.parametrize("name", ["manage_parameters", "manage_calendar"])
    @pytest.mark.parametrize("role", [Role.PROVIDER_CLERK, Role.EMPLOYER_USER, Role.AUDIT_ADMIN, Role.EXPERT])
    def test_those_whose_page_it_is_not_learn_whose_it_is(self, name: str, role: Role) -> None:
        assert "政策录入" in Person(role).get(name, status=403)

    def test_visitors_are_sent_to_the_door(self) -> None:
        response = Client().get(reverse("manage_parameters"))
        assert response.status_code == 302
        assert reverse("sign_in") in response["Location"]

    def test_the_work_list_is_for_both_hands(self) -> None:
        for role in (Role.LEADER, Role.SYSTEM_ADMIN, Role.INTAKE_OFFICER):
            Person(role).get("manage_parameters_waiting", status=403)


class TestMenu:
    def test_each_begins_with_their_own_work(self) -> None:
        for role, name in (
            (Role.POLICY_OFFICER, "manage_parameters"),
            (Role.POLICY_CHECKER, "manage_parameters_waiting"),
        ):
            person = Person(role)
            response = person.client.post(
                reverse("switch"), {"membership": str(person.user.memberships.get().public_id)}
            )
            assert response["Location"] == reverse(name)

    def test_the_checkers_menu_counts_what_waits(self) -> None:
        other = checker()
        waits = '<span class="q-cnt">1<span class="visually-hidden"> 件</span></span>'
        assert waits not in other.get("manage_calendar")
        propose(officer())
        assert waits in other.get("manage_calendar")
        assert waits not in checker(HAIKOU).get("manage_calendar")
