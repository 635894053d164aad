"""A roster goes into a class: persons, claims, decisions, places; again, changed, and from several hands."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import polars as pl
import pytest
from django.db import OperationalError
from tests.delivery.builders import (
    FILED,
    SAMPLES,
    START,
    Cast,
    approved_class,
    class_fields,
    ground,
    make_cast,
    make_person,
    place_in,
)
from tests.factories import SANYA, SYSTEM, make_actor
from tests.identities import resident
from tests.workbooks import sheet

from qihang.delivery.training.attendance import ATTENDANCE_STORAGE
from qihang.delivery.training.completing import complete_class
from qihang.delivery.training.crosschecks import cross_facts
from qihang.delivery.training.deciding import BENEFIT, SOURCE, decide_waiting
from qihang.delivery.training.enrolling import (
    confirm_categories,
    correct_category,
    enrol_unsubsidised,
    reconsider,
    reject_category,
    waiting_claims,
    withdraw,
)
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.delivery.training.rosters import ROSTER_STORAGE, commit_roster
from qihang.delivery.training.services import cancel_class, draft_class, extend_roster
from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports import commit as committing
from qihang.foundation.imports import services as imports
from qihang.foundation.imports.engine.kinds import CommitOutcome, CommitRows, Target
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.jobs import running
from qihang.foundation.notifications.models import Message
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.workflows import CATEGORY_WORKFLOW
from qihang.registry.policy.services import explain
from qihang.registry.reference.load import load_reference_data

pytestmark = pytest.mark.django_db

SAMPLE = "花名册-家政服务员五级.xlsx"
HEADER = ["姓名", "性别", "身份证号", "文化程度", "人员类别", "就业创业证号", "联系电话", "备注"]
WOMAN = resident("1985-05-20", order=7)


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(dt.date(2026, 3, 2)):
        yield make_cast()


def brought_in(
    item: TrainingClass, cast: Cast, content: bytes, *, yes: str = "", accept_valid: bool = False
) -> ImportBatch:
    batch, examination = imports.preview(
        actor=cast.clerk, kind="roster", name="名单.xlsx", content=content, target_id=str(item.public_id)
    )
    if yes:
        imports.confirm(actor=cast.clerk, batch=batch, cells=yes.split(","), examination=examination)
    return imports.commit(actor=cast.clerk, batch=batch, accept_valid=accept_valid, wait=True)


def roster(*people: dict[str, object]) -> bytes:
    usual = {
        "姓名": "符桂兰",
        "身份证号": WOMAN,
        "文化程度": "初中",
        "人员类别": "登记失业",
        "联系电话": "13800001111",
    }
    return sheet([HEADER, *([(usual | person).get(name, "") for name in HEADER] for person in people)])


def states(item: TrainingClass) -> Counter[str]:
    return Counter(item.enrolments.values_list("state", flat=True))


def only(item: TrainingClass) -> Enrolment:
    return Enrolment.objects.select_related("person", "decision__basis", "training_class").get(training_class=item)


class TestSample:
    @pytest.fixture
    def item(self, cast: Cast) -> TrainingClass:
        load_reference_data()
        return approved_class(cast)

    def test_goes_in_as_a_careful_clerk_would_have_it(self, cast: Cast, item: TrainingClass) -> None:
        content = (SAMPLES / SAMPLE).read_bytes()
        batch = brought_in(item, cast, content, yes="all", accept_valid=True)
        assert batch.result is not None
        assert {key: batch.result[key] for key in ("written", "refused", "accepted")} == {
            "written": 34,
            "refused": 3,
            "accepted": 34,
        }
        # Categories are the roster's word alone: nobody is in with the subsidy yet; one gave it up.
        assert states(item) == {"applied": 33, "enrolled": 1, "refused": 3}
        assert not BenefitUse.objects.exists()
        assert PersonCategory.objects.filter(state="claimed").count() >= 33

    def test_officer_confirms_in_bulk_and_the_benefit_is_reserved(self, cast: Cast, item: TrainingClass) -> None:
        brought_in(item, cast, (SAMPLES / SAMPLE).read_bytes(), yes="all", accept_valid=True)
        waiting = waiting_claims(item)
        assert len(waiting) == 33
        settled = confirm_categories(
            actor=cast.intake, item=item, enrolment_ids=waiting, public_post=False, comment="看过证"
        )
        assert (settled.admitted, settled.refused, settled.waiting) == (33, 0, 0)
        assert BenefitUse.objects.counted().filter(source_kind=SOURCE).count() == 33
        assert set(item.enrolments.filter(state="enrolled").values_list("enrolled_on", flat=True)) == {
            dt.date(2026, 3, 2)
        }

    def test_the_same_file_again_is_the_same_import(self, cast: Cast, item: TrainingClass) -> None:
        content = (SAMPLES / SAMPLE).read_bytes()
        first = brought_in(item, cast, content, yes="all", accept_valid=True)
        again = brought_in(item, cast, content, yes="all", accept_valid=True)
        assert again.pk == first.pk
        assert item.enrolments.count() == 37

    def test_a_row_left_out_the_first_time_comes_in_later(self, cast: Cast, item: TrainingClass) -> None:
        content = (SAMPLES / SAMPLE).read_bytes()
        brought_in(item, cast, content, accept_valid=True)
        assert states(item) == {"applied": 24, "refused": 3}
        second = brought_in(item, cast, content, yes="all", accept_valid=True)
        assert second.result is not None
        assert (second.result["written"], second.result["unchanged"]) == (10, 27)

    @pytest.mark.parametrize("dies_in", [1, 3])
    def test_goes_in_the_same_when_it_is_killed_between_its_parts(
        self, cast: Cast, item: TrainingClass, monkeypatch: pytest.MonkeyPatch, dies_in: int
    ) -> None:
        """The rest of the file is judged again, in a province that knows the first parts by now."""
        monkeypatch.setattr(committing, "ROWS_A_PART", 10)
        parts: list[int] = []

        def die_once(target: Target, part: CommitRows, register: object) -> CommitOutcome:
            parts.append(part.rows.height)
            if len(parts) == dies_in + 1:
                raise OperationalError("gone")
            return commit_roster(target, part, register)

        monkeypatch.setitem(ROSTER_STORAGE.__dict__, "commit", die_once)
        content = (SAMPLES / SAMPLE).read_bytes()
        with pytest.raises(OperationalError):
            brought_in(item, cast, content, yes="all", accept_valid=True)
        batch = ImportBatch.objects.get()
        assert batch.job_id is not None
        running.execute(batch.job_id)
        batch.refresh_from_db()
        assert batch.result == {
            "rows": 44,
            "accepted": 34,
            "held": 7,
            "left_out": 0,
            "written": 34,
            "changed": 0,
            "unchanged": 0,
            "refused": 3,
        }
        assert states(item) == {"applied": 33, "enrolled": 1, "refused": 3}


class TestDecision:
    def test_an_applicant_of_the_wrong_age_is_kept_with_the_reason(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({"身份证号": resident("1960-01-01")}), accept_valid=True)
        place = only(item)
        assert (place.state, place.refusals) == ("refused", ["R-AGE-02"])
        assert place.decision is not None and place.decision.eligible is False
        failed = [line.clause for line in explain(place.decision) if line.passed is False]
        assert failed == ["age_max"]

    def test_a_category_outside_the_benefit_fails_and_does_not_wait(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({"人员类别": "在校学生"}), accept_valid=True)
        place = only(item)
        assert (place.state, place.category) == ("refused", "00")

    def test_a_category_confirmed_before_admits_at_once(self, cast: Cast) -> None:
        first = approved_class(cast)
        brought_in(first, cast, roster({}))
        confirm_categories(actor=cast.intake, item=first, enrolment_ids=waiting_claims(first), public_post=False)
        withdraw(actor=cast.clerk, enrolment=only(first), on=clock.today(), comment="改上晚班")
        second = approved_class(cast, name="晚班", format="night")
        brought_in(second, cast, roster({}))
        assert only(second).state == "enrolled"

    def test_the_years_only_benefit_is_taken_and_the_second_class_refuses(self, cast: Cast) -> None:
        first, second = approved_class(cast), approved_class(cast, name="第二期")
        brought_in(first, cast, roster({}))
        confirm_categories(actor=cast.intake, item=first, enrolment_ids=waiting_claims(first), public_post=False)
        brought_in(second, cast, roster({}), yes="all")
        place = only(second)
        assert place.state == "refused"
        assert place.decision is not None
        assert [key for key, passed in place.decision.outcomes.items() if passed is False] == [
            "yearly_cap",
            "same_occupation_level_once",
        ]

    def test_a_rejected_category_refuses_with_the_condition_named(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        settled = reject_category(actor=cast.intake, enrolment=only(item), reason="证上是在职")
        assert settled.refused == 1
        place = only(item)
        assert place.decision is not None
        assert place.decision.outcomes["category_confirmed"] is False
        assert place.decision.supersedes_id is not None

    def test_a_refused_one_may_come_at_their_own_cost(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({"身份证号": resident("1960-01-01")}), accept_valid=True)
        enrol_unsubsidised(actor=cast.clerk, enrolment=only(item), comment="本人要学")
        place = only(item)
        assert (place.state, place.subsidised) == ("enrolled", False)
        assert not BenefitUse.objects.exists()

    def test_taken_up_again_without_other_facts_a_refusal_stays_one(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        reject_category(actor=cast.intake, enrolment=only(item), reason="没有证")
        assert reconsider(actor=cast.intake, enrolment=only(item), comment="再看一次").refused == 1

    def test_the_proof_that_comes_later_admits_a_refused_one(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        reject_category(actor=cast.intake, enrolment=only(item), reason="没有证")
        assert only(item).state == "refused"
        settled = correct_category(
            actor=cast.intake, enrolment=only(item), category="02", public_post=False, comment="补来了证"
        )
        assert settled.admitted == 1

    def test_whether_somebody_is_on_a_public_staff_is_never_taken_for_granted(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        waiting = waiting_claims(item)
        settled = confirm_categories(actor=cast.intake, item=item, enrolment_ids=waiting, public_post=None)
        assert (settled.admitted, settled.refused, settled.waiting) == (0, 0, 1)
        found = correct_category(
            actor=cast.intake, enrolment=only(item), category="02", public_post=False, comment="查了编制名册"
        )
        assert found.admitted == 1

    def test_who_was_found_on_a_public_staff_is_refused_in_the_next_class_too(self, cast: Cast) -> None:
        first, second = approved_class(cast), approved_class(cast, name="第二期")
        brought_in(first, cast, roster({}))
        posted = correct_category(
            actor=cast.intake, enrolment=only(first), category="02", public_post=True, comment="编制名册上有"
        )
        assert posted.refused == 1
        brought_in(second, cast, roster({}))
        assert only(second).state == "refused"
        wrong = correct_category(
            actor=cast.intake, enrolment=only(second), category="02", public_post=False, comment="同名，查错了"
        )
        assert wrong.admitted == 1
        (record,) = PersonCategory.objects.filter(person=only(second).person)
        steps = CATEGORY_WORKFLOW.history(record).values_list("transition", "comment")
        assert list(steps)[1:] == [("confirm", "编制名册上有"), ("correct_post", "同名，查错了")]

    def test_an_officer_writes_the_right_category_down(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({"人员类别": ""}), yes="all")
        assert only(item).state == "applied"
        settled = correct_category(
            actor=cast.intake, enrolment=only(item), category="03", public_post=False, comment="看过居住证"
        )
        assert settled.admitted == 1
        place = only(item)
        assert (place.category, place.state) == ("03", "enrolled")

    def test_one_who_is_in_the_register_from_a_later_day_on_can_be_settled(self, cast: Cast) -> None:
        """A roster brought in late, after a class that was filed after this one began."""
        item = approved_class(cast)
        with clock.travel_to(START + dt.timedelta(days=4)):
            later = approved_class(
                cast, on=clock.today(), name="第二期", start=dt.date(2026, 4, 1), end=dt.date(2026, 4, 30)
            )
            brought_in(later, cast, roster({}))
            enrol_unsubsidised(actor=cast.clerk, enrolment=only(later))
            withdraw(actor=cast.clerk, enrolment=only(later), on=clock.today(), comment="改上第一期")
            extend_roster(actor=cast.intake, item=item, until=clock.today(), comment="台风停课")
            brought_in(item, cast, roster({}))
            ids = list(waiting_claims(item))
            assert confirm_categories(actor=cast.intake, item=item, enrolment_ids=ids, public_post=False).admitted == 1

    def test_a_category_that_does_not_exist_is_refused(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        with pytest.raises(DomainError, match="没有这种人员类别"):
            correct_category(actor=cast.intake, enrolment=only(item), category="99", public_post=False, comment="x")

    def test_confirming_what_is_settled_says_so(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        ids = list(waiting_claims(item))
        confirm_categories(actor=cast.intake, item=item, enrolment_ids=ids, public_post=False)
        with pytest.raises(DomainError, match="刷新再看"):
            confirm_categories(actor=cast.intake, item=item, enrolment_ids=ids, public_post=False)

    def test_the_institution_does_not_confirm_its_own_word(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        with pytest.raises(NotAllowed):
            confirm_categories(actor=cast.manager, item=item, enrolment_ids=waiting_claims(item), public_post=False)
        assert only(item).state == "applied"

    def test_deciding_again_without_news_leaves_it_waiting(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        settled = decide_waiting(actor=cast.intake, item=item)
        assert (settled.admitted, settled.waiting) == (0, 1)


class TestWhen:
    def test_not_before_approval(self, cast: Cast) -> None:
        item = draft_class(actor=cast.clerk, fields=class_fields())
        with pytest.raises(DomainError, match="批准以后"):
            brought_in(item, cast, roster({}))

    def test_up_to_the_first_day_and_no_longer(self, cast: Cast) -> None:
        item = approved_class(cast)
        with clock.travel_to(START):
            brought_in(item, cast, roster({}))
        with clock.travel_to(START + dt.timedelta(days=1)), pytest.raises(DomainError, match="放宽"):
            brought_in(item, cast, roster({"身份证号": resident("1980-02-02")}))

    def test_an_officer_gives_more_time(self, cast: Cast) -> None:
        item = approved_class(cast)
        late = START + dt.timedelta(days=5)
        with clock.travel_to(late):
            extend_roster(actor=cast.intake, item=item, until=late, comment="台风停课")
            brought_in(item, cast, roster({}))
            assert only(item).state == "applied"
            with pytest.raises(DomainError, match="已经过了"):
                extend_roster(actor=cast.intake, item=item, until=START, comment="写错了")

    def test_time_is_given_up_to_the_last_lesson_and_no_longer(self, cast: Cast) -> None:
        item = approved_class(cast)
        with clock.travel_to(START):
            with pytest.raises(DomainError, match=f"最晚只能放宽到结业那天（{item.end}）"):
                extend_roster(actor=cast.intake, item=item, until=item.end + dt.timedelta(days=1), comment="补人")
            extend_roster(actor=cast.intake, item=item, until=item.end, comment="补人")
            told = Message.objects.get(user_id=cast.clerk.user_id, title="名单的日子放宽了")
            assert str(item.end) in told.body and "补人" in told.body
        with clock.travel_to(item.end + dt.timedelta(days=1)), pytest.raises(DomainError, match="最晚只能放宽"):
            extend_roster(actor=cast.intake, item=item, until=clock.today(), comment="补人")

    def test_another_institution_does_not_see_the_class(self, cast: Cast) -> None:
        item = approved_class(cast)
        other = make_actor("provider_clerk")
        with pytest.raises(NotFound):
            imports.preview(
                actor=other, kind="roster", name="a.xlsx", content=roster({}), target_id=str(item.public_id)
            )

    def test_an_officer_elsewhere_does_not_confirm(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        far = make_actor("intake_officer", region=SANYA)
        before = only(item).decision_id
        with pytest.raises(NotFound):
            confirm_categories(actor=far, item=item, enrolment_ids=waiting_claims(item), public_post=False)
        assert decide_waiting(actor=far, item=item).waiting == 0
        assert (only(item).state, only(item).decision_id) == ("applied", before), "nor is it decided in their name"

    def test_no_more_people_than_were_approved(self, cast: Cast) -> None:
        item = approved_class(cast, planned_heads=1)
        people = [{"身份证号": resident("1985-05-20", order=n), "姓名": f"王{'甲乙'[n]}"} for n in (0, 1)]
        with pytest.raises(DomainError, match="批准了 1 人"):
            brought_in(item, cast, roster(*people))
        assert not item.enrolments.exists()

    def test_rows_refused_before_make_no_room_for_others(self, cast: Cast) -> None:
        """The same file again, longer: its refused rows are in the class already and give nobody a seat."""
        item = approved_class(cast, planned_heads=2)
        old = [{"身份证号": resident("1960-01-01", order=n), "姓名": f"林{'甲乙'[n]}"} for n in (0, 1)]
        young = [{"身份证号": resident("1985-05-20", order=n), "姓名": f"王{'甲乙丙'[n]}"} for n in (0, 1, 2)]
        brought_in(item, cast, roster(*old, *young[:1]), yes="all", accept_valid=True)
        assert states(item) == {"refused": 2, "applied": 1}
        with pytest.raises(DomainError, match="批准了 2 人，班里已有 1 人，再加 2 人就超了"):
            brought_in(item, cast, roster(*old, *young), yes="all", accept_valid=True)
        brought_in(item, cast, roster(*old, *young[:2]), yes="all", accept_valid=True)
        assert states(item) == {"refused": 2, "applied": 2}

    def test_the_officer_reads_what_the_institution_said_yes_to(self, cast: Cast) -> None:
        """Thirty-six years and 4050: asked of the school, told to who confirms."""
        item = approved_class(cast)
        young, other = ({"身份证号": resident("1990-05-20", order=n), "姓名": f"王{'甲乙'[n]}"} for n in (0, 1))
        brought_in(item, cast, roster(young | {"人员类别": "4050人员"}, other), yes="all")
        places = list(item.enrolments.order_by("roster_no"))
        facts = cross_facts(actor=cast.intake, item=item, places=places, benefit=BENEFIT)
        assert facts[places[0].person_id].doubts == ("名册写 4050，年龄不到，学校说没错",)
        assert facts[places[1].person_id].doubts == ()

    @pytest.mark.parametrize("way", ["self_pay", "reconsider", "correct"])
    def test_a_full_class_takes_no_refused_one_up_again(self, cast: Cast, way: str) -> None:
        item = approved_class(cast, planned_heads=1)
        place_in(item)
        refused = place_in(item, state="refused")
        ways = {
            "self_pay": lambda: enrol_unsubsidised(actor=cast.clerk, enrolment=refused),
            "reconsider": lambda: reconsider(actor=cast.intake, enrolment=refused, comment="申诉"),
            "correct": lambda: correct_category(
                actor=cast.intake, enrolment=refused, category="03", public_post=False, comment="补了证"
            ),
        }
        with pytest.raises(DomainError, match="班里已有 1 人，再加 1 人就超了"):
            ways[way]()
        assert Enrolment.objects.get(pk=refused.pk).state == "refused"
        with clock.travel_to(START):
            withdraw(actor=cast.clerk, enrolment=item.enrolments.get(state="enrolled"), on=START, comment="去外地")
        ways[way]()

    def test_a_class_that_is_over_full_already_still_settles_those_in_it(self, cast: Cast) -> None:
        item = approved_class(cast, planned_heads=1)
        place, _ = place_in(item, state="applied"), place_in(item)
        assert enrol_unsubsidised(actor=cast.clerk, enrolment=place).state == "enrolled"


class TestAfterwards:
    """A page opened while the class ran, acted on after it was cancelled or completed."""

    @pytest.fixture
    def refused(self, cast: Cast) -> Enrolment:
        return place_in(approved_class(cast), state="refused")

    @pytest.mark.parametrize("way", ["roster", "self_pay", "reconsider", "correct", "confirm", "reject"])
    def test_nobody_comes_into_a_class_that_was_cancelled_meanwhile(
        self, cast: Cast, refused: Enrolment, way: str
    ) -> None:
        item = refused.training_class
        target = Target(cast.clerk, str(item.public_id), START)
        register = ROSTER_STORAGE.open_register(target)
        cancel_class(actor=cast.manager, item=TrainingClass.objects.get(pk=item.pk), comment="招不满")
        assert refused.training_class.state == "approved", "what the page still believes"
        nothing = CommitRows(pl.DataFrame(), pl.DataFrame(), pl.DataFrame(), {}, {})
        ways = {
            "roster": lambda: commit_roster(target, nothing, register),
            "self_pay": lambda: enrol_unsubsidised(actor=cast.clerk, enrolment=refused),
            "reconsider": lambda: reconsider(actor=cast.intake, enrolment=refused, comment="申诉"),
            "correct": lambda: correct_category(
                actor=cast.intake, enrolment=refused, category="03", public_post=False, comment="证"
            ),
            "confirm": lambda: confirm_categories(actor=cast.intake, item=item, enrolment_ids=[], public_post=False),
            "reject": lambda: reject_category(actor=cast.intake, enrolment=refused, reason="没有证"),
        }
        with pytest.raises(DomainError, match="已取消，名单不能再改"):
            ways[way]()
        assert Enrolment.objects.get(pk=refused.pk).state == "refused"

    def test_nor_attendance_into_one_that_was_completed(self, cast: Cast) -> None:
        item = place_in(approved_class(cast)).training_class
        target = Target(cast.clerk, str(item.public_id), START)
        register = ATTENDANCE_STORAGE.open_register(target)
        with clock.travel_to(item.end), unit_of_work(SYSTEM):
            Attendance.objects.bulk_create(
                Attendance(enrolment=item.enrolments.get(), day=START + dt.timedelta(days=n), mark="present")
                for n in range(14)
            )
            complete_class(actor=cast.clerk, item=TrainingClass.objects.get(pk=item.pk))
        nothing = CommitRows(pl.DataFrame(), pl.DataFrame(), pl.DataFrame(), {}, {})
        with pytest.raises(DomainError, match="已结业"):
            ATTENDANCE_STORAGE.commit(target, nothing, register)


class TestAgainstTheProvince:
    def test_a_name_that_the_register_has_otherwise_needs_a_yes(self, cast: Cast) -> None:
        known = make_person()
        item = approved_class(cast)
        content = roster({"身份证号": known.identity_no.plain(), "姓名": "别的名"})
        batch, _ = imports.preview(
            actor=cast.clerk, kind="roster", name="a.xlsx", content=content, target_id=str(item.public_id)
        )
        rules = [finding["rule"] for finding in batch.report.document["confirm"]]
        assert rules == ["R-NAME-03"]
        assert Person.objects.count() == 1

    def test_being_in_another_open_class_needs_a_yes(self, cast: Cast) -> None:
        known = make_person()
        place_in(approved_class(cast, name="另一期"), known)
        item = approved_class(cast)
        content = roster({"身份证号": known.identity_no.plain(), "姓名": known.name.plain()})
        batch, _ = imports.preview(
            actor=cast.clerk, kind="roster", name="a.xlsx", content=content, target_id=str(item.public_id)
        )
        (finding,) = batch.report.document["confirm"]
        assert finding["rule"] == "R-CLASS-01"
        assert "另一期" in finding["message"]

    def test_a_later_roster_with_another_category_needs_a_yes_and_is_decided_anew(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        before = only(item).decision_id
        batch = brought_in(item, cast, roster({"人员类别": "残疾人"}), yes="all")
        assert batch.result is not None and batch.result["changed"] == 1
        place = only(item)
        assert (place.category, place.state) == ("13", "applied")
        assert place.decision is not None and place.decision.supersedes_id == before


class TestWithdrawal:
    def test_frees_the_benefit(self, cast: Cast) -> None:
        item = approved_class(cast)
        brought_in(item, cast, roster({}))
        confirm_categories(actor=cast.intake, item=item, enrolment_ids=waiting_claims(item), public_post=False)
        withdraw(actor=cast.clerk, enrolment=only(item), on=clock.today(), comment="去外地")
        assert only(item).state == EnrolmentState.WITHDRAWN
        assert not BenefitUse.objects.counted().exists()

    @pytest.mark.parametrize(
        ("on", "words"),
        [
            (dt.date(2026, 3, 20), "还没到"),
            (FILED, "不能早于"),
        ],
    )
    def test_only_on_a_day_in_between(self, cast: Cast, on: dt.date, words: str) -> None:
        place = place_in(approved_class(cast))
        with clock.travel_to(dt.date(2026, 3, 10)), pytest.raises(DomainError, match=words):
            withdraw(actor=cast.clerk, enrolment=place, on=on, comment="x")

    @pytest.mark.parametrize("mark", ["present", "late", "left_early"])
    def test_not_before_a_day_on_which_they_were_there(self, cast: Cast, mark: str) -> None:
        """Else the institution alone could take them out of every figure, against its own sheet."""
        place = place_in(approved_class(cast))
        was_there, later = dt.date(2026, 3, 16), dt.date(2026, 3, 18)
        with unit_of_work(SYSTEM):
            Attendance.objects.create(enrolment=place, day=was_there, mark=mark)
            Attendance.objects.create(enrolment=place, day=later, mark="absent")
        with clock.travel_to(dt.date(2026, 3, 20)):
            words = "3 月 16 日还有到课记录，退班日不能早于那天；记错了先改考勤"
            with pytest.raises(DomainError, match=words) as refusal:
                withdraw(actor=cast.clerk, enrolment=place, on=was_there - dt.timedelta(days=1), comment="x")
            assert refusal.value.field == "on"
            assert only(place.training_class).state == EnrolmentState.ENROLLED
            withdraw(actor=cast.clerk, enrolment=place, on=was_there, comment="家里有事")
        assert only(place.training_class).withdrawn_on == was_there

    def test_a_voided_mark_holds_nobody(self, cast: Cast) -> None:
        place = place_in(approved_class(cast))
        wrong = dt.date(2026, 3, 16)
        with unit_of_work(SYSTEM):
            voided = {"voided_on": wrong, "void_reason": "记错了"}
            Attendance.objects.create(enrolment=place, day=wrong, mark="present", **voided)
        with clock.travel_to(dt.date(2026, 3, 20)):
            withdraw(actor=cast.clerk, enrolment=place, on=START, comment="x")
        assert only(place.training_class).withdrawn_on == START
