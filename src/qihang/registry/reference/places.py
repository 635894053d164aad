"""From a place as people write it (海口龙华, 澄迈老城, 陵水县椰林镇) to a division. Pure: no Django, no database.

Names are read from left to right. The first division named is the anchor; later names only narrow it down. A town or
a well-known spot stands for its county, and says so, because the writer did not name the county.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from qihang.registry.reference.regions import DATA, RegionPeriod, RegionTable, jurisdiction_table

How = Literal["named", "inferred", "remote", "ambiguous", "none"]

HOME: Final = "46"  # short names without a province are looked for here first
_KINDS: Final = re.compile(
    r"(?:(?:[\u4e00-\u9fff]族|(?<=..)蒙古|维吾尔|哈萨克|柯尔克孜|各族)*自治[州县旗区]"
    r"|特别行政区|经济开发区|地区|林区|新区|矿区|省|市|县|区|盟|旗)$"
)
_ETHNIC: Final = re.compile(r"(?:[\u4e00-\u9fff]族)+自治县$")
_PARTS: Final = re.compile(r"[、/,;|]")
_AND: Final = "和或及与"  # before a place that does not lie in the one before
_REMOTE: Final = re.compile(r"居家|在家|远程|线上|网上办公")
_HOME_WIDE: Final = re.compile(r"全省|省内|全岛|岛内")
_LONGEST: Final = 15


@dataclass(frozen=True, slots=True)
class RegionMatch:
    """What a text says about a place.

    `code` is the division, when there is one. `how`: named (it was written), inferred (from a town or a spot in it),
    remote (work from home), ambiguous (`candidates` has the possible ones), none.
    """

    code: str | None
    how: How
    candidates: tuple[str, ...] = ()


_NOTHING: Final = RegionMatch(None, "none")


class Gazetteer:
    """Names of divisions, towns and spots. Build once; see `gazetteer`."""

    def __init__(self, table: RegionTable) -> None:
        self._table = table
        self._names: dict[str, list[str]] = defaultdict(list)  # may start a reading
        self._inner: dict[str, list[str]] = defaultdict(list)  # only narrow one down
        self._spots: dict[str, list[str]] = defaultdict(list)
        self._seats = _read_seats()
        for period in table:
            self._add_period(period)
        for name, county in _read_spots():
            self._spots[name].append(county)

    def _add_period(self, period: RegionPeriod) -> None:
        heirs = self._table.today(period.code)
        if period.until is not None and len(heirs) != 1:
            return
        code = period.code if period.until is None else heirs[0]
        at_home = code.startswith(HOME)
        if period.until is not None and not at_home:
            return  # old names of other provinces are too often someone else's today
        names, short = _spellings(period.name)
        for name in names:
            _add(self._names, name, code)
        if len(short) >= 2:
            _add(self._names if at_home or period.level != "county" else self._inner, short, code)

    def match(self, text: str) -> RegionMatch:
        """What the text says; two places that do not lie in one another are ambiguous."""
        clean = "".join(char for char in unicodedata.normalize("NFKC", text) if not char.isspace())
        found = [match for part in _PARTS.split(clean) for match in self._readings(part)]
        if not found:
            return RegionMatch(None, "remote") if _REMOTE.search(clean) else _NOTHING
        codes = tuple(dict.fromkeys(code for match in found for code in match.candidates or (match.code or "",)))
        for match in found:
            if match.code and all(self._within(match.code, other) for other in codes):
                return match
        return RegionMatch(None, "ambiguous", codes)

    def _readings(self, text: str) -> list[RegionMatch]:
        """The places of one part: usually one, two where 和 or 或 stands between."""
        anchors: list[_Anchor] = []
        for mention in self._mentions(text):
            last = anchors[-1] if anchors else None
            inside = [code for code in mention.codes if last and any(self._within(code, one) for one in last.codes)]
            if last and inside:
                anchors[-1] = _Anchor(inside, last.named or not mention.spot)
            elif not last or text[mention.start - 1] in _AND:
                anchors.append(_Anchor(mention.codes, not mention.spot))
        if not anchors and _HOME_WIDE.search(text):
            anchors = [_Anchor([f"{HOME}0000"], named=True)]
        return [self._settle(anchor) for anchor in anchors]

    def _settle(self, anchor: "_Anchor") -> RegionMatch:
        codes = [code for code in anchor.codes if code.startswith(HOME)] or anchor.codes
        for code in codes:
            if all(self._within(other, code) for other in codes):
                return RegionMatch(code, "named" if anchor.named else "inferred")
        return RegionMatch(None, "ambiguous", tuple(codes))

    def _mentions(self, text: str) -> Iterator["_Mention"]:
        """Names in the text from left to right, the longest at each place."""
        start, anchored = 0, False
        while start < len(text):
            mention = self._at(text, start, anchored=anchored)
            if mention:
                yield mention
                anchored = True
            start += mention.length if mention else 1

    def _at(self, text: str, start: int, *, anchored: bool) -> "_Mention | None":
        for stop in range(min(len(text), start + _LONGEST), start + 1, -1):
            name = text[start:stop]
            codes = [*self._names.get(name, ()), *(self._inner.get(name, ()) if anchored else ())]
            spots = self._spots.get(name, [])
            if codes or spots:
                return _Mention([*codes, *spots], start, stop - start, spot=not codes)
        return None

    def _within(self, code: str, other: str) -> bool:
        return other in self._table.ancestors(code) or self._seats.get(code) == other


@dataclass(frozen=True, slots=True)
class _Anchor:
    codes: list[str]
    named: bool


@dataclass(frozen=True, slots=True)
class _Mention:
    codes: list[str]
    start: int
    length: int
    spot: bool


def short_name(name: str) -> str:
    """A division as people say it: 海口 for 海口市, 陵水 for 陵水黎族自治县."""
    return _KINDS.sub("", name)


def _spellings(name: str) -> tuple[list[str], str]:
    """How a division is written in full (陵水黎族自治县, 陵水县) and in short (陵水)."""
    short = short_name(name)
    full = [name, short + "县"] if _ETHNIC.search(name) else [name]
    return full, short


def _add(names: dict[str, list[str]], name: str, code: str) -> None:
    if code not in names[name]:
        names[name].append(code)


def _read_seats() -> dict[str, str]:
    """Jurisdictions of their own and the county in which they lie."""
    with (DATA / "jurisdictions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["town_code"][:6] for row in csv.DictReader(file)}


def _read_spots() -> Iterator[tuple[str, str]]:
    """Towns of the home province in full, and well-known spots, with their county."""
    with (DATA / "towns.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["name"], row["county"]
    with (DATA / "places.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["name"], row["county"]


@cache
def gazetteer() -> Gazetteer:
    """The packaged gazetteer, read once."""
    return Gazetteer(jurisdiction_table())


def match_region(text: str) -> RegionMatch:
    """The division that a free text names or implies. See `RegionMatch`."""
    return gazetteer().match(text)
