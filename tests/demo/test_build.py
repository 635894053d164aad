"""The synthetic province: believable, whole, the same for the same seed, and never among real records."""

import datetime as dt
from collections import Counter

import pytest

from qihang.cli import COMMANDS
from qihang.delivery.appraisal.models import Certificate, CertificateCounter
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.training.models import Enrolment, FilingCounter, TrainingClass
from qihang.demo import commands, start
from qihang.demo.accounts import demo_logins
from qihang.demo.build import SAMPLE_CLASS, Built, build
from qihang.foundation.core import audit, clock
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.models import CalendarYear
from qihang.launcher.usage import ChineseParser
from qihang.oversight.indicators.models import FigureRun
from qihang.oversight.indicators.snapshots import figures_of
from qihang.registry.organizations.services import actor_in_role
from qihang.registry.participants.models import Person
from qihang.registry.policy.services import verify_decisions
from tests.demo.conftest import TODAY
from tests.factories import make_organization, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def people() -> list[str]:
    return sorted(person.identity_no.plain() for person in Person.objects.all())


def test_a_province_is_whole_and_believable() -> None:
    built = build(people=300, years=2, seed=7)
    assert isinstance(built, Built)
    states = set(TrainingClass.objects.values_list("state", flat=True))
    assert {"completed", "approved"} <= states
    assert TrainingClass.objects.get(name=SAMPLE_CLASS).roster_last_day > TODAY
    assert {"completed", "refused"} <= set(Enrolment.objects.values_list("state", flat=True))
    assert Certificate.objects.exists() and WorkSpell.objects.exists() and EarnedTranche.objects.exists()
    rates = {
        row["indicator"]: row["numerator"] / row["denominator"]
        for row in figures_of(FigureRun.objects.latest_run(), programme="skills", region="460000")
        if row.get("denominator")
    }
    assert 0.8 < rates["pass_rate"] <= 1
    assert 0.4 < rates["reemployment_6m_of_completed"] < 0.8
    assert not audit.verify().broken
    assert verify_decisions().holds


@pytest.mark.parametrize(("people", "seed"), [(1, 1), (12, 2), (30, 9)])
def test_the_smallest_provinces_are_whole_too(people: int, seed: int) -> None:
    assert build(people=people, years=1, seed=seed).classes >= 1
    assert verify_decisions().holds and not audit.verify().broken


def test_it_tells_how_many_people_there_are_so_far() -> None:
    told: list[tuple[str, int, int, str]] = []

    def say(text: str, done: int = 0, total: int = 0, of: str = "人") -> None:
        told.append((text, done, total, of))

    build(people=90, years=1, seed=2, say=say)
    people = [(done, total) for text, done, total, of in told if of == "人" and total]
    assert people[0] == (0, 90) and people[-1] == (90, 90)
    assert ("算结果补贴", "个班") in {(text, of) for text, _, _, of in told}


def test_numbers_go_on_where_the_demo_ends() -> None:
    """Filing and certificate numbers are counted by the services from the last one that the demo gave."""
    build(people=60, years=1, seed=5)
    numbers = Counter(number[:10] for number in filed())
    assert numbers == {f"{one.region}{one.year}": one.last for one in FilingCounter.objects.all()}
    given = Counter(paper.number[:16] for paper in Certificate.objects.all())
    assert given == {one.prefix: one.last for one in CertificateCounter.objects.all()}


def filed() -> list[str]:
    return list(TrainingClass.objects.exclude(filing_no=None).values_list("filing_no", flat=True))


def test_the_same_seed_makes_the_same_people() -> None:
    from django.db import transaction

    found = []
    for seed in (3, 3, 4):
        try:
            with transaction.atomic():
                build(people=40, years=1, seed=seed)
                found.append(people())
                raise Undone
        except Undone:
            keyring.forget()
    assert found[0] == found[1] != found[2]


class Undone(Exception):
    """Takes a built province back."""


def test_every_log_in_that_it_tells_works_in_its_role() -> None:
    build(people=60, years=1, seed=5)
    logins = demo_logins()
    assert len({one.role for one in logins}) == len(logins) >= 12
    assert actor_in_role("xx001", ["provider_clerk"]).region == "460108"
    taught = TrainingClass.objects.visible_to(actor_in_role("xx001t", ["trainer"]))
    assert 1 < taught.count() < TrainingClass.objects.filter(organization=taught[0].organization).count()
    assert taught.filter(name=SAMPLE_CLASS).exists()


def test_among_real_records_it_builds_nothing() -> None:
    make_organization()
    with pytest.raises(DomainError, match="空的系统"):
        build(people=10, years=1, seed=1)


@pytest.mark.parametrize("arguments", [["--people", "0"], ["--years", "99"]])
def test_the_command_refuses_what_makes_no_province(arguments: list[str]) -> None:
    assert COMMANDS["demo"].module == commands.__name__
    parser = ChineseParser(prog="qihang demo")
    commands.add_arguments(parser)
    with pytest.raises(DomainError):
        commands.run(parser.parse_args(["build", *arguments]))


def test_a_start_takes_the_demo_that_another_command_built_meanwhile() -> None:
    assert not start.is_there()
    build(people=1, years=1, seed=1)
    classes = TrainingClass.objects.count()
    start.build_demo("small")
    assert (start.is_there(), TrainingClass.objects.count()) == (True, classes)


def test_a_start_builds_no_demo_among_real_records() -> None:
    make_organization("training_institution")
    with pytest.raises(DomainError, match="空的系统"):
        start.build_demo("small")


@pytest.mark.parametrize("day", [dt.date(2026, 12, 20), dt.date(2028, 2, 29)])
def test_it_can_be_built_on_any_day_whatever_calendars_came_with_the_product(day: dt.date) -> None:
    with clock.travel_to(day):
        assert build(people=12, years=1, seed=3).classes >= 1
        last = CalendarYear.objects.get(year=day.year + 1)
        assert "示范" in last.source
        assert "示范" not in CalendarYear.objects.get(year=2026).source, "the published one stays"
        assert verify_decisions().holds


def test_a_real_house_is_no_demo_whatever_its_administrators_are_called() -> None:
    make_user(login="systemadmin")
    assert not start.is_there()
