"""Two hands at one class or one person in the same moment. What the lock prevents is shown first without it."""

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import polars as pl
import pytest
from django.db import IntegrityError, connection
from tests.delivery.builders import (
    END,
    FILED,
    START,
    Cast,
    approved_class,
    class_fields,
    ground,
    make_cast,
    make_person,
    place_in,
)
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.factories import HAIKOU, LONGHUA, MEILAN, SYSTEM, make_actor, make_region
from tests.identities import resident
from tests.persons import PersonEntry, claim_row, register

from qihang.delivery.training import enrolling, services
from qihang.delivery.training.completing import complete_class
from qihang.delivery.training.enrolling import enrol_unsubsidised
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.delivery.training.services import draft_class, pass_on_classes
from qihang.delivery.training.workflows import CLASS_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants import merging
from qihang.registry.participants import services as register_services
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.services import claim_categories

pytestmark = pytest.mark.django_db(transaction=True)

# Seconds that the first waits for the second to be as far: in vain, where a lock holds the second up; where none does
# it comes for sure, however busy the machine.
_IN_VAIN, _SURELY = 1.5, 30.0
Work = Callable[[], Any]


@pytest.fixture
def cast(settings: Any, tmp_path: Any) -> Iterator[Cast]:
    settings.KEYS_ROOT = tmp_path / "keys"
    keyring.forget()
    ground()
    with clock.travel_to(FILED):
        yield make_cast()
    keyring.forget()


def at_once(*works: Work) -> list[Any]:
    """What each gives, a refusal or a breach of a constraint included."""

    def run(work: Work) -> Any:
        try:
            return work()
        except (DomainError, IntegrityError) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """After this function has returned, both wait for each other, or until it is plain that the other cannot come."""
    barriers = []

    def after(module: Any, name: str, seconds: float = _IN_VAIN) -> None:
        barrier, original = Barrier(2, timeout=seconds), getattr(module, name)
        barriers.append(barrier)

        def wait(*given: Any, **named: Any) -> Any:
            found = original(*given, **named)
            with suppress(BrokenBarrierError):
                barrier.wait()
            return found

        monkeypatch.setattr(module, name, wait)

    yield after
    for barrier in barriers:
        barrier.abort()


def unlocked(actor: Actor, item: TrainingClass) -> TrainingClass:
    """`hold_open` as it would be without holding anything."""
    row: TrainingClass = TrainingClass.objects.get(pk=item.pk)
    if row.state != "approved":
        raise DomainError("名单不能再改")
    return row


class TestOneSeatLeft:
    @pytest.fixture
    def works(self, cast: Cast) -> list[Work]:
        item = approved_class(cast, planned_heads=1)
        places = [place_in(item, state="refused") for _ in range(2)]

        def work(place: Enrolment) -> Work:
            def sit() -> Enrolment:
                with clock.travel_to(FILED):
                    return enrol_unsubsidised(actor=cast.clerk, enrolment=place)

            return sit

        return [work(place) for place in places]

    def test_without_the_lock_two_sit_down(
        self, works: list[Work], meet: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(enrolling, "hold_open", unlocked)
        meet(enrolling, "hold_open", _SURELY)
        original = enrolling.ENROLMENT_WORKFLOW.apply
        monkeypatch.setattr(enrolling.ENROLMENT_WORKFLOW, "apply", original)
        meet(enrolling.ENROLMENT_WORKFLOW, "apply", _SURELY)
        at_once(*works)
        assert Enrolment.objects.in_class().count() == 2

    def test_with_it_the_second_is_told(self, works: list[Work], meet: Any) -> None:
        meet(enrolling, "hold_open")
        outcomes = at_once(*works)
        assert Enrolment.objects.in_class().count() == 1
        (told,) = [one for one in outcomes if isinstance(one, DomainError)]
        assert "再加 1 人就超了" in told.message


class TestTheLastDay:
    """The clerk completes the class while a colleague lets somebody in at their own cost."""

    @pytest.fixture
    def works(self, cast: Cast) -> list[Work]:
        item = approved_class(cast, hours=8)
        sitting, refused = place_in(item), place_in(item, state="refused")
        with unit_of_work(SYSTEM):
            Attendance.objects.create(enrolment=sitting, day=START, mark="present")

        def complete() -> Any:
            with clock.travel_to(END):
                return complete_class(actor=cast.clerk, item=TrainingClass.objects.get(pk=item.pk))

        def sit() -> Any:
            with clock.travel_to(END):
                return enrol_unsubsidised(actor=cast.manager, enrolment=refused)

        return [complete, sit]

    def left_behind(self) -> bool:
        return Enrolment.objects.filter(state="enrolled", training_class__state="completed").exists()

    def test_without_the_lock_somebody_is_left_in_a_completed_class(
        self, works: list[Work], meet: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from qihang.delivery.training import completing

        monkeypatch.setattr(enrolling, "hold_open", unlocked)
        barrier = Barrier(2, timeout=60)
        opened, summed = enrolling.hold_open, completing.attendance_summary

        def open_then_wait(*given: Any) -> Any:
            found = opened(*given)
            barrier.wait()  # the class is being completed now, and whoever sits in it has been counted
            return found

        def count_then_wait(item: TrainingClass) -> Any:
            found = summed(item)
            barrier.wait()
            return found

        monkeypatch.setattr(enrolling, "hold_open", open_then_wait)
        monkeypatch.setattr(completing, "attendance_summary", count_then_wait)
        at_once(*works)
        assert self.left_behind()

    def test_with_it_nobody_is(self, works: list[Work], meet: Any) -> None:
        meet(enrolling, "hold_open")
        at_once(*works)
        assert not self.left_behind()


def test_two_approvers_of_one_city_do_not_wait_crosswise(cast: Cast, meet: Any) -> None:
    """Classes of two counties: each batch would hold one county's numbers and wait for the other's."""
    make_region(HAIKOU), make_region(LONGHUA)

    def reviewed(region: str) -> TrainingClass:
        item = draft_class(actor=cast.clerk, fields=class_fields(region=make_region(region)))
        for step in ("submit", "review"):
            CLASS_WORKFLOW.apply(item, step, actor=SYSTEM)
        return item

    first = [reviewed(MEILAN), reviewed(LONGHUA)]
    second = [reviewed(LONGHUA), reviewed(MEILAN)]
    approvers = [make_actor("approver", region=HAIKOU) for _ in range(2)]
    meet(services, "approve_class")

    def work(actor: Actor, items: list[TrainingClass]) -> Work:
        def approve() -> Any:
            with clock.travel_to(FILED):
                return pass_on_classes(actor=actor, items=items)

        return approve

    outcomes = at_once(*(work(actor, items) for actor, items in zip(approvers, (first, second), strict=True)))
    assert [len(one.done) for one in outcomes] == [2, 2]
    numbers = TrainingClass.objects.order_by("filing_no").values_list("filing_no", flat=True)
    assert list(numbers) == [f"{place}2026{n:05d}" for place in (LONGHUA, MEILAN) for n in (1, 2)]


class TestOnePerson:
    def test_a_new_one_on_two_rosters_is_one_record(self, cast: Cast, meet: Any) -> None:
        entry = PersonEntry(resident(order=77), "符一", "female", dt.date(1985, 5, 20))
        meet(register_services, "ids_by_identity")
        outcomes = at_once(*[lambda: register(actor=SYSTEM, entries=[entry])[0].pk] * 2)
        assert len(set(outcomes)) == 1 and Person.objects.count() == 1

    def test_two_records_each_merged_into_the_other_leave_one(self, cast: Cast, meet: Any) -> None:
        one, two = make_person(), make_person()
        officers = [cast.intake, make_actor("second_reviewer")]
        meet(merging, "_require_standing")
        outcomes = at_once(
            lambda: merge_persons(actor=officers[0], keep=one, drop=two, reason="同一人"),
            lambda: merge_persons(actor=officers[1], keep=two, drop=one, reason="同一人"),
        )
        assert Person.objects.filter(state="active").count() == 1
        assert [str(type(one).__name__) for one in outcomes if isinstance(one, Exception)] == ["DomainError"]

    @pytest.mark.parametrize("locked", [False, True])
    def test_a_category_told_by_two_stands_once(
        self, cast: Cast, meet: Any, monkeypatch: pytest.MonkeyPatch, locked: bool
    ) -> None:
        claim = pl.DataFrame([claim_row(make_person(), "02", START, MEILAN)])
        if not locked:
            monkeypatch.setattr(register_services, "lock_persons", lambda ids: None)
        meet(register_services, "_standing", _IN_VAIN if locked else _SURELY)
        outcomes = at_once(*[lambda: claim_categories(actor=SYSTEM, claims=claim)] * 2)
        assert PersonCategory.objects.count() == 1
        if locked:
            assert sorted(outcomes) == [0, 1]
        else:
            assert any(isinstance(one, IntegrityError) for one in outcomes), "a colleague's moment is no error page"
