"""Putting people into classes and taking them out: what officers, institutions and rosters do to a place."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import polars as pl

from qihang.delivery.training.deciding import SOURCE, Settled, decide_waiting
from qihang.delivery.training.enums import ATTENDED_MARKS, UNSETTLED, ClassState, EnrolmentState
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.registry.benefits.services import release_many
from qihang.registry.participants.enums import CategorySource, CategoryState
from qihang.registry.participants.models import PersonCategory
from qihang.registry.participants.own_case import OWN_CASE, own_persons, require_not_own
from qihang.registry.participants.services import claim_categories, correct_public_posts
from qihang.registry.participants.services import confirm_categories as confirm_claims
from qihang.registry.participants.services import reject_category as reject_claim
from qihang.registry.reference.codes import codes


def get_place(*, actor: Actor, public_id: str) -> Enrolment:
    """A place in a class by its opaque id, if the actor may see it; else NotFound."""
    rows = Enrolment.objects.visible_to(actor).select_related(
        "person", "decision__basis", "training_class__organization", "training_class__region"
    )
    found: Enrolment | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("班里没有这个人，或者不归您的单位或辖区")
    return found


def waiting_claims(item: TrainingClass, ids: Iterable[int] | None = None) -> dict[int, list[PersonCategory]]:
    """By enrolment id, the categories that people of the class are said to have and nobody has looked at.

    Of all who wait, or of the places `ids` among them.
    """
    waiting = Enrolment.objects.undecided().filter(training_class=item)
    if ids is not None:
        waiting = waiting.filter(pk__in=among(ids))
    places = list(waiting.values_list("pk", "person_id"))
    claims = PersonCategory.objects.filter(
        person__in=among({person for _, person in places}), state=CategoryState.CLAIMED
    ).on(item.start)
    found: dict[int, list[PersonCategory]] = {pk: [] for pk, _ in places}
    by_person: dict[int, list[PersonCategory]] = {}
    for claim in claims:
        by_person.setdefault(claim.person_id, []).append(claim)
    for pk, person in places:
        found[pk] = by_person.get(person, [])
    return found


def confirm_categories(
    *, actor: Actor, item: TrainingClass, enrolment_ids: Iterable[int], public_post: bool | None, comment: str = ""
) -> Settled:
    """An officer has seen the proof of the categories of these places, which are decided anew at once.

    `public_post` is what was found of all of them: 在编, not, or (None) not looked at. What else somebody is said to be
    stays unconfirmed: nobody has looked at its proof. The officer's own place is left to a colleague, and counted as
    waiting; Refused where there is no other.
    """
    wanted = set(enrolment_ids)
    with unit_of_work(actor):
        hold_open(actor, item)
        claims = waiting_claims(item)
        unknown = wanted - set(claims)
        if unknown:
            raise DomainError(f"有 {len(unknown)} 人已经不在等核实，刷新再看", code="stale")
        mine = set(
            Enrolment.objects.filter(pk__in=among(wanted), person__in=own_persons(actor)).values_list("pk", flat=True)
        )
        if mine and mine == wanted:
            raise Refused(OWN_CASE, code="guard")
        wanted -= mine
        categories = dict(Enrolment.objects.filter(pk__in=among(wanted)).values_list("pk", "category"))
        shown = [claim.pk for pk in sorted(wanted) for claim in claims[pk] if claim.category == categories[pk]]
        confirm_claims(actor=actor, ids=shown, public_post=public_post, comment=comment)
        settled = decide_waiting(actor=actor, item=item, ids=wanted)
        return replace(settled, waiting=settled.waiting + len(mine))


def reject_category(*, actor: Actor, enrolment: Enrolment, reason: str) -> Settled:
    """An officer finds that the person is not what the roster says; the place is decided anew."""
    with unit_of_work(actor):
        item = hold_open(actor, enrolment.training_class)
        claims = waiting_claims(item).get(enrolment.pk, [])
        mine = [claim for claim in claims if claim.category == enrolment.category]
        if not mine:
            raise DomainError("这个人没有等核实的类别，刷新再看", code="stale")
        reject_claim(actor=actor, category=mine[0], reason=reason)
        return decide_waiting(actor=actor, item=item, ids=[enrolment.pk])


def correct_category(*, actor: Actor, enrolment: Enrolment, category: str, public_post: bool, comment: str) -> Settled:
    """An officer who has seen the proof writes down what the person is, whatever the roster said, and decides anew.

    A refused place is taken up again by it.
    """
    if category not in {code.code for code in codes("person_category")}:
        raise DomainError("没有这种人员类别，请从列表里选", field="category")
    with unit_of_work(actor):
        item = hold_open(actor, enrolment.training_class)
        place = _unsettled(enrolment, actor)
        require_not_own(actor, place.person_id)
        if place.state == EnrolmentState.REFUSED:
            _take_up_again(actor, item, place, comment)
        _claim_and_confirm(actor, place, category, public_post, comment)
        place.category = category
        place.save(update_fields=["category"])
        return decide_waiting(actor=actor, item=item, ids=[place.pk])


def _claim_and_confirm(actor: Actor, place: Enrolment, category: str, public_post: bool, comment: str) -> None:
    item = place.training_class
    claim = {
        "person_id": place.person_id,
        "category": category,
        "valid_from": item.start,  # the day on which the rule asks who somebody is
        "source": CategorySource.OFFICE,
        "region_id": item.region_id,
    }
    claim_categories(actor=actor, claims=pl.DataFrame([claim]))
    mine = PersonCategory.objects.filter(person=place.person_id)
    claimed = mine.on(item.start).filter(category=category, state=CategoryState.CLAIMED).values_list("pk", flat=True)
    confirm_claims(actor=actor, ids=claimed, public_post=public_post, comment=comment)
    otherwise = mine.on(item.start).filter(state=CategoryState.CONFIRMED).exclude(public_post=public_post)
    ids = otherwise.values_list("pk", flat=True)
    correct_public_posts(actor=actor, ids=ids, public_post=public_post, comment=comment)


def reconsider(*, actor: Actor, enrolment: Enrolment, comment: str) -> Settled:
    """An officer takes a refusal up again, as after a complaint or a new proof, and decides anew."""
    with unit_of_work(actor):
        item = hold_open(actor, enrolment.training_class)
        _take_up_again(actor, item, enrolment, comment)
        return decide_waiting(actor=actor, item=item, ids=[enrolment.pk])


def _take_up_again(actor: Actor, item: TrainingClass, place: Enrolment, comment: str) -> None:
    with within_room(item):
        ENROLMENT_WORKFLOW.apply(place, "reconsider", actor=actor, comment=comment)


def enrol_unsubsidised(*, actor: Actor, enrolment: Enrolment, comment: str = "") -> Enrolment:
    """The person comes without the subsidy: refused, or not waiting for the answer. No benefit is used."""
    with unit_of_work(actor):
        item = hold_open(actor, enrolment.training_class)
        fields = {"subsidised": False, "enrolled_on": min(clock.today(), item.start)}
        with within_room(item):
            return ENROLMENT_WORKFLOW.apply(enrolment, "self_pay", actor=actor, comment=comment, fields=fields)


def withdraw(*, actor: Actor, enrolment: Enrolment, on: dt.date, comment: str) -> Enrolment:
    """The person leaves the class on a day; a reserved benefit is free again.

    Not before the last day on which they were there: who left in the first days counts in no figure, and the
    institution alone must not be able to say so of somebody whom its own sheet shows in class.
    """
    item = enrolment.training_class
    if on > clock.today():
        raise DomainError("退班日还没到，请写今天或以前的日子", field="on")
    if enrolment.enrolled_on and on < enrolment.enrolled_on:
        raise DomainError(f"退班日不能早于入班日 {enrolment.enrolled_on:%Y-%m-%d}", field="on")
    if on > item.end:
        raise DomainError("班已经结束，不再办退班", field="on")
    with unit_of_work(actor):
        hold_open(actor, item)  # no sheet comes in meanwhile
        _require_gone_by(enrolment, on)
        moved = ENROLMENT_WORKFLOW.apply(
            enrolment, "withdraw", actor=actor, comment=comment, fields={"withdrawn_on": on}
        )
        release_many(
            actor=actor, source_kind=SOURCE, source_refs=[str(enrolment.public_id)], comment=f"退班：{comment}"
        )
    return moved


def _require_gone_by(place: Enrolment, on: dt.date) -> None:
    marks = Attendance.objects.valid().filter(enrolment=place, mark__in=ATTENDED_MARKS, day__gt=on)
    last = marks.order_by("-day").values_list("day", flat=True).first()
    if last is not None:
        raise DomainError(
            f"{last.month} 月 {last.day} 日还有到课记录，退班日不能早于那天；记错了先改考勤",
            code="attended",
            field="on",
        )


def hold_open(actor: Actor, item: TrainingClass) -> TrainingClass:
    """The class, locked until the transaction ends, so that it is neither completed nor cancelled meanwhile.

    NotFound outside the actor's sight, DomainError for a class whose list no longer changes.
    """
    seen = TrainingClass.objects.all() if actor.is_system else TrainingClass.objects.visible_to(actor)
    rows = seen.select_for_update(of=("self",)).select_related("occupation", "organization")
    row: TrainingClass | None = rows.filter(pk=item.pk).first()
    if row is None:
        raise NotFound("没有这个班，或者不归您的单位或辖区")
    if row.state != ClassState.APPROVED:
        raise DomainError(f"这个班{ClassState(row.state).label}，名单不能再改", code="state")
    return row


@contextmanager
def within_room(item: TrainingClass) -> Iterator[None]:
    """Whoever comes to sit in the class (held by `hold_open`) within the block must find room among those approved."""
    before = item.enrolments.in_class().count()
    yield
    after = item.enrolments.in_class().count()
    if after > max(before, item.planned_heads):
        raise DomainError(
            f"批准了 {item.planned_heads} 人，班里已有 {before} 人，再加 {after - before} 人就超了。"
            "请减去几个，等有人退班，或者另开一个班",
            code="no_room",
        )


def _unsettled(enrolment: Enrolment, actor: Actor) -> Enrolment:
    """The place, locked, while it still can be decided."""
    rows = Enrolment.objects.visible_to(actor).select_for_update(of=("self",)).select_related("training_class")
    row: Enrolment | None = rows.filter(pk=enrolment.pk).first()
    if row is None:
        raise NotFound("班里没有这个人，或者不归您的单位或辖区")
    if row.state not in UNSETTLED:
        raise DomainError(f"现在是“{EnrolmentState(row.state).label}”，不能再改。刷新再看", code="state")
    return row
