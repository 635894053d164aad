"""Kept figures as a page words them: rates with what they rest on, and none where too few people stand behind."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from qihang.foundation.core.evidence import EvidenceRank, EvidenceType
from qihang.oversight.indicators.catalogue import BY_NAME, Counted
from qihang.registry.policy import lookup
from qihang.web.formats import grouped, percent, with_unit
from qihang.web.parts import EvidenceShare, Figure, Rank, Scale, Tone

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
_NOT_YET, _FEW = "还没到期", "人少，只供参考"
_WHO = {
    EvidenceRank.JIA: "社保、税务记录",
    EvidenceRank.YI: "执照、就业登记、合同",
    EvidenceRank.BING: "上门看过",
    EvidenceRank.DING: "电话回访",
    EvidenceRank.WU: "本人说的",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """How figures are read here: of which region, from how many people a rate says something, and what was aimed at.

    Officers see a rate of fewer people too, marked as such and without a verdict; the public does not (indicators.md).
    """

    region: str
    small_n: int
    targets: Mapping[str, Decimal]

    def cases_url(self, row: Row, by: str = "") -> str:
        """The people behind a figure."""
        query = {"indicator": row["indicator"], "region": self.region}
        if by:
            query |= {"by": by, "value": row["group"].get(by) or ""}
        return f"{reverse('results_cases')}?{urlencode(query)}"

    def rate(self, row: Row | None) -> str:
        """A rate for a table's cell, or why there is none."""
        if row is None or not row["denominator"]:
            return _NOT_YET
        return f"{percent(_share(row))}（人少）" if self.is_few(row) else percent(_share(row))

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
        verdict, tone = (_FEW, Tone.WAIT) if self.is_few(row) else self._verdict(row, name)
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


def reader_of(region: str, day: dt.date) -> Reader:
    """How figures of a region are read on a day: by the parameters that are set for it."""
    small = lookup.find(_SMALL_N, region=region, on=day)
    aims = {name: lookup.find(key, region=region, on=day) for name, key in _TARGETS.items()}
    return Reader(
        region=region,
        small_n=int(small.number) if small else 0,
        targets={name: Decimal(str(row.value)) for name, row in aims.items() if row},
    )


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
