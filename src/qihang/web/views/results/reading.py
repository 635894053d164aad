"""Kept figures as a page words them: rates with what they rest on, and none where too few people stand behind."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from qihang.foundation.core.evidence import EvidenceRank, EvidenceType
from qihang.oversight.indicators.catalogue import BY_NAME, Counted
from qihang.oversight.indicators.projection import YEARLY_TARGET, last_day_of
from qihang.registry.policy import lookup
from qihang.web.formats import grouped, percent, with_unit
from qihang.web.parts import EvidenceShare, Figure, Rank, Scale, Tone
from qihang.web.views.results.moments import Moment

Row = Mapping[str, Any]
HEADLINE = "reemployment_6m_of_completed"
_TARGETS = {
    "pass_rate": "reemp.target.pass_rate",
    HEADLINE: "reemp.target.reemployment_rate",
    "open_rate_3m": "startup.target.open_rate_3m",
    "open_rate_6m": "startup.target.open_rate_6m",
    "survival_12m": "startup.target.survival_rate_12m",
}
_SMALL_N = "figures.small_n"
_NOT_YET, _FEW = "还没到期", "人太少，不显示"
_WHO = {
    EvidenceRank.JIA: "社保、税务记录",
    EvidenceRank.YI: "执照、就业登记、合同",
    EvidenceRank.BING: "上门看过",
    EvidenceRank.DING: "电话回访",
    EvidenceRank.WU: "本人说的",
}


@dataclass(frozen=True, slots=True)
class Above:
    """A place above the one that is read, with its figures."""

    name: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Reader:
    """How figures are read here: of which region, from how many people a rate says something, and what was aimed at.

    Of fewer people nobody is shown a rate, nor the fraction that would give it away, but the figure of the next of the
    places `above` that has enough (guide, 1.3; indicators.md asks it of public pages). Officers still open such a
    number to its people. `moment` is the day of the figures.
    """

    region: str
    small_n: int
    targets: Mapping[str, Decimal]
    above: Sequence[Above] = ()
    moment: Moment | None = None

    def cases_url(self, row: Row, by: str = "") -> str:
        """The people behind a figure."""
        query = {"indicator": row["indicator"], "region": self.region}
        if by:
            query |= {"by": by, "value": row["group"].get(by) or ""}
        if self.moment is not None:
            return self.moment.url("results_cases", **query)
        return f"{reverse('results_cases')}?{urlencode(query)}"

    def rate(self, row: Row | None) -> str:
        """A rate for a table's cell, or why there is none."""
        if row is None or not row["denominator"]:
            return _NOT_YET
        return _FEW if self.is_few(row) else percent(_share(row))

    def fraction(self, row: Row) -> str:
        """What a rate is made of; of too few people only how many are due."""
        unit = BY_NAME[row["indicator"]].counts
        if self.is_few(row):
            return f"到期 {with_unit(row['denominator'], unit)}，不满 {self.small_n}"
        return f"{grouped(row['numerator'])} ÷ {with_unit(row['denominator'], unit)}"

    def higher(self, row: Row) -> str:
        """For a rate of too few people: that of the nearest place above which has enough; "" where none has."""
        if not self.is_few(row):
            return ""
        found = ((place.name, row_of(place.rows, row["indicator"])) for place in self.above)
        enough = ((name, one) for name, one in found if one and one["denominator"] and not self.is_few(one))
        return next((f"{name}是 {percent(_share(one))}" for name, one in enough), "")

    def is_few(self, row: Row) -> bool:
        """Whether so few people stand behind a rate that it says little, and might point at one of them."""
        return bool(row["denominator"] < self.small_n)

    def share(self, row: Row | None) -> Decimal | None:
        """A rate as a ratio to compare by, None where there is none or too few stand behind it."""
        return None if row is None or not row["denominator"] or self.is_few(row) else _share(row)

    def card(self, row: Row | None, name: str) -> Figure:
        """A rate as a card: with its fraction, its target, and the ends between which it can still move."""
        label, counted = BY_NAME[name].label, BY_NAME[name].counts
        if row is None or not row["denominator"]:
            running = f"在途 {with_unit(row['running'], counted)}" if row and row.get("running") else "还没有人到期"
            return Figure(name=label, fraction=running, instead=_NOT_YET)
        fraction = f"{grouped(row['numerator'])} ÷ 到期 {with_unit(row['denominator'], counted)}"
        url = self.cases_url(row)
        if self.is_few(row):
            notes = [f"{higher}。"] if (higher := self.higher(row)) else []
            return Figure(name=label, fraction=self.fraction(row), instead=_FEW, notes=notes, url=url)
        verdict, tone = self._verdict(row, name)
        return Figure(
            name=label,
            fraction=fraction,
            value=grouped(_share(row) * 100, 1),
            verdict=verdict,
            tone=tone,
            scale=self._scale(row, name),
            notes=_notes(row, counted),
            url=url,
        )

    def year_card(self, row: Row, note: str) -> Figure:
        """The people trained in the year of the day, against its target and against how much of the year is over."""
        day = dt.date.fromisoformat(row["as_of"])
        over = Decimal(day.timetuple().tm_yday) / last_day_of(day.year).timetuple().tm_yday
        reached, behind = _share(row), over - _share(row)
        verdict = ("赶上时间进度", Tone.OK) if behind <= 0 else (f"慢 {grouped(behind * 100, 1)} 个百分点", Tone.WARN)
        target = with_unit(row["denominator"], BY_NAME[row["indicator"]].counts)
        return Figure(
            name=f"{day.year} 年度培训人数（学完）",
            fraction=f"目标 {target}，完成 {percent(reached)}；到这一天应到 {percent(over)}",
            value=grouped(row["numerator"]),
            unit=BY_NAME[row["indicator"]].counts,
            verdict=verdict[0],
            tone=verdict[1],
            scale=Scale(
                value=float(min(reached, Decimal(1)) * 100),
                target=float(over * 100),
                target_label=f"时间进度 {grouped(over * 100, 1)}",
            ),
            notes=[note],
            url=self.cases_url(row),
        )

    def _verdict(self, row: Row, name: str) -> tuple[str, Tone]:
        target = self.targets.get(name)
        if target is None:
            return "", Tone.WAIT
        aim = percent(target, 0)
        return (f"过 {aim}", Tone.OK) if _share(row) >= target else (f"没过 {aim}", Tone.ERR)

    def _scale(self, row: Row, name: str) -> Scale:
        target = self.targets.get(name)
        bounds = row.get("worst"), row.get("best")
        low, high = (None if end is None else float(Decimal(end) * 100) for end in bounds)
        return Scale(
            value=float(_share(row) * 100),
            target=None if target is None else float(target * 100),
            target_label="" if target is None else f"目标 {grouped(target * 100)}",
            low=low if high is not None else None,
            high=high if low is not None else None,
        )


def reader_of(region: str, day: dt.date, above: Sequence[Above] = (), moment: Moment | None = None) -> Reader:
    """How figures of a region are read on a day: by the parameters that are set for it."""
    small = lookup.find(_SMALL_N, region=region, on=day)
    aims = {name: lookup.find(key, region=region, on=day) for name, key in _TARGETS.items()}
    return Reader(
        region=region,
        small_n=int(small.number) if small else 0,
        targets={name: Decimal(str(row.value)) for name, row in aims.items() if row},
        above=above,
        moment=moment,
    )


def target_note(day: dt.date) -> str:
    """Where the target of a day's year comes from."""
    found = lookup.find(YEARLY_TARGET, region=settings.PROVINCE_CODE, on=last_day_of(day.year))
    if found is None:
        return ""
    law = f"，{found.law}" if found.law else ""
    return f"目标来自参数“{found.spec.label}”{law}。"


def _share(row: Row) -> Decimal:
    return Decimal(row["value"])


def _notes(row: Row, counted: Counted) -> Sequence[str]:
    notes = []
    if row.get("running") and row.get("worst") is not None:
        ends = f"{percent(Decimal(row['worst']))} 到 {percent(Decimal(row['best']))}"
        notes.append(f"在途 {with_unit(row['running'], counted)}另列，全算上在 {ends} 之间。")
    if row.get("strict") is not None:
        strict = Decimal(row["strict"]) / row["denominator"]
        notes.append(f"只认甲、乙两级凭据是 {percent(strict)}。")
    return notes


def evidence_of(row: Row | None) -> list[EvidenceShare]:
    """The numerator by rank of its strongest proof."""
    counts: dict[EvidenceRank, int] = {}
    for kind, number in ((row or {}).get("by_evidence") or {}).items():
        rank = EvidenceType(kind).rank
        counts[rank] = counts.get(rank, 0) + number
    return [EvidenceShare(Rank(rank.value), _WHO[rank], counts[rank]) for rank in EvidenceRank if rank in counts]


def row_of(rows: Sequence[Row], indicator: str, by: str = "", value: str = "") -> Row | None:
    """The row of an indicator, of one value of a group where there is one."""
    return next(
        (row for row in rows if row["indicator"] == indicator and (not by or row["group"].get(by) == value)), None
    )
