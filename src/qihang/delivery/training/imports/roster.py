"""The roster (花名册) of a class: who is to be trained, with what a careful clerk would say about each cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Protocol, cast

import polars as pl

from qihang.foundation.core.roles import Role
from qihang.foundation.imports.engine.days import each_distinct
from qihang.foundation.imports.engine.fields import Field, digits, free_text
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.masking import Mask
from qihang.foundation.imports.engine.rules import Check, Rule, Severity, Stage, Surroundings
from qihang.registry.participants.imports import (
    CATEGORY,
    CATEGORY_UNKNOWN,
    EDUCATION,
    IDENTITY,
    NAME,
    NAME_DIFFERS,
    PHONE,
    PHONE_SHARED_IN_FILE,
    SAME_PERSON_TWICE,
    SERIAL,
    SEX,
    SEX_AGAINST_NUMBER,
    distinct_identities,
    name_against_register,
)


class RosterRegister(Protocol):
    """The class and the province, as a roster is checked against them.

    `class_start` is the first day of class; `rules_on` the day whose parameters apply (the class's filing date).
    """

    class_start: dt.date
    rules_on: dt.date

    def registered_names(self, identities: Collection[str]) -> Mapping[str, str]:
        """Identity number -> the name under which the province knows it; unknown numbers are left out."""

    def other_open_classes(self, identities: Collection[str]) -> Mapping[str, str]:
        """Identity number -> the label of another class, not yet over, in which that person is enrolled."""


def _register(around: Surroundings) -> RosterRegister:
    return cast(RosterRegister, around.register)


# --- rules ---------------------------------------------------------------------------------------------------------

TOO_YOUNG = Rule(
    "R-AGE-01",
    Severity.ERROR,
    Stage.OTHER_CELLS,
    "开班那天 {note} 岁，没到能领补贴的年龄",
    "请照身份证核对号码",
    "号码没错的，留作没通过的报名，本人可以自费学，也可以申诉",
    "training.age_min",
    keeps_row=True,
)
TOO_OLD = Rule(
    "R-AGE-02",
    Severity.ERROR,
    Stage.OTHER_CELLS,
    "开班那天 {note} 岁，到了或超过了年龄上限",
    "请照身份证核对号码",
    "号码没错的，留作没通过的报名，本人可以自费学，也可以申诉",
    "training.age_max",
    keeps_row=True,
)
NOT_OF_THE_BENEFIT = Rule(
    "R-CAT-03",
    Severity.ERROR,
    Stage.OTHER_CELLS,
    "“{value}”这一类，按开班时的规定不在培训补贴范围里",
    "填错了的，请改成证件或证明上的类别",
    "本人确实只是这一类的，留作没通过的报名，可以自费学，也可以申诉",
    "training.categories",
    keeps_row=True,
)
TOO_YOUNG_FOR_4050 = Rule(
    "R-CAT-04",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "填的是“{value}”，本人开班那天 {note} 岁；4050 指女满 40、男满 50",
    "请核对类别，可能是另一类",
    "确认后按就业困难人员导入，等县里凭证明核实",
)
CERTIFICATE_ODD = Rule(
    "R-CERT-01",
    Severity.ERROR,
    Stage.FORM,
    "就业创业证号应为 16 位数字",
    "请照证核对，多了还是少了一位；没有证的，把这一格清空",
)
CERTIFICATE_LOST = Rule(
    "R-CERT-02",
    Severity.ERROR,
    Stage.FORM,
    "证号被电子表格当作数字保存，末位已经丢失",
    "请先把单元格设为“文本”，再照证重新录入",
)
WAIVED = Rule(
    "R-NOTE-01",
    Severity.CONFIRM,
    Stage.FORM,
    "备注写了“{value}”",
    "请核对是不是本人的意思，要有本人签字",
    "确认后按不领补贴导入，不占本人的补贴次数",
)
ELSEWHERE = Rule(
    "R-CLASS-01",
    Severity.CONFIRM,
    Stage.PROVINCE,
    "已经在另一个没结束的班里：{note}",
    "请问清本人上哪个班，另一个班先退",
    "两个班时间不冲突、本人都要上的，确认后照样导入；同一时段只补一个班",
)


# --- checks --------------------------------------------------------------------------------------------------------


def age_on(day: dt.date) -> pl.Expr:
    """Whole years on `day`; somebody born on 29 February is a year older on 1 March of other years."""
    birth = pl.col("identity_birth")
    before = (birth.dt.month() > day.month) | ((birth.dt.month() == day.month) & (birth.dt.day() > day.day))
    return pl.lit(day.year) - birth.dt.year() - before.cast(pl.Int32)


def _class_start(around: Surroundings) -> dt.date:
    return _register(around).class_start if around.register else around.on


def _parameter(around: Surroundings, key: str) -> object | None:
    value: object | None = around.parameters.get(key, _register(around).rules_on if around.register else around.on)
    return value


def _too_young(rows: pl.DataFrame, around: Surroundings) -> pl.Expr | None:
    limit = _parameter(around, "training.age_min")
    age = age_on(_class_start(around))
    return None if limit is None else pl.when(age < int(str(limit))).then(age.cast(pl.String))


def _too_old(rows: pl.DataFrame, around: Surroundings) -> pl.Expr | None:
    age = age_on(_class_start(around))
    hit = pl.lit(None, dtype=pl.String)
    for sex in ("male", "female"):
        limit = _parameter(around, f"training.age_max.{sex}")
        if limit is not None:
            too_old = (pl.col("identity_sex") == sex) & (age >= int(str(limit)))
            hit = pl.when(too_old).then(age.cast(pl.String)).otherwise(hit)
    return hit


def _not_of_the_benefit(rows: pl.DataFrame, around: Surroundings) -> pl.Series | None:
    allowed = _parameter(around, "training.categories")
    if allowed is None:
        return None
    codes = {str(code) for code in cast(Collection[object], allowed)}
    return each_distinct(rows["category"], lambda text: not codes.intersection(text.split(",")), pl.Boolean)


# “4050” says its own ages; they are part of the word, not a parameter.
_AGES_OF_4050 = {"female": 40, "male": 50}


def _too_young_for_4050(rows: pl.DataFrame, around: Surroundings) -> pl.Expr:
    age = age_on(_class_start(around))
    least = pl.col("identity_sex").replace_strict(_AGES_OF_4050, default=None, return_dtype=pl.Int32)
    return pl.when(pl.col("category_word").str.contains("4050") & (age < least)).then(age.cast(pl.String))


def _name_differs(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    return name_against_register(rows, dict(_register(around).registered_names(distinct_identities(rows))))


def _elsewhere(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    found = dict(_register(around).other_open_classes(distinct_identities(rows)))
    return rows["identity"].replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.String)


# --- the kind ------------------------------------------------------------------------------------------------------

CERTIFICATE = Field(
    "certificate_no",
    "就业创业证号",
    (
        "就业创业证号码",
        "就业创业证编号",
        "就业创业证",
        "就业失业登记证号",
        "就业失业登记证",
        "就业失业登记证编号",
        "登记证号",
        "优惠证号",
        "再就业优惠证号",
    ),
    digits(CERTIFICATE_ODD, length=16, lost=CERTIFICATE_LOST),
    mask=Mask.NUMBER,
)
HOUSEHOLD = Field(
    "household_region",
    "户籍所在地",
    (
        "户籍地",
        "户籍",
        "户口所在地",
        "户籍地址",
        "户籍所在地址",
        "家庭住址",
        "住址",
        "家庭地址",
        "户籍所在市县",
        "常住地址",
        "籍贯",
    ),
    free_text,
)
NOTES = Field("notes", "备注", ("备注说明", "说明", "备 注"), free_text)
AGE = Field("age", "年龄", ("岁数", "周岁"))
OTHERS = (
    Field("nation", "民族", ()),
    Field("birth", "出生日期", ("出生年月", "出生年月日")),
    Field("class_name", "班级", ("班次", "班期", "班级名称")),
    Field("course", "培训职业", ("培训工种", "培训项目", "职业工种", "工种", "职业")),
    Field("signature", "签名", ("签字", "学员签名", "本人签字")),
)

ROSTER = ImportKind(
    key="roster",
    label="花名册",
    roles=(Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER),
    fields=(SERIAL, NAME, SEX, IDENTITY, AGE, EDUCATION, HOUSEHOLD, CATEGORY, CERTIFICATE, PHONE, NOTES, *OTHERS),
    checks=(
        SAME_PERSON_TWICE,
        SEX_AGAINST_NUMBER,
        Check(TOO_YOUNG, "identity", _too_young),
        Check(TOO_OLD, "identity", _too_old),
        Check(NOT_OF_THE_BENEFIT, "category", _not_of_the_benefit),
        Check(TOO_YOUNG_FOR_4050, "category", _too_young_for_4050),
        PHONE_SHARED_IN_FILE,
        Check(WAIVED, "notes", pl.col("notes").str.contains("放弃.*补贴|不.{0,2}领.{0,4}补贴|补贴.*放弃")),
        Check(NAME_DIFFERS, "name", _name_differs),
        Check(ELSEWHERE, "identity", _elsewhere),
    ),
    business_day_labels=(
        "培训时间",
        "开班时间",
        "开班日期",
        "培训日期",
        "培训起止时间",
        "起止时间",
        "培训期限",
        "上课时间",
    ),
    has_class=True,
)

REFUSALS = {rule.id: rule for rule in (TOO_YOUNG, TOO_OLD, NOT_OF_THE_BENEFIT, CATEGORY_UNKNOWN)}
