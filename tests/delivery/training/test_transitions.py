"""Who may take which step of a class and of a place in it, from where: written by hand, held against every state and role.

The tables say what is right; the workflows' declarations are not asked.
"""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from tests.delivery.builders import END, FILED, START, Cast, approved_class, class_fields, ground, make_cast, place_in
from tests.factories import LONGHUA, SYSTEM, make_actor
from tests.steps import Step, allowed, conditions, expected, expected_conditions

from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.delivery.training.services import draft_class, pass_on_classes, revise_class
from qihang.delivery.training.workflows import CLASS_WORKFLOW, ENROLMENT_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.registry.organizations.models import Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(FILED):
        yield make_cast()


_SCHOOL = "provider_clerk provider_manager"
CLASS_STEPS = {
    "submit": Step("draft returned", "submitted", "provider_manager system"),
    "review": Step("submitted", "reviewed", "intake_officer system"),
    "approve": Step("reviewed", "approved", "approver system", not_by_who="review", fields="filing_no filed_on"),
    "send_back": Step("submitted", "returned", "intake_officer system", reason=True),
    "refuse": Step("reviewed", "returned", "approver system", reason=True, not_by_who="review"),
    "cancel": Step("draft returned submitted approved", "cancelled", "provider_manager system", reason=True),
    "extend_roster": Step("approved", "approved", "intake_officer system", reason=True, fields="roster_until"),
    "complete": Step("approved", "completed", f"{_SCHOOL} system", fields="completed_on"),
}
PLACE_STEPS = {
    "admit": Step("applied", "enrolled", f"{_SCHOOL} intake_officer system", fields="enrolled_on"),
    "refuse": Step("applied", "refused", f"{_SCHOOL} intake_officer system", reason=True),
    "self_pay": Step("applied refused", "enrolled", f"{_SCHOOL} system", fields="enrolled_on"),
    "reconsider": Step("refused", "applied", "intake_officer system", reason=True),
    "withdraw": Step("enrolled", "withdrawn", f"{_SCHOOL} system", reason=True, fields="withdrawn_on"),
    "complete": Step("enrolled", "completed", f"{_SCHOOL} system", fields="completed_on"),
    "fall_short": Step("enrolled", "not_completed", f"{_SCHOOL} system", reason=True),
}
_ROUTES: dict[str, list[str]] = {
    "draft": [],
    "submitted": ["submit"],
    "returned": ["submit", "send_back"],
    "reviewed": ["submit", "review"],
    "approved": ["submit", "review", "approve"],
    "completed": ["submit", "review", "approve", "complete"],
    "cancelled": ["cancel"],
}
_NEEDS = {
    "extend_roster": {"roster_until": START},
    "approve": {"filing_no": "460108202600009", "filed_on": FILED},
    "complete": {"completed_on": END},
}
_PLACE_NEEDS = {
    "extend_roster": {"roster_until": START},
    "admit": {"enrolled_on": START},
    "self_pay": {"enrolled_on": START},
    "withdraw": {"withdrawn_on": START},
    "complete": {"completed_on": END},
}


def first_source(step: Step) -> str:
    return min(step.sources.split())


def step_of_class(item: TrainingClass, step: str, actor: Actor = SYSTEM) -> None:
    if step == "complete":
        with unit_of_work(SYSTEM):
            place = item.enrolments.first() or place_in(item)
            Attendance.objects.get_or_create(enrolment=place, day=START, defaults={"mark": "present"})
    with clock.travel_to(END if step == "complete" else FILED):
        CLASS_WORKFLOW.apply(item, step, actor=actor, comment="试", fields=_NEEDS.get(step))


def class_in(cast: Cast, state: str) -> TrainingClass:
    item = draft_class(actor=cast.clerk, fields=class_fields(hours=8))
    for step in _ROUTES[state]:
        step_of_class(item, step)
    assert item.state == state
    return item


def test_of_a_class() -> None:
    assert allowed(CLASS_WORKFLOW) == expected(CLASS_STEPS)
    assert conditions(CLASS_WORKFLOW) == expected_conditions(CLASS_STEPS)
    assert set(CLASS_WORKFLOW.enter_roles) == {"provider_clerk", "provider_manager", "system"}


def test_of_a_place() -> None:
    assert allowed(ENROLMENT_WORKFLOW) == expected(PLACE_STEPS)
    assert conditions(ENROLMENT_WORKFLOW) == expected_conditions(PLACE_STEPS)
    assert set(ENROLMENT_WORKFLOW.enter_roles) == {"provider_clerk", "provider_manager", "system"}


def test_no_step_leads_out_of_an_end() -> None:
    assert not {state for state, _, _ in allowed(CLASS_WORKFLOW)} & {"completed", "cancelled"}
    assert not {state for state, _, _ in allowed(ENROLMENT_WORKFLOW)} & {"withdrawn", "completed", "not_completed"}


def test_a_trainer_or_trainee_moves_neither() -> None:
    hands = {role for workflow in (CLASS_WORKFLOW, ENROLMENT_WORKFLOW) for _, _, role in allowed(workflow)}
    assert not hands & {"trainer", "participant", "station_clerk", "appraiser", "second_reviewer"}


@pytest.mark.parametrize("state", ClassState.values)
def test_a_class_goes_on_from_where_it_may_and_from_nowhere_else(cast: Cast, state: str) -> None:
    item = class_in(cast, state)
    for step, told in CLASS_STEPS.items():
        with transaction.atomic():
            one = TrainingClass.objects.get(pk=item.pk)
            before = CLASS_WORKFLOW.history(one).count()
            if state in told.sources.split():
                step_of_class(one, step)
                assert TrainingClass.objects.get(pk=item.pk).state == told.target, step
            else:
                with pytest.raises(Refused, match=f"现在是“{ClassState(state).label}”，不能"):
                    CLASS_WORKFLOW.apply(one, step, actor=SYSTEM, comment="试")
                assert CLASS_WORKFLOW.history(one).count() == before, f"{step} left a trace"
            transaction.set_rollback(True)


@pytest.mark.parametrize("step", CLASS_STEPS)
def test_each_step_of_a_class_is_somebodys_and_nobody_elses(cast: Cast, step: str) -> None:
    roles = CLASS_STEPS[step].who.split()
    item = class_in(cast, first_source(CLASS_STEPS[step]))
    school = Organization.objects.get(pk=cast.clerk.organization_id)
    of_school = {Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER, Role.TRAINER}
    for role in Role:
        actor = actor_of(role, school if role in of_school else None)
        one = TrainingClass.objects.get(pk=item.pk)
        with transaction.atomic():
            if role in roles:
                step_of_class(one, step, actor)
            else:
                with pytest.raises(NotAllowed, match="您现在的岗位不能办"):
                    CLASS_WORKFLOW.apply(one, step, actor=actor, comment="试")
            transaction.set_rollback(True)


def actor_of(role: Role, organization: Organization | None) -> Actor:
    if role in {Role.VISITOR, Role.PARTICIPANT, Role.EXPERT}:
        return Actor(user_id=1, role=role, person_id=1)
    return make_actor(role, organization=organization)


@pytest.mark.parametrize("step", ["send_back", "refuse", "cancel"])
@pytest.mark.parametrize("comment", ["", " \u3000\n"])
def test_taking_a_class_back_asks_for_a_reason(cast: Cast, step: str, comment: str) -> None:
    item = class_in(cast, CLASS_STEPS[step].sources.split()[-1])
    with pytest.raises(Refused, match="要写明原因"):
        CLASS_WORKFLOW.apply(item, step, actor=SYSTEM, comment=comment)


def place_with(item: TrainingClass, state: str) -> Enrolment:
    place = place_in(item, state=state if state != "withdrawn" else "enrolled")
    if state == "withdrawn":
        ENROLMENT_WORKFLOW.apply(place, "withdraw", actor=SYSTEM, comment="x", fields={"withdrawn_on": START})
    return place


def test_a_place_goes_on_from_where_it_may_and_from_nowhere_else(cast: Cast) -> None:
    item = approved_class(cast)
    for state in EnrolmentState.values:
        place = place_with(item, state)
        for step, told in PLACE_STEPS.items():
            with transaction.atomic():
                one = Enrolment.objects.get(pk=place.pk)
                if state in told.sources.split():
                    ENROLMENT_WORKFLOW.apply(one, step, actor=SYSTEM, comment="试", fields=_PLACE_NEEDS.get(step))
                    assert one.state == told.target
                else:
                    with pytest.raises(Refused, match=f"现在是“{EnrolmentState(state).label}”，不能"):
                        ENROLMENT_WORKFLOW.apply(one, step, actor=SYSTEM, comment="试")
                transaction.set_rollback(True)


@pytest.mark.parametrize("step", PLACE_STEPS)
def test_each_step_of_a_place_is_somebodys_and_nobody_elses(cast: Cast, step: str) -> None:
    roles = PLACE_STEPS[step].who.split()
    item = approved_class(cast)
    place = place_with(item, first_source(PLACE_STEPS[step]))
    for role in Role:
        of_school = role in {Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER, Role.TRAINER}
        actor = actor_of(role, item.organization if of_school else None)
        with transaction.atomic():
            one = Enrolment.objects.get(pk=place.pk)
            if role in roles:
                ENROLMENT_WORKFLOW.apply(one, step, actor=actor, comment="试", fields=_PLACE_NEEDS.get(step))
            else:
                with pytest.raises(NotAllowed, match="您现在的岗位不能办"):
                    ENROLMENT_WORKFLOW.apply(one, step, actor=actor, comment="试")
            transaction.set_rollback(True)


@pytest.mark.parametrize(("role", "region"), [("provider_manager", None), ("intake_officer", LONGHUA)])
def test_strangers_of_the_right_role_do_not_even_find_it(cast: Cast, role: str, region: str | None) -> None:
    place = place_with(approved_class(cast), "refused")
    stranger = make_actor(role, **({"region": region} if region else {}))
    step = "reconsider" if role == "intake_officer" else "self_pay"
    with pytest.raises(NotFound):
        ENROLMENT_WORKFLOW.apply(place, step, actor=stranger, comment="x", fields={"enrolled_on": START})


@pytest.mark.parametrize("step", ["admit", "self_pay", "withdraw", "complete"])
def test_a_place_cannot_move_without_its_day(cast: Cast, step: str) -> None:
    place = place_with(approved_class(cast), first_source(PLACE_STEPS[step]))
    with pytest.raises(Refused, match="还没有填“"):
        ENROLMENT_WORKFLOW.apply(place, step, actor=SYSTEM, comment="x")


class TestRevising:
    @pytest.mark.parametrize("role", [Role.TRAINER])
    def test_a_teacher_does_not_rewrite_the_application(self, cast: Cast, role: Role) -> None:
        item = class_in(cast, "draft")
        with pytest.raises(NotAllowed, match="培训机构教务"):
            revise_class(actor=make_actor(role, organization=item.organization), item=item, fields={"place": "别处"})

    @pytest.mark.parametrize("state", ["submitted", "reviewed", "approved", "completed", "cancelled"])
    def test_nobody_does_once_it_is_out_of_the_house(self, cast: Cast, state: str) -> None:
        with pytest.raises(DomainError, match="先让县里退回"):
            revise_class(actor=cast.clerk, item=class_in(cast, state), fields={"place": "别处"})

    def test_what_contradicts_itself_is_refused_and_nothing_is_kept(self, cast: Cast) -> None:
        item = class_in(cast, "returned")
        with pytest.raises(DomainError, match="结班日不能早于开班日"):
            revise_class(actor=cast.clerk, item=item, fields={"place": "别处", "end": START - dt.timedelta(days=1)})
        assert TrainingClass.objects.get(pk=item.pk).place == "海府路 1 号"


class TestPassingOn:
    def test_each_is_judged_alone_and_a_refused_one_gives_its_number_back(self, cast: Cast) -> None:
        good, again = (class_in(cast, "reviewed") for _ in range(2))
        returned = class_in(cast, "returned")
        outcome = pass_on_classes(actor=cast.approver, items=[returned, again, good], comment="同意")
        assert set(outcome.done) == {good.pk, again.pk}
        assert list(outcome.refused) == [returned.pk] and "退回修改" in outcome.refused[returned.pk]
        numbers = TrainingClass.objects.filter(filed_on=FILED).values_list("filing_no", flat=True)
        assert sorted(numbers) == ["460108202600001", "460108202600002"]

    def test_those_out_of_sight_come_back_with_the_reason(self, cast: Cast) -> None:
        item = class_in(cast, "submitted")
        far = make_actor(Role.INTAKE_OFFICER, region=LONGHUA)
        outcome = pass_on_classes(actor=far, items=[item])
        assert outcome.done == [] and "不归您的辖区" in outcome.refused[item.pk]


class TestDatabase:
    """What the tables refuse, whoever writes."""

    @pytest.mark.parametrize(
        ("state", "sets", "constraint"),
        [
            ("applied", "state = 'enrolled'", "enrolled_from_a_day"),
            ("enrolled", "state = 'withdrawn'", "withdrawn_on_a_day"),
            ("enrolled", "withdrawn_on = '2026-03-10'", "withdrawn_on_a_day"),
            ("enrolled", "state = 'completed'", "completed_on_a_day"),
            ("enrolled", "completed_on = '2026-03-27'", "completed_on_a_day"),
            ("completed", "completed_on = NULL", "completed_on_a_day"),
        ],
    )
    def test_a_place(self, cast: Cast, state: str, sets: str, constraint: str) -> None:
        place = place_with(approved_class(cast), state)
        refuses(f"UPDATE training_enrolment SET {sets} WHERE id = %s", place.pk, constraint)

    def test_a_person_once_a_class_and_a_mark_once_a_session(self, cast: Cast) -> None:
        item = approved_class(cast)
        one, other = place_in(item), place_in(item)
        refuses(
            f"UPDATE training_enrolment SET person_id = {one.person_id} WHERE id = %s", other.pk, "person_once_a_class"
        )
        with unit_of_work(SYSTEM):
            first, second = (
                Attendance.objects.create(enrolment=one, day=START, half=half, mark="present") for half in ("am", "pm")
            )
        refuses("UPDATE training_attendance SET half = 'am' WHERE id = %s", second.pk, "one_mark_a_session")
        refuses(
            "UPDATE training_attendance SET voided_on = '2026-03-10' WHERE id = %s", first.pk, "voided_mark_says_why"
        )
        refuses("UPDATE training_attendance SET void_reason = '错' WHERE id = %s", first.pk, "voided_mark_says_why")

    @pytest.mark.parametrize(
        ("sets", "constraint"),
        [
            ("filing_no = NULL", "filed_class_has_its_number"),
            ("filed_on = NULL", "filed_class_has_its_number"),
            ("start = '2026-03-28'", "class_dates_in_order"),
            ("planned_heads = 0", "class_has_hours_and_heads"),
            ("hours = -1", "class_has_hours_and_heads|hours_check"),
            ("programme = 'startup'", "class_is_of_an_occupation_or_a_module"),
            ("module = 'SYB'", "class_is_of_an_occupation_or_a_module"),
            ("kind = 'order'", "order_class_names_its_employer"),
            ("appraisal_on = '2026-03-08'", "class_appraised_after_its_start"),
        ],
    )
    def test_a_class(self, cast: Cast, sets: str, constraint: str) -> None:
        refuses(f"UPDATE training_trainingclass SET {sets} WHERE id = %s", approved_class(cast).pk, constraint)

    def test_a_filing_number_comes_once(self, cast: Cast) -> None:
        one, other = approved_class(cast), approved_class(cast, name="二班")
        refuses(
            f"UPDATE training_trainingclass SET filing_no = '{one.filing_no}' WHERE id = %s", other.pk, "filing_no"
        )


def refuses(statement: str, pk: int, constraint: str) -> None:
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        unit_of_work(SYSTEM),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [pk])
