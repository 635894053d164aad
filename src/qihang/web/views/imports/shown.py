"""A kept examination as the components of a page take it: gates, tabs, rows, the finding at hand, cards."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.core.paginator import Page, Paginator
from django.http import QueryDict

from qihang.foundation.imports.engine.masking import Mask
from qihang.foundation.imports.engine.rules import Severity
from qihang.foundation.imports.kept import (
    ACCEPTED,
    REFUSED,
    TO_CONFIRM,
    TO_MEND,
    UNCHANGED,
    Flags,
    Kept,
    Place,
    RowView,
    Told,
)
from qihang.foundation.imports.kept import Gate as KeptGate
from qihang.web.parts import Cell, Gate, Outcome, Row, Tone, View

ROWS_A_PAGE = 50
CARDS_A_PAGE = 10
PROBLEMS, ALL = "problems", "all"
# Views of rows that somebody has to look at, with the findings above the table that belong to them.
_WALKED: dict[str, Sequence[Severity]] = {
    PROBLEMS: tuple(Severity),
    TO_MEND: (Severity.ERROR,),
    TO_CONFIRM: (Severity.CONFIRM,),
    REFUSED: (),
}
_MARKS = {Severity.ERROR.value: "e", Severity.CONFIRM.value: "q", Severity.CLEANED.value: "a"}
_VERDICTS = {
    ACCEPTED: ("可导入", Tone.OK),
    UNCHANGED: ("原来就有", Tone.LINE),
    REFUSED: ("没通过", Tone.ERR),
    TO_MEND: ("要改", Tone.ERR),
    TO_CONFIRM: ("要确认", Tone.HOLD),
}
_NUMBERS = {Mask.NUMBER.value, Mask.PHONE.value}


@dataclass(frozen=True, slots=True)
class Fix:
    """One finding to be settled. `prefill` stands in the input: the cell's text where it need not be hidden."""

    told: Told
    place: Place
    title: str
    verdict: str
    tone: Tone
    ask: bool
    prefill: str
    hidden: bool
    identity: bool
    basis: str
    otherwise: str
    alike: int
    in_header: bool

    @property
    def mono(self) -> bool:
        return self.told.mask in _NUMBERS


class Shown:
    """What one request shows of a kept examination: `?view=` the rows of a kind, `?cell=` the finding at hand."""

    def __init__(self, kept: Kept, query: QueryDict, address: str) -> None:
        self.kept = kept
        self.address = address
        self._query = query
        self._views = _views(kept)
        self.view = self._view(query.get("view", ""))
        self.label, self._rows = self._views[self.view]
        self.walked = self.view in _WALKED
        self._walk = kept.open_on(self._rows, _WALKED[self.view]) if self.walked else kept.open
        self.chosen = query.get("cell", "")  # by hand, not merely the first
        self._finding = kept.find(self.chosen, self._walk) if self.chosen else None
        if self._finding is None and self.total:
            self._finding = 0
        self.place = self._open_place(self._finding) if self._finding is not None else None

    def _view(self, wanted: str) -> str:
        """The wanted view, unless its last row has just left it."""
        if wanted in self._views and (wanted == ALL or self._views[wanted][1].any()):
            return wanted
        return PROBLEMS if self.kept.problems.any() else ALL

    def _open_place(self, at: int) -> Place:
        return self.kept.place(int(self._walk[at]))

    # --- the whole ------------------------------------------------------------------------------------------

    def gates(self) -> list[Gate]:
        columns, *others = self.kept.gates()
        return [Gate("列名", columns.label, Outcome.PASSED), *(_gate(one) for one in others)]

    def tabs(self) -> list[View]:
        counts = {key: (label, int(flags.sum())) for key, (label, flags) in self._views.items()}
        return [
            View(label, f"{self.address}?view={key}#rows", count, current=key == self.view)
            for key, (label, count) in counts.items()
            if count or key == ALL
        ]

    def page(self) -> "Page[int]":
        """The positions of the rows on this page; without a number the page on which the finding at hand stands."""
        positions = np.flatnonzero(self._rows)
        number = self._query.get("page")
        if number is None and self.place is not None:
            number = str(int(np.searchsorted(positions, self.place.position)) // ROWS_A_PAGE + 1)
        return Paginator(positions.tolist(), ROWS_A_PAGE).get_page(number)

    def rows(self, page: "Page[int]") -> list[Row]:
        return [self._row(row) for row in self.kept.rows(list(page))]

    def _row(self, row: RowView) -> Row:
        verdict, tone = _VERDICTS[row.state]
        first = next((one for _, one in sorted(row.findings.items()) if self._is_open(one)), None)
        return Row(
            row.number,
            verdict,
            tone,
            cells=[self._cell(row, at, text) for at, text in enumerate(row.texts)],
            url=self.link(first.cell) if first else "",
            selected=self.place is not None and self.place.row == row.number,
        )

    def _cell(self, row: RowView, at: int, text: str) -> Cell:
        mono = self.kept.masks[at] in _NUMBERS
        found, was = row.findings.get(at), row.replaced.get(at)
        if found is None:
            return (
                Cell(text, "a", "改过了", was=was or "（空）", mono=mono) if was is not None else Cell(text, mono=mono)
            )
        if found.severity == Severity.CLEANED:
            was = found.value if found.value != found.tidy else ""  # masked they may look the same
            return Cell(found.tidy, "a", "已整理", was=was, mono=mono)
        if not self._is_open(found):
            return Cell(text, "a", "您确认过", mono=mono)
        picked = self.place is not None and found.cell == self.place.cell
        return Cell(text, _MARKS[found.severity], found.what, mono=mono, selected=picked)

    def _is_open(self, found: Told) -> bool:
        return found.severity == Severity.ERROR or (
            found.severity == Severity.CONFIRM and found.cell not in self.kept.yes
        )

    # --- one by one -----------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        return int(self._walk.size)

    @property
    def at(self) -> int:
        """The finding at hand, counted from 1."""
        return 0 if self._finding is None else self._finding + 1

    @property
    def before(self) -> str:
        return self.link(self._open_place(self.at - 2).cell) if self.at > 1 else ""

    @property
    def after(self) -> str:
        return self.link(self._open_place(self.at).cell) if self.at < self.total else ""

    def link(self, cell: str) -> str:
        return f"{self.address}?view={self.view}&cell={cell}#finding-t"

    def fix(self) -> Fix | None:
        """The finding at hand, in words."""
        return self._fixes([self.place])[0] if self.place else None

    def cards(self) -> "Page[Fix]":
        """What is open in this view, a card each, for narrow screens."""
        page = Paginator(self._walk.tolist(), CARDS_A_PAGE).get_page(self._query.get("card"))
        page.object_list = self._fixes(self.kept.places(list(page)))
        return page

    def _fixes(self, places: Sequence[Place]) -> list[Fix]:
        return [_fix(one, place, self.kept) for one, place in zip(self.kept.told(places), places, strict=True)]


def _views(kept: Kept) -> dict[str, tuple[str, Flags]]:
    return {
        PROBLEMS: ("有问题", kept.problems),
        TO_MEND: ("要改", kept.to_mend),
        TO_CONFIRM: ("要确认", kept.to_confirm),
        REFUSED: ("没通过", kept.refused),
        "cleaned": ("已自动整理", kept.cleaned),
        "ready": ("可以导入", kept.accepted),
        ALL: ("全部", np.ones(kept.numbers.size, dtype=bool)),
    }


def _gate(gate: KeptGate) -> Gate:
    if not gate.passed:
        return Gate(gate.label, "没有比：这种表还没接上全省记录", Outcome.UNKNOWN)
    said = [
        text
        for count, text in (
            (gate.errors, f"{gate.errors:,} 处要改"),
            (gate.refused, f"{gate.refused:,} 处没通过"),
            (gate.confirms, f"{gate.confirms:,} 处要您确认"),
            (gate.cleaned, f"{gate.cleaned:,} 处已自动整理"),
        )
        if count
    ]
    outcome = Outcome.FAILED if gate.errors or gate.refused else Outcome.UNKNOWN if gate.confirms else Outcome.PASSED
    return Gate(gate.label, "，".join(said) or "没有问题", outcome)


def _fix(told: Told, place: Place, kept: Kept) -> Fix:
    ask = told.severity == Severity.CONFIRM
    hidden = told.mask in _NUMBERS
    in_header = place.position < 0
    who = "" if in_header else f" {told.who}"
    verdict, tone = _VERDICTS[REFUSED if kept.rules[place.rule].keeps_row else told.severity]
    return Fix(
        told=told,
        place=place,
        title=f"{'表头' if in_header else f'第 {told.row} 行'}{who}：{told.what}",
        verdict=verdict,
        tone=tone,
        ask=ask,
        prefill="" if hidden else told.value,
        hidden=hidden and bool(told.value),
        identity=told.field == "identity",
        basis=_basis(told),
        otherwise=told.if_right or (_IN_HEADER if in_header else _OTHERWISE[ask]),
        alike=len(kept.alike(place)),
        in_header=in_header,
    )


_OTHERWISE = {
    True: "核对过、没错的，点“没错，照样导入”，会记下是您确认的",
    False: "确实没错的，先不导入这一行，别的行照常导入；拿上证明请县里看",
}


_IN_HEADER = "这一列确实不要的，放着不管，别的列照常导入；列名写错的，改对再看"
_PARAMETER = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")


def _basis(told: Told) -> str:
    if not told.basis:
        return f"规则 {told.rule}"
    resting_on = "按参数 " if _PARAMETER.fullmatch(told.basis) else "依据："
    return f"规则 {told.rule}，{resting_on}{told.basis}"
