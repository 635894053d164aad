"""Which days a class may sit, by whose rules a mark passes and a certificate is numbered, and when numbers run out."""

import datetime as dt
from collections.abc import Iterator

import pytest
from tests.delivery.appraisal.builders import (
    SITTING_DAY,
    complete_class,
    make_class,
    make_sitting,
    make_station,
    register,
)
from tests.delivery.builders import END, FILED, ground
from tests.factories import HAINAN, MEILAN, SYSTEM, make_actor
from tests.identities import resident
from tests.parameters import put_in_force

from qihang.delivery.appraisal.models import Certificate, CertificateCounter
from qihang.delivery.appraisal.numbers import clean_number, looks_like_number, number_plan
from qihang.delivery.appraisal.rules import last_day, last_day_if_set, may_sit
from qihang.delivery.appraisal.services import (
    cancel_sitting,
    issue_many,
    move_sitting,
    plan_sitting,
    revocation_reasons,
    revoke_certificate,
)
from qihang.delivery.appraisal.workflows import SITTING_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import Refused

PEOPLE = {resident(order=1): "韩丽", resident(order=2): "欧阳春花", resident(order=3): "王小梅"}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class TestForms:
    """Two rules of numbers, side by side; a number read off a paper must be told from any other."""

    @pytest.mark.parametrize(
        ("region", "station", "year", "level", "number"),
        [
            ("460108", "108017", 2006, 5, "0646012017500001"),
            ("460200", "000902", 2019, 1, "1946022902100001"),
            ("469002", "000101", 2010, 3, "1046902101300001"),
            ("460400", "000999", 2000, 4, "0046042999400001"),
        ],
    )
    def test_sixteen_digits(self, region: str, station: str, year: int, level: int, number: str) -> None:
        plan = number_plan(rule="16", region=region, station_code=station, year=year, level=level)
        assert plan.number(1) == number
        assert len(number) == 16 and looks_like_number(number)

    @pytest.mark.parametrize(
        ("region", "station", "year", "level", "number"),
        [
            ("460108", "108017", 2020, 5, "S000046108017205000001"),
            ("460200", "000001", 2026, 1, "S000046000001261000001"),
            ("469002", "999999", 2099, 3, "S000046999999993000001"),
        ],
    )
    def test_twenty_two_characters(self, region: str, station: str, year: int, level: int, number: str) -> None:
        plan = number_plan(rule="22", region=region, station_code=station, year=year, level=level)
        assert plan.number(1) == number
        assert len(number) == 22 and looks_like_number(number)

    @pytest.mark.parametrize(("rule", "last"), [("16", 99_999), ("22", 999_999)])
    def test_the_last_number_of_a_year_and_none_after_it(self, rule: str, last: int) -> None:
        plan = number_plan(rule=rule, region=MEILAN, station_code="108017", year=2026, level=5)
        assert looks_like_number(plan.number(last))
        with pytest.raises(ValueError, match=str(last + 1)):
            plan.number(last + 1)

    def test_no_two_stations_years_or_levels_share_a_range(self) -> None:
        for rule in ("16", "22"):
            plans = {
                number_plan(rule=rule, region=MEILAN, station_code=station, year=year, level=level).prefix
                for station in ("108017", "108018")
                for year in (2025, 2026)
                for level in range(1, 6)
            }
            assert len(plans) == 20

    @pytest.mark.parametrize("rule", ["", "18", "22 ", "S"])
    def test_a_rule_that_there_is_not(self, rule: str) -> None:
        with pytest.raises(ValueError, match="unknown certificate number rule"):
            number_plan(rule=rule, region=MEILAN, station_code="108017", year=2026, level=5)

    @pytest.mark.parametrize(
        "text",
        [
            "0646015017500001",  # no body of kind 5
            "0646012017600001",  # no level 6
            "S000046108017200000001",  # nor level 0
            "T000046108017205000001",
            "s000046108017205000001",
            "S0000461080172050000010",
            "0646012017500001 ",
        ],
    )
    def test_what_is_no_number(self, text: str) -> None:
        assert not looks_like_number(text)

    @pytest.mark.parametrize(
        "typed", ["s000046108017205000001", " S0000 46108 01720 5000 001", "Ｓ０００046108017205000001"]
    )
    def test_a_number_as_people_type_it(self, typed: str) -> None:
        assert clean_number(typed) == "S000046108017205000001"


@pytest.fixture
def office() -> Iterator[None]:
    ground()
    with clock.travel_to(SITTING_DAY):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
class TestDays:
    def test_from_the_last_lesson_to_ninety_days_after_it(self) -> None:
        item, station = make_class(), make_station()
        assert last_day(item) == END + dt.timedelta(days=90) == day("2026-06-25")
        table = {
            "2026-03-26": "鉴定日不能更早",
            "2026-03-27": None,
            "2026-06-25": None,
            "2026-06-26": "最晚要在 2026-06-25",
        }
        with clock.travel_to(FILED):
            for on, words in table.items():
                if words:
                    with pytest.raises(Refused, match=words):
                        plan_sitting(actor=SYSTEM, item=item, station=station, on=day(on), place="")
                else:
                    cancel_sitting(
                        actor=SYSTEM,
                        sitting=plan_sitting(actor=SYSTEM, item=item, station=station, on=day(on), place=""),
                        comment="换站",
                    )

    def test_a_day_gone_by_is_none_and_today_is_one(self) -> None:
        item, station = make_class(), make_station()
        for on, words in ((day("2026-03-29"), "已经过了"), (SITTING_DAY, None)):
            if words:
                with pytest.raises(Refused, match=words):
                    plan_sitting(actor=SYSTEM, item=item, station=station, on=on, place="")
            else:
                assert plan_sitting(actor=SYSTEM, item=item, station=station, on=on, place="").on == on

    def test_the_days_are_those_of_the_filing_day_also_where_they_were_shortened_since(self) -> None:
        item = make_class()
        put_in_force("appraisal.due_days", 10, region=MEILAN, since=FILED + dt.timedelta(days=1))
        assert last_day_if_set(item) == day("2026-06-25")
        put_in_force("appraisal.due_days", 30, region=HAINAN, since=FILED)
        assert last_day_if_set(item) == day("2026-04-26")

    def test_a_sitting_called_off_leaves_its_day_free_and_one_held_does_not(self) -> None:
        item, station = make_class(register(PEOPLE)), make_station()
        sitting = make_sitting(item, station)
        cancel_sitting(actor=SYSTEM, sitting=sitting, comment="换一天")
        again = plan_sitting(actor=SYSTEM, item=item, station=station, on=SITTING_DAY, place="")
        complete_class(item)
        SITTING_WORKFLOW.apply(again, "hold", actor=SYSTEM)
        with pytest.raises(Refused, match="已经有一场鉴定，补考请另选一天"):
            plan_sitting(actor=SYSTEM, item=item, station=station, on=SITTING_DAY, place="")
        resit = plan_sitting(
            actor=SYSTEM, item=item, station=station, on=SITTING_DAY + dt.timedelta(days=1), place="补考"
        )
        with pytest.raises(Refused, match="已经有一场鉴定"):
            move_sitting(actor=SYSTEM, sitting=resit, on=SITTING_DAY, place="补考", comment="提前")

    def test_a_station_stopped_after_it_was_chosen_sits_no_more(self) -> None:
        from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW

        item, station = make_class(), make_station()
        sitting = plan_sitting(actor=SYSTEM, item=item, station=station, on=SITTING_DAY, place="")
        ORGANIZATION_WORKFLOW.apply(station, "suspend", actor=SYSTEM, comment="整改")
        sitting.refresh_from_db()
        assert may_sit(sitting, SYSTEM) == f"{station.name}现在暂停，请另选一个鉴定站"
        with pytest.raises(Refused, match="现在暂停"):
            move_sitting(actor=SYSTEM, sitting=sitting, on=SITTING_DAY, place="别处", comment="换教室")

    def test_scores_wait_for_the_day_and_for_the_end_of_the_class(self) -> None:
        item = make_class(register(PEOPLE))
        sitting = make_sitting(item)
        with clock.travel_to(SITTING_DAY - dt.timedelta(days=1)), pytest.raises(Refused, match="到那天再录成绩"):
            SITTING_WORKFLOW.apply(sitting, "hold", actor=SYSTEM)
        with pytest.raises(Refused, match="还没办结业"):
            SITTING_WORKFLOW.apply(sitting, "hold", actor=SYSTEM)
        complete_class(item)
        assert SITTING_WORKFLOW.apply(sitting, "hold", actor=SYSTEM).state == "held"


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
class TestIssuing:
    def issue(self, count: int = 1) -> list[Certificate]:
        item = make_class(register(dict(list(PEOPLE.items())[:count])))
        sitting = make_sitting(item)
        complete_class(item)
        places = list(item.enrolments.select_related("person").order_by("pk"))
        return issue_many(actor=SYSTEM, sitting=sitting, enrolments=places)

    def test_the_rule_of_numbers_is_that_of_the_day_of_issue(self) -> None:
        put_in_force("certificate.number_rule", 16, region=MEILAN, since=SITTING_DAY + dt.timedelta(days=1))
        (today,) = self.issue()
        assert today.number == "S000046108017265000001"
        with clock.travel_to(SITTING_DAY + dt.timedelta(days=1)):
            item = make_class(register({resident(order=9): "陈一"}), name="二班")
            sitting = make_sitting(item, today.station)
            complete_class(item)
            (tomorrow,) = issue_many(actor=SYSTEM, sitting=sitting, enrolments=list(item.enrolments.all()))
        assert tomorrow.number == "2646012017500001"

    def test_the_last_numbers_are_given_out_and_then_none_and_nothing_half(self) -> None:
        CertificateCounter.objects.create(prefix="S0000461080172" + "65", last=999_997)
        with pytest.raises(DomainError, match="用完了，还差 3 个") as refused:
            self.issue(3)
        assert refused.value.code == "numbers_used_up"
        assert not Certificate.objects.exists()
        assert CertificateCounter.objects.get().last == 999_997, "the counter goes back with the refusal"

    def test_exactly_the_last_ones_fit(self) -> None:
        CertificateCounter.objects.create(prefix="S000046108017265", last=999_997)
        assert [row.number[-6:] for row in self.issue(2)] == ["999998", "999999"]

    def test_a_revoked_number_is_never_given_again(self) -> None:
        (first,) = self.issue()
        approver = make_actor(Role.APPROVER)
        revoke_certificate(actor=approver, certificate=first, reason="替考")
        item = first.sitting.training_class
        (second,) = issue_many(
            actor=SYSTEM, sitting=first.sitting, enrolments=list(item.enrolments.select_related("person"))
        )
        assert (first.number[-6:], second.number[-6:]) == ("000001", "000002")
        assert revocation_reasons([first.pk, second.pk]) == {first.pk: "替考"}
        with pytest.raises(Refused, match="现在是“已撤销”"):
            revoke_certificate(actor=approver, certificate=first, reason="再撤")

    def test_somebody_who_sat_is_not_the_one_who_takes_their_paper_back(self) -> None:
        (paper,) = self.issue()
        for role in (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.STATION_CLERK, Role.PROVIDER_MANAGER):
            with pytest.raises(DomainError, match="您现在的岗位不能办"):
                revoke_certificate(actor=make_actor(role), certificate=paper, reason="试")
        with pytest.raises(Refused, match="写明原因"):
            revoke_certificate(actor=make_actor(Role.APPROVER), certificate=paper, reason=" ")
