"""What the tables of delivery refuse whoever writes, each constraint tried past every service."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.delivery.appraisal.builders import make_sitting, make_station
from tests.delivery.belongings import contribution_list, give_certificate, give_spell
from tests.delivery.builders import END, Cast, approved_class, ground, make_cast, make_person, place_in
from tests.factories import SYSTEM
from tests.registry.policy.cases import decide

from qihang.delivery.appraisal.models import Score
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.workflows import EARNED_TRANCHE_WORKFLOW
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core import clock
from qihang.foundation.core.units import unit_of_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(dt.date(2026, 3, 2)):
        yield make_cast()


@pytest.fixture
def place(cast: Cast) -> Enrolment:
    return place_in(approved_class(cast), state="completed")


def refuses(words: str, statement: str, *values: object) -> None:
    with (
        pytest.raises(DatabaseError, match=words),
        transaction.atomic(),
        unit_of_work(SYSTEM),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)


class TestWork:
    @pytest.mark.parametrize(
        ("sets", "words"),
        [
            ("\"end\" = '2026-04-30', end_recorded_on = '2026-10-31'", "spell_dates_in_order"),
            ("end_recorded_on = '2026-10-31'", "spell_end_recorded_has_an_end"),
            ("last_list_id = NULL", "spell_has_its_proof"),
            ("first_list_id = NULL", "spell_has_its_proof"),
            ("evidence_kind = 'contract'", "spell_has_its_proof"),
            ("recorded_on = NULL", "accepted_spell_is_recorded"),
            ("\"end\" = '2026-06-30'", "accepted_spell_is_recorded"),
        ],
    )
    def test_a_spell(self, cast: Cast, sets: str, words: str) -> None:
        spell = give_spell(make_person())
        refuses(words, f"UPDATE employment_workspell SET {sets} WHERE id = %s", spell.pk)

    @pytest.mark.parametrize(
        ("start", "end", "employer", "overlaps"),
        [
            (dt.date(2026, 6, 30), None, "椰家", True),
            (dt.date(2026, 4, 1), dt.date(2026, 5, 1), "椰家", True),
            (dt.date(2026, 7, 1), None, "椰家", False),
            (dt.date(2026, 4, 1), dt.date(2026, 4, 30), "椰家", False),
            (dt.date(2026, 6, 1), None, "别家", False),
        ],
    )
    def test_one_at_a_time_with_an_employer(
        self, cast: Cast, start: dt.date, end: dt.date | None, employer: str, overlaps: bool
    ) -> None:
        person, listed = make_person(), contribution_list()
        give_spell(person, end=dt.date(2026, 6, 30), listed=listed)
        if not overlaps:
            give_spell(person, start, end, employer=employer, listed=listed)
            return
        with pytest.raises(IntegrityError, match="one_spell_an_employer_at_a_time"), transaction.atomic():
            give_spell(person, start, end, employer=employer, listed=listed)

    def test_one_list_an_office_and_day(self, cast: Cast) -> None:
        one, other = contribution_list(), contribution_list(dt.date(2026, 11, 30))
        refuses(
            "one_list_an_office_and_day",
            "UPDATE employment_contributionlist SET office_id = %s, listed_on = %s WHERE id = %s",
            one.office_id,
            one.listed_on,
            other.pk,
        )


class TestScores:
    @pytest.fixture
    def score(self, place: Enrolment) -> Score:
        sitting = make_sitting(place.training_class)
        with unit_of_work(SYSTEM):
            return Score.objects.create(sitting=sitting, enrolment=place, theory=60, practice="59.50", passed=False)

    @pytest.mark.parametrize(
        ("theory", "practice", "passed", "words"),
        [
            ("100.01", "60", False, "points_out_of_a_hundred"),
            ("60", "-0.01", False, "points_out_of_a_hundred"),
            (None, "60", True, "passed_both_parts"),
            ("60", None, True, "passed_both_parts"),
            ("100", "0", False, ""),
            (None, None, False, ""),
        ],
    )
    def test_points(
        self, place: Enrolment, theory: str | None, practice: str | None, passed: bool, words: str
    ) -> None:
        score = Score(
            sitting=make_sitting(place.training_class),
            enrolment=place,
            theory=theory,
            practice=practice,
            passed=passed,
        )
        if not words:
            with unit_of_work(SYSTEM):
                score.save()
            return
        with pytest.raises(IntegrityError, match=words), transaction.atomic(), unit_of_work(SYSTEM):
            score.save()

    @pytest.mark.parametrize(
        ("sets", "words"),
        [
            ("practice = 60", "score_stays|read.?only|Cannot update"),
            ("passed = true", "score_stays|read.?only|Cannot update"),
            ("voided_on = '2026-04-01'", "voided_score_says_why"),
            ("void_reason = '错'", "voided_score_says_why"),
        ],
    )
    def test_a_score_is_voided_with_a_reason_and_never_changed(self, score: Score, sets: str, words: str) -> None:
        refuses(words, f"UPDATE appraisal_score SET {sets} WHERE id = %s", score.pk)

    def test_one_that_counts_a_sitting(self, score: Score) -> None:
        twin = Score(sitting=score.sitting, enrolment=score.enrolment, passed=False)
        with pytest.raises(IntegrityError, match="one_score_a_sitting"), transaction.atomic(), unit_of_work(SYSTEM):
            twin.save()


class TestCertificates:
    @pytest.mark.parametrize(
        ("sets", "words"),
        [
            ("state = 'revoked'", "revoked_on_a_day"),
            ("revoked_on = '2026-05-01'", "revoked_on_a_day"),
            ("number = '1'", "certificate_stays|read.?only|Cannot update"),
            ("level = '1'", "certificate_stays|read.?only|Cannot update"),
            ("issued_on = '2026-01-01'", "certificate_stays|read.?only|Cannot update|certificate_after"),
        ],
    )
    def test_is_revoked_on_a_day_and_never_changed(self, place: Enrolment, sets: str, words: str) -> None:
        certificate = give_certificate(place, make_station())
        refuses(words, f"UPDATE appraisal_certificate SET {sets} WHERE id = %s", certificate.pk)

    def test_nor_taken_away(self, place: Enrolment) -> None:
        certificate = give_certificate(place, make_station())
        refuses("certificate_is_kept|Cannot delete", "DELETE FROM appraisal_certificate WHERE id = %s", certificate.pk)

    def test_one_in_force_a_place(self, place: Enrolment) -> None:
        station = make_station()
        give_certificate(place, station)
        with pytest.raises(IntegrityError, match="one_certificate_an_enrolment"), transaction.atomic():
            give_certificate(place, station)


class TestEarned:
    @pytest.fixture
    def earned(self, place: Enrolment) -> EarnedTranche:
        return earn(place)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"amount": "0.00"}, "earned_amount_is_something"),
            ({"amount": "-1.00"}, "earned_amount_is_something"),
            ({"tranche": "employed"}, "second_tranche_rests_on_work"),
            ({}, "tranche_earned_once"),
        ],
    )
    def test_a_second_or_impossible_one(self, earned: EarnedTranche, changes: dict[str, str], words: str) -> None:
        with pytest.raises(IntegrityError, match=words), transaction.atomic():
            earn(earned.enrolment, **changes)

    @pytest.mark.parametrize(
        ("sets", "words"),
        [
            ("state = 'reversed'", "earned_is_reversed_on_a_day"),
            ("reversed_on = '2026-05-01'", "earned_is_reversed_on_a_day"),
            ("amount = 1", "earned_stays|read.?only|Cannot update"),
            ("earned_on = '2026-01-01'", "earned_stays|read.?only|Cannot update"),
        ],
    )
    def test_is_reversed_on_a_day_and_never_changed(self, earned: EarnedTranche, sets: str, words: str) -> None:
        refuses(words, f"UPDATE subsidies_earnedtranche SET {sets} WHERE id = %s", earned.pk)

    def test_nor_taken_away(self, earned: EarnedTranche) -> None:
        refuses("earned_is_kept|Cannot delete", "DELETE FROM subsidies_earnedtranche WHERE id = %s", earned.pk)


def earn(place: Enrolment, **changes: object) -> EarnedTranche:
    decision = decide(person_id=place.person_id)
    fields = {"tranche": "certified", "amount": "750.00", "certificate_no": "1", "earned_on": END, **changes}
    row = EarnedTranche(enrolment=place, decision=decision, granted_by=decision, **fields)
    return EARNED_TRANCHE_WORKFLOW.enter(row, actor=SYSTEM)
