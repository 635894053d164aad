"""The contribution list (社保缴费比对名单): who paid social insurance in which months, by whom employed.

Parsed rows have `identity`, `name`, `employer`, `employer_code`, `insurance`, and `first_month`, `last_month`
as first days of months. `on` is the list's date: a last month equal to its month is still open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from typing import Protocol, cast

import polars as pl

from qihang.foundation.core.roles import Role
from qihang.foundation.imports.engine.days import each_distinct, parse_month
from qihang.foundation.imports.engine.fields import Field, Parsed, RawColumn, Reading, free_text, month, whole_number
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.rules import Check, Rule, Severity, Stage, Surroundings
from qihang.foundation.imports.engine.text import squeezed
from qihang.registry.participants.imports import (
    IDENTITY,
    NAME,
    NAME_DIFFERS,
    SERIAL,
    SEX,
    distinct_identities,
    first_row_of_same,
    name_against_register,
    parse_credit_code,
)


class ContributionRegister(Protocol):
    """The people whom the actor may match, as a list is checked against them."""

    def registered_names(self, identities: Collection[str]) -> Mapping[str, str]:
        """Identity number -> registered name; numbers of people who were never trained here are left out."""

    def completed_on(self, identities: Collection[str]) -> Mapping[str, dt.date]:
        """Identity number -> the day on which that person last completed a class (of the given class, if one is
        given).
        """


def _register(around: Surroundings) -> ContributionRegister:
    return cast(ContributionRegister, around.register)


# --- rules ---------------------------------------------------------------------------------------------------------

MONTH_MISSING = Rule(
    "R-SI-01", Severity.ERROR, Stage.MISSING, "没填缴费年月", "请按社保明细补上，写成 202605 或 2026-05"
)
MONTH_ODD = Rule("R-SI-02", Severity.ERROR, Stage.FORM, "“{value}”不是年月", "请写成 202605 或 2026-05")
MONTH_AHEAD = Rule(
    "R-SI-03",
    Severity.ERROR,
    Stage.CHECK,
    "缴费年月晚于名单日期 {note}",
    "请核对年月；名单日期写错的，改好日期再导入",
)
ENDS_BEFORE_IT_STARTS = Rule(
    "R-SI-04", Severity.ERROR, Stage.OTHER_CELLS, "截止年月早于起始年月", "请核对这两格是不是填反了"
)
COUNT_ODD = Rule("R-SI-05", Severity.CONFIRM, Stage.FORM, "“{value}”不是月数", "请填整数", "确认后按起止年月算")
GAP = Rule(
    "R-SI-06",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "从起始到截止是 {note} 个月，缴费月数写的是 {value}，对不上，中间可能断缴",
    "请按社保明细拆成几行，一段连续的一行",
    "确认后按起止年月算作连续",
)
GAP_BEFORE = Rule(
    "R-SI-07",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "和这个人前一段（到 {note}）之间断缴了",
    "请核对有没有漏行",
    "确实断过的，确认后算作两段",
)
TWICE = Rule("R-SI-08", Severity.ERROR, Stage.OTHER_CELLS, "和第 {note} 行完全一样", "请删去重复的一行")
UNKNOWN_PERSON = Rule(
    "R-SI-09",
    Severity.ERROR,
    Stage.PROVINCE,
    "没有这个身份证号的学员",
    "请核对号码；没有参加过培训的，请从这张表里删去",
)
BEFORE_COMPLETION = Rule(
    "R-SI-10",
    Severity.CONFIRM,
    Stage.PROVINCE,
    "这份工作在学完（{note}）之前就开始了，不算培训后再就业",
    "请核对起始年月",
    "确认后照样记下，但不作为再就业凭据",
)

# --- cells ---------------------------------------------------------------------------------------------------------


def parse_span(raw: RawColumn, reading: Reading) -> Parsed:
    """Both months in one cell (2026-02至2026-08); one month alone is a span of one."""
    first = each_distinct(raw.text, lambda text: _span(text)[0], pl.Date)
    last = each_distinct(raw.text, lambda text: _span(text)[1], pl.Date)
    return Parsed(
        {"": first, "_last": last}, [(MONTH_ODD, raw.text.is_not_null() & (first.is_null() | last.is_null()))]
    )


def _span(text: str) -> tuple[dt.date | None, dt.date | None]:
    if one := parse_month(text):
        return one, one
    plain = squeezed(text)
    for found in re.finditer(r"[-—–~～至到]+", plain):
        first, last = parse_month(plain[: found.start()]), parse_month(plain[found.end() :])
        if first and last:
            return first, last
    return None, None


# --- checks --------------------------------------------------------------------------------------------------------

# The months of a row, whether it has them in two cells or in one.
FIRST = pl.coalesce("first_month", "months_span")
LAST = pl.coalesce("last_month", "months_span_last")


def months_between(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Months from `first` to `last`, both counted."""
    return (last.dt.year().cast(pl.Int32) - first.dt.year()) * 12 + last.dt.month() - first.dt.month() + 1


def _ahead(column: str, month_of_row: pl.Expr) -> Check:
    def find(rows: pl.DataFrame, around: Surroundings) -> pl.Expr:
        return pl.when(month_of_row > around.on.replace(day=1)).then(pl.lit(around.on.isoformat()))

    return Check(MONTH_AHEAD, column, find)


def _gap_before(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    """The end of the person's earlier span where a month lies free between it and this one."""
    spans = (
        rows.select("_row", "identity", first=FIRST, last=LAST).with_row_index("at").sort("identity", "first", "at")
    )
    reached = pl.col("last").cum_max().shift(1).over("identity")
    free = months_between(reached, pl.col("first")) > 2
    notes = spans.with_columns(
        note=pl.when(pl.col("identity").is_not_null() & free).then(reached.dt.strftime("%Y-%m"))
    )
    return notes.sort("at")["note"]


def _unknown(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    known = list(_register(around).registered_names(distinct_identities(rows)))
    return rows["identity"].is_not_null() & ~rows["identity"].is_in(known)


def _name_differs(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    return name_against_register(rows, dict(_register(around).registered_names(distinct_identities(rows))))


def _before_completion(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    """Months start on their first day, but the month of completion counts from the day after it (indicators,
    lists).
    """
    found = dict(_register(around).completed_on(distinct_identities(rows)))
    completed = rows["identity"].replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.Date)
    first = rows.select(FIRST.alias("first")).to_series()
    early = (first < completed.dt.month_start()).fill_null(False)
    return completed.cast(pl.String).set(~early, None)


# --- the kind ------------------------------------------------------------------------------------------------------

CONTRIBUTIONS = ImportKind(
    key="contributions",
    label="社保缴费比对名单",
    roles=(Role.INTAKE_OFFICER,),
    fields=(
        SERIAL,
        IDENTITY,
        NAME,
        Field(
            "employer",
            "单位名称",
            ("用人单位", "缴费单位", "参保单位", "单位", "企业名称", "工作单位", "参保单位名称", "用人单位名称"),
            free_text,
        ),
        Field(
            "employer_code",
            "统一社会信用代码",
            ("信用代码", "社会信用代码", "单位统一社会信用代码", "统一信用代码"),
            parse_credit_code,
        ),
        Field("insurance", "险种", ("险种类型", "参保险种", "险种名称", "保险类型"), free_text),
        Field(
            "first_month",
            "缴费起始年月",
            (
                "起始年月",
                "开始年月",
                "缴费开始年月",
                "起始月份",
                "参保起始年月",
                "缴费起始月",
                "起始时间",
                "缴费起始时间",
                "起",
                "开始月份",
                "参保时间",
            ),
            month(MONTH_ODD),
            missing=MONTH_MISSING,
        ),
        Field(
            "last_month",
            "缴费截止年月",
            (
                "截止年月",
                "终止年月",
                "缴费终止年月",
                "结束年月",
                "截止月份",
                "缴费截止月",
                "截止时间",
                "缴费截止时间",
                "止",
                "结束月份",
                "缴费结束年月",
            ),
            month(MONTH_ODD),
            missing=MONTH_MISSING,
        ),
        Field(
            "months_span",
            "缴费年月",
            (
                "缴费起止年月",
                "起止年月",
                "缴费时段",
                "缴费期间",
                "缴费月份",
                "参保时段",
                "缴费所属期",
                "起止时间",
                "费款所属期",
            ),
            parse_span,
            missing=MONTH_MISSING,
        ),
        Field(
            "months",
            "缴费月数",
            ("月数", "累计月数", "缴费月份数", "累计缴费月数"),
            whole_number(COUNT_ODD, units=("个月", "月")),
        ),
        Field("sex", SEX.label, SEX.aliases),
        Field("notes", "备注", ()),
    ),
    checks=(
        _ahead("first_month", pl.col("first_month")),
        _ahead("last_month", pl.col("last_month")),
        _ahead("months_span", pl.col("months_span_last")),
        Check(ENDS_BEFORE_IT_STARTS, "last_month", LAST < FIRST),
        Check(TWICE, "identity", first_row_of_same("identity", pl.col("employer"), pl.col("insurance"), FIRST, LAST)),
        Check(
            GAP,
            "months",
            pl.when(pl.col("months") != months_between(FIRST, LAST)).then(months_between(FIRST, LAST).cast(pl.String)),
        ),
        Check(GAP_BEFORE, "first_month", _gap_before),
        Check(UNKNOWN_PERSON, "identity", _unknown),
        Check(NAME_DIFFERS, "name", _name_differs),
        Check(BEFORE_COMPLETION, "first_month", _before_completion),
    ),
    business_day_labels=(
        "名单日期",
        "比对日期",
        "数据截至",
        "截至日期",
        "统计日期",
        "导出日期",
        "比对时间",
        "数据日期",
    ),
    day_required=True,
    one_of=((("first_month", "last_month"), ("months_span",)),),
)
