"""The places of a region and its institutions beside one another: as lines of a table and, for the province, as tiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.snapshots import figures_by_region, figures_of
from qihang.registry.reference.models import Region
from qihang.registry.reference.places import short_name
from qihang.web.figures import TILE_PLACES
from qihang.web.parts import Tile
from qihang.web.views.results.moments import Moment
from qihang.web.views.results.reading import HEADLINE, Reader, Row, row_of

# How far behind the aim a place lies, in parts of one: the bounds between the tiles' colours.
_FAR, _NEAR = Decimal("0.15"), Decimal("0.04")


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place or an institution beside others: how many completed, its rates in words, how many are still open.

    `part` is the headline as a ratio, None where it is not shown; `low` where it misses its aim.
    """

    name: str
    url: str
    completed: int
    passed: str
    employed: str
    running: int
    part: Decimal | None
    low: bool


def cities() -> dict[str, str]:
    """The cities and counties that the tiles know, by code; none where the province is another."""
    own = [code for code in TILE_PLACES if code[:2] == settings.PROVINCE_CODE[:2]]
    return dict(Region.objects.filter(code__in=own).values_list("code", "name"))


def places_below(moment: Moment, reader: Reader) -> list[PlaceLine]:
    """The divisions directly below that had a class, by how many completed."""
    names = dict(Region.objects.children_of(reader.region).values_list("code", "name"))
    kept = figures_by_region(moment.run, programme=Programme.SKILLS, regions=names, as_of=moment.day)
    lines = [
        _line(reader, names[code], moment.url("results", region=code), rows, ("", "")) for code, rows in kept.items()
    ]
    return sorted(lines, key=lambda line: -line.completed)


def total_of(reader: Reader, name: str, rows: Sequence[Row]) -> PlaceLine:
    """The region itself, at the foot of its parts: what to read where a part has too few people."""
    return _line(reader, name, "", rows, ("", ""))


def institutions_of(moment: Moment, reader: Reader) -> list[PlaceLine]:
    """Every institution of the region, by how many completed."""
    by = Grouping.INSTITUTION
    rows = figures_of(moment.run, programme=Programme.SKILLS, region=reader.region, by=by, as_of=moment.day)
    values = sorted({str(row["group"].get(by.value)) for row in rows if row["group"].get(by.value)})
    lines = []
    for value in values:
        employed = row_of(rows, HEADLINE, by.value, value)
        url = reader.cases_url(employed, by.value) if employed else ""
        lines.append(_line(reader, value, url, rows, (by.value, value)))
    return sorted(lines, key=lambda line: -line.completed)


def _line(reader: Reader, name: str, url: str, rows: Sequence[Row], group: tuple[str, str]) -> PlaceLine:
    completion, passed, employed = (row_of(rows, one, *group) for one in ("completion", "pass_rate", HEADLINE))
    part = reader.share(employed)
    target = reader.targets.get(HEADLINE)
    return PlaceLine(
        name=name,
        url=url,
        completed=completion["numerator"] if completion else 0,
        passed=reader.rate(passed),
        employed=reader.rate(employed),
        running=employed["running"] if employed else 0,
        part=part,
        low=part is not None and target is not None and part < target,
    )


def tiles_of(moment: Moment, reader: Reader) -> list[Tile]:
    """The headline of every city and county, coloured by how far it is from the aim; only for the whole province."""
    names = cities()
    kept = figures_by_region(moment.run, programme=Programme.SKILLS, regions=names, as_of=moment.day)
    target = reader.targets.get(HEADLINE)
    tiles = []
    for code, name in names.items():
        part = reader.share(row_of(kept.get(code, []), HEADLINE))
        tiles.append(
            Tile(
                code=code,
                label=short_name(name),
                value="—" if part is None else f"{part * 100:.0f}",
                url=moment.url("results", region=code),
                level=_level(part, target),
                spoken="人太少或没到期" if part is None else "%",
            )
        )
    return tiles


def _level(part: Decimal | None, target: Decimal | None) -> int:
    if part is None or target is None:
        return 0
    behind = target - part
    return 1 if behind >= _FAR else 2 if behind >= _NEAR else 3 if behind > 0 else 4
