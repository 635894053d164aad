"""Uses held against caps of years and levels: what a person has had anywhere decides what they may have here."""

import datetime as dt

import pytest
from tests.factories import HAIKOU, SANYA, SYSTEM, make_actor
from tests.parameters import put_in_force
from tests.registry.benefits.builders import COOK, counts_of, decision_for, make_person, past_use, request_for, reserve

from qihang.foundation.core.roles import Role
from qihang.registry.benefits.enums import Fund
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.services import (
    count_again_many,
    enjoy_many,
    given_back_of,
    release_many,
    reserve_many,
    take_back_many,
)
from qihang.registry.policy.services import load_demo_parameters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_set")]

ENROLMENT = "training.Enrolment"
OTHER = "4-10-01-06"


@pytest.fixture
def demo_set() -> None:
    load_demo_parameters()


class TestLifetime:
    def test_three_uses_of_three_years_and_no_fourth(self) -> None:
        person = make_person()
        for at, year in enumerate((2022, 2023, 2024)):
            past_use(person, f"p{year}", on=dt.date(year, 5, 1), occupation=f"6-0{at + 1}-01-01")
        assert decision_for(person).outcomes["lifetime_cap"] is False
        assert reserve(person, "a").refused == {"a": "资格判定没有通过，不能占用待遇"}

    def test_uses_elsewhere_in_the_country_count_here(self) -> None:
        """A person moves; what was had in Sanya and in another province is gone in Haikou."""
        person = make_person()
        past_use(person, "s", region=SANYA, occupation="6-01-01-01")
        past_use(person, "g", region="440100", occupation="6-02-01-01")
        assert counts_of(person)["lifetime_uses"] == 2
        assert decision_for(person).eligible is True
        past_use(person, "b", region="450100", occupation="6-03-01-01")
        assert decision_for(person).eligible is False

    def test_a_city_that_gives_fewer_holds_for_its_own_classes(self) -> None:
        put_in_force("training.lifetime_cap", 1, region=HAIKOU)
        person = make_person()
        past_use(person, "a", occupation=OTHER)
        assert decision_for(person).outcomes["lifetime_cap"] is False

    def test_a_use_given_back_is_to_be_had_again_and_one_counted_again_is_not(self) -> None:
        person = make_person()
        for at, year in enumerate((2023, 2024)):
            past_use(person, f"p{year}", on=dt.date(year, 5, 1), occupation=f"6-0{at + 1}-01-01")
        reserve(person, "third", on=dt.date(2025, 3, 3), occupation=OTHER)
        assert decision_for(person).eligible is False
        release_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["third"], comment="没取证")
        assert decision_for(person).eligible is True
        done = count_again_many(
            actor=SYSTEM, benefit="training_subsidy", source_kind=ENROLMENT, source_refs=["third"], comment="补发"
        )
        assert len(done.done) == 1
        assert decision_for(person).eligible is False

    def test_what_unemployment_insurance_paid_is_no_use_of_this_fund_but_bars_the_same_course(self) -> None:
        person = make_person()
        for at in range(3):
            past_use(person, f"u{at}", fund=Fund.UNEMPLOYMENT_INSURANCE, occupation=f"6-0{at + 1}-01-01")
        assert decision_for(person).eligible is True
        past_use(person, "same", fund=Fund.UNEMPLOYMENT_INSURANCE)
        assert decision_for(person).outcomes["no_double_dip"] is False

    def test_the_old_fund_for_re_employment_counts_as_this_one(self) -> None:
        person = make_person()
        past_use(person, "old", fund=Fund.REEMPLOYMENT, on=dt.date(2026, 1, 5), occupation=OTHER)
        assert counts_of(person)["uses_this_year"] == 1
        assert decision_for(person).outcomes["yearly_cap"] is False


class TestYear:
    @pytest.mark.parametrize(
        ("filed", "eligible"),
        [("2025-12-31", False), ("2026-01-01", True), ("2024-12-31", True), ("2025-01-01", False)],
    )
    def test_the_year_is_that_of_the_filing_day_on_both_sides_of_new_year(self, filed: str, eligible: bool) -> None:
        person = make_person()
        past_use(person, "a", on=dt.date(2025, 7, 1), occupation=OTHER)
        assert decision_for(person, on=dt.date.fromisoformat(filed)).eligible is eligible

    def test_a_place_reserved_for_a_class_of_next_year_is_no_use_of_this_year(self) -> None:
        person = make_person()
        reserve(person, "next", on=dt.date(2027, 1, 4), occupation=OTHER)
        counted = counts_of(person)
        assert (counted["lifetime_uses"], counted["uses_this_year"]) == (1, 0)
        assert reserve(person, "now").uses

    def test_two_classes_decided_at_once_take_one_use_of_a_year(self) -> None:
        """Both were found eligible; the second one's ground is gone once the first holds the benefit."""
        person = make_person()
        one = decision_for(person, occupation=COOK)
        other = decision_for(person, occupation=OTHER)
        assert (one.eligible, other.eligible) == (True, True)
        assert reserve_many(actor=SYSTEM, requests=[request_for(one, "a")]).uses
        late = reserve_many(actor=SYSTEM, requests=[request_for(other, "b", occupation=OTHER)])
        assert (late.uses, list(late.refused)) == ([], ["b"])
        assert "重新判定" in late.refused["b"]
        assert decision_for(person, occupation=OTHER).outcomes["yearly_cap"] is False

    def test_two_a_year_where_a_province_says_so_and_then_no_third(self) -> None:
        person = make_person()
        past_use(person, "a", on=dt.date(2020, 3, 1), occupation="6-01-01-01")
        past_use(person, "b", on=dt.date(2020, 6, 1), occupation="6-02-01-01")
        assert decision_for(person, on=dt.date(2020, 12, 31)).eligible is True, "no yearly limit before 2021"


class TestSameCourse:
    @pytest.mark.parametrize(
        ("occupation", "level", "again"), [(COOK, "5", False), (COOK, "4", True), (OTHER, "5", True)]
    )
    def test_not_the_same_occupation_at_the_same_level(self, occupation: str, level: str, again: bool) -> None:
        person = make_person()
        past_use(person, "a", occupation=occupation, level=level)
        assert decision_for(person).eligible is again


class TestGivenBack:
    def test_of_a_case_that_holds_nothing_more_with_the_day_and_the_reason(self) -> None:
        person = make_person()
        (use,) = reserve(person, "a").uses
        assert given_back_of(actor=SYSTEM, source_kind=ENROLMENT, source_ref="a") == []
        release_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment={"a": "鉴定没有合格"})
        (found,) = given_back_of(actor=SYSTEM, source_kind=ENROLMENT, source_ref="a")
        assert (found.use, found.why) == (use, "鉴定没有合格")
        reserve(person, "a")
        assert given_back_of(actor=SYSTEM, source_kind=ENROLMENT, source_ref="a") == []

    def test_of_several_times_the_latest_reason(self) -> None:
        person = make_person()
        reserve(person, "a")
        enjoy_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"])
        take_back_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment="证书撤销了")
        count_again_many(
            actor=SYSTEM, benefit="training_subsidy", source_kind=ENROLMENT, source_refs=["a"], comment="补发"
        )
        take_back_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment="又撤销了")
        assert [one.why for one in given_back_of(actor=SYSTEM, source_kind=ENROLMENT, source_ref="a")] == ["又撤销了"]

    def test_only_who_sees_the_use_reads_why(self) -> None:
        reserve(make_person(), "a")
        release_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment="退班")
        for region, sees in ((HAIKOU, True), (SANYA, False)):
            officer = make_actor(Role.INTAKE_OFFICER, region=region)
            assert bool(given_back_of(actor=officer, source_kind=ENROLMENT, source_ref="a")) is sees

    def test_nothing_is_deleted_and_every_step_has_its_word(self) -> None:
        reserve(make_person(), "a")
        release_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment="退班")
        assert BenefitUse.objects.filter(source_ref="a", state="released").count() == 1
