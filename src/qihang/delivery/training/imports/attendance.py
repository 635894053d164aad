"""The attendance sheet (考勤表) of a class: one row a trainee, one column a day (or half a day), a mark in each
cell.

Parsed rows have `name`, perhaps `identity`, and for each day a column named by `day_column` (`day:2026-03-09`,
or with `:am`, `:pm`) holding a `Mark`. `present_total` and `absent_total` are what the sheet itself says.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, cast

import polars as pl

from qihang.delivery.training.halves import session_weights
from qihang.foundation.core.roles import Role
from qihang.foundation.imports.engine.days import each_distinct, parse_day
from qihang.foundation.imports.engine.fields import Family, FamilyColumn, Field, Parsed, RawColumn, Reading, tidied
from qihang.foundation.imports.engine.grid import CellValue, plain_text
from qihang.foundation.imports.engine.headers import as_day_header
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.rules import Check, Rule, Severity, Stage, Surroundings
from qihang.foundation.imports.engine.text import squeezed
from qihang.registry.participants.imports import (
    IDENTITY,
    NAME,
    PHONE,
    SERIAL,
    SEX,
    TWO_NUMBERS,
    distinct_identities,
    optional,
    rows_of_one,
)


class Mark(enum.StrEnum):
    """What a mark says of one session."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    ABSENT = "absent"
    LEAVE = "leave"


ATTENDED = frozenset({Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY})

_MARKS = {
    Mark.PRESENT: (
        "√",
        "✓",
        "✔",
        "☑",
        "v",
        "1",
        "出",
        "出勤",
        "到",
        "已到",
        "正常",
        "签到",
        "是",
        "y",
        "p",
        "全勤",
        "在",
        "上课",
    ),
    Mark.LATE: ("迟", "迟到", "晚到"),
    Mark.LEFT_EARLY: ("早", "早退", "退"),
    Mark.ABSENT: (
        "×",
        "✕",
        "✗",
        "✘",
        "❌",
        "x",
        "0",
        "缺",
        "缺勤",
        "缺课",
        "旷",
        "旷课",
        "未到",
        "否",
        "n",
        "a",
        "没来",
    ),
    Mark.LEAVE: ("假", "请假", "事假", "病假", "事", "病", "公假", "产假", "丧假"),
}
_MARK_OF = {sign: mark for mark, signs in _MARKS.items() for sign in signs}


class AttendanceRegister(Protocol):
    """The class, as its attendance sheet is checked against it.

    `members` maps a trainee's name to the identity numbers of those who bear it in this class. `days` are the class's
    days of teaching, empty where no timetable is kept; `start` and `end` its first and last day.
    """

    members: Mapping[str, Sequence[str]]
    days: Sequence[dt.date]
    start: dt.date
    end: dt.date

    def standing(self, identities: Collection[str]) -> Mapping[str, str]:
        """Of numbers that are not among the members', those of records merged into a member's, with that member's."""


def _register(around: Surroundings) -> AttendanceRegister:
    return cast(AttendanceRegister, around.register)


# --- rules ---------------------------------------------------------------------------------------------------------

MARK_UNKNOWN = Rule(
    "R-ATT-01", Severity.ERROR, Stage.FORM, "认不出“{value}”这个记号", "到课填√，迟到填迟，请假填假，缺课填×"
)
MARK_MISSING = Rule(
    "R-ATT-02", Severity.CONFIRM, Stage.MISSING, "这一天没有记号", "到了的请补√，没到的补×", "确认后按缺课算"
)
TOTAL_DIFFERS = Rule(
    "R-ATT-03",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "合计写的是 {value}，按记号数是 {note}",
    "请核对是合计写错，还是哪一天的记号写错",
    "确认后按记号算，不看合计",
)
TOTAL_ODD = Rule(
    "R-ATT-04", Severity.CONFIRM, Stage.FORM, "合计“{value}”不是数", "请填天数", "确认后按记号算，不看合计"
)
NAME_TWICE = Rule(
    "R-ATT-05",
    Severity.ERROR,
    Stage.OTHER_CELLS,
    "表里有两行都叫“{value}”（另一行在第 {note} 行），分不清是谁",
    "请在表里加一列身份证号；是同一个人的，只留一行",
)
NAME_SHARED = Rule(
    "R-ATT-06",
    Severity.ERROR,
    Stage.PROVINCE,
    "班里有 {note} 个学员都叫“{value}”，分不清是谁",
    "请在表里加一列身份证号再上传",
)
NOT_IN_CLASS = Rule(
    "R-ATT-07",
    Severity.ERROR,
    Stage.PROVINCE,
    "班里没有叫“{value}”的学员",
    "请核对姓名有没有写错；没有报进这个班的，请删去这一行",
    "来听过课但没有报名的人，不在这张表里记",
)
DAY_ODD = Rule(
    "R-ATT-08",
    Severity.ERROR,
    Stage.FORM,
    "日期“{value}”{note}，这一列没有读入",
    "请把列名改成 3.9 或 2026-03-09 这样的日期",
)
DAY_OUTSIDE = Rule(
    "R-ATT-09",
    Severity.ERROR,
    Stage.PROVINCE,
    "{note} 不是这个班的上课日",
    "请核对日期，或者先改课表；不是这个班的，请删去这一列",
)
DAY_AHEAD = Rule(
    "R-ATT-10", Severity.ERROR, Stage.OTHER_CELLS, "{note} 还没到，不能先记出勤", "请等那天上完课再记，先把记号删去"
)

# --- cells ---------------------------------------------------------------------------------------------------------


def parse_mark(raw: RawColumn, reading: Reading) -> Parsed:
    """A mark, by its sign or word."""
    value = each_distinct(raw.text, lambda text: _MARK_OF.get(_sign(text)), pl.String)
    unread = raw.text.is_not_null() & value.is_null()
    plain = each_distinct(raw.text, squeezed, pl.String)
    return Parsed({"": value}, [(MARK_UNKNOWN, unread)], tidied(plain, raw.text).set(unread, None))


def _sign(text: str) -> str:
    return squeezed(text).lower()


def parse_total(raw: RawColumn, reading: Reading) -> Parsed:
    """A stated number of days, halves allowed, a unit behind it allowed."""
    value = each_distinct(raw.text, _total, pl.Float64)
    return Parsed({"": value}, [(TOTAL_ODD, raw.text.is_not_null() & value.is_null())])


def _total(text: str) -> float | None:
    found = re.fullmatch(r"(\d{1,3}(?:\.\d)?)(?:天|日|次)?", squeezed(text))
    return float(found.group(1)) if found else None


# --- days as headers -----------------------------------------------------------------------------------------------

_HALVES = {"上午": "am", "下午": "pm", "晚上": "eve", "晚": "eve", "夜": "eve", "am": "am", "pm": "pm"}
_DAY_ONLY = re.compile(r"(\d{1,2})[日号]?")
_MONTH_DAY = re.compile(r"(\d{1,2})(?:[./月-])(\d{1,2})[日号]?")
_MONTH_IN = re.compile(r"(\d{1,2})月")
_LEAP_YEAR = 2000  # has every day there is
_LAST_DAY = 31
_ROUNDING = 0.01  # of a day
_LONGEST_BREAK = 4  # days between two days of teaching, a weekend and a free day
_WEEKDAY = re.compile(r"[(（]?(?:星期|周|礼拜)?[一二三四五六日天][)）]?$")


def day_column(day: dt.date, half: str = "") -> str:
    """The name of a day's column in the parsed rows."""
    return f"day:{day.isoformat()}:{half}" if half else f"day:{day.isoformat()}"


def day_of(column: str) -> dt.date:
    """The day of a column named by `day_column`."""
    return dt.date.fromisoformat(column.split(":")[1])


def half_of(column: str) -> str:
    """am, pm, eve, or empty for a whole day."""
    parts = column.split(":")
    return parts[2] if len(parts) > 2 else ""


def day_columns(rows: pl.DataFrame) -> list[str]:
    """The names of all day columns, in the order of the sheet."""
    return [name for name in rows.columns if name.startswith("day:")]


def is_day_header(cells: Sequence[CellValue]) -> bool:
    """Whether a column's header cells name a day: 3.9, 3月9日, 9日, a date; perhaps with 上午 or 下午 above or
    below.
    """
    texts = [squeezed(plain_text(value)) for value in cells if not isinstance(value, dt.date)]
    days = [text for text in texts if _reads_as_day(text)]
    others = [text for text in texts if not _reads_as_day(text) and _half(text) is None and not _WEEKDAY.match(text)]
    return bool(days or any(as_day_header(value) for value in cells)) and not [
        text for text in others if not _MONTH_IN.fullmatch(text) and len(text) > 6
    ]


def is_day_detail(text: str) -> bool:
    """The half of a day or the weekday, in the row below the days."""
    plain = squeezed(text)
    return _half(plain) is not None or _WEEKDAY.match(plain) is not None


def _reads_as_day(text: str) -> bool:
    plain = _without_extras(text)
    return bool(parse_day(plain, _LEAP_YEAR) or _MONTH_DAY.fullmatch(plain) or _day_number(plain))


def _day_number(text: str) -> int | None:
    found = _DAY_ONLY.fullmatch(text)
    return int(found.group(1)) if found and 1 <= int(found.group(1)) <= _LAST_DAY else None


def _half(text: str) -> str | None:
    return next((half for word, half in _HALVES.items() if text.lower().endswith(word)), None)


def _without_extras(text: str) -> str:
    """A day's header without the half of the day and the weekday."""
    for word in _HALVES:
        text = text.removesuffix(word)
    return re.sub(r"[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?", "", text)


def settle_days(columns: Mapping[int, Sequence[CellValue]], around: Surroundings) -> list[FamilyColumn]:
    """Name every day column, from left to right; a day that cannot be read, comes twice or was no class day has
    a fault.
    """
    hint = _first_month(around)
    settled: list[FamilyColumn] = []
    seen: set[str] = set()
    last: dt.date | None = None
    order = sorted(columns)
    for column, following in zip(order, [*order[1:], None], strict=True):
        day = _day_of_header(columns[column], hint, last, columns[following] if following is not None else ())
        half = next((half for value in columns[column] if (half := _half(squeezed(plain_text(value))))), "")
        name = day_column(day, half) if day else f"day:?{column}"
        fault, note = _day_fault(day, around) if name not in seen else (DAY_ODD, "出现了两次")
        settled.append(FamilyColumn(column, f"{name}#{column}" if fault else name, fault, note))
        seen.add(name)
        last = day or last
    return settled


def _first_month(around: Surroundings) -> dt.date:
    """The month from which headers without a year or a month count: the class's own, else what the titles say."""
    if around.register:
        return _register(around).start.replace(day=1)
    year = around.facts.year or around.on.year
    named = (int(found.group(1)) for text in around.facts.texts if (found := _MONTH_IN.search(text)))
    month = next((month for month in named if 1 <= month <= 12), around.on.month)
    return dt.date(year, month, 1)


def _day_fault(day: dt.date | None, around: Surroundings) -> tuple[Rule | None, str]:
    if day is None:
        return DAY_ODD, "读不出是哪一天"
    if day > around.today:
        return DAY_AHEAD, day.isoformat()
    register = _register(around) if around.register else None
    if register and (not register.start <= day <= register.end or (register.days and day not in register.days)):
        return DAY_OUTSIDE, day.isoformat()
    return None, ""


def _day_of_header(
    cells: Sequence[CellValue], hint: dt.date, last: dt.date | None, following: Sequence[CellValue]
) -> dt.date | None:
    typed = next((day for value in cells if (day := as_day_header(value))), None)
    if typed:
        return typed
    texts = [_without_extras(squeezed(plain_text(value))) for value in cells]
    for value, text in zip(cells, texts, strict=True):
        if day := parse_day(text, last.year if last else hint.year):
            return _later(_tenth(value, text, day, last, following), last)
    month = next((int(found.group(1)) for text in texts if (found := _MONTH_IN.fullmatch(text))), None)
    number = next((number for text in texts if (number := _day_number(text))), None)
    return _day_in_month(number, month, hint, last) if number else None


def _tenth(value: CellValue, text: str, day: dt.date, last: dt.date | None, following: Sequence[CellValue]) -> dt.date:
    """A spreadsheet turns 3.10 into the number 3.1: the day before it, or for the first column the day after
    it, tells.
    """
    if not isinstance(value, float) or not re.fullmatch(r"\d{1,2}\.[123]", text):
        return day
    try:
        tenth = day.replace(day=day.day * 10)
    except ValueError:
        return day
    if last is not None:
        return tenth if day <= last else day
    after = next((found for one in following if (found := parse_day(squeezed(plain_text(one)), day.year))), None)
    near = after is not None and 0 < (after - tenth).days <= _LONGEST_BREAK < (after - day).days
    return tenth if near else day


def _later(day: dt.date, last: dt.date | None) -> dt.date:
    """A sheet runs forward: January after December is the next year's."""
    return day.replace(year=day.year + 1) if last and last.month == 12 and day.month == 1 and day < last else day


def _day_in_month(number: int, month: int | None, hint: dt.date, last: dt.date | None) -> dt.date | None:
    """A bare day number: of the month above it, else of the month that is running in the columns before it."""
    start = (last or hint).replace(day=1)
    if month is not None:
        start = start.replace(month=month)
    elif last and number < last.day:
        start = (start + dt.timedelta(days=_LAST_DAY)).replace(day=1)
    try:
        return _later(start.replace(day=number), last)
    except ValueError:
        return None


# --- checks --------------------------------------------------------------------------------------------------------


def attended_days(rows: pl.DataFrame, marks: frozenset[Mark] = ATTENDED) -> pl.Expr:
    """Days with one of the marks; a day in halves counts by its halves."""
    columns = day_columns(rows)
    weights = session_weights((day_of(name), name) for name in columns)
    wanted = [mark.value for mark in marks]
    return pl.sum_horizontal(
        [
            pl.col(name).is_in(wanted).fill_null(False).cast(pl.Float64) * float(weights[day_of(name), name])
            for name in columns
        ]
        or [pl.lit(0.0)]
    )


def _days_text(days: pl.Expr) -> pl.Expr:
    return days.round(1).cast(pl.String).str.replace(r"\.0$", "")


def _present_total_differs(rows: pl.DataFrame, around: Surroundings) -> pl.Expr:
    counted = attended_days(rows)
    return pl.when((pl.col("present_total") - counted).abs() > _ROUNDING).then(_days_text(counted))


def _absent_total_differs(rows: pl.DataFrame, around: Surroundings) -> pl.Expr:
    absent = attended_days(rows, frozenset({Mark.ABSENT, Mark.LEAVE}))
    unexcused = attended_days(rows, frozenset({Mark.ABSENT}))
    stated = pl.col("absent_total")
    neither = ((stated - absent).abs() > _ROUNDING) & ((stated - unexcused).abs() > _ROUNDING)
    return pl.when(neither).then(_days_text(absent))


def _another_row_of_the_name() -> pl.Expr:
    """Where a name stands in two rows and no number tells the two apart, the other row's number."""
    others = pl.when(pl.len().over("name") > 1).then(
        pl.when(pl.col("_row") == pl.col("_row").min().over("name"))
        .then(pl.col("_row").max().over("name"))
        .otherwise(pl.col("_row").min().over("name"))
        .cast(pl.String)
    )
    told_apart = pl.col("identity").is_not_null() & (
        pl.col("identity").n_unique().over("name") == pl.len().over("name")
    )
    return pl.when(pl.col("name").is_not_null() & ~told_apart).then(others)


def _names_shared(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    shared = {name: str(len(numbers)) for name, numbers in _register(around).members.items() if len(numbers) > 1}
    found = rows["name"].replace_strict(list(shared), list(shared.values()), default=None, return_dtype=pl.String)
    return found.set(rows["identity"].is_not_null(), None)


def _same_trainee_twice(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    """Rows whose numbers differ, but one is that of a record merged into the other's."""
    return rows_of_one(rows, _register(around).standing(distinct_identities(rows)))


def _not_in_class(rows: pl.DataFrame, around: Surroundings) -> pl.Series:
    register = _register(around)
    members = register.members
    numbers = {number for own in members.values() for number in own} | set(
        register.standing(distinct_identities(rows))
    )
    by_number = rows["identity"].is_in(list(numbers))
    by_name = rows["name"].is_in(list(members))
    known = by_number.fill_null(False) | (rows["identity"].is_null() & by_name.fill_null(False))
    return ~known & rows["name"].is_not_null()


# --- the kind ------------------------------------------------------------------------------------------------------

ATTENDANCE = ImportKind(
    key="attendance",
    label="考勤表",
    roles=(Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER, Role.TRAINER),
    fields=(
        SERIAL,
        NAME,
        optional(IDENTITY),
        Field(
            "present_total",
            "实到天数",
            (
                "出勤天数",
                "到课天数",
                "实到",
                "出勤合计",
                "出勤",
                "实际出勤天数",
                "实际出勤",
                "合计",
                "出勤天数合计",
                "总计",
            ),
            parse_total,
        ),
        Field("absent_total", "缺勤天数", ("缺课天数", "缺勤", "缺勤合计", "缺课", "未到天数"), parse_total),
        Field("rate", "出勤率", ("到课率",)),
        Field("due_total", "应到天数", ("应出勤天数", "应到", "应出勤")),
        Field("sex", SEX.label, SEX.aliases),
        Field("phone", PHONE.label, PHONE.aliases),
        Field("notes", "备注", ()),
        Field("signature", "签名", ("签字", "本人签字", "学员签名")),
    ),
    families=(
        Family(
            "day",
            "日期",
            is_day_header,
            settle_days,
            parse_mark,
            missing=MARK_MISSING,
            example="3月9日",
            is_detail=is_day_detail,
        ),
    ),
    checks=(
        Check(NAME_TWICE, "name", _another_row_of_the_name()),
        Check(TOTAL_DIFFERS, "present_total", _present_total_differs),
        Check(TOTAL_DIFFERS, "absent_total", _absent_total_differs),
        Check(TWO_NUMBERS, "identity", _same_trainee_twice),
        Check(NAME_SHARED, "name", _names_shared),
        Check(NOT_IN_CLASS, "name", _not_in_class),
    ),
    business_day_labels=("培训时间", "开班时间", "开班日期", "起止时间"),
    has_class=True,
)
