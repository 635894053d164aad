"""Keeping a contribution list: who of it is known here, what it says beyond earlier lists, and writing that down."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import polars as pl

from qihang.delivery.employment.imports.contributions import FIRST, LAST
from qihang.delivery.employment.models import LONGEST_NAME, ContributionList, WorkSpell
from qihang.delivery.employment.ports import tell_spells_changed
from qihang.delivery.employment.querysets import WorkSpellQuerySet
from qihang.delivery.employment.spells import Changes, Effect, Months, Span, changes_of, month_end
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.copying import update_objects
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports.engine.kinds import SAME, CommitOutcome, CommitRows, Storage, Target
from qihang.registry.participants.models import Person
from qihang.registry.participants.services import ids_by_identity, lock_persons


@dataclass
class PeopleOfClasses:
    """The people who sat in classes that the officer sees, by identity number: a list is matched against no others.

    Whoever was in class is known, also without the county's word on the subsidy: their work is no stranger's.
    """

    target: Target
    _known: dict[str, Person | None] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        return self.target.actor

    def persons(self, identities: Collection[str]) -> dict[str, Person]:
        """Those who are known, by their number."""
        self._look_up([one for one in set(identities) if one not in self._known])
        found = ((one, self._known[one]) for one in identities)
        return {one: person for one, person in found if person is not None}

    def registered_names(self, identities: Collection[str]) -> Mapping[str, str]:
        return {one: person.name.plain() for one, person in self.persons(identities).items()}

    def completed_on(self, identities: Collection[str]) -> Mapping[str, dt.date]:
        persons = self.persons(identities)
        days = completed_days(person.pk for person in persons.values())
        return {one: max(days[person.pk]) for one, person in persons.items() if person.pk in days}

    def _look_up(self, identities: Sequence[str]) -> None:
        ids = ids_by_identity(identities)
        trained = Enrolment.objects.visible_to(self.actor).ever_in_class().values("person_id")
        people = Person.objects.filter(pk__in=among(set(ids.values()))).filter(pk__in=trained).only("name").in_bulk()
        self._known |= {one: people.get(ids[one]) if one in ids else None for one in identities}


def completed_days(persons: Iterable[int]) -> dict[int, list[dt.date]]:
    """The days on which persons completed a class, by person; those who never did are left out."""
    days: dict[int, list[dt.date]] = defaultdict(list)
    rows = Enrolment.objects.completed().filter(person__in=among(persons))
    for person, day in rows.values_list("person_id", "completed_on"):
        days[person].append(day)
    return dict(days)


def open_people(target: Target) -> PeopleOfClasses:
    """NotAllowed for who has no office or no region, DomainError for a list of a day that has not come."""
    if target.actor.organization_id is None or not target.actor.region:
        raise NotAllowed("社保缴费名单由市县经办机构导入")
    if target.on > clock.today():
        raise DomainError(f"名单日期 {target.on:%Y-%m-%d} 还没到，请核对", field="on")
    return PeopleOfClasses(target)


def compare_list(rows: pl.DataFrame, register: object) -> pl.Series:
    """Which rows say nothing new, and which cut short what earlier lists said."""
    assert isinstance(register, PeopleOfClasses)
    laid = _lay(rows, register)
    notes: list[str | None] = [None] * rows.height
    for at, effect in zip(laid.places, laid.changes.effects, strict=True):
        notes[at] = SAME if effect is Effect.SAME else None
    for line, reach in laid.changes.shortened.items():
        notes[laid.places[line]] = f"以前的名单缴到 {reach:%Y-%m}"
    return pl.Series(notes, dtype=pl.String)


def commit_list(target: Target, part: CommitRows, register: object) -> CommitOutcome:
    """Write down what the list says, within the import's transaction. Persons are locked, then the spells read."""
    assert isinstance(register, PeopleOfClasses)
    if not part.rows.height:
        return CommitOutcome()
    with unit_of_work(target.actor):
        persons = {person.pk for person in register.persons(part.rows["identity"].to_list()).values()}
        lock_persons(persons | set(_open_spells(target).values_list("person_id", flat=True)))
        laid = _lay(part.rows, register, spared=_people_of(part.held, register))
        _write(laid, _list_of(target), target.actor)
    counts = Counter(laid.changes.effects)
    return CommitOutcome(written=counts[Effect.NEW], changed=counts[Effect.MOVED], unchanged=counts[Effect.SAME])


CONTRIBUTIONS_STORAGE = Storage(open_register=open_people, commit=commit_list, compare=compare_list, at_once=True)


@dataclass(frozen=True)
class _Laid:
    """What a list changes. `places` are the positions of its lines in the table, `spells` the known rows by id."""

    changes: Changes
    places: list[int]
    spells: dict[int, WorkSpell]


def _people_of(rows: pl.DataFrame, register: PeopleOfClasses) -> set[int]:
    """Who stands in rows that stay out: the list does say something of them, so it is no proof that their work ended."""
    return {person.pk for person in register.persons(rows["identity"].drop_nulls().to_list()).values()}


def _lay(rows: pl.DataFrame, register: PeopleOfClasses, spared: Collection[int] = ()) -> _Laid:
    """Lay the rows that can be read over what is known of their people, but close no work of `spared` ones.

    Writes nothing.
    """
    target = register.target
    lines, places = _lines(rows, register)
    ending = _open_spells(target).exclude(person__in=among(spared))
    closing = set(ending.values_list("pk", flat=True))
    persons = {line.person_id for line in lines}
    accepted = WorkSpell.objects.accepted().from_lists().select_related("last_list")
    spells = {spell.pk: spell for spell in accepted.of_persons(persons)}
    spells |= {spell.pk: spell for spell in accepted.filter(pk__in=among(closing - set(spells)))}
    changes = changes_of(
        lines,
        list_on=target.on,
        completed=completed_days(persons),
        known=[_span(spell) for spell in spells.values()],
        closing=closing,
        later_on=_next_list_on(target),
    )
    return _Laid(changes, places, spells)


def _lines(rows: pl.DataFrame, register: PeopleOfClasses) -> tuple[list[Months], list[int]]:
    """The rows of known people with months in order; the others are errors of the kind's rules."""
    month = register.target.on.replace(day=1)
    valid = (
        rows.select("identity", "employer", "employer_code", first=FIRST, last=LAST)
        .with_row_index("at")
        .filter(pl.col("identity").is_not_null() & (pl.col("first") <= pl.col("last")) & (pl.col("last") <= month))
    )
    people = register.persons(valid["identity"].to_list())
    lines, places = [], []
    for at, identity, employer, code, first, last in valid.iter_rows():
        if identity in people:
            name = (employer or "")[:LONGEST_NAME]
            lines.append(Months(people[identity].pk, name, code or "", first, last))
            places.append(at)
    return lines, places


def _open_spells(target: Target) -> WorkSpellQuerySet:
    """Open spells that earlier lists of the office showed last: this one must continue them, or they end."""
    return (
        WorkSpell.objects.accepted()
        .from_lists()
        .filter(
            end__isnull=True,
            last_list__office_id=target.actor.organization_id,
            last_list__listed_on__lt=target.on,
        )
    )


def _next_list_on(target: Target) -> dt.date | None:
    later = ContributionList.objects.filter(office_id=target.actor.organization_id, listed_on__gt=target.on)
    return later.order_by("listed_on").values_list("listed_on", flat=True).first()


def _list_of(target: Target) -> ContributionList:
    found, _ = ContributionList.objects.get_or_create(
        office_id=target.actor.organization_id,
        listed_on=target.on,
        defaults={
            "region_id": target.actor.region,
            "source_id": UUID(target.batch_id) if target.batch_id else None,
        },
    )
    return found


def _span(spell: WorkSpell) -> Span:
    assert spell.last_list is not None
    return Span(
        spell.person_id,
        spell.employer_name,
        spell.employer_uscc,
        spell.start,
        spell.end,
        spell.last_list.listed_on,
        spell.end_recorded_on,
        spell.pk,
    )


def _write(laid: _Laid, listed: ContributionList, actor: Actor) -> None:
    """Absorbed ones first, so that what took their days in does not overlap them."""
    changes = laid.changes
    if changes.absorbed:
        WORK_SPELL_WORKFLOW.apply_many([span.pk for span in changes.absorbed if span.pk], "absorb", actor=actor)
    touched = {span.pk: span for span in [*changes.moved, *changes.shown] if span.pk is not None}
    rows = [_carried(laid.spells[pk], span, listed) for pk, span in touched.items()]
    update_objects(rows, ["start", "end", "end_recorded_on", "last_list"])
    fresh = [_fresh(span, listed, actor) for span in changes.added]
    WORK_SPELL_WORKFLOW.enter_many(fresh, actor=actor)
    WORK_SPELL_WORKFLOW.apply_many([spell.pk for spell in fresh], "list", actor=actor)
    persons = {span.person_id for span in [*changes.added, *changes.moved, *changes.shown, *changes.absorbed]}
    tell_spells_changed(actor, persons, listed)


def _carried(spell: WorkSpell, span: Span, listed: ContributionList) -> WorkSpell:
    spell.start, spell.end, spell.end_recorded_on = span.start, span.end, span.end_recorded_on
    if span.seen_on == listed.listed_on:
        spell.last_list = listed
    return spell


def _fresh(span: Span, listed: ContributionList, actor: Actor) -> WorkSpell:
    return WorkSpell(
        person_id=span.person_id,
        employer_name=span.employer_name,
        employer_uscc=span.employer_uscc,
        start=span.start,
        end=span.end,
        recorded_on=listed.listed_on,
        end_recorded_on=span.end_recorded_on,
        evidence_kind=EvidenceType.INSURANCE,
        first_list=listed,
        last_list=listed,
        region_id=actor.region,
    )


def months_shown(spell: WorkSpell) -> int:
    """How many months of contributions lists have shown for a spell; 0 for one that a document proves."""
    if spell.last_list is None:
        return 0
    last = spell.end or month_end(spell.last_list.listed_on)
    return max(0, (last.year - spell.start.year) * 12 + last.month - spell.start.month + 1)
