"""Planning, moving and cancelling a class's sitting, and who sees it."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.db import IntegrityError
from tests.delivery.appraisal.builders import (
    SITTING_DAY,
    complete_class,
    make_class,
    make_sitting,
    make_station,
    register,
)
from tests.delivery.builders import END, START, ground, place_in
from tests.factories import HAIKOU, LONGHUA, MEILAN, SANYA, SYSTEM, make_actor, make_organization, make_region
from tests.identities import resident

from qihang.delivery.appraisal.models import Sitting
from qihang.delivery.appraisal.rules import last_day
from qihang.delivery.appraisal.services import (
    cancel_sitting,
    get_sitting,
    move_sitting,
    plan_sitting,
    stations_for,
)
from qihang.delivery.appraisal.workflows import SITTING_WORKFLOW
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import cancel_class
from qihang.delivery.training.teaching import set_trainers
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.registry.organizations.models import Membership
from qihang.registry.participants.models import Person
from qihang.registry.policy import lookup

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _while_the_class_runs() -> Iterator[None]:
    ground()
    with clock.travel_to(START):
        yield


@pytest.fixture
def item() -> TrainingClass:
    return make_class()


@pytest.fixture
def officer() -> Actor:
    return make_actor(Role.INTAKE_OFFICER)


def plan(item: TrainingClass, actor: Actor, **changes: object) -> Sitting:
    given = {"station": None, "on": SITTING_DAY, "place": "一号考场", **changes}
    given["station"] = given["station"] or make_station()
    return plan_sitting(actor=actor, item=item, **given)  # type: ignore[arg-type]


def ended(item: TrainingClass) -> None:
    """Somebody was in the class, and it is completed."""
    place_in(item)
    complete_class(item)


class TestPlanning:
    def test_the_officer_of_the_class_gives_it_a_station_and_a_day(self, item: TrainingClass, officer: Actor) -> None:
        sitting = plan(item, officer)
        assert (sitting.state, sitting.region_id, sitting.on, sitting.place) == (
            "planned", MEILAN, SITTING_DAY, "一号考场",
        )  # fmt: skip

    def test_without_a_place_it_is_the_stations_address(self, item: TrainingClass, officer: Actor) -> None:
        assert plan(item, officer, place=" ").place == "美兰区人民大道 1 号"
        station = make_station("108018", address="")
        with pytest.raises(Refused, match="还没有填考场"):
            plan(make_class(), officer, place="", station=station)

    def test_officers_of_other_places_do_not_find_the_class(self, item: TrainingClass) -> None:
        with pytest.raises(NotFound):
            plan(item, make_actor(Role.INTAKE_OFFICER, region=SANYA))

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.PROVIDER_MANAGER, Role.STATION_CLERK])
    def test_nobody_else_plans(self, item: TrainingClass, role: Role) -> None:
        own = item.organization if role == Role.PROVIDER_MANAGER else None
        with pytest.raises((NotAllowed, NotFound)):
            plan(item, make_actor(role, organization=own))

    @pytest.mark.parametrize(
        ("on", "reason"),
        [
            (START - dt.timedelta(days=1), "已经过了"),
            (END - dt.timedelta(days=1), "才结"),
            (END + dt.timedelta(days=91), "最晚要在 2026-06-25"),
        ],
    )
    def test_days_that_do_not_fit(self, item: TrainingClass, officer: Actor, on: dt.date, reason: str) -> None:
        with pytest.raises(Refused, match=reason):
            plan(item, officer, on=on)

    def test_the_first_and_the_last_day_fit(self, officer: Actor) -> None:
        assert plan(make_class(), officer, on=END).on == END
        item = make_class(name="二班")
        assert plan(item, officer, on=last_day(item)).on == END + dt.timedelta(days=90)

    @pytest.mark.parametrize(
        ("station", "reason"),
        [
            (lambda: make_organization(), "不是鉴定站"),
            (lambda: make_station(""), "还没有站点编号"),
        ],
    )
    def test_stations_that_do_not_fit(
        self, item: TrainingClass, officer: Actor, station: Callable[[], object], reason: str
    ) -> None:
        with pytest.raises(Refused, match=reason):
            plan(item, officer, station=station())

    @pytest.mark.parametrize(
        "changes",
        [
            {"level": "special"},
            {"programme": "startup", "module": "SYB", "occupation": None, "level": "none"},
        ],
    )
    def test_levels_without_a_rule_of_numbers_are_not_appraised(
        self, officer: Actor, changes: dict[str, object]
    ) -> None:
        item = make_class()
        with unit_of_work(SYSTEM):  # none of these is opened any more; some may stand from before
            TrainingClass.objects.filter(pk=item.pk).update(**changes)
        with pytest.raises(Refused, match="没有证书编号规则"):
            plan(TrainingClass.objects.get(), officer)

    def test_one_open_sitting_a_class(self, item: TrainingClass, officer: Actor) -> None:
        first = plan(item, officer)
        with pytest.raises(Refused, match="已经安排了鉴定"):
            plan(item, officer, on=SITTING_DAY + dt.timedelta(days=7))
        cancel_sitting(actor=officer, sitting=first, comment="站里停电")
        assert plan(item, officer).state == "planned"

    def test_the_database_holds_to_it_too(self, item: TrainingClass) -> None:
        one = make_sitting(item)
        twin = Sitting(training_class=item, station=one.station, region_id=MEILAN, on=END, place="x", state=one.state)
        with pytest.raises(IntegrityError, match="one_open_sitting_a_class"), unit_of_work(SYSTEM):
            twin.save()

    def test_stations_to_choose_from_begin_with_those_of_the_place(self, item: TrainingClass) -> None:
        far, near = make_station("108001", SANYA), make_station("108002")
        make_station("")
        make_organization()
        assert list(stations_for(item=item)) == [near, far]


def test_without_the_number_of_days_planning_says_which_value_is_missing(
    officer: Actor, item: TrainingClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "find", lambda key, **place: None)
    with pytest.raises(DomainError, match=r"appraisal\.due_days"):
        plan(item, officer)


class TestMoving:
    def test_the_station_moves_its_own_and_says_why(self, item: TrainingClass) -> None:
        sitting = make_sitting(item)
        clerk = make_actor(Role.STATION_CLERK, organization=sitting.station)
        later = SITTING_DAY + dt.timedelta(days=1)
        moved = move_sitting(actor=clerk, sitting=sitting, on=later, place="二号考场", comment="考场漏水")
        assert (moved.on, moved.place, moved.state) == (later, "二号考场", "planned")

    def test_not_without_a_reason_nor_beyond_the_last_day(self, item: TrainingClass, officer: Actor) -> None:
        sitting = make_sitting(item)
        with pytest.raises(Refused, match="写明原因"):
            move_sitting(actor=officer, sitting=sitting, on=SITTING_DAY, place="二号", comment=" ")
        with pytest.raises(Refused, match="最晚"):
            move_sitting(actor=officer, sitting=sitting, on=dt.date(2026, 7, 1), place="二号", comment="忙")
        with pytest.raises(Refused, match="考场"):
            move_sitting(actor=officer, sitting=sitting, on=SITTING_DAY, place=" ", comment="忙")

    def test_not_onto_the_day_of_another_sitting_of_the_class(self, item: TrainingClass, officer: Actor) -> None:
        """The class sat this morning, and the second chance is pulled forward to the same day."""
        first = make_sitting(item, on=END)
        ended(item)
        with clock.travel_to(END):
            SITTING_WORKFLOW.apply(first, "hold", actor=SYSTEM)
            second = plan_sitting(actor=SYSTEM, item=item, station=first.station, on=SITTING_DAY, place="一号")
            with pytest.raises(Refused, match=f"{END} 已经有一场鉴定"):
                move_sitting(actor=officer, sitting=second, on=END, place="一号", comment="早点考")
            with pytest.raises(Refused, match="已经安排了鉴定"):
                plan_sitting(actor=SYSTEM, item=item, station=first.station, on=END, place="一号")
            cancel_sitting(actor=officer, sitting=second, comment="不考了")
            with pytest.raises(Refused, match=f"{END} 已经有一场鉴定"):
                plan_sitting(actor=SYSTEM, item=item, station=first.station, on=END, place="一号")
            assert (
                move_sitting(
                    actor=officer,
                    sitting=plan(item, officer, station=first.station),
                    on=SITTING_DAY,
                    place="二号",
                    comment="换考场",
                ).place
                == "二号"
            ), "its own day is no other's"

    @pytest.mark.parametrize("step", ["move", "hold", "cancel"])
    @pytest.mark.parametrize("state", ["held", "cancelled"])
    def test_what_took_place_or_was_cancelled_stays(self, item: TrainingClass, state: str, step: str) -> None:
        sitting = make_sitting(item, on=END)
        if state == "held":
            ended(item)
        with clock.travel_to(END):
            SITTING_WORKFLOW.apply(sitting, {"held": "hold", "cancelled": "cancel"}[state], actor=SYSTEM, comment="x")
            with pytest.raises(Refused, match={"held": "已录成绩", "cancelled": "已取消"}[state]):
                SITTING_WORKFLOW.apply(sitting, step, actor=SYSTEM, comment="x")

    @pytest.mark.parametrize(
        ("step", "role", "allowed"),
        [
            ("move", Role.INTAKE_OFFICER, True),
            ("move", Role.APPROVER, False),
            ("move", Role.APPRAISER, False),
            ("hold", Role.INTAKE_OFFICER, False),
            ("hold", Role.STATION_CLERK, True),
            ("hold", Role.APPRAISER, True),
            ("hold", Role.TRAINER, False),
            ("cancel", Role.INTAKE_OFFICER, True),
            ("cancel", Role.APPROVER, False),
            ("cancel", Role.APPRAISER, False),
        ],
    )
    def test_whose_step_it_is(self, item: TrainingClass, step: str, role: Role, allowed: bool) -> None:
        sitting = make_sitting(item, on=END)
        ended(item)
        own = {"organization": sitting.station} if role in {Role.STATION_CLERK, Role.APPRAISER} else {}
        with clock.travel_to(END):
            actor = make_actor(role, **own)
            if allowed:
                SITTING_WORKFLOW.apply(sitting, step, actor=actor, comment="x")
            else:
                with pytest.raises(NotAllowed, match="您现在的岗位不能办"):
                    SITTING_WORKFLOW.apply(sitting, step, actor=actor, comment="x")

    def test_other_stations_and_roles_do_not(self, item: TrainingClass) -> None:
        sitting = make_sitting(item)
        other = make_actor(Role.STATION_CLERK, organization=make_station("108099"))
        with pytest.raises(NotFound):
            move_sitting(actor=other, sitting=sitting, on=SITTING_DAY, place="二号", comment="忙")
        with pytest.raises(NotAllowed):
            cancel_sitting(
                actor=make_actor(Role.STATION_CLERK, organization=sitting.station), sitting=sitting, comment="忙"
            )


class TestSight:
    @pytest.fixture
    def sitting(self) -> Sitting:
        (person,) = register({resident(): "王小燕"})
        return make_sitting(make_class([person]))

    def test_those_concerned_see_it(self, sitting: Sitting) -> None:
        item = sitting.training_class
        trainee = Actor(role=Role.PARTICIPANT, person_id=Person.objects.get().pk)
        make_region(HAIKOU)
        trainer = make_actor(Role.TRAINER, organization=item.organization)
        with pytest.raises(NotFound):
            get_sitting(actor=trainer, public_id=str(sitting.public_id))
        clerk = make_actor(Role.PROVIDER_CLERK, organization=item.organization)
        teacher = Membership.objects.get(pk=trainer.membership_id)
        set_trainers(actor=clerk, item=item, trainers=[teacher.public_id])
        actors = [
            make_actor(Role.STATION_CLERK, organization=sitting.station),
            make_actor(Role.APPRAISER, organization=sitting.station),
            clerk,
            trainer,
            make_actor(Role.INTAKE_OFFICER, region=HAIKOU),
            trainee,
        ]
        for actor in actors:
            assert get_sitting(actor=actor, public_id=str(sitting.public_id)) == sitting, actor.role

    def test_nobody_else_does(self, sitting: Sitting) -> None:
        actors = [
            make_actor(Role.STATION_CLERK, organization=make_station("108055")),
            make_actor(Role.PROVIDER_MANAGER),
            make_actor(Role.INTAKE_OFFICER, region=LONGHUA),
            make_actor(Role.SYSTEM_ADMIN),
            Actor(role=Role.PARTICIPANT, person_id=0),
            Actor(role=Role.PARTICIPANT, person_id=sitting.pk + 10_000),
        ]
        for actor in actors:
            with pytest.raises(NotFound):
                get_sitting(actor=actor, public_id=str(sitting.public_id))

    def test_the_station_sees_class_and_people_while_they_sit_with_it(self, sitting: Sitting) -> None:
        clerk = make_actor(Role.STATION_CLERK, organization=sitting.station)

        def seen() -> tuple[int, int, int]:
            return (
                TrainingClass.objects.visible_to(clerk).count(),
                Enrolment.objects.visible_to(clerk).count(),
                Person.objects.visible_to(clerk).count(),
            )

        assert seen() == (1, 1, 1)
        cancel_sitting(actor=make_actor(Role.INTAKE_OFFICER), sitting=sitting, comment="换一个站")
        assert seen() == (0, 0, 0)


def test_a_class_that_a_station_waits_for_is_not_cancelled_before_its_sitting(
    item: TrainingClass, officer: Actor
) -> None:
    sitting = plan(item, officer)
    manager = make_actor(Role.PROVIDER_MANAGER, organization=item.organization)
    with pytest.raises(Refused, match="先请县里取消那场鉴定"):
        cancel_class(actor=manager, item=item, comment="招不满")
    cancel_sitting(actor=officer, sitting=sitting, comment="这个班不办了")
    cancel_class(actor=manager, item=item, comment="招不满")
    assert item.state == "cancelled"
