"""Keeping an attendance sheet: a mark for each trainee and session; a wrong one is voided and stays."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from qihang.delivery.training.enrolling import hold_open
from qihang.delivery.training.enums import IN_CLASS, AttendanceMark, ClassState, Half
from qihang.delivery.training.imports.attendance import day_columns, day_of, half_of
from qihang.delivery.training.models import Attendance, TrainingClass
from qihang.delivery.training.services import get_class
from qihang.foundation.core import clock
from qihang.foundation.core.arrays import among
from qihang.foundation.core.copying import copy_objects, update_objects
from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.kinds import SAME, CommitOutcome, CommitRows, Storage, Target
from qihang.registry.participants.imports import distinct_identities
from qihang.registry.participants.services import ids_by_identity

_REPLACED = "后一张考勤表改了"
_Session = tuple[int, dt.date, str]


@dataclass(frozen=True, slots=True)
class _Sitting:
    """Somebody who sits in class: the place, and who it is."""

    pk: int
    person_id: int
    name: str
    identity: str


@dataclass(frozen=True)
class OpenSheet:
    """A class in which attendance is kept (the protocol `imports.attendance.AttendanceRegister`)."""

    item: TrainingClass
    days: Sequence[dt.date] = field(default=())

    @property
    def start(self) -> dt.date:
        return self.item.start

    @property
    def end(self) -> dt.date:
        return self.item.end

    @cached_property
    def places(self) -> list["_Sitting"]:
        """Everyone who sits in class."""
        rows = self.item.enrolments.filter(state__in=IN_CLASS).select_related("person")
        return [
            _Sitting(row.pk, row.person_id, row.person.name.plain(), row.person.identity_no.plain()) for row in rows
        ]

    @cached_property
    def members(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for one in self.places:
            found[one.name].append(one.identity)
        return found

    def standing(self, identities: Collection[str]) -> Mapping[str, str]:
        """The number that the class knows somebody by, where a sheet has that of a record merged into theirs."""
        strange = [number for number in identities if number not in self._by_number]
        ids = ids_by_identity(strange) if strange else {}
        return {number: self._number_of[ids[number]] for number in strange if ids.get(number) in self._number_of}

    def place_of(self, name: str | None, number: str | None) -> int | None:
        """The enrolment that a row is about: by number where there is one, else by a name that only one bears."""
        if number:
            return self._by_number.get(number)
        numbers = self.members.get(name or "", ())
        return self._by_number.get(numbers[0]) if len(numbers) == 1 else None

    @cached_property
    def _by_number(self) -> dict[str, int]:
        return {one.identity: one.pk for one in self.places}

    @cached_property
    def _number_of(self) -> dict[int, str]:
        return {one.person_id: one.identity for one in self.places}

    def marks(self) -> dict[_Session, Attendance]:
        """The marks that stand, by enrolment, day and half."""
        rows = Attendance.objects.valid().filter(enrolment__in=among(one.pk for one in self.places))
        return {(row.enrolment_id, row.day, row.half): row for row in rows}


def open_sheet(target: Target) -> OpenSheet:
    """The class, if its attendance may be brought in. DomainError says what is in the way."""
    item = get_class(actor=target.actor, public_id=target.target_id)
    if item.state != ClassState.APPROVED:
        raise DomainError(f"这个班{ClassState(item.state).label}，在上课的班才能记考勤", code="state")
    return OpenSheet(item)


def compare_sheet(rows: pl.DataFrame, register: object) -> pl.Series:
    """What is recorded already for each row's trainee: nothing, the same, or the first day that differs."""
    assert isinstance(register, OpenSheet)
    known = register.marks()
    kept = {pk for pk, _, _ in known}
    notes: list[str | None] = []
    for row in _read(rows, register):
        if row.place not in kept:
            notes.append(None)
            continue
        differing = [key for key, mark in row.marks.items() if key not in known or known[key].mark != mark]
        changed = [known[key] for key in differing if key in known] + _divided_otherwise(row, known)
        notes.append(_was(changed[0]) if changed else (None if differing else SAME))
    return pl.Series(notes, dtype=pl.String)


def _was(mark: Attendance) -> str:
    session = mark.get_half_display() if mark.half else ""
    return f"{mark.day:%m-%d}{session} 原来记的是{mark.get_mark_display()}"


def _divided_otherwise(row: "_Row", known: Mapping[_Session, Attendance]) -> list[Attendance]:
    """Marks that stand for a day as a whole where the row has its parts, or the other way round: one day counts once."""
    whole = {(place, day): half == Half.WHOLE for place, day, half in row.marks}
    return [
        mark
        for (place, day, half), mark in known.items()
        if (place, day) in whole and whole[place, day] != (half == Half.WHOLE)
    ]


def commit_sheet(target: Target, part: CommitRows, register: object) -> CommitOutcome:
    """Add the marks that are new, and put those that differ in place of the voided old ones."""
    assert isinstance(register, OpenSheet)
    hold_open(target.actor, register.item)
    known = register.marks()
    fresh: list[Attendance] = []
    voided: list[Attendance] = []
    counts = {"written": 0, "changed": 0, "unchanged": 0}
    for row in _read(part.rows, register):
        if row.place is None:
            continue
        new = {key: mark for key, mark in row.marks.items() if key not in known}
        other = {key: mark for key, mark in row.marks.items() if key in known and known[key].mark != mark}
        divided = _divided_otherwise(row, known)
        voided += [*(known[key] for key in other), *divided]
        fresh += [
            Attendance(enrolment_id=row.place, day=day, half=half, mark=mark, source_id=target.batch_id or None)
            for (_, day, half), mark in (new | other).items()
        ]
        counts["changed" if other or divided else "written" if new else "unchanged"] += 1
    _void(voided)
    copy_objects(fresh)
    return CommitOutcome(**counts)


ATTENDANCE_STORAGE = Storage(open_register=open_sheet, commit=commit_sheet, compare=compare_sheet)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the sheet as marks of a place; `place` is None for a row that names nobody of the class."""

    place: int | None
    marks: dict[_Session, str]


def _read(rows: pl.DataFrame, register: OpenSheet) -> list[_Row]:
    """A cell without a mark counts as absent: the clerk has said yes to that."""
    columns = [(name, day_of(name), Half(half_of(name))) for name in day_columns(rows)]
    led_on = register.standing(distinct_identities(rows)) if "identity" in rows.columns else {}
    read = []
    for row in rows.iter_rows(named=True):
        number = row.get("identity") or ""
        place = register.place_of(row["name"], led_on.get(number, number))
        marks = {
            (place, day, str(half)): row[name] or AttendanceMark.ABSENT.value
            for name, day, half in columns
            if place is not None
        }
        read.append(_Row(place, marks))
    return read


def _void(marks: Sequence[Attendance]) -> None:
    for mark in marks:
        mark.voided_on, mark.void_reason = clock.today(), _REPLACED
    update_objects(marks, ["voided_on", "void_reason"])
