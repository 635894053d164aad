"""Pay as people write it: 4500-6500, 7k-1.1w, 3-5千, 220/天, 18元/小时, 4500起, 3200+全勤, 面议."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from qihang.foundation.imports.engine.text import squeezed


class PayUnit(enum.StrEnum):
    """What a figure is paid for."""

    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    YEAR = "year"
    PIECE = "piece"


UNIT_LABELS = {
    PayUnit.MONTH: "月",
    PayUnit.DAY: "天",
    PayUnit.HOUR: "小时",
    PayUnit.YEAR: "年",
    PayUnit.PIECE: "件",
}


@dataclass(frozen=True)
class Pay:
    """Yuan for each unit; a missing bound is open. `unit` is None where none is written."""

    low: Decimal | None
    high: Decimal | None
    unit: PayUnit | None

    def by_the_month(self, least: Decimal | None) -> Pay:
        """Pay without a unit is a month's, as people mean it, but for a figure for which nobody may be employed a
        whole month: below `least`, the minimum wage in force (None: nobody has set it).
        """
        figure = self.high if self.low is None else self.low
        if self.unit or (least is not None and figure is not None and figure < least):
            return self
        return replace(self, unit=PayUnit.MONTH)

    def __str__(self) -> str:
        if self.low is not None and self.high is not None and self.low != self.high:
            figure = f"{self.low}—{self.high} 元"
        elif self.low is not None:
            figure = f"{self.low} 元{'' if self.high is not None else '起'}"
        else:
            figure = f"{self.high} 元以内"
        return f"{figure}/{UNIT_LABELS[self.unit]}" if self.unit else figure


_UNITS = (
    (PayUnit.HOUR, re.compile(r"小时|时薪|/时|/h\b|每时|一小时|钟头")),
    (PayUnit.DAY, re.compile(r"[/每一]天|[/每一]日|元天|天(?!津)|日薪|日结|/日")),
    (PayUnit.YEAR, re.compile(r"年薪|[/每一]年|年")),
    (PayUnit.MONTH, re.compile(r"月")),
    (PayUnit.PIECE, re.compile(r"[/每一]件|元件|[/每一]单|[/每一]个")),
)
_SCALES = {"": 1, "百": 100, "k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000}
_FIGURE = r"(\d+(?:\.\d+)?)(k|w|千|万|百)?"
_RANGE = re.compile(_FIGURE + r"(?:元|块)?(?:-|~|—|–|―|至|到|/(?=\d))+" + _FIGURE)
_SINGLE = re.compile(_FIGURE)
_NO_UPPER = re.compile(r"起|以上|及以上|往上|保底|不低于|最低|底薪")
_NO_LOWER = re.compile(r"以下|以内|封顶|不超过|最高|上限")
_HAN_FIGURE = re.compile(r"([一二两三四五六七八九])(千|万)([一二三四五六七八九])?(?![百千万])")
_HAN = {sign: str(number) for number, sign in enumerate("零一二三四五六七八九")} | {"两": "2"}


def read_pay(text: str) -> Pay | None:
    """The figures in a text with the unit that is written; None where it has none (面议, 月入过万) or several ranges."""
    plain = _HAN_FIGURE.sub(_han_figure, squeezed(text).lower().replace(",", "").replace("，", ""))
    unit = next((unit for unit, words in _UNITS if words.search(plain)), None)
    ranges = _RANGE.findall(plain)
    if len(ranges) > 1:
        return None
    if ranges:
        low, high = _range_bounds(*ranges[0])
        return Pay(low, high, unit) if low <= high else None
    singles = _SINGLE.findall(plain)
    if len(singles) != 1:
        return None
    figure = _amount(*singles[0])
    if _NO_LOWER.search(plain):
        return Pay(None, figure, unit)
    return Pay(figure, None if _NO_UPPER.search(plain) else figure, unit)


def is_bare_figure(text: str) -> bool:
    """Nothing but digits: there is nothing to tidy."""
    return re.fullmatch(r"\d+(?:\.\d+)?", text) is not None


def _range_bounds(first: str, first_scale: str, second: str, second_scale: str) -> tuple[Decimal, Decimal]:
    """3-5千: a scale behind the second figure counts for both, unless the first is written out (4500-1万)."""
    if not first_scale and second_scale and Decimal(first) * 10 < _SCALES[second_scale]:
        first_scale = second_scale
    return _amount(first, first_scale), _amount(second, second_scale)


def _amount(figure: str, scale: str) -> Decimal:
    amount = Decimal(figure) * _SCALES[scale]
    return amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount


def _han_figure(found: re.Match[str]) -> str:
    head, scale, tail = found.groups()
    size = _SCALES[scale]
    return str(int(_HAN[head]) * size + (int(_HAN[tail]) * size // 10 if tail else 0))
