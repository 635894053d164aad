"""Resident numbers of nobody, with the right check digit."""

import datetime as dt

from qihang.registry.reference.identity import organisation_check, resident_check, uscc_check


def resident(birth: str = "1985-05-20", *, male: bool = False, region: str = "460106", order: int = 1) -> str:
    """A valid number; `order` makes others of the same day and place."""
    day = dt.date.fromisoformat(birth)
    seventeen = f"{region}{day:%Y%m%d}{order * 2 + (1 if male else 0):03d}"
    return seventeen + resident_check(seventeen)


def fifteen(birth: str = "1975-05-20", *, male: bool = False, region: str = "460100", order: int = 1) -> str:
    """The old form of a number, without century and check digit."""
    return region + birth[2:].replace("-", "") + f"{order * 2 + (1 if male else 0):03d}"


def credit_code(organisation: str = "MA5RC2YH") -> str:
    """A valid unified social credit code of a firm registered in Haikou."""
    seventeen = f"91460100{organisation}{organisation_check(organisation)}"
    return seventeen + uscc_check(seventeen)
