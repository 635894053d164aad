"""From the database to the figures: the whole chain of a class, the file written from it, and the runs that keep it."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.delivery.appraisal.builders import complete_class as end_class
from tests.delivery.appraisal.builders import make_class, make_sitting, make_station
from tests.delivery.builders import END, ground, make_cast, make_person, place_in
from tests.factories import LONGHUA, MEILAN, SYSTEM, make_organization, make_region

from qihang.delivery.appraisal.models import Score
from qihang.delivery.appraisal.services import issue_many, revoke_certificate
from qihang.delivery.employment.models import ContributionList, WorkSpell
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.exchange import commands as export
from qihang.foundation.core import clock
from qihang.foundation.core.commands import Needs
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.jobs.services import run_inline
from qihang.launcher.usage import ChineseParser
from qihang.oversight.indicators import commands, snapshots
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.models import FigureRun
from qihang.oversight.indicators.projection import YEARLY_TARGET, events_from_database
from qihang.oversight.indicators.services import compute
from qihang.registry.participants.models import Person
from qihang.registry.policy.models import Parameter

pytestmark = pytest.mark.django_db

NOW = dt.date(2026, 11, 24)
SAT = dt.date(2026, 3, 30)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    keyring.forget()
    snapshots.events_of.cache_clear()
    ground()
    with clock.travel_to(NOW):
        yield
    keyring.forget()


@pytest.fixture
def people() -> list[Person]:
    """Four: the first two pass and one of them works; the third fails; the fourth was hardly there."""
    return [make_person() for _ in range(4)]


@pytest.fixture
def item(people: list[Person]) -> TrainingClass:
    item = make_class(people)
    end_class(item, but=people[3:])
    sitting = make_sitting(item, make_station(), SAT)
    places = {place.person_id: place for place in item.enrolments.all()}
    with clock.travel_to(SAT):
        score(sitting, places[people[0].pk], 80)
        score(sitting, places[people[1].pk], 70)
        score(sitting, places[people[2].pk], 40)
        passed = [places[people[0].pk], places[people[1].pk]]
        issue_many(actor=SYSTEM, sitting=sitting, enrolments=passed)
    work(people[0], dt.date(2026, 5, 1))
    return item


def score(sitting: Any, place: Enrolment, points: int) -> None:
    with unit_of_work(SYSTEM):
        Score.objects.create(sitting=sitting, enrolment=place, theory=points, practice=points, passed=points >= 60)


def work(person: Person, start: dt.date, employer: str = "王小燕小吃店") -> WorkSpell:
    office = make_organization("agency", MEILAN)
    with unit_of_work(SYSTEM):
        listed = ContributionList.objects.create(office=office, region_id=MEILAN, listed_on=dt.date(2026, 10, 31))
    spell = WorkSpell(
        person=person,
        employer_name=employer,
        start=start,
        evidence_kind="insurance",
        first_list=listed,
        last_list=listed,
        region_id=MEILAN,
    )
    WORK_SPELL_WORKFLOW.enter(spell, actor=SYSTEM)
    return WORK_SPELL_WORKFLOW.apply(spell, "list", actor=SYSTEM, fields={"recorded_on": listed.listed_on})


def figure(rows: Any, name: str) -> tuple[int, int]:
    (found,) = [row for row in rows if row.indicator == name]
    return found.numerator, found.denominator


def test_the_chain_of_a_class_gives_its_figures(item: TrainingClass) -> None:
    rows = compute(events_from_database(), as_of=NOW, programme="skills")
    assert figure(rows, "completion") == (3, 4)
    assert figure(rows, "pass_rate") == (2, 3)
    assert figure(rows, "pass_rate_enrolled") == (2, 4)
    assert figure(rows, "certification_rate") == (2, 2)
    assert figure(rows, "reemployment_6m_of_completed") == (1, 3)
    assert figure(rows, "reemployment_6m_of_passed") == (1, 2)


def test_applicants_who_never_got_in_are_no_cases(item: TrainingClass) -> None:
    waiting = make_class(name="第二期")
    place_in(waiting, state="applied")
    place_in(waiting, state="refused")
    events = events_from_database()
    assert events.enrolments.height == 4
    assert str(waiting.public_id) not in events.classes["id"].to_list()


def test_work_before_it_is_accepted_and_a_revoked_certificate_do_not_count(
    item: TrainingClass, people: list[Person]
) -> None:
    certificate = people[0].certificates.get()
    revoke_certificate(actor=SYSTEM, certificate=certificate, reason="替考")
    claimed = WorkSpell.objects.get()
    with unit_of_work(SYSTEM):
        WORK_SPELL_WORKFLOW.apply(claimed, "absorb", actor=SYSTEM)
    rows = compute(events_from_database(), as_of=NOW, programme="skills")
    assert figure(rows, "certification_rate") == (1, 2)
    assert figure(rows, "reemployment_6m_of_completed") == (0, 3)


def test_a_voided_score_is_no_appraisal(item: TrainingClass, people: list[Person]) -> None:
    with unit_of_work(SYSTEM):
        Score.objects.filter(enrolment__person=people[1]).update(voided_on=NOW, void_reason="登错")
    rows = compute(events_from_database(), as_of=NOW, programme="skills")
    assert figure(rows, "pass_rate") == (1, 3)


def test_a_class_without_a_sitting_is_due_by_the_parameter() -> None:
    item = make_class([make_person()])
    (day,) = events_from_database().classes["appraisal"].to_list()
    assert day == item.end + dt.timedelta(days=90)
    planned = make_class([make_person()], name="另一期", appraisal_on=END + dt.timedelta(days=3))
    days = dict(events_from_database().classes.select("id", "appraisal").iter_rows())
    assert days[str(planned.public_id)] == END + dt.timedelta(days=3)


def test_only_a_regions_classes_where_a_region_is_asked_for(item: TrainingClass) -> None:
    make_region(LONGHUA)
    assert events_from_database(region=LONGHUA).enrolments.is_empty()
    assert events_from_database(region="460100").enrolments.height == 4
    assert events_from_database(programme="startup").persons.is_empty()


def test_two_institutions_of_one_name_say_where_they_are(item: TrainingClass) -> None:
    names = events_from_database().classes["institution"].to_list()
    assert names == [item.organization.name]
    other = make_cast(LONGHUA)
    from tests.delivery.builders import approved_class

    second = approved_class(other, region=make_region(LONGHUA))
    place_in(second)
    with unit_of_work(SYSTEM):
        type(second.organization).objects.filter(pk=second.organization_id).update(name=item.organization.name)
    found = set(events_from_database().classes["institution"].to_list())
    assert found == {f"{item.organization.name}（{MEILAN}）", f"{item.organization.name}（{LONGHUA}）"}


class TestFile:
    def test_recomputes_to_the_same_figures_and_names_nobody(
        self, item: TrainingClass, people: list[Person], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "events.json"
        assert run_export("events", str(file), "--json") == 0
        assert json.loads(capsys.readouterr().out)["enrolments"] == 4
        text = file.read_text()
        for person in people:
            assert person.name.plain() not in text
            assert person.identity_no.plain() not in text
        assert "小吃店" not in text
        from_file = compute(Events.read_json(file), as_of=NOW, programme="skills", by="category")
        assert from_file == compute(events_from_database(), as_of=NOW, programme="skills", by="category")

    def test_says_where_it_cannot_be_written(self, item: TrainingClass, tmp_path: Path) -> None:
        from qihang.foundation.core.errors import DomainError

        with pytest.raises(DomainError, match="写不到"):
            run_export("events", str(tmp_path / "nowhere" / "events.json"))


def run_export(*arguments: str) -> int:
    parser = ChineseParser(prog="qihang export")
    export.add_arguments(parser)
    return export.run(parser.parse_args(list(arguments)))


def told(capsys: pytest.CaptureFixture[str], *asked: str) -> list[dict[str, Any]]:
    """The command's answer."""
    parser = ChineseParser(prog="qihang indicators")
    commands.add_arguments(parser)
    assert commands.run(parser.parse_args(["--as-of", NOW.isoformat(), *asked, "--json"])) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def trained_in(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["indicator"] == "trained"]


class TestRuns:
    def test_keep_the_figures_of_every_region_and_split(self, item: TrainingClass) -> None:
        run = snapshots.refresh()
        assert run.counts["enrolments"] == 4
        for region in ("460000", "460100", MEILAN):
            rows = snapshots.figures_of(run, programme="skills", region=region)
            (passed,) = [row for row in rows if row["indicator"] == "pass_rate"]
            assert (passed["numerator"], passed["denominator"]) == (2, 3)
        assert snapshots.figures_of(run, programme="skills", region=LONGHUA) == []
        split = snapshots.figures_of(run, programme="skills", region="460000", by="sex")
        assert {row["group"].get("sex") for row in split} == {"female"}

    def test_open_to_the_cases_behind_a_figure(self, item: TrainingClass, people: list[Person]) -> None:
        run = snapshots.refresh()
        frame = snapshots.cases_of(
            run, indicator="reemployment_6m_of_completed", region=MEILAN, group={"programme": "skills"}
        )
        met = frame.filter("met")["person"].to_list()
        assert met == [str(people[0].public_id)]
        assert frame.filter("over").height == 3
        (proof,) = frame.filter("met")["proof"].to_list()
        assert proof == [str(WorkSpell.objects.get().public_id)]

    def test_the_province_is_held_against_its_yearly_target(self, item: TrainingClass) -> None:
        run = snapshots.refresh()
        (trained,) = trained_in(snapshots.figures_of(run, programme="skills", region="460000"))
        assert (trained["numerator"], trained["denominator"]) == (3, 20000)
        assert trained_in(snapshots.figures_of(run, programme="skills", region=MEILAN)) == []

    def test_the_page_the_command_and_the_file_say_the_same(
        self, item: TrainingClass, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run = snapshots.refresh()
        kept = snapshots.figures_of(run, programme="skills", region="460000")
        file = tmp_path / "events.json"
        run_export("events", str(file))
        capsys.readouterr()
        for asked in (["--programme", "skills"], []):
            by_database, by_file = (told(capsys, *asked, *source) for source in ([], ["--events", str(file)]))
            assert by_database == by_file
            assert trained_in(by_database) == trained_in(kept) != []
        assert told(capsys, "--programme", "skills") == kept

    def test_a_place_or_a_plan_without_a_target_is_not_held_against_the_provinces(
        self, item: TrainingClass, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert trained_in(told(capsys, "--region", MEILAN)) == []
        assert trained_in(told(capsys, "--programme", "startup")) == []
        assert trained_in(told(capsys, "--region", "460000")) != []
        run_export("events", str(tmp_path / "part.json"), "--region", MEILAN)
        capsys.readouterr()
        assert trained_in(told(capsys, "--events", str(tmp_path / "part.json"))) == []

    def test_a_years_target_is_the_one_in_force_at_its_end(self, item: TrainingClass) -> None:
        people = {target.year: target.people for target in events_from_database().targets}
        assert people == {2026: 20000, 2027: 20000}
        with unit_of_work(SYSTEM):
            rows = Parameter.objects.filter(key=YEARLY_TARGET)
            rows.update(valid_to=dt.date(2026, 11, 30))
        assert events_from_database().targets == []

    def test_are_made_anew_only_when_something_changed(self, item: TrainingClass) -> None:
        snapshots.keep_fresh()
        first = FigureRun.objects.latest_run()
        snapshots.keep_fresh()
        assert FigureRun.objects.latest_run() == first
        place_in(item_of(item))
        snapshots.keep_fresh()
        assert FigureRun.objects.latest_run() != first

    def test_are_made_anew_on_another_day(self, item: TrainingClass) -> None:
        snapshots.keep_fresh()
        with clock.travel_to(NOW + dt.timedelta(days=1)):
            snapshots.keep_fresh()
        assert FigureRun.objects.count() == 2

    def test_old_ones_go_and_say_so(self, item: TrainingClass) -> None:
        runs = [snapshots.refresh() for _ in range(4)]
        assert FigureRun.objects.count() == 3
        with pytest.raises(NotFound, match="刷新"):
            snapshots.cases_of(runs[0], indicator="pass_rate", region=MEILAN)

    def test_a_person_may_have_them_made_now(self, item: TrainingClass) -> None:
        job = run_inline(kind=snapshots.REFRESH_JOB, actor=SYSTEM, payload={})
        assert job.result is not None and job.result["enrolments"] == 4

    def test_of_an_empty_house_are_empty(self) -> None:
        run = snapshots.refresh()
        assert run.counts["persons"] == 0
        assert isinstance(snapshots.figures_of(run, programme="skills", region="460000"), list)


def item_of(item: TrainingClass) -> TrainingClass:
    return make_class(name="再一期")


def test_the_command_computes_from_the_database(item: TrainingClass, capsys: pytest.CaptureFixture[str]) -> None:
    parser = ChineseParser(prog="qihang indicators")
    commands.add_arguments(parser)
    options = parser.parse_args(["--as-of", NOW.isoformat(), "--programme", "skills", "--json"])
    assert commands.needs(options) is Needs.DATABASE
    assert commands.run(options) == 0
    rows = json.loads(capsys.readouterr().out)
    (passed,) = [row for row in rows if row["indicator"] == "pass_rate"]
    assert (passed["numerator"], passed["denominator"]) == (2, 3)


def test_a_region_that_nobody_knows_is_refused_and_not_counted_as_nothing() -> None:
    with pytest.raises(DomainError, match="没有这个行政区划代码：999999"):
        events_from_database(region="999999")
