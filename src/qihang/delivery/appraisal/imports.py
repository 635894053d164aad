"""The score book (成绩册) of a sitting. Parsed rows have `name`, `identity`, `ticket_no`, `theory` and
`practice` (points, null for 缺考), `theory_absent` and `practice_absent`, and `stated_pass`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Protocol, cast

import polars as pl

from qihang.delivery.appraisal.enums import HIGHEST, LOWEST
from qihang.foundation.core.roles import Role
from qihang.foundation.imports.engine.days import each_distinct
from qihang.foundation.imports.engine.fields import Field, Parsed, RawColumn, Reading, free_text, tidied, words
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.rules import Check, Rule, Severity, Stage, Surroundings
from qihang.foundation.imports.engine.text import squeezed
from qihang.registry.participants.imports import (
    IDENTITY,
    NAME,
    NAME_DIFFERS,
    SAME_PERSON_TWICE,
    SERIAL,
    SEX,
    TWO_NUMBERS,
    distinct_identities,
    name_against_register,
    rows_of_one,
)

# Theory and practice; None for 缺考.
Points = tuple[Decimal | None, Decimal | None]


class ScoreRegister(Protocol):
    """The class that sat, as its score book is checked against it."""

    def registered_names(self, identities: Collection[str]) -> Mapping[str, str]:
        """Identity number -> name in the province's register; unknown numbers are left out."""

    def completed(self, identities: Collection[str]) -> Mapping[str, bool]:
        """Identity number -> whether that trainee of the class completed it; those not in the class are left out."""

    def not_let_in(self, identities: Collection[str]) -> Collection[str]:
        """Those of the numbers who applied for the class and were refused, and do not pay for themselves."""

    def standing(self, identities: Collection[str]) -> Mapping[str, Points]:
        """Identity number -> the points that stand in this sitting; those without a score are left out."""

    def standing_numbers(self, identities: Collection[str]) -> Mapping[str, str]:
        """Of the numbers of trainees, those of merged records, with the number that the trainee is known by."""

    def certified(self, identities: Collection[str]) -> Collection[str]:
        """Those of the numbers who hold the class's certificate."""


def _register(around: Surroundings) -> ScoreRegister:
    return cast(ScoreRegister, around.register)


# --- rules ---------------------------------------------------------------------------------------------------------

SCORE_MISSING = Rule("R-SCORE-01", Severity.ERROR, Stage.MISSING, "没填成绩", "请补上分数，没来考的填“缺考”")
SCORE_ODD = Rule("R-SCORE-02", Severity.ERROR, Stage.FORM, "“{value}”不是分数", "请填 0 到 100 的数，没来考的填“缺考”")
SCORE_RANGE = Rule("R-SCORE-03", Severity.ERROR, Stage.CHECK, "{value} 分不在 0 到 100 之间", "请照答卷和评分表核对")
RESULT_ODD = Rule("R-SCORE-04", Severity.ERROR, Stage.FORM, "“{value}”不是评定结果", "请填“合格”或“不合格”")
RESULT_CONTRADICTS = Rule(
    "R-SCORE-05",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "评定写的是“{value}”，按两项分数应是“{note}”",
    "请照评分表核对分数和评定",
    "确认后按分数算，不看评定",
    "appraisal.pass_score",
)
NOT_IN_CLASS = Rule(
    "R-SCORE-06",
    Severity.ERROR,
    Stage.PROVINCE,
    "这个班里没有这个身份证号的学员",
    "请核对号码；不是这个班的考生，请从这张表里删去",
)
NOT_COMPLETED = Rule(
    "R-SCORE-07",
    Severity.CONFIRM,
    Stage.PROVINCE,
    "这个人没有学完这个班",
    "请核对是不是这个人来考的",
    "确认后成绩照录，合格的可以发证，但不领补贴，也不算进合格率",
)
CERTIFIED_ALREADY = Rule(
    "R-SCORE-08",
    Severity.ERROR,
    Stage.PROVINCE,
    "这个人已凭原来的成绩拿到证书，按这张表是不合格",
    "请核对分数；原来的录错了，先请县里撤销证书，再改成绩",
    basis="appraisal.pass_score",
)
NOT_LET_IN = Rule(
    "R-SCORE-09",
    Severity.ERROR,
    Stage.PROVINCE,
    "这个人没有进这个班",
    "报过名，资格没通过，也没有改为自费。请从这张表里删去；真上了课的，先请县里重新核实，或者请学校改为自费",
)

# --- cells ---------------------------------------------------------------------------------------------------------

ABSENT = "缺考"
_SCORE = re.compile(r"([-+]?\d{1,4}(?:\.\d{1,2})?)分?")
_RESULTS = {
    **dict.fromkeys(("合格", "通过", "及格", "良好", "优秀", "良", "优", "是", "已通过", "取证"), "passed"),
    **dict.fromkeys(("不合格", "未通过", "不通过", "不及格", "否", "未合格", ABSENT), "failed"),
}


def parse_score(raw: RawColumn, reading: Reading) -> Parsed:
    """Points out of 100, or 缺考. A point number outside is refused, not read."""
    points = each_distinct(raw.text, _points, pl.Float64)
    absent = each_distinct(raw.text, lambda text: squeezed(text) == ABSENT, pl.Boolean).fill_null(False)
    outside = ((points < LOWEST) | (points > HIGHEST)).fill_null(False)
    plain = each_distinct(raw.text, lambda text: squeezed(text).removesuffix("分"), pl.String)
    unread = raw.text.is_not_null() & points.is_null() & ~absent
    return Parsed(
        {"": points.set(outside, None), "_absent": absent},
        [(SCORE_ODD, unread), (SCORE_RANGE, outside)],
        tidied(plain, raw.text).set(unread | outside, None),
    )


def _points(text: str) -> float | None:
    found = _SCORE.fullmatch(squeezed(text))
    return float(found.group(1)) if found else None


# --- checks --------------------------------------------------------------------------------------------------------


_PARTS = ("theory", "practice")
_KNOWN = pl.all_horizontal(pl.col(part).is_not_null() | pl.col(f"{part}_absent") for part in _PARTS)


def _passed(around: Surroundings) -> pl.Expr | None:
    limit = around.parameters.get("appraisal.pass_score", around.on)
    if limit is None:
        return None
    return pl.all_horizontal((pl.col(part) >= float(limit)).fill_null(False) for part in _PARTS)


def _result_contradicts(rows: pl.DataFrame, around: Surroundings) -> pl.Expr | None:
    passed = _passed(around)
    if passed is None:
        return None
    computed = pl.when(passed).then(pl.lit("passed")).otherwise(pl.lit("failed"))
    label = pl.when(passed).then(pl.lit("合格")).otherwise(pl.lit("不合格"))
    return pl.when(_KNOWN & (pl.col("stated_result") != computed)).then(label)


def _name_differs(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    """For those whose score stands already, `compare_scores` says it beside what differs."""
    identities = distinct_identities(rows)
    names = _register(around).registered_names(identities)
    standing = _register(around).standing(identities)
    return name_against_register(rows, {number: name for number, name in names.items() if number not in standing})


def _completed(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    found = dict(_register(around).completed(distinct_identities(rows)))
    return rows["identity"].replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.Boolean)


def _same_trainee_twice(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    return rows_of_one(rows, _register(around).standing_numbers(distinct_identities(rows)))


def _not_in_class(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    return rows["identity"].is_not_null() & _completed(rows, around).is_null() & ~_not_let_in(rows, around)


def _not_let_in(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    refused = _register(around).not_let_in(distinct_identities(rows))
    return rows["identity"].is_in(list(refused)).fill_null(False)


def _not_completed(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    """Asked once: whose score stands already was let in by a yes, or had completed."""
    standing = _register(around).standing(distinct_identities(rows))
    return ~_completed(rows, around) & ~rows["identity"].is_in(list(standing))


def _certified_already(rows: pl.DataFrame, around: Surroundings) -> pl.Expr | None:
    passed = _passed(around)
    if passed is None:
        return None
    certified = _register(around).certified(distinct_identities(rows))
    return pl.col("identity").is_in(list(certified)) & _KNOWN & ~passed


# --- the kind ------------------------------------------------------------------------------------------------------

SCORES = ImportKind(
    key="scores",
    label="成绩册",
    roles=(Role.STATION_CLERK, Role.APPRAISER),
    fields=(
        SERIAL,
        Field("ticket_no", "准考证号", ("准考证", "考号", "准考证号码", "考生号"), free_text),
        NAME,
        IDENTITY,
        Field(
            "theory",
            "理论",
            (
                "理论成绩",
                "理论知识",
                "理论分数",
                "理论知识成绩",
                "理论考试成绩",
                "理论考试",
                "知识",
                "成绩理论",
                "应知",
            ),
            parse_score,
            required=True,
            missing=SCORE_MISSING,
        ),
        Field(
            "practice",
            "实操",
            (
                "实操成绩",
                "操作技能",
                "操作成绩",
                "技能成绩",
                "操作技能成绩",
                "实际操作",
                "技能",
                "实操分数",
                "技能操作",
                "实作",
                "成绩实操",
                "应会",
                "操作",
            ),
            parse_score,
            required=True,
            missing=SCORE_MISSING,
        ),
        Field(
            "stated_result",
            "评定",
            ("评定结果", "鉴定结果", "是否合格", "结果", "考核结果", "评定成绩", "结论", "评价结果", "成绩评定"),
            words(_RESULTS, RESULT_ODD),
        ),
        Field("overall", "综合成绩", ("总分", "总成绩", "平均分", "综合", "综合评审")),
        Field("sex", SEX.label, SEX.aliases),
        Field("notes", "备注", ()),
        Field("level", "等级", ("级别", "鉴定等级", "职业等级")),
        Field("course", "职业", ("鉴定职业", "工种", "职业工种")),
    ),
    checks=(
        SAME_PERSON_TWICE,
        Check(TWO_NUMBERS, "identity", _same_trainee_twice),
        Check(RESULT_CONTRADICTS, "stated_result", _result_contradicts),
        Check(NOT_IN_CLASS, "identity", _not_in_class),
        Check(NOT_LET_IN, "identity", _not_let_in),
        Check(CERTIFIED_ALREADY, "identity", _certified_already),
        Check(NOT_COMPLETED, "identity", _not_completed),
        Check(NAME_DIFFERS, "name", _name_differs),
    ),
    business_day_labels=(
        "鉴定日期",
        "考试日期",
        "考核日期",
        "鉴定时间",
        "考试时间",
        "考核时间",
        "认定日期",
        "评价日期",
    ),
    has_class=True,
)
