"""Keeping a roster: persons known or made, categories claimed, places decided and taken."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from qihang.delivery.training.deciding import carry_out, decide_places
from qihang.delivery.training.enums import IN_CLASS, OPEN_CLASSES, UNSETTLED, ClassState, EnrolmentState
from qihang.delivery.training.imports.roster import WAIVED
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import get_class
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import update_objects
from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.days import each_distinct
from qihang.foundation.imports.engine.kinds import SAME, CommitOutcome, CommitRows, Storage, Target
from qihang.registry.benefits.querysets import among
from qihang.registry.participants.enums import CategorySource
from qihang.registry.participants.imports import CATEGORY_UNKNOWN
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.services import PersonEntry, claim_categories, register_many
from qihang.registry.policy import lookup
from qihang.registry.policy.rules.facts import NO_CATEGORY
from qihang.registry.reference.codes import find_code
from qihang.registry.reference.places import match_region


@dataclass(frozen=True)
class OpenRoster:
    """A class whose roster is open, and the province behind it (the protocol `imports.roster.RosterRegister`)."""

    item: TrainingClass

    @property
    def class_start(self) -> dt.date:
        return self.item.start

    @property
    def rules_on(self) -> dt.date:
        assert self.item.filed_on is not None
        return self.item.filed_on

    @cached_property
    def allowed(self) -> frozenset[str]:
        """Codes of the categories that the subsidy is for; none where nobody has set them."""
        found = lookup.find("training.categories", region=self.item.region_id, on=self.rules_on)
        return frozenset(str(code) for code in found.value) if found else frozenset()  # type: ignore[union-attr]

    def registered_names(self, identities: Collection[str]) -> Mapping[str, str]:
        """Names of the whole province: the clerk wrote the number, and learns only the name that goes with it."""
        return {number: person.name.plain() for number, person in _known(identities).items()}

    def other_open_classes(self, identities: Collection[str]) -> Mapping[str, str]:
        persons = {person.pk: number for number, person in _known(identities).items()}
        rows = Enrolment.objects.filter(
            person__in=among(persons), state__in=IN_CLASS, training_class__state__in=OPEN_CLASSES
        ).exclude(training_class=self.item)
        return {
            persons[person]: f"{name}（{start:%Y-%m-%d} 至 {end:%m-%d}）"
            for person, name, start, end in rows.values_list(
                "person_id", "training_class__name", "training_class__start", "training_class__end"
            )
        }

    def places(self, identities: Collection[str]) -> dict[str, Enrolment]:
        """Identity number -> the place that this person has in the class."""
        persons = {person.pk: number for number, person in _known(identities).items()}
        rows = Enrolment.objects.filter(training_class=self.item, person__in=among(persons))
        return {persons[row.person_id]: row for row in rows}


def open_roster(target: Target) -> OpenRoster:
    """The class, if the actor may bring its roster in today. DomainError says what is in the way."""
    item = get_class(actor=target.actor, public_id=target.target_id)
    if item.state != ClassState.APPROVED:
        raise DomainError(f"这个班{ClassState(item.state).label}，批准以后才能报名单", code="state")
    if clock.today() > item.roster_last_day:
        raise DomainError(
            f"名单要在开班日 {item.roster_last_day:%Y-%m-%d} 前报。过了的，请县里的受理初审放宽日子，再来导入",
            code="roster_closed",
        )
    return OpenRoster(item)


def compare_roster(rows: pl.DataFrame, register: object) -> pl.Series:
    """What the class already has of each row's person: nothing, the same, or another category."""
    assert isinstance(register, OpenRoster)
    known = register.places(rows["identity"].drop_nulls().unique().to_list())
    notes = [
        _difference(register, known.get(number or ""), category)
        for number, category in rows.select("identity", "category").iter_rows()
    ]
    return pl.Series(notes, dtype=pl.String)


def _difference(register: OpenRoster, place: Enrolment | None, category: str | None) -> str | None:
    if place is None:
        return None
    chosen = _chosen(category, register.allowed)
    if place.state not in UNSETTLED or chosen in {"", place.category}:
        return SAME
    return f"类别记的是“{_category_name(place.category)}”"


def commit_roster(target: Target, part: CommitRows, register: object) -> CommitOutcome:
    """Bring a part of a roster in. Rows whose person is in the class already are left, but for an open category."""
    assert isinstance(register, OpenRoster)
    item = _locked(register.item)
    rows = pl.concat([part.rows, part.refused])
    persons = _persons(target.actor, rows)
    known = {row.person_id: row for row in item.enrolments.filter(person__in=among(person.pk for person in persons))}
    fresh, changed = [], []
    for row, person in zip(rows.iter_rows(named=True), persons, strict=True):
        chosen = _category_of(row, part, register)
        place = known.get(person.pk)
        if place is None:
            fresh.append(_place(target, item, person, row, chosen, part))
        elif place.state in UNSETTLED and chosen not in {"", place.category}:
            place.category, place.person = chosen, person
            changed.append(place)
    _require_room(item, len(fresh) - part.refused.height)
    _claim(target.actor, register, rows, persons)
    _settle_fresh(target.actor, item, fresh, _waived(part))
    _settle_changed(target.actor, item, changed)
    refused = sum(1 for place in fresh if place.refusals)
    return CommitOutcome(
        written=len(fresh) - refused,
        changed=len(changed),
        unchanged=rows.height - len(fresh) - len(changed),
        refused=refused,
    )


ROSTER_STORAGE = Storage(open_register=open_roster, commit=commit_roster, compare=compare_roster)


# --- parts ---------------------------------------------------------------------------------------------------------


def _known(identities: Collection[str]) -> dict[str, Person]:
    """The persons of these numbers, whoever may see them: a roster is held against the whole province."""
    column: Any = Person._meta.get_field("identity_index")
    numbers = list(identities)
    by_index = dict(zip(column.index_many(numbers, Person), numbers, strict=True))
    found = Person.objects.filter(identity_index__in=among(by_index, "bytea"), merged_into__isnull=True)
    return {by_index[bytes(person.identity_index)]: person for person in found}


def _locked(item: TrainingClass) -> TrainingClass:
    """The class's row, so that two rosters at once count its places one after the other."""
    rows = TrainingClass.objects.select_for_update(of=("self",)).select_related("occupation", "organization")
    return rows.get(pk=item.pk)  # type: ignore[no-any-return]


def _require_room(item: TrainingClass, more: int) -> None:
    taken = item.enrolments.filter(state__in=IN_CLASS).count()
    if more > 0 and taken + more > item.planned_heads:
        raise DomainError(
            f"批准了 {item.planned_heads} 人，班里已有 {taken} 人，这次再加 {more} 人就超了。"
            "请减去几行，或者请县里按新的人数重新批",
            code="no_room",
        )


def _persons(actor: Actor, rows: pl.DataFrame) -> list[Person]:
    regions = each_distinct(rows["household_region"], _region, pl.String)
    columns = rows.select("identity", "name", "identity_sex", "identity_birth", "phone", "education")
    entries = [
        PersonEntry(identity, name, sex, birth, phone or "", education or "", region)
        for (identity, name, sex, birth, phone, education), region in zip(columns.iter_rows(), regions, strict=True)
    ]
    return register_many(actor=actor, entries=entries).persons


def _region(text: str) -> str | None:
    return match_region(text).code


def _chosen(category: str | None, allowed: Collection[str]) -> str:
    """Of several categories the first that the subsidy is for."""
    codes = (category or "").split(",")
    return next((code for code in codes if code in allowed), codes[0])


def _category_of(row: Mapping[str, Any], part: CommitRows, register: OpenRoster) -> str:
    if CATEGORY_UNKNOWN.id in part.refusals.get(row["_row"], ()):
        return NO_CATEGORY
    return _chosen(row["category"], register.allowed)


def _category_name(code: str) -> str:
    found = find_code("person_category", code) if code else None
    return found.name if found else "没有填"


def _place(
    target: Target, item: TrainingClass, person: Person, row: Mapping[str, Any], category: str, part: CommitRows
) -> Enrolment:
    return Enrolment(
        training_class=item,
        person=person,
        roster_no=row["_row"],
        source_id=target.batch_id or None,
        category=category,
        refusals=list(part.refusals.get(row["_row"], ())),
    )


def _waived(part: CommitRows) -> frozenset[int]:
    """Rows whose person gave the subsidy up, to which somebody said yes."""
    return frozenset(row for row, rules in part.confirmed.items() if WAIVED.id in rules)


def _claim(actor: Actor, register: OpenRoster, rows: pl.DataFrame, persons: list[Person]) -> None:
    claims = {
        (person.pk, code): PersonCategory(
            person=person,
            category=code,
            valid_from=register.rules_on,
            source=CategorySource.ROSTER,
            certificate_no=certificate,
            region_id=register.item.region_id,
        )
        for (category, certificate), person in zip(
            rows.select("category", "certificate_no").iter_rows(), persons, strict=True
        )
        for code in (category or "").split(",")
        if code
    }
    claim_categories(actor=actor, claims=list(claims.values()))


def _settle_fresh(actor: Actor, item: TrainingClass, places: list[Enrolment], waived: frozenset[int]) -> None:
    """Decide new places before they are written, so that each is written once with its decision."""
    asking = [place for place in places if place.roster_no not in waived]
    paying = [place for place in places if place.roster_no in waived]
    for place in paying:
        place.subsidised = False
    answers = decide_places(actor=actor, item=item, places=asking)
    ENROLMENT_WORKFLOW.enter_many(places, actor=actor)
    carry_out(actor=actor, item=item, places=asking, answers=answers)
    day = {"enrolled_on": min(clock.today(), item.start)}
    ENROLMENT_WORKFLOW.apply_many(
        [place.pk for place in paying],
        "self_pay",
        actor=actor,
        comment="名册备注：自愿放弃补贴",
        fields_by_id={place.pk: day for place in paying},
    )


def _settle_changed(actor: Actor, item: TrainingClass, places: list[Enrolment]) -> None:
    """Another category on a later roster: an officer's matter if the place was refused, decided anew if it waits."""
    waiting = [place for place in places if place.state == EnrolmentState.APPLIED]
    answers = decide_places(actor=actor, item=item, places=waiting)
    update_objects(places, ["category", "decision"])
    carry_out(actor=actor, item=item, places=waiting, answers=answers)
