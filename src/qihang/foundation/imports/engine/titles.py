"""What the lines above a table say: “培训机构：… 培训时间：…”, and the business date among it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from qihang.foundation.imports.engine.days import days_in, year_in
from qihang.foundation.imports.engine.grid import Grid
from qihang.foundation.imports.engine.text import half_width, squeezed

_LABEL = r"[\u4e00-\u9fff][\w（）()/]{1,15}"
_PAIR = re.compile(rf"({_LABEL})\s*[:：]\s*(.*?)(?=[\s,，;；。]+{_LABEL}\s*[:：]|[;；]|$)", re.DOTALL)
_BRACKETS = re.compile(r"[（(].*?[）)]")
_BETWEEN_CELLS = "    "


@dataclass(frozen=True)
class Facts:
    """`pairs` maps a label (without what stands in brackets) to its text; `texts` are all the lines, top down."""

    pairs: dict[str, str] = field(default_factory=dict)
    texts: Sequence[str] = ()

    def text(self, labels: Iterable[str]) -> str:
        """The text of the first of the labels that is there, else empty."""
        return next((self.pairs[label] for label in labels if label in self.pairs), "")

    def day(self, labels: Sequence[str]) -> dt.date | None:
        """The first date that stands behind one of the labels, a label's longer forms included (鉴定日期 in
        鉴定日期（实操）).
        """
        for wanted in labels:
            for label, text in self.pairs.items():
                if wanted in label and (days := days_in(text)):
                    return days[0]
        return None

    def last_day(self, labels: Sequence[str]) -> dt.date | None:
        """The last date behind one of the labels: the end of a span."""
        for wanted in labels:
            for label, text in self.pairs.items():
                if wanted in label and (days := days_in(text)):
                    return days[-1]
        return None

    @property
    def year(self) -> int | None:
        """The year that the lines name, dates first."""
        for text in self.texts:
            if days := days_in(text):
                return days[0].year
        return next((year for text in self.texts if (year := year_in(text))), None)


def read_facts(grid: Grid, header_row: int) -> Facts:
    """Facts from the rows above `header_row` (counted from 0), the sheet's name last."""
    texts = []
    for row in range(header_row):
        cells = [text for text in grid.texts(row) if text]
        if cells:
            texts.append(_BETWEEN_CELLS.join(cells))
    pairs: dict[str, str] = {}
    for text in texts:
        for label, value in _PAIR.findall(text):
            pairs.setdefault(_plain_label(label), re.sub(r"\s+", " ", value).strip())
    return Facts(pairs={label: value for label, value in pairs.items() if value}, texts=[*texts, grid.name])


def _plain_label(label: str) -> str:
    return squeezed(_BRACKETS.sub("", half_width(label)))
