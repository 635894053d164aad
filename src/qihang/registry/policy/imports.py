"""Values in force, for the checks of bulk files."""

import datetime as dt

from qihang.foundation.imports.ports import ValueLookup
from qihang.registry.policy.lookup import find
from qihang.registry.reference.places import HOME


def values_at(region: str) -> ValueLookup:
    """The look-up of a place; without one, of the whole province."""
    place = region or f"{HOME}0000"

    def value(key: str, on: dt.date) -> object | None:
        row = find(key, region=place, on=on)
        return row.value if row else None

    return value
