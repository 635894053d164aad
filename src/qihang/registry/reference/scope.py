"""What lies within what: the region scope of actors, and where an old code is today.

An office sees its own division and all below it, and what was filed under a code that has since become its own
(儋州's office the files of 469003, now 460400). A province is two digits of a code, a city four, a county itself.
"""

from functools import cache
from typing import Final

from django.db.models import Q

from qihang.registry.reference.regions import RegionTable, jurisdiction_table

_DIGITS: Final = {"province": 2, "prefecture": 4, "county": 6}


def _prefix(table: RegionTable, code: str) -> str | None:
    period = table.latest(code)
    return code[: _DIGITS[period.level]] if period else None


@cache
def scope_codes(code: str) -> frozenset[str]:
    """Every code, ever in force, that an office of `code` answers for; empty for a code that never was."""
    table = jurisdiction_table()
    prefix = _prefix(table, code)
    if prefix is None:
        return frozenset()
    within = {one for one in table.codes() if one.startswith(prefix)}
    return frozenset(within | table.predecessors(one for one in within if table.in_force(one)))


def region_within(code: str, scope_code: str) -> bool:
    """Whether `code` lies in the scope of `scope_code`; never for an unknown code."""
    return code in scope_codes(scope_code)


def today_codes(code: str) -> tuple[str, ...]:
    """The codes in force that hold the place of `code` today: itself, its heir, or several after a split."""
    return jurisdiction_table().today(code)


def ancestors(code: str) -> tuple[str, ...]:
    """County, city, province: the code and those above it, nearest first. The order in which parameters are sought."""
    return jurisdiction_table().ancestors(code)


def region_q(field: str, region_code: str) -> Q:
    """Rows whose Region foreign key `field` lies in the scope of `region_code`; none for an unknown code."""
    return _scope_q(f"{field}__code", region_code)


def region_code_q(field: str, region_code: str) -> Q:
    """The same for a column that keeps the code as text."""
    return _scope_q(field, region_code)


def _scope_q(column: str, region_code: str) -> Q:
    prefix = _prefix(jurisdiction_table(), region_code)
    if prefix is None:
        return Q(pk__in=[])
    inherited = sorted(code for code in scope_codes(region_code) if not code.startswith(prefix))
    inside = Q(**{f"{column}__startswith": prefix})
    return inside | Q(**{f"{column}__in": inherited}) if inherited else inside
