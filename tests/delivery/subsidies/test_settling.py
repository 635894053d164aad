"""What a class has earned by certificates and work: when, how much, and what happens when the ground falls away."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.delivery.builders import Cast, approved_class, place_in
from tests.delivery.subsidies.builders import (
    CERTIFIED_ON,
    Papers,
    complete,
    completed_class,
    contributions,
    granted_place,
    unset,
)
from tests.factories import HAINAN, SANYA, SYSTEM, make_actor
from tests.foundation.documents.conftest import picture
from tests.parameters import put_in_force
from tests.registry.policy.cases import decide

from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import accept_claim, claim_work, reject_claim, take_back
from qihang.delivery.subsidies.earnings import earnings_of, totals_by_region
from qihang.delivery.subsidies.enums import Tranche
from qihang.delivery.subsidies.jobs import SETTLE_JOB
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.services import Settlement, settle_class, settle_classes
from qihang.delivery.subsidies.workflows import EARNED_TRANCHE_WORKFLOW
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.services import run_now
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import (
    explain,
    verify_decisions,
    working,
)

pytestmark = pytest.mark.django_db

NOVEMBER = dt.date(2026, 11, 30)


def earned(tranche: Tranche = Tranche.EMPLOYED, state: str = "earned") -> list[EarnedTranche]:
    return list(EarnedTranche.objects.filter(tranche=tranche, state=state).order_by("pk"))


def standing(place: Enrolment, tranche: Tranche = Tranche.EMPLOYED) -> Decision:
    return Decision.objects.standing().get(benefit=tranche.benefit, case_ref=str(place.public_id))


def failing(decision: Decision) -> list[str]:
    return [name for name, passed in decision.outcomes.items() if passed is False]


def unknown(decision: Decision) -> list[str]:
    return [name for name, passed in decision.outcomes.items() if passed is None]


class TestCertificate:
    def test_a_certificate_earns_the_first_part(self, cast: Cast, papers: Papers) -> None:
        item, (place,) = completed_class(cast)
        papers.issue(place)
        assert settle_class(actor=cast.intake, item=item) == Settlement(decided=2, earned=1, reversed=0)
        (row,) = earned(Tranche.CERTIFIED)
        assert (row.amount, row.earned_on, row.certificate_no) == (
            Decimal("750.00"),
            CERTIFIED_ON,
            papers[place.pk].certificate_no,
        )
        assert row.granted_by_id == place.decision_id and row.spell is None
        assert row.decision == standing(place, Tranche.CERTIFIED)
        assert working(row.decision) == "判定金额 1,500.00 元 × 50%，四舍五入到分"
        steps = EARNED_TRANCHE_WORKFLOW.history(row).values_list("transition", "user_id")
        assert list(steps) == [("enter", cast.intake.user_id)]

    def test_settling_again_changes_nothing(self, cast: Cast, papers: Papers) -> None:
        item, places = completed_class(cast, people=3)
        papers.issue(*places[:2])
        settle_class(actor=cast.intake, item=item)
        before = Decision.objects.count()
        assert settle_class(actor=cast.clerk, item=item) == Settlement(0, 0, 0)
        assert Decision.objects.count() == before

    def test_many_classes_are_settled_as_one_by_one(self, cast: Cast, papers: Papers) -> None:
        classes = [completed_class(cast, people=people) for people in (2, 1, 3)]
        papers.issue(*(places[0] for _, places in classes))
        items = [item for item, _ in classes]
        assert settle_classes(actor=cast.intake, items=items) == Settlement(decided=12, earned=3, reversed=0)
        assert {row.enrolment_id for row in earned(Tranche.CERTIFIED)} == {places[0].pk for _, places in classes}
        assert [settle_class(actor=cast.intake, item=item) for item in items] == [Settlement(0, 0, 0)] * 3
        assert verify_decisions().holds

    def test_one_that_cannot_be_settled_holds_the_others_back(self, cast: Cast, papers: Papers) -> None:
        item, (place,) = completed_class(cast)
        papers.issue(place)
        with pytest.raises(DomainError, match="还没有办结业"):
            settle_classes(actor=cast.intake, items=[item, approved_class(cast)])
        with pytest.raises(NotFound):
            settle_classes(actor=make_actor("intake_officer", region=SANYA), items=[item])
        assert not earned(Tranche.CERTIFIED)

    def test_without_a_register_of_certificates_everybody_waits(self, cast: Cast) -> None:
        item, (place,) = completed_class(cast)
        with clock.travel_to(CERTIFIED_ON):
            assert settle_class(actor=cast.intake, item=item).earned == 0
        assert unknown(standing(place, Tranche.CERTIFIED)) == ["certified"]

    def test_a_revoked_certificate_takes_both_parts_back(self, cast: Cast, papers: Papers) -> None:
        item, (place,) = completed_class(cast)
        papers.issue(place)
        contributions(cast.intake, (place, "202605", "202610"))
        assert settle_class(actor=cast.intake, item=item).earned == 2
        papers.issue(place, stands=False)
        assert settle_class(actor=cast.intake, item=item) == Settlement(decided=2, earned=0, reversed=2)
        assert failing(standing(place)) == ["certified"]
        for row in EarnedTranche.objects.all():
            assert (row.state, row.reversed_on) == ("reversed", dt.date(2026, 12, 1))
            last = EARNED_TRANCHE_WORKFLOW.history(row).last()
            assert last.comment == "不再符合：取得证书，证书有效"

    def test_another_certificate_is_another_ground(self, cast: Cast, papers: Papers) -> None:
        from qihang.delivery.subsidies.ports import Certified

        item, (place,) = completed_class(cast)
        papers.issue(place)
        settle_class(actor=cast.intake, item=item)
        papers[place.pk] = Certified(dt.date(2026, 6, 1), "2146000000000001")
        assert settle_class(actor=cast.intake, item=item) == Settlement(decided=2, earned=1, reversed=1)
        (row,) = earned(Tranche.CERTIFIED)
        assert (row.certificate_no, row.earned_on) == ("2146000000000001", dt.date(2026, 6, 1))

    def test_an_odd_fen_is_in_one_of_the_two(self, cast: Cast, papers: Papers) -> None:
        special = {"level": "special", "lesson_hours": 31}
        item, (place,) = completed_class(cast, people=0, places=[special])
        papers.issue(place)
        contributions(cast.intake, (place, "202605", "202610"))
        settle_class(actor=cast.intake, item=item)
        amounts = [row.amount for tranche in Tranche for row in earned(tranche)]
        assert sum(amounts) == place.decision.amount


class TestWork:
    @pytest.fixture
    def held(self, cast: Cast, papers: Papers) -> tuple[TrainingClass, Enrolment]:
        """A certified trainee who completed on 27 March; the window ends on 27 September."""
        item, (place,) = completed_class(cast)
        papers.issue(place)
        return item, place

    def test_work_on_a_list_earns_the_second_part(self, cast: Cast, held: tuple[TrainingClass, Enrolment]) -> None:
        item, place = held
        contributions(cast.intake, (place, "202605", "202610"))
        settle_class(actor=cast.intake, item=item)
        (row,) = earned()
        assert (row.amount, row.earned_on, row.spell.rank) == (Decimal("750.00"), dt.date(2026, 10, 31), "甲")
        assert [line.situation for line in explain(row.decision, "officer")][-2:] == [
            "2026-05-01 开始工作，凭社会保险缴费（甲）",
            "缴费 6 个月，社保名单核到 2026-10-31",
        ]

    @pytest.mark.parametrize(
        ("first", "earns"), [("202603", True), ("202604", True), ("202609", True), ("202610", False)]
    )
    def test_the_window_opens_the_day_after_completion_and_closes_after_six_months(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment], first: str, earns: bool
    ) -> None:
        item, place = held
        contributions(cast.intake, (place, first, "202610"))
        settle_class(actor=cast.intake, item=item)
        assert bool(earned()) is earns
        assert failing(standing(place)) == ([] if earns else ["work_in_window"])

    def test_work_that_went_on_from_before_earns_nothing(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment]
    ) -> None:
        item, place = held
        contributions(cast.intake, (place, "202602", "202610"))
        settle_class(actor=cast.intake, item=item)
        assert not earned()
        assert failing(standing(place)) == ["work_in_window", "contribution_months"]

    def test_until_lists_reach_the_windows_end_it_is_not_yet_then_never_and_yet_a_late_list_may_bring_it(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment]
    ) -> None:
        item, place = held
        other = place_in(item, state="completed")
        contributions(cast.intake, (other, "202605", "202608"), on=dt.date(2026, 8, 31))
        settle_class(actor=cast.intake, item=item)
        assert unknown(standing(place)) == ["work_in_window", "contribution_months"]
        contributions(cast.intake, (other, "202605", "202609"), on=dt.date(2026, 9, 30))
        settle_class(actor=cast.intake, item=item)
        assert failing(standing(place)) == ["work_in_window"]
        contributions(cast.intake, (place, "202609", "202610"))
        assert settle_class(actor=cast.intake, item=item).earned == 1
        assert standing(place).eligible

    def test_a_list_alone_is_no_reason_to_decide_anew(self, cast: Cast, held: tuple[TrainingClass, Enrolment]) -> None:
        item, place = held
        other = place_in(item, state="completed")
        contributions(cast.intake, (other, "202605", "202606"), on=dt.date(2026, 6, 30))
        settle_class(actor=cast.intake, item=item)
        before = standing(place)
        contributions(cast.intake, (other, "202605", "202607"), on=dt.date(2026, 7, 31))
        settle_class(actor=cast.intake, item=item)
        assert standing(place) == before

    def test_a_gap_starts_a_new_spell_and_the_part_rests_on_the_first(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment]
    ) -> None:
        item, place = held
        contributions(cast.intake, (place, "202604", "202605"), (place, "202608", "202610"))
        settle_class(actor=cast.intake, item=item)
        (row,) = earned()
        assert row.spell.start == dt.date(2026, 4, 1)

    def test_a_later_list_that_closes_the_work_keeps_what_was_earned(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment]
    ) -> None:
        item, place = held
        contributions(cast.intake, (place, "202605", "202610"))
        settle_class(actor=cast.intake, item=item)
        contributions(cast.intake, (place_in(item, state="completed"), "202611", "202611"), on=NOVEMBER)
        assert WorkSpell.objects.get(person=place.person).end == dt.date(2026, 10, 31)
        assert settle_class(actor=cast.intake, item=item).reversed == 0
        assert len(earned()) == 1

    def test_work_taken_back_takes_the_part_back(self, cast: Cast, held: tuple[TrainingClass, Enrolment]) -> None:
        item, place = held
        contributions(cast.intake, (place, "202605", "202610"))
        settle_class(actor=cast.intake, item=item)
        take_back(actor=make_actor("second_reviewer"), spell=WorkSpell.objects.get(), comment="单位说没有这个人")
        assert settle_class(actor=cast.intake, item=item).reversed == 1
        assert not earned()

    def test_the_part_moves_to_other_work_when_its_own_falls_away(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment]
    ) -> None:
        item, place = held
        contributions(cast.intake, (place, "202604", "202605"), (place, "202608", "202610"))
        settle_class(actor=cast.intake, item=item)
        (first,) = earned()
        take_back(actor=make_actor("second_reviewer"), spell=first.spell, comment="不是本人")
        assert settle_class(actor=cast.intake, item=item) == Settlement(decided=1, earned=1, reversed=1)
        (row,) = earned()
        assert row.spell.start == dt.date(2026, 8, 1)
        assert EARNED_TRANCHE_WORKFLOW.history(first).last().comment == "依据变了，按新的依据另记"

    def test_earlier_work_learnt_of_later_does_not_shake_what_stands(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment]
    ) -> None:
        item, place = held
        contributions(cast.intake, (place, "202608", "202610"))
        settle_class(actor=cast.intake, item=item)
        (row,) = earned()
        contributions(cast.intake, (place, "202604", "202605"), on=NOVEMBER, employer="好帮手")
        assert settle_class(actor=cast.intake, item=item).reversed == 0
        assert earned() == [row]


class TestDocuments:
    @pytest.fixture
    def held(self, cast: Cast, papers: Papers) -> tuple[TrainingClass, Enrolment, WorkSpell]:
        """A certified trainee whose contract is handed in."""
        item, (place,) = completed_class(cast)
        papers.issue(place)
        spell = claim_work(
            actor=cast.clerk,
            person=place.person,
            kind=EvidenceType.CONTRACT,
            employer_name="海口好帮手",
            start=dt.date(2026, 5, 6),
            file_name="合同.jpg",
            content=picture(),
        )
        return item, place, spell

    def test_a_contract_waits_for_contributions_where_months_are_asked_for(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment, WorkSpell]
    ) -> None:
        item, place, spell = held
        settle_class(actor=cast.intake, item=item)
        assert unknown(standing(place)) == ["work_in_window", "contribution_months"]
        accept_claim(actor=cast.intake, spell=spell)
        settle_class(actor=cast.intake, item=item)
        assert unknown(standing(place)) == ["contribution_months"]
        contributions(cast.intake, (place, "202610", "202610"), employer="海口好帮手")
        settle_class(actor=cast.intake, item=item)
        (row,) = earned()  # begun in May by the contract, insured from October
        assert (row.spell, row.spell.rank, row.earned_on) == (spell, "乙", dt.date(2026, 12, 1))

    def test_a_contract_is_enough_where_no_months_are_asked_for(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment, WorkSpell]
    ) -> None:
        item, _, spell = held
        put_in_force("employment.contribution_months_min", 0)
        accept_claim(actor=cast.intake, spell=spell)
        settle_class(actor=cast.intake, item=item)
        assert [row.spell for row in earned()] == [spell]
        take_back(actor=make_actor("second_reviewer"), spell=spell, comment="合同是假的")
        assert settle_class(actor=cast.intake, item=item).reversed == 1

    def test_a_rejected_document_proves_nothing(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment, WorkSpell]
    ) -> None:
        item, place, spell = held
        reject_claim(actor=cast.intake, spell=spell, comment="没有公章")
        settle_class(actor=cast.intake, item=item)
        assert standing(place).facts["work_started_on"] is None


class TestNothing:
    def test_who_pays_for_themselves_earns_nothing_and_is_told_so(self, cast: Cast, papers: Papers) -> None:
        item, (place,) = completed_class(cast, people=0, places=[{"subsidised": False}])
        papers.issue(place)
        settle_class(actor=cast.intake, item=item)
        assert not EarnedTranche.objects.exists()
        summary = earnings_of(item).tranches[Tranche.CERTIFIED]
        assert dict(summary.never) == {"按补贴学员入班": 1}

    def test_who_was_refused_or_fell_short_or_left_earns_nothing(self, cast: Cast, papers: Papers) -> None:
        item = approved_class(cast, hours=8)
        refused, left, short, good = (granted_place(item, **facts) for facts in ({"lifetime_uses": 3}, {}, {}, {}))
        with clock.travel_to(dt.date(2026, 3, 12)):
            ENROLMENT_WORKFLOW.apply(
                left, "withdraw", actor=SYSTEM, comment="找到活了", fields={"withdrawn_on": clock.today()}
            )
        complete(item, [refused, good])
        ENROLMENT_WORKFLOW.apply(short, "fall_short", actor=SYSTEM, comment="缺课")
        papers.issue(refused, left, short, good)
        settle_class(actor=cast.intake, item=item)
        assert [row.enrolment for row in earned(Tranche.CERTIFIED)] == [good]
        assert failing(standing(refused, Tranche.CERTIFIED)) == ["granted"]
        assert (
            failing(standing(left, Tranche.CERTIFIED)) == failing(standing(short, Tranche.CERTIFIED)) == ["completed"]
        )

    def test_a_parameter_that_nobody_has_set_leaves_it_open(self, cast: Cast, papers: Papers) -> None:
        item, (place,) = completed_class(cast)
        papers.issue(place)
        unset("training.tranche.certified")
        assert settle_class(actor=cast.intake, item=item).earned == 0
        assert standing(place, Tranche.CERTIFIED).missing == ["training.tranche.certified"]
        assert dict(earnings_of(item).tranches[Tranche.CERTIFIED].not_yet) == {"缺参数：取证后给付的比例": 1}

    def test_a_class_that_still_runs_is_not_settled(self, cast: Cast) -> None:
        with pytest.raises(DomainError, match="还没有办结业"):
            settle_class(actor=cast.intake, item=approved_class(cast))

    def test_a_class_out_of_sight_is_not_there(self, cast: Cast) -> None:
        item, _ = completed_class(cast)
        with pytest.raises(NotFound):
            settle_class(actor=make_actor("intake_officer", region=SANYA), item=item)


class TestMoney:
    def test_a_value_taken_back_takes_nothing_away(self, cast: Cast, papers: Papers) -> None:
        item, (place,) = completed_class(cast)
        papers.issue(place)
        settle_class(actor=cast.intake, item=item)
        unset("training.tranche.certified")
        # The second part was open, and is open for one reason more now.
        assert settle_class(actor=cast.intake, item=item) == Settlement(decided=1, earned=0, reversed=0)
        assert len(earned(Tranche.CERTIFIED)) == 1

    def test_a_value_set_anew_for_days_that_have_passed_changes_no_decision(self, cast: Cast, papers: Papers) -> None:
        item, (place,) = completed_class(cast)
        papers.issue(place)
        settle_class(actor=cast.intake, item=item)
        before = earned(Tranche.CERTIFIED)
        put_in_force("training.tranche.certified", "0.333333")
        assert settle_class(actor=cast.intake, item=item) == Settlement(decided=0, earned=0, reversed=0)
        assert list(earned(Tranche.CERTIFIED)) == list(before)
        papers.issue(place, stands=False)
        assert settle_class(actor=cast.intake, item=item).reversed == 1

    def test_a_longer_list_decides_nothing_anew_about_the_second_part(self, cast: Cast, papers: Papers) -> None:
        """Not even once the values were set anew, for days that have passed."""
        item, (place,) = completed_class(cast)
        papers.issue(place)
        contributions(cast.intake, (place, "202605", "202608"), on=dt.date(2026, 8, 31))
        settle_class(actor=cast.intake, item=item)
        before = list(earned(Tranche.EMPLOYED))
        put_in_force("training.tranche.employed", "0.4")
        contributions(cast.intake, (place, "202605", "202610"))
        assert settle_class(actor=cast.intake, item=item) == Settlement(decided=0, earned=0, reversed=0)
        assert list(earned(Tranche.EMPLOYED)) == before and len(before) == 1

    def test_a_changed_grant_is_earned_anew(self, cast: Cast, papers: Papers) -> None:
        item, (place,) = completed_class(cast)
        papers.issue(place)
        settle_class(actor=cast.intake, item=item)
        better = decide(on=item.filed_on, person_id=place.person_id, level="4", supersedes=place.decision)
        with unit_of_work(SYSTEM):
            Enrolment.objects.filter(pk=place.pk).update(decision=better)
        assert settle_class(actor=cast.intake, item=item) == Settlement(decided=2, earned=1, reversed=1)
        (row,) = earned(Tranche.CERTIFIED)
        assert (row.amount, row.granted_by) == (better.amount / 2, better)

    def test_what_was_earned_is_never_changed_and_never_twice(self, cast: Cast, papers: Papers) -> None:
        item, (place,) = completed_class(cast)
        papers.issue(place)
        settle_class(actor=cast.intake, item=item)
        (row,) = earned(Tranche.CERTIFIED)
        attempts: list[Any] = [
            lambda: EarnedTranche.objects.filter(pk=row.pk).update(amount=Decimal(1)),
            lambda: EarnedTranche.objects.filter(pk=row.pk).delete(),
        ]
        for attempt in attempts:
            with pytest.raises(Exception, match=r"(?i)earned"), unit_of_work(SYSTEM), transaction.atomic():
                attempt()
        row.pk, row.public_id = None, None
        with pytest.raises(IntegrityError), unit_of_work(SYSTEM), transaction.atomic():
            row.public_id = "00000000-0000-4000-8000-000000000001"
            row.save(force_insert=True)

    def test_every_decision_recomputes(self, cast: Cast, papers: Papers) -> None:
        item, places = completed_class(cast, people=2, places=[{"subsidised": False}])
        papers.issue(places[0])
        contributions(cast.intake, (places[0], "202605", "202610"))
        settle_class(actor=cast.intake, item=item)
        assert verify_decisions().holds

    def test_totals(self, cast: Cast, papers: Papers) -> None:
        item, places = completed_class(cast, people=3)
        papers.issue(*places[:2])
        contributions(cast.intake, (places[0], "202605", "202610"))
        settle_class(actor=cast.intake, item=item)
        found = earnings_of(item)
        summary = {tranche: (one.count, one.amount) for tranche, one in found.tranches.items()}
        assert summary == {Tranche.CERTIFIED: (2, Decimal(1500)), Tranche.EMPLOYED: (1, Decimal(750))}
        assert found.amount == Decimal(2250)
        assert dict(found.tranches[Tranche.CERTIFIED].never) == {"取得证书，证书有效": 1}
        rows = totals_by_region(actor=make_actor("leader", region=HAINAN))
        assert [(one.region, one.tranche, one.count, one.amount) for one in rows] == [
            ("460108", Tranche.CERTIFIED, 2, Decimal(1500)),
            ("460108", Tranche.EMPLOYED, 1, Decimal(750)),
        ]
        assert totals_by_region(actor=make_actor("leader", region=SANYA)) == []

    def test_the_number_of_queries_does_not_grow_with_the_class(self, cast: Cast, papers: Papers) -> None:
        def queries(people: int, name: str) -> int:
            item, places = completed_class(cast, people=people, name=name)
            papers.issue(*places)
            with CaptureQueriesContext(connection) as seen:
                settle_class(actor=cast.intake, item=item)
            return len(seen)

        queries(1, "第一期")
        assert queries(12, "第三期") <= queries(2, "第二期") + 1


class TestInTheBackground:
    def test_a_list_settles_the_classes_of_its_people_and_those_that_wait(self, cast: Cast, papers: Papers) -> None:
        one, (place,) = completed_class(cast)
        two, (other,) = completed_class(cast, name="第二期")
        papers.issue(place, other)
        contributions(cast.intake, (place, "202605", "202610"))
        job = Job.objects.get(kind=SETTLE_JOB)
        assert job.payload == {"classes": sorted([one.pk, two.pk])}
        run_now(job)
        assert (job.state, job.result) == ("done", {"classes": 2, "earned": 3, "reversed": 0})
        assert failing(standing(other)) == ["work_in_window", "contribution_months"]
        contributions(cast.intake, (place, "202605", "202611"), on=NOVEMBER)  # nobody waits in the second any more
        assert Job.objects.filter(kind=SETTLE_JOB).latest("pk").payload == {"classes": [one.pk]}

    def test_a_document_settles_the_persons_classes(self, cast: Cast, papers: Papers) -> None:
        item, (place,) = completed_class(cast)
        completed_class(cast, name="第二期")
        spell = claim_work(
            actor=cast.clerk,
            person=place.person,
            kind=EvidenceType.BUSINESS,
            employer_name="自己的小店",
            start=dt.date(2026, 5, 6),
            file_name="执照.jpg",
            content=picture(),
        )
        assert not Job.objects.filter(kind=SETTLE_JOB).exists()
        accept_claim(actor=cast.intake, spell=spell)
        assert Job.objects.get(kind=SETTLE_JOB).payload == {"classes": [item.pk]}
