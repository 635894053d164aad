"""Values in force, for every app that needs one: `require` where work cannot go on without it, `find` where it can."""

import datetime as dt
from collections.abc import Mapping

from qihang.foundation.core.errors import DomainError
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.parameters import (
    EACH,
    NATION,
    By,
    KeySpec,
    ParameterBook,
    ParameterRow,
    by_of,
    by_text,
)
from qihang.registry.policy.engine.values import Value
from qihang.registry.policy.models import Parameter


class ParameterMissing(DomainError):
    """A step needs a value that no level has set for that day. Nothing is guessed; the message says who sets it."""

    def __init__(self, spec: KeySpec, by: By, region: str, on: dt.date) -> None:
        which = f"（{by_text(by)}）" if by else ""
        super().__init__(
            f"还没有设定“{spec.label}”{which}（{spec.key}，{region}，{on} 适用）。请省里的政策录入、政策复核两人补上",
            code="parameter_missing",
            field=spec.key,
        )
        self.key = spec.key


def find(key: str, *, region: str, on: dt.date, by: Mapping[str, object] | None = None) -> ParameterRow | None:
    """The value that binds at a place on a day (of a cap the least of all levels), or None where none is set."""
    return find_in(Parameter.objects.book([key]), key, region=region, on=on, by=by)


def find_in(
    book: ParameterBook, key: str, *, region: str, on: dt.date, by: Mapping[str, object] | None = None
) -> ParameterRow | None:
    """`find` in a book read once, for work on many things: `Parameter.objects.book(keys)` is one query."""
    spec = CATALOGUE[key]
    found = book.binding(spec, region=region, on=on, by=by_of(by))
    return min(found, key=lambda row: row.number) if spec.cap and found else next(iter(found), None)


def require(key: str, *, region: str, on: dt.date, by: Mapping[str, object] | None = None) -> Value:
    """`find`'s value: Decimal, int, bool, codes or mapping by the key's type. ParameterMissing where none is set."""
    row = find(key, region=region, on=on, by=by)
    if row is None:
        raise ParameterMissing(CATALOGUE[key], by_of(by), region, on)
    return row.value


def working_days(key: str, region: str, on: dt.date) -> int | None:
    """How many working days a step has, for the workflow's deadlines; None where nobody has said."""
    return working_days_in(Parameter.objects.book([key]), key, region, on)


def working_days_in(book: ParameterBook, key: str, region: str, on: dt.date) -> int | None:
    """`working_days` in a book read once."""
    row = find_in(book, key, region=region or NATION, on=on, by=dict.fromkeys(CATALOGUE[key].by, EACH))
    return row.number if row else None
