"""Persons put into the register by a line each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

import polars as pl

from qihang.foundation.core.actors import Actor
from qihang.registry.participants.models import Person
from qihang.registry.participants.services import PERSON_COLUMNS, register_many


@dataclass(frozen=True)
class PersonEntry:
    """One row of what `register_many` takes, in its columns' order."""

    identity_no: str
    name: str
    sex: str
    birth_date: dt.date
    phone: str | None = None
    education: str = ""
    hukou_region: str | None = None


def register(*, actor: Actor, entries: Sequence[PersonEntry]) -> list[Person]:
    """The persons of the entries, in their order."""
    people = pl.DataFrame([astuple(entry) for entry in entries], schema=PERSON_COLUMNS, orient="row")
    ids = register_many(actor=actor, people=people).to_list()
    found = Person.objects.in_bulk(ids)
    return [found[pk] for pk in ids]


def claim_row(person: Person, category: str, on: dt.date, region: str, certificate: str = "") -> dict[str, Any]:
    """A row of what `claim_categories` takes, on the word of a roster."""
    row = {"person_id": person.pk, "category": category, "valid_from": on, "source": "roster", "region_id": region}
    return row | ({"certificate_no": certificate} if certificate else {})
