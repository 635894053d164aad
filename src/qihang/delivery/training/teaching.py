"""Who teaches a class: set by the institution, kept with its days, and what a trainer may see goes by it."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import Teaching, TrainingClass
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import update_objects
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.notifications.services import notify_many
from qihang.registry.organizations.models import Membership


def trainers_of(item: TrainingClass) -> list[Membership]:
    """Who teaches the class today, by name."""
    rows = Teaching.objects.in_force().filter(training_class=item).select_related("membership__user")
    return sorted((row.membership for row in rows), key=lambda one: (one.user.name, one.pk))


def trainers_for(item: TrainingClass) -> QuerySet[Membership]:
    """Who may teach the class: the trainers of its institution today, by name."""
    rows = Membership.objects.current().filter(organization=item.organization_id, role=Role.TRAINER)
    found: QuerySet[Membership] = rows.select_related("user").order_by("user__name", "pk")
    return found


def past_teachings(item: TrainingClass) -> list[Teaching]:
    """Who taught the class and no longer does, the latest first."""
    rows = Teaching.objects.filter(training_class=item).exclude(pk__in=Teaching.objects.in_force().values("pk"))
    return list(rows.select_related("membership__user").order_by("-valid_from", "-pk"))


def set_trainers(*, actor: Actor, item: TrainingClass, trainers: Collection[UUID]) -> list[Membership]:
    """From today exactly these trainers (by the public ids of their memberships) teach the class; returns them.

    Whoever is new is told. NotAllowed for who is not of an institution, NotFound for another's class, DomainError for
    a cancelled class and for somebody who is no trainer of the institution now. Done twice it changes nothing.
    """
    if actor.role not in PROVIDERS:
        raise NotAllowed("任课教师由培训机构的教务或负责人定，您现在的岗位不能改")
    with unit_of_work(actor):
        row = TrainingClass.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=item.pk).first()
        if row is None:
            raise NotFound("没有这个班，或者不归您的单位")
        if row.state == ClassState.CANCELLED:
            raise DomainError("这个班不办了，不用再定任课教师", code="state")
        wanted = {one.pk: one for one in trainers_for(row).filter(public_id__in=trainers)}
        if gone := len(set(trainers)) - len(wanted):
            raise DomainError(f"选的人里有 {gone} 位现在不是本校的教师，刷新再选", code="stale", field="trainers")
        standing = {one.membership_id: one for one in Teaching.objects.standing().filter(training_class=row)}
        _take_back([one for membership, one in standing.items() if membership not in wanted])
        _give(actor, row, [one for pk, one in wanted.items() if pk not in standing])
    return list(wanted.values())


def _take_back(teachings: list[Teaching]) -> None:
    today = clock.today()
    for one in teachings:
        one.removed_on = max(today, one.valid_from)
    update_objects(teachings, ["removed_on"])


def _give(actor: Actor, item: TrainingClass, memberships: list[Membership]) -> None:
    if not memberships:
        return
    Teaching.objects.bulk_create(
        Teaching(training_class=item, membership=one, valid_from=clock.today()) for one in memberships
    )
    users = [one.user for one in memberships]
    words = f"“{item.name}”由您来教：看学员，打印签到表，传考勤表。"
    notify_many(actor=actor, users=users, title="有一个班请您教", body=words, about=item)
