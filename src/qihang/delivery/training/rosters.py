"""Keeping a roster: persons known or made, categories claimed, places decided and taken."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import polars as pl

from qihang.delivery.training.categories import category_name
from qihang.delivery.training.deciding import carry_out, decide_cases, decide_places
from qihang.delivery.training.enrolling import hold_open, within_room
from qihang.delivery.training.enums import IN_CLASS, OPEN_CLASSES, UNSETTLED, ClassState, EnrolmentState
from qihang.delivery.training.imports.roster import WAIVED
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import get_class
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.copying import random_uuids, update_objects
from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.days import each_distinct
from qihang.foundation.imports.engine.kinds import SAME, CommitOutcome, CommitRows, Room, Storage, Target
from qihang.registry.participants.enums import CategorySource
from qihang.registry.participants.imports import CATEGORY_UNKNOWN
from qihang.registry.participants.models import Person
from qihang.registry.participants.services import claim_categories, ids_by_identity, register_many
from qihang.registry.policy import lookup
from qihang.registry.policy.rules.facts import NO_CATEGORY
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

    @cached_property
    def _looked_up(self) -> dict[str, int | None]:
        return {}

    def _known(self, identities: Collection[str]) -> dict[int, str]:
        """Person id -> number, whoever may see them: a roster is held against the whole province."""
        missing = [number for number in identities if number not in self._looked_up]
        if missing:
            self._looked_up.update(dict.fromkeys(missing) | ids_by_identity(missing))
        return {pk: number for number in identities if (pk := self._looked_up[number]) is not None}

    def registered_names(self, identities: Collection[str]) -> Mapping[str, str]:
        """Names of the whole province: the clerk wrote the number, and learns only the name that goes with it."""
        persons = self._known(identities)
        found = Person.objects.filter(pk__in=among(persons)).only("name")
        return {persons[person.pk]: person.name.plain() for person in found}

    def other_open_classes(self, identities: Collection[str]) -> Mapping[str, str]:
        persons = self._known(identities)
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
        persons = self._known(identities)
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
    return f"类别记的是“{category_name(place.category)}”"


def commit_roster(target: Target, part: CommitRows, register: object) -> CommitOutcome:
    """Bring a part of a roster in. Rows whose person is in the class already are left, but for an open category."""
    assert isinstance(register, OpenRoster)
    item = hold_open(target.actor, register.item)
    rows = _with_category(_with_person(target.actor, pl.concat([part.rows, part.refused])), part, register)
    known = {row.person_id: row for row in item.enrolments.filter(person__in=among(rows["person_id"]))}
    here = pl.col("person_id").is_in(pl.Series(list(known), dtype=pl.Int64).implode())
    fresh = rows.filter(~here).unique("person_id", keep="first", maintain_order=True)
    changed = _changed(rows.filter(here), known)
    _claim(target.actor, register, rows)
    places = _places(target, item, fresh, part)
    with within_room(item):
        _settle_fresh(target.actor, item, places)
    _settle_changed(target.actor, item, changed)
    refused = int((places["refusals"].list.len() > 0).sum())
    return CommitOutcome(
        written=places.height - refused,
        changed=len(changed),
        unchanged=rows.height - places.height - len(changed),
        refused=refused,
    )


def room_in_class(register: object) -> Room:
    """How many more trainees the approval lets in."""
    assert isinstance(register, OpenRoster)
    heads, inside = register.item.planned_heads, register.item.enrolments.in_class().count()
    return Room(max(heads - inside, 0), f"批准了 {heads:,} 人，班里已有 {inside:,} 人")


ROSTER_STORAGE = Storage(open_register=open_roster, commit=commit_roster, compare=compare_roster, room=room_in_class)


# --- parts ---------------------------------------------------------------------------------------------------------


def _with_person(actor: Actor, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `person_id`, and with sex and birth date as the identity number has them."""
    people = rows.select(
        pl.col("identity").alias("identity_no"),
        "name",
        pl.col("identity_sex").alias("sex"),
        pl.col("identity_birth").alias("birth_date"),
        pl.when(pl.col("phone") != "").then(pl.col("phone")).alias("phone"),
        "education",
        each_distinct(rows["household_region"], _region, pl.String).alias("hukou_region_id"),
    )
    return rows.with_columns(register_many(actor=actor, people=people), people["sex"], people["birth_date"])


def _region(text: str) -> str | None:
    return match_region(text).code


def _with_category(rows: pl.DataFrame, part: CommitRows, register: OpenRoster) -> pl.DataFrame:
    """The rows with `chosen`, the category that the place is asked for in."""
    unknown = [row for row, rules in part.refusals.items() if CATEGORY_UNKNOWN.id in rules]
    chosen = each_distinct(rows["category"].fill_null(""), partial(_chosen, allowed=register.allowed), pl.String)
    nobody = pl.col("_row").is_in(pl.Series(unknown, dtype=pl.Int64).implode())
    return rows.with_columns(pl.when(nobody).then(pl.lit(NO_CATEGORY)).otherwise(chosen).alias("chosen"))


def _changed(again: pl.DataFrame, known: Mapping[int, Enrolment]) -> list[Enrolment]:
    """The places not settled yet for which this roster names another category, which they now bear."""
    changed = []
    for person, chosen in again.select("person_id", "chosen").iter_rows():
        place = known[person]
        if place.state in UNSETTLED and chosen not in {"", place.category}:
            place.category = chosen
            changed.append(place)
    return changed


def _chosen(category: str | None, allowed: Collection[str]) -> str:
    """Of several categories the first that the subsidy is for."""
    codes = (category or "").split(",")
    return next((code for code in codes if code in allowed), codes[0])


def _places(target: Target, item: TrainingClass, fresh: pl.DataFrame, part: CommitRows) -> pl.DataFrame:
    """New places as they will be stored; rows whose person gave the subsidy up, with somebody's yes, ask for none."""
    waived = [row for row, rules in part.confirmed.items() if WAIVED.id in rules]
    numbers = fresh["_row"].to_list()
    return fresh.select(
        random_uuids(fresh.height),
        pl.lit(item.pk, pl.Int64).alias("training_class_id"),
        "person_id",
        pl.col("_row").alias("roster_no"),
        pl.lit(target.batch_id or None, pl.String).alias("source_id"),
        pl.col("chosen").alias("category"),
        pl.Series("refusals", [list(part.refusals.get(row, ())) for row in numbers], pl.List(pl.String)),
        (~pl.col("_row").is_in(pl.Series(waived, dtype=pl.Int64).implode())).alias("subsidised"),
        "sex",
        "birth_date",
    )


def _claim(actor: Actor, register: OpenRoster, rows: pl.DataFrame) -> None:
    claims = (
        rows.select("person_id", pl.col("category").fill_null("").str.split(",").alias("category"), "certificate_no")
        .explode("category")
        .filter(pl.col("category") != "")
        .with_columns(
            pl.lit(register.rules_on).alias("valid_from"),
            pl.lit(CategorySource.ROSTER.value).alias("source"),
            pl.lit(register.item.region_id).alias("region_id"),
        )
    )
    claim_categories(actor=actor, claims=claims)


def _settle_fresh(actor: Actor, item: TrainingClass, places: pl.DataFrame) -> None:
    """Decide new places before they are written, so that each is written once with its decision."""
    asking = places.filter("subsidised")
    cases = asking.select(
        "person_id",
        pl.col("public_id").alias("case_ref"),
        pl.lit(None, pl.Int64).alias("supersedes_id"),
        "sex",
        "birth_date",
        "category",
    )
    answers = asking.select("public_id").hstack(decide_cases(actor=actor, item=item, cases=cases))
    decided = places.join(answers, "public_id", "left", maintain_order="left")
    ids = ENROLMENT_WORKFLOW.enter_frame(decided.drop("sex", "birth_date", "eligible"), actor=actor)
    written = decided.with_columns(ids.alias("pk"))
    answered = written.filter(pl.col("eligible").is_not_null())
    settled = Enrolment.objects.filter(pk__in=among(answered["pk"])).in_bulk()
    carry_out(
        actor=actor,
        item=item,
        places=[settled[pk] for pk in answered["pk"]],
        answers=answered["eligible"].to_list(),
    )
    _pay_themselves(actor, item, written.filter(~pl.col("subsidised"))["pk"].to_list())


def _pay_themselves(actor: Actor, item: TrainingClass, ids: Sequence[int]) -> None:
    day = {"enrolled_on": min(clock.today(), item.start)}
    ENROLMENT_WORKFLOW.apply_many(
        ids, "self_pay", actor=actor, comment="名册备注：自愿放弃补贴", fields_by_id=dict.fromkeys(ids, day)
    )


def _settle_changed(actor: Actor, item: TrainingClass, places: list[Enrolment]) -> None:
    """Another category on a later roster: an officer's matter if the place was refused, decided anew if it waits."""
    waiting = [place for place in places if place.state == EnrolmentState.APPLIED]
    answers = decide_places(actor=actor, item=item, places=waiting)
    update_objects(places, ["category", "decision"])
    carry_out(actor=actor, item=item, places=waiting, answers=answers)
