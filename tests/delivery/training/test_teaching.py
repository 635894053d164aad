"""A trainer sees the classes that the institution gave them to teach, from that day on and only these."""

import datetime as dt
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError
from tests.delivery.builders import END, FILED, START, Cast, approved_class, class_fields, ground, make_cast, place_in
from tests.factories import SYSTEM, make_actor, make_organization, make_user
from tests.workbooks import sheet

from qihang.delivery.appraisal.models import Sitting
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.training.models import Attendance, Enrolment, Teaching, TrainingClass
from qihang.delivery.training.services import cancel_class, draft_class
from qihang.delivery.training.teaching import past_teachings, set_trainers, trainers_for, trainers_of
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports import services as imports
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.notifications.models import Message
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.services import end_membership
from qihang.registry.participants.models import Person

pytestmark = pytest.mark.django_db
A_DAY = dt.timedelta(days=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(START):
        yield make_cast()


@pytest.fixture
def item(cast: Cast) -> TrainingClass:
    return approved_class(cast)


def school_of(cast: Cast) -> Organization:
    return Organization.objects.get(pk=cast.clerk.organization_id)


@pytest.fixture
def trainer(cast: Cast) -> Actor:
    return make_actor(Role.TRAINER, organization=school_of(cast))


def membership_of(actor: Actor) -> Membership:
    return Membership.objects.get(pk=actor.membership_id)


def give(cast: Cast, item: TrainingClass, *trainers: Actor) -> list[Membership]:
    return set_trainers(
        actor=cast.clerk, item=item, trainers=[membership_of(trainer).public_id for trainer in trainers]
    )


def sees(trainer: Actor) -> set[str]:
    return set(TrainingClass.objects.visible_to(trainer).values_list("name", flat=True))


# -- giving and taking back ---


def test_the_clerk_gives_the_class_and_the_trainer_is_told(cast: Cast, item: TrainingClass, trainer: Actor) -> None:
    assert give(cast, item, trainer) == [membership_of(trainer)]
    assert trainers_of(item) == [membership_of(trainer)]
    row = Teaching.objects.get()
    assert (row.valid_from, row.removed_on) == (START, None)
    message = Message.objects.get(user_id=trainer.user_id)
    assert item.name in message.body and str(item.public_id) in message.url


def test_done_twice_it_is_done_once(cast: Cast, item: TrainingClass, trainer: Actor) -> None:
    give(cast, item, trainer)
    with clock.travel_to(START + A_DAY):
        give(cast, item, trainer)
    assert Teaching.objects.get().valid_from == START
    assert Message.objects.filter(user_id=trainer.user_id).count() == 1


def test_taken_back_it_stays_written_and_can_be_given_again(cast: Cast, item: TrainingClass, trainer: Actor) -> None:
    give(cast, item, trainer)
    with clock.travel_to(START + A_DAY):
        assert give(cast, item) == []
        assert trainers_of(item) == [] and sees(trainer) == set()
        (past,) = past_teachings(item)
        assert (past.valid_from, past.ended_on) == (START, START + A_DAY)
        give(cast, item, trainer)
        assert sees(trainer) == {item.name}
    assert Teaching.objects.count() == 2


def test_one_goes_and_another_comes(cast: Cast, item: TrainingClass, trainer: Actor) -> None:
    other = make_actor(Role.TRAINER, organization=school_of(cast))
    give(cast, item, trainer)
    give(cast, item, other)
    assert trainers_of(item) == [membership_of(other)]
    assert sees(trainer) == set() and sees(other) == {item.name}


def test_a_draft_and_a_class_that_is_over_have_trainers_a_cancelled_one_not(cast: Cast, trainer: Actor) -> None:
    item = approved_class(cast, start=START + A_DAY * 30, end=END + A_DAY * 30)
    give(cast, item, trainer)
    cancel_class(actor=cast.manager, item=item, comment="招生不满")
    with pytest.raises(DomainError, match="不办了"):
        give(cast, item, trainer)


def test_the_manager_may_and_officers_trainers_and_the_system_may_not(
    cast: Cast, item: TrainingClass, trainer: Actor
) -> None:
    ids = [membership_of(trainer).public_id]
    set_trainers(actor=cast.manager, item=item, trainers=ids)
    for actor in (cast.intake, cast.approver, trainer, SYSTEM):
        with pytest.raises(NotAllowed, match="教务或负责人"):
            set_trainers(actor=actor, item=item, trainers=[])
    assert trainers_of(item)


def test_another_institutions_class_is_not_found(item: TrainingClass, trainer: Actor) -> None:
    with pytest.raises(NotFound):
        set_trainers(actor=make_cast().clerk, item=item, trainers=[membership_of(trainer).public_id])


def ended(cast: Cast) -> Membership:
    hand = membership_of(make_actor(Role.TRAINER, organization=school_of(cast)))
    return end_membership(actor=cast.manager, membership=hand)


def elsewhere(cast: Cast) -> Membership:
    return membership_of(make_actor(Role.TRAINER, organization=make_organization()))


def clerk_of(cast: Cast) -> Membership:
    return membership_of(cast.clerk)


@pytest.mark.parametrize("who", [ended, elsewhere, clerk_of])
def test_only_the_institutions_trainers_of_today_are_taken(
    cast: Cast, item: TrainingClass, trainer: Actor, who: Callable[[Cast], Membership]
) -> None:
    with pytest.raises(DomainError, match="1 位现在不是本校的教师"):
        set_trainers(actor=cast.clerk, item=item, trainers=[membership_of(trainer).public_id, who(cast).public_id])
    assert not Teaching.objects.exists()
    assert list(trainers_for(item)) == [membership_of(trainer)]


def test_somebody_who_is_nobody_is_refused(cast: Cast, item: TrainingClass) -> None:
    with pytest.raises(DomainError, match="刷新再选"):
        set_trainers(actor=cast.clerk, item=item, trainers=[uuid4()])


def test_who_left_the_school_teaches_no_more(cast: Cast, item: TrainingClass, trainer: Actor) -> None:
    give(cast, item, trainer)
    end_membership(actor=cast.manager, membership=membership_of(trainer))
    assert trainers_of(item) == [] and past_teachings(item)[0].ended_on == START
    give(cast, item)
    assert Teaching.objects.get().removed_on == START


# -- the database ---


def row(item: TrainingClass, membership: Membership, **fields: object) -> Teaching:
    return Teaching(training_class=item, membership=membership, **{"valid_from": START, **fields})


@pytest.mark.parametrize("who", [elsewhere, clerk_of])
def test_the_database_takes_no_other_peoples_hand(
    cast: Cast, item: TrainingClass, who: Callable[[Cast], Membership]
) -> None:
    with pytest.raises(IntegrityError, match="teaching_by_own_trainer"), unit_of_work(SYSTEM):
        row(item, who(cast)).save()


def test_the_database_keeps_days_in_order_and_apart(cast: Cast, item: TrainingClass, trainer: Actor) -> None:
    give(cast, item, trainer)
    with pytest.raises(IntegrityError, match="one_teaching_a_trainer"), unit_of_work(SYSTEM):
        row(item, membership_of(trainer), valid_from=START + A_DAY).save()
    with pytest.raises(DatabaseError), unit_of_work(SYSTEM):
        Teaching.objects.update(removed_on=START - A_DAY)


def test_the_database_keeps_what_was(cast: Cast, item: TrainingClass, trainer: Actor) -> None:
    give(cast, item, trainer)
    with pytest.raises(DatabaseError, match="Cannot update"), unit_of_work(SYSTEM):
        Teaching.objects.update(valid_from=FILED)
    with pytest.raises(DatabaseError, match="Cannot delete"), unit_of_work(SYSTEM):
        Teaching.objects.all().delete()


# -- sight ---


def test_a_trainer_sees_own_classes_their_people_and_nothing_beyond(cast: Cast, trainer: Actor) -> None:
    mine, other = approved_class(cast), approved_class(cast, name="电工五级2026年第1期")
    places = [place_in(one) for one in (mine, other)]
    with unit_of_work(SYSTEM):
        Attendance.objects.bulk_create(Attendance(enrolment=place, day=START, mark="present") for place in places)
    give(cast, mine, trainer)
    assert list(TrainingClass.objects.visible_to(trainer)) == [mine]
    assert list(Enrolment.objects.visible_to(trainer)) == [places[0]]
    assert [mark.enrolment for mark in Attendance.objects.visible_to(trainer)] == [places[0]]
    assert list(Person.objects.visible_to(trainer)) == [places[0].person]
    assert [one.training_class for one in Teaching.objects.visible_to(trainer)] == [mine]
    assert set(TrainingClass.objects.visible_to(cast.clerk)) == {mine, other}


def test_a_new_trainer_sees_nothing(cast: Cast, item: TrainingClass, trainer: Actor) -> None:
    place_in(item)
    for model in (TrainingClass, Enrolment, Attendance, Person, Sitting, EarnedTranche, BenefitUse, ImportBatch):
        assert not model.objects.visible_to(trainer).exists()  # type: ignore[attr-defined]


def test_the_class_of_another_role_of_theirs_stays_with_that_role(cast: Cast, item: TrainingClass) -> None:
    user = make_user()
    here = make_actor(Role.TRAINER, organization=school_of(cast), user=user)
    there = make_actor(Role.TRAINER, organization=make_organization(), user=user)
    give(cast, item, here)
    assert sees(here) == {item.name} and sees(there) == set()


def test_a_trainer_brings_in_the_attendance_of_own_classes_alone(cast: Cast, trainer: Actor) -> None:
    mine, other = approved_class(cast), approved_class(cast, name="电工五级2026年第1期")
    give(cast, mine, trainer)
    for one in (mine, other):
        place_in(one)
    content = sheet([["姓名", "3.9"], [mine.enrolments.get().person.name.plain(), "√"]])
    with clock.travel_to(END):
        asked = {"actor": trainer, "kind": "attendance", "name": "考勤.xlsx", "content": content}
        with pytest.raises(NotFound):
            imports.preview(**asked, target_id=str(other.public_id))
        batch, _ = imports.preview(**asked, target_id=str(mine.public_id))
        imports.commit(actor=trainer, batch=batch, wait=True)
    assert [mark.enrolment.training_class for mark in Attendance.objects.all()] == [mine]


def test_a_trainer_sees_the_files_they_brought_and_not_the_schools(cast: Cast, trainer: Actor) -> None:
    item = approved_class(cast)
    give(cast, item, trainer)
    place = place_in(item)
    content = sheet([["姓名", "3.9"], [place.person.name.plain(), "√"]])
    asked = {"kind": "attendance", "name": "考勤.xlsx", "content": content, "target_id": str(item.public_id)}
    theirs, _ = imports.preview(actor=cast.clerk, **asked)
    own, _ = imports.preview(actor=trainer, **asked)
    assert list(ImportBatch.objects.visible_to(trainer)) == [own]
    assert set(ImportBatch.objects.visible_to(cast.clerk)) == {theirs, own}


def test_once_taken_back_the_sheet_cannot_go_in(cast: Cast, item: TrainingClass, trainer: Actor) -> None:
    give(cast, item, trainer)
    place = place_in(item)
    batch, _ = imports.preview(
        actor=trainer,
        kind="attendance",
        name="考勤.xlsx",
        content=sheet([["姓名", "3.9"], [place.person.name.plain(), "√"]]),
        target_id=str(item.public_id),
    )
    give(cast, item)
    with pytest.raises(DomainError, match="没有这个班"):
        imports.commit(actor=trainer, batch=batch, wait=True)
    assert not Attendance.objects.exists()


def test_a_draft_can_be_given_before_it_is_handed_in(cast: Cast, trainer: Actor) -> None:
    item = draft_class(actor=cast.clerk, fields=class_fields())
    give(cast, item, trainer)
    assert sees(trainer) == {item.name}
