"""Reads a year's days off from the words of the State Council's notice, or from a list of days. Pure: no Django.

Understood, a line or a sentence each:
    一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
    2027-02-05 至 2027-02-11 春节 放假
    2月14日 上班
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from qihang.registry.reference.holidays import Kind

# The festivals of 《全国年节及纪念日放假办法》 that every year's notice arranges.
FESTIVALS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")

_SATURDAY = 5
_LONGEST = 15  # days in one span: more than that is a slip of the pen
_WEEKDAYS = "一二三四五六日"
_MADE_UP = "调休上班"

_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")
_ORDINAL = re.compile(r"^\s*(?:[一二三四五六七八九十]+|\d{1,2})[、.．]\s*(?!\d)")
_NAME = re.compile(r"^([^\d:：]{1,20})[:：]")
_DAY = r"(?:(?:(\d{4})\s*[年\-/.])?\s*(\d{1,2})\s*[月\-/.])?\s*(\d{1,2})\s*日?"
_FIRST = r"(?:(\d{4})\s*[年\-/.]\s*)?(\d{1,2})\s*[月\-/.]\s*(\d{1,2})\s*日?"
_WEEKDAY = r"\s*(?:[（(]([^（()）]*)[)）])?\s*"
_SPAN = re.compile(f"{_FIRST}{_WEEKDAY}(?:(?:至|到|—+|–|~|～|-)\\s*{_DAY}{_WEEKDAY})?")
_WORD = re.compile(r"放假|休息|上班|补班")
_TOTAL = re.compile(r"共\s*(\d{1,2})\s*天")
_STATED = re.compile(r"(?:周|星期)([一二三四五六日天])")


class _Slip(ValueError):
    """What is wrong in a line, in Chinese."""


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """A day that differs from the week's rule."""

    day: date
    kind: Kind
    name: str


@dataclass(slots=True)
class Notice:
    """What a text says: the days in order, and what is wrong with it, ready to show."""

    days: list[NoticeDay] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_notice(year: int, text: str) -> Notice:
    """Read the days of `year`. Every line that does not hold is named with its number and the way to mend it."""
    notice = Notice()
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    for number, line in lines:
        try:
            notice.days.extend(_line(year, line))
        except _Slip as slip:
            notice.problems.append(f"第 {number} 行：{slip}")
    notice.problems.extend(_contradictions(notice.days))
    if lines and not notice.problems:
        notice.problems.extend(_festivals_missing(notice.days))
    notice.days.sort(key=lambda day: day.day)
    return notice


def write_notice(days: list[NoticeDay]) -> str:
    """The list that `read_notice` reads back, for whoever mends a year: a span of days off or a day worked a line."""
    return "\n".join(_written(span) for span in spans_of(days))


def spans_of(days: list[NoticeDay]) -> list[list[NoticeDay]]:
    """Neighbouring days of one kind and name together, in order."""
    spans: list[list[NoticeDay]] = []
    for day in sorted(days, key=lambda day: day.day):
        last = spans[-1][-1] if spans else None
        if last and (last.kind, last.name) == (day.kind, day.name) and (day.day - last.day).days == 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    return spans


def _written(span: list[NoticeDay]) -> str:
    first, last = span[0], span[-1]
    days = f"{first.day}" if first is last else f"{first.day} 至 {last.day}"
    return f"{days} {first.name} {'放假' if first.kind == 'holiday' else '上班'}"


def _line(year: int, line: str) -> list[NoticeDay]:
    line = _ORDINAL.sub("", line)
    named = _NAME.match(line)
    name, rest = (named[1].strip(), line[named.end() :]) if named else ("", line)
    days: list[NoticeDay] = []
    for sentence in re.split(r"[。；;]", rest):
        days.extend(_sentence(year, sentence, name))
    if not days and not _SPAN.search(line):
        raise _Slip("没找到日期，请写成“1月1日至3日放假”或“2027-01-01 元旦 放假”")
    return days


def _sentence(year: int, sentence: str, name: str) -> Iterator[NoticeDay]:
    found = list(_SPAN.finditer(sentence))
    words = list(_WORD.finditer(sentence))
    off = 0
    for at, match in enumerate(found):
        following = next((word for word in words if word.start() >= match.end()), None)
        worked = following is not None and following[0] in ("上班", "补班")
        days = _span(year, match)
        off += 0 if worked else len(days)
        called = name or _own_name(sentence, found, at)
        if not worked and not called:
            raise _Slip("没写是什么节，请在日期后面写上，比如“2027-01-01 元旦 放假”")
        yield from _of_year(year, days, "workday" if worked else "holiday", called)
    total = _TOTAL.search(sentence)
    if total and off and int(total[1]) != off:
        raise _Slip(f"写的是共 {total[1]} 天，从头数到尾是 {off} 天，看看日期抄对没有")


def _own_name(sentence: str, found: list[re.Match[str]], at: int) -> str:
    """What the words between a span and the next one call it."""
    end = found[at + 1].start() if at + 1 < len(found) else len(sentence)
    after = _WORD.sub(" ", _BRACKETS.sub(" ", _TOTAL.sub(" ", sentence[found[at].end() : end])))
    words = [word for word in re.split(r"[\s，,、]+", after) if word not in ("", "调休")]
    return words[0] if words else ""


def _span(year: int, match: re.Match[str]) -> list[date]:
    year1, month1, day1, note1, year2, month2, day2, note2 = match.groups()
    first = _date(int(year1 or year), int(month1), int(day1), note1)
    if day2 is None:
        return [first]
    month = int(month2 or first.month)
    last = _date(int(year2 or first.year), month, int(day2), note2)
    if last < first:
        raise _Slip(f"{last} 在 {first} 前面，看看先后写反没有")
    if (last - first).days >= _LONGEST:
        raise _Slip(f"{first} 至 {last} 有 {(last - first).days + 1} 天，太长了，看看日期抄对没有")
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _date(year: int, month: int, day: int, note: str | None) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise _Slip(f"没有 {year} 年 {month} 月 {day} 日这一天") from None
    stated = _STATED.search(note or "")
    real = _WEEKDAYS[found.weekday()]
    if stated and stated[1].replace("天", "日") != real:
        raise _Slip(f"{found} 是周{real}，不是周{stated[1]}，看看是不是抄了别的年份")
    return found


def _of_year(year: int, days: list[date], kind: Kind, name: str) -> Iterator[NoticeDay]:
    for day in days:
        weekend = day.weekday() >= _SATURDAY
        if kind == "workday" and not weekend:
            raise _Slip(f"{day} 是周{_WEEKDAYS[day.weekday()]}，本来就上班，不用写")
        if day.year == year:
            yield NoticeDay(day, kind, name if kind == "holiday" else _made_up(name))
        elif kind == "workday" or not weekend:
            raise _Slip(f"{day} 不在 {year} 年里，请到 {day.year} 年去改，这里从 {year} 年的日子写起")


def _made_up(name: str) -> str:
    return name if name.endswith("调休") else f"{name}调休" if name else _MADE_UP


def _contradictions(days: list[NoticeDay]) -> Iterator[str]:
    seen: dict[date, NoticeDay] = {}
    for day in days:
        if day.day in seen:
            both = seen[day.day].kind != day.kind
            yield f"{day.day} {'又写放假、又写上班' if both else '写了两次'}，请留一个"
        seen[day.day] = day


def _festivals_missing(days: list[NoticeDay]) -> list[str]:
    names = " ".join(day.name for day in days if day.kind == "holiday")
    missing = [festival for festival in FESTIVALS if festival not in names]
    return [f"还没有写：{'、'.join(missing)}。通知里七个节都有安排，补上再看"] if missing else []
