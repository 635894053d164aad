"""The vacancy form (岗位采集表) of a counter: posts as employers describe them.

Parsed rows have `employer`, `title`, `headcount`, `pay` (as read by `pay.read_pay`, in words) with `pay_low`,
`pay_high` (yuan) and `pay_unit`, `education`, `age_limit` with `age_limit_min`, `_max`, `_sex`, `place` (a
division code), `skills`, `shift`, `phone`. What an office left open stays null and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from qihang.delivery.employment.imports.pay import is_bare_figure, read_pay
from qihang.foundation.core.roles import Role
from qihang.foundation.imports.engine.days import each_distinct
from qihang.foundation.imports.engine.fields import (
    Field,
    Parsed,
    RawColumn,
    Reading,
    free_text,
    tidied,
    whole_number,
    words,
)
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.rules import Rule, Severity, Stage
from qihang.foundation.imports.engine.text import squeezed
from qihang.registry.participants.imports import EDUCATION_UNKNOWN, PHONE, SERIAL, education_words, optional
from qihang.registry.reference.places import match_region
from qihang.registry.reference.regions import region_table

# --- rules ---------------------------------------------------------------------------------------------------------

EMPLOYER_MISSING = Rule("R-VAC-01", Severity.ERROR, Stage.MISSING, "没填单位名称", "请按营业执照补上")
TITLE_MISSING = Rule("R-VAC-02", Severity.ERROR, Stage.MISSING, "没填岗位名称", "请补上")
HEADCOUNT_OPEN = Rule(
    "R-VAC-03",
    Severity.CONFIRM,
    Stage.FORM,
    "人数写的是“{value}”，不是一个数",
    "请问清招几个人，填整数",
    "确认后人数先空着，这个岗位不参加按人数的安排",
)
HEADCOUNT_MISSING = replace(HEADCOUNT_OPEN, id="R-VAC-04", stage=Stage.MISSING, what="没填招聘人数")
HEADCOUNT_NONE = Rule(
    "R-VAC-05", Severity.ERROR, Stage.CHECK, "人数是 {value}", "请填要招的人数，至少 1 人；不招了的，请删去这一行"
)
PAY_OPEN = Rule(
    "R-VAC-06",
    Severity.CONFIRM,
    Stage.FORM,
    "薪资写的是“{value}”，没有能用的数",
    "请问清最低和最高多少钱，按月、按天还是按小时",
    "确认后薪资先空着，页面上照写“{value}”",
)
PAY_WITHOUT_UNIT = Rule(
    "R-VAC-07",
    Severity.CONFIRM,
    Stage.FORM,
    "薪资写的是“{value}”，没写按天、按小时还是按月",
    "请补上，如 220 元/天",
    "确认后薪资先空着，页面上照写",
)
AGE_ODD = Rule("R-VAC-08", Severity.ERROR, Stage.FORM, "读不出年龄要求“{value}”", "请写成 18-50、55以下 或 不限")
SEX_LIMIT = Rule(
    "R-VAC-09",
    Severity.CONFIRM,
    Stage.CHECK,
    "“{value}”按性别限制了招人",
    "请和单位核对，除了国家规定不适合的工种，不能限制性别",
    "确属国家规定不适合的工种，确认后照样导入，发布时不写性别",
    "就业促进法第27条",
)
PLACE_OPEN = Rule(
    "R-VAC-10",
    Severity.CONFIRM,
    Stage.FORM,
    "“{value}”看不出在哪个市县区{note}",
    "请写到区县，如 海口市龙华区",
    "确认后地点的区县先空着，页面上照写“{value}”",
)
PLACE_MISSING = replace(PLACE_OPEN, id="R-VAC-11", stage=Stage.MISSING, what="没填工作地点")

# --- cells ---------------------------------------------------------------------------------------------------------

_count = whole_number(HEADCOUNT_OPEN, units=("人", "名", "个", "位", "个人", "名额"))


def parse_headcount(raw: RawColumn, reading: Reading) -> Parsed:
    """People wanted; below one is an error, no number leaves it open."""
    read = _count(raw, reading)
    none = (read.value < 1).fill_null(False)
    return replace(read, columns={"": read.value.set(none, None)}, faults=[*read.faults, (HEADCOUNT_NONE, none)])


def parse_pay(raw: RawColumn, reading: Reading) -> Parsed:
    """Bounds and unit of the pay; text without a figure leaves them open."""
    read = {text: pay for text in raw.text.drop_nulls().unique() if (pay := read_pay(text))}
    least = _minimum_wage(reading) if any(pay.unit is None for pay in read.values()) else None
    found = {text: pay.by_the_month(least) for text, pay in read.items()}
    usable = {text: pay for text, pay in found.items() if pay.unit}
    words_for = each_distinct(raw.text, lambda text: str(usable[text]) if text in usable else None, pl.String)
    without_unit = each_distinct(raw.text, lambda text: text in found and text not in usable, pl.Boolean)
    bare = each_distinct(raw.text, is_bare_figure, pl.Boolean).fill_null(True)
    columns = {
        "": words_for,
        "_low": _pick(raw, {text: pay.low for text, pay in usable.items()}, pl.Float64()),
        "_high": _pick(raw, {text: pay.high for text, pay in usable.items()}, pl.Float64()),
        "_unit": _pick(raw, {text: str(pay.unit) for text, pay in usable.items()}, pl.String()),
    }
    open_pay = raw.text.is_not_null() & words_for.is_null() & ~without_unit
    return Parsed(columns, [(PAY_OPEN, open_pay), (PAY_WITHOUT_UNIT, without_unit)], words_for.set(bare, None))


def _minimum_wage(reading: Reading) -> Decimal | None:
    """Of a month, in yuan, on the business date; None where nobody has set it."""
    value = reading.parameters.get("wage.month_min", reading.on)
    return None if value is None else Decimal(value)


def _pick(raw: RawColumn, values: Mapping[str, object], dtype: pl.DataType) -> pl.Series:
    return each_distinct(raw.text, values.get, dtype)


@dataclass(frozen=True)
class AgeLimit:
    """Ages in years, both included; None is open. `by_sex`: the text speaks of one sex."""

    low: int | None
    high: int | None
    by_sex: bool

    def __str__(self) -> str:
        if self.low is not None and self.high is not None:
            return f"{self.low} 到 {self.high} 岁"
        if self.high is not None:
            return f"{self.high} 岁以下"
        return f"{self.low} 岁以上" if self.low is not None else "不限"


_NO_LIMIT = re.compile(r"^(?:(?:年龄|男女|性别)*不限(?:年龄|男女|性别)?|无要求|男女均可)$")
_BOTH_SEXES = re.compile(r"男女(?:不限|均可|都可)?|不限男女|性别不限")
_AGE_RANGE = re.compile(r"(\d{2})(?:周?岁)?(?:[-~—–至到]+)(\d{2})(?:周?岁)?(?:之间)?")
_AGE_BELOW = re.compile(r"(?:不超过|小于|低于)?(\d{2})(?:周?岁)?(?:以下|以内|之内|内|及以下|封顶)?")
_AGE_ABOVE = re.compile(r"(?:年满|满)?(\d{2})(?:周?岁)?(?:以上|及以上|起)")


def read_age_limit(text: str) -> AgeLimit | None:
    """18-50, 55以下, 年满18周岁以上, 女45以下, 不限; None for anything else."""
    plain = _BOTH_SEXES.sub("", squeezed(text).removeprefix("年龄")) if not _NO_LIMIT.match(squeezed(text)) else ""
    by_sex = bool(re.search(r"[男女]", plain))
    plain = re.sub(r"限?[男女]性?", "", plain).strip(",、:;")
    if not plain:
        return AgeLimit(None, None, by_sex)
    if found := _AGE_RANGE.fullmatch(plain):
        return AgeLimit(int(found.group(1)), int(found.group(2)), by_sex)
    if found := _AGE_ABOVE.fullmatch(plain):
        return AgeLimit(int(found.group(1)), None, by_sex)
    if (found := _AGE_BELOW.fullmatch(plain)) and not plain.isdigit():
        return AgeLimit(None, int(found.group(1)), by_sex)
    return AgeLimit(None, None, by_sex=True) if by_sex else None


def parse_age_limit(raw: RawColumn, reading: Reading) -> Parsed:
    """The limits, in words and as numbers; a limit by sex is never taken over by itself."""
    found = {text: read_age_limit(text) for text in raw.text.drop_nulls().unique()}
    known = {text: limit for text, limit in found.items() if limit}
    shown = each_distinct(raw.text, lambda text: str(known[text]) if text in known else None, pl.String)
    by_sex = each_distinct(raw.text, lambda text: text in known and known[text].by_sex, pl.Boolean).fill_null(False)
    columns = {
        "": shown,
        "_min": _pick(raw, {text: limit.low for text, limit in known.items()}, pl.Int64()),
        "_max": _pick(raw, {text: limit.high for text, limit in known.items()}, pl.Int64()),
        "_by_sex": by_sex,
    }
    unread = raw.text.is_not_null() & shown.is_null()
    unlimited = (shown == "不限").fill_null(True)
    return Parsed(columns, [(AGE_ODD, unread), (SEX_LIMIT, by_sex)], tidied(shown, raw.text).set(unlimited, None))


def parse_place(raw: RawColumn, reading: Reading) -> Parsed:
    """The county or district of a place, if the text names one."""
    value = each_distinct(raw.text, _county, pl.String)
    why = each_distinct(raw.text, lambda text: _why_no_county(text) if _county(text) is None else None, pl.String)
    return Parsed({"": value}, [(PLACE_OPEN, why)])


def _county(text: str) -> str | None:
    """A division that stands at county level: one that the text names itself and that no districts divide."""
    found = match_region(text)
    if found.how != "named" or found.code is None or found.code not in region_table():
        return None
    return None if _has_counties(found.code) else found.code


def _has_counties(code: str) -> bool:
    """A province, or a city with districts; a city without any (儋州) stands for its own county."""
    if code.endswith("0000"):
        return True
    return code.endswith("00") and any(
        other != code and other.startswith(code[:4]) and region_table().in_force(other)
        for other in region_table().codes()
    )


def _why_no_county(text: str) -> str:
    found = match_region(text)
    if found.how == "remote":
        return "（在家上班）"
    if found.how == "ambiguous":
        return "（不止一处叫这个名字）"
    if found.code and found.code in region_table():
        name = region_table().full_name(found.code)
        return f"（可能是{name}）" if found.how == "inferred" else f"（只写到{name}）"
    return "（是开发区，没写市县区）" if found.code else ""


_ANY_EDUCATION = ("不限", "学历不限", "无要求", "不限学历", "无")
_OR_ABOVE = ("以上", "及以上", "或以上", "以上学历", "及以上学历", "学历", "毕业")


def _education_requirements() -> dict[str, str]:
    """Every level by its words, alone or with “及以上”; the least level is what counts."""
    known = education_words()
    above = {f"{word}{suffix}": kept for word, kept in known.items() for suffix in _OR_ABOVE}
    return {**above, **known, **dict.fromkeys(_ANY_EDUCATION, "any")}


# --- the kind ------------------------------------------------------------------------------------------------------

VACANCIES = ImportKind(
    key="vacancies",
    label="岗位采集表",
    roles=(Role.EMPLOYER_USER, Role.INTAKE_OFFICER),
    fields=(
        SERIAL,
        Field(
            "employer",
            "单位名称",
            ("用人单位", "招聘单位", "企业名称", "公司名称", "单位", "用人单位名称", "招聘企业", "用工单位"),
            free_text,
            required=True,
            key=True,
            missing=EMPLOYER_MISSING,
        ),
        Field(
            "title",
            "岗位名称",
            ("岗位", "职位", "职位名称", "招聘岗位", "工种", "招聘职位", "招聘工种", "岗位工种"),
            free_text,
            required=True,
            key=True,
            missing=TITLE_MISSING,
        ),
        Field(
            "headcount",
            "招聘人数",
            ("人数", "需求人数", "招聘数量", "用工人数", "招工人数", "需求数", "岗位数", "名额", "数量"),
            parse_headcount,
            required=True,
            missing=HEADCOUNT_MISSING,
        ),
        Field(
            "pay",
            "薪资待遇",
            ("薪资", "工资", "待遇", "工资待遇", "月薪", "薪酬", "薪酬待遇", "工资标准", "薪资范围", "月工资"),
            parse_pay,
        ),
        Field(
            "education",
            "学历要求",
            ("学历", "文化程度", "文化程度要求", "学历条件", "最低学历"),
            words(_education_requirements(), EDUCATION_UNKNOWN),
            keeps_placeholders=True,
        ),
        Field("age_limit", "年龄要求", ("年龄", "年龄条件", "年龄范围", "年龄限制"), parse_age_limit),
        Field(
            "place",
            "工作地点",
            ("工作地", "地点", "工作区域", "上班地点", "工作地址", "地址", "用工地点", "就业地点"),
            parse_place,
            missing=PLACE_MISSING,
        ),
        Field(
            "skills",
            "技能要求",
            ("技能", "技能等级", "证书要求", "资格要求", "岗位要求", "其他要求", "任职要求"),
            free_text,
        ),
        Field("shift", "班次", ("上班时间", "工作时间", "倒班", "班制", "工作班次"), free_text),
        optional(PHONE),
        Field("contact", "联系人", ("招聘联系人",)),
        Field("notes", "备注", ()),
    ),
    who=("employer", "title"),
    business_day_labels=("采集日期", "采集时间", "登记日期", "填报日期", "填表日期", "发布日期"),
)
