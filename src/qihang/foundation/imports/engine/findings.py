"""Findings: which cell, under which rule, in which words; one for a cell, the first that applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from qihang.foundation.imports.engine.grid import cell_name
from qihang.foundation.imports.engine.masking import Mask, masked
from qihang.foundation.imports.engine.rules import Rule, Severity, Stage, Words

FORMULA_IN_NEED = Rule(
    "R-FILE-01",
    Severity.ERROR,
    Stage.MISSING,
    "这一格是公式，文件里没有存下它的结果",
    "请用 Excel 或 WPS 打开，把这一列复制后“选择性粘贴—值”，保存再上传",
)
FORMULA_ASIDE = Rule(
    "R-FILE-02",
    Severity.CONFIRM,
    Stage.MISSING,
    "这一格是公式，文件里没有存下它的结果，读成空",
    "请把公式粘成值再上传",
    "确认后按没填导入",
)
TIDIED = Rule("R-TIDY-01", Severity.CLEANED, Stage.CLEANED, "已整理成“{note}”，内容没有变")
DIFFERS = Rule(
    "R-SAME-01",
    Severity.CONFIRM,
    Stage.PROVINCE,
    "和已经导入的不一样：{note}",
    "请核对以哪一份为准",
    "确认后以这张表为准，原来的留痕",
)


@dataclass(frozen=True)
class Finding:
    """`row` is the sheet's row number, `column` counts from 0, `header` is the column's header; `who` the texts
    that name the row, with their masks; `note` what the rule found (for tidied cells the tidy text).
    """

    row: int
    column: int
    field: str
    header: str
    value: str
    mask: Mask
    rule: Rule
    who: Sequence[tuple[str, Mask]] = ()
    note: str = ""

    @property
    def cell(self) -> str:
        return cell_name(self.row - 1, self.column)

    @property
    def severity(self) -> Severity:
        return self.rule.severity

    def shown(self, *, reveal: bool) -> str:
        """The cell's text as it may be shown."""
        return self.value if reveal else masked(self.value, self.mask)

    def named(self, *, reveal: bool) -> str:
        """Who the row is, as far as it may be shown."""
        return " ".join(text if reveal else masked(text, mask) for text, mask in self.who)

    def words(self, *, reveal: bool) -> Words:
        """What is wrong, how to mend it, and what to do if it is right."""
        note = self.note if reveal or self.rule is not TIDIED else masked(self.note, self.mask)
        return self.rule.words(value=self.shown(reveal=reveal), note=note)

    def message(self, *, reveal: bool) -> str:
        """Which row and who, and the words."""
        return self.words(reveal=reveal).sentence(row=self.row, who=self.named(reveal=reveal))

    def as_json(self, *, reveal: bool = False) -> dict[str, str | int]:
        """The finding as the command and the stored report give it."""
        return {
            "row": self.row,
            "cell": self.cell,
            "column": self.header,
            "value": self.shown(reveal=reveal),
            "rule": self.rule.id,
            "message": self.message(reveal=reveal),
        }


@dataclass(frozen=True)
class Hit:
    """One rule's answer for one column: rows (counted from 0 within the table) with the notes, if it gives any."""

    rule: Rule
    field: str
    rows: Sequence[int]
    notes: Mapping[int, str]

    @classmethod
    def of(cls, rule: Rule, field: str, answer: pl.Series) -> Hit:
        """From a true/false or a text answer; null is no hit."""
        if answer.dtype == pl.Boolean:
            return cls(rule, field, answer.fill_null(False).arg_true().to_list(), {})
        rows = answer.is_not_null().arg_true().to_list()
        return cls(rule, field, rows, dict(zip(rows, answer.drop_nulls().to_list(), strict=True)))
