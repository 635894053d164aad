"""Reads an events document. Whatever is wrong in it is refused by one Chinese sentence that names the place.

Column by column, because a province has a hundred thousand rows: a column is judged whole, and only a faulty one is
searched for its first fault.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import polars as pl

from qihang.foundation.core.errors import DomainError
from qihang.oversight.indicators.schema import DTYPES, ORDERED_DAYS, TABLES, TARGETS, Column, Kind

# A head count beyond this is a slip of the hand, and would overflow sums before anything else.
MOST_PEOPLE = 100_000_000
# Years that a person of either programme can have lived in; a window never runs out of the calendar.
ISO_DAY = r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
# Halves of characters, which are no text.
_SURROGATES = range(0xD800, 0xE000)

Row = dict[str, Any]


def load(path: Path) -> Any:
    """The document in the file at `path`; DomainError where there is none."""
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise DomainError(f"没有事件文件“{path}”。请检查路径。", code="events.unreadable") from error
    except OSError as error:
        raise DomainError(
            f"读不了事件文件“{path}”。请检查它是不是文件，以及有没有读取权限。", code="events.unreadable"
        ) from error
    except UnicodeDecodeError as error:
        raise DomainError(
            f"事件文件第 {error.start + 1} 个字节不是 UTF-8。请另存为 UTF-8 后再试。", code="events.encoding"
        ) from error
    except json.JSONDecodeError as error:
        raise DomainError(
            f"事件文件不是有效的 JSON：第 {error.lineno} 行第 {error.colno} 列读不下去。请改正后再试。",
            code="events.json",
        ) from error
    except (RecursionError, ValueError) as error:  # nested without end; an integer of thousands of digits
        raise DomainError("事件文件不是有效的 JSON：嵌套或数字过长。请改正后再试。", code="events.json") from error


def tables_of(document: Any) -> dict[str, pl.DataFrame]:
    """The tables of a document parsed from JSON, typed and checked for missing keys, wrong types, days that do not
    exist or run backwards, doubled ids and references to nothing. DomainError names the first fault met."""
    tables = {table: _table(table, columns, _rows(document, table)) for table, columns in TABLES.items()}
    for table in TABLES:
        _check_ids(table, tables[table])
        _check_references(table, tables)
        _check_order(table, tables[table])
    return tables


def targets_of(document: Any) -> list[Row]:
    """What the document says was to be reached, one row a target; nothing where it does not say. The same refusals."""
    if "targets" not in document:
        return []
    return _table("targets", TARGETS, _rows(document, "targets")).drop("id").to_dicts()


def _rows(document: Any, table: str) -> list[Row]:
    if not isinstance(document, dict):
        raise DomainError("事件文件应是一个 JSON 对象，含 " + "、".join(TABLES) + "。", code="events.shape")
    if table not in document:
        raise DomainError(f"事件文件缺少“{table}”。没有内容时请写空表 []。", code="events.missing", field=table)
    rows = document[table]
    if not isinstance(rows, list):
        raise DomainError(f"事件文件的“{table}”应是列表。", code="events.shape", field=table)
    for at, row in enumerate(rows):
        if not isinstance(row, dict):
            _refuse(table, at, "应是一个对象", code="events.shape")
    return rows


def _refuse(table: str, at: int, problem: str, *, column: str = "", code: str) -> NoReturn:
    field = f"{table}[{at}].{column}" if column else f"{table}[{at}]"
    raise DomainError(f"事件文件 {table} 第 {at + 1} 条：{problem}。请改正后再试。", code=code, field=field)


def _table(table: str, columns: Sequence[Column], rows: list[Row]) -> pl.DataFrame:
    frame = pl.DataFrame({column.name: _column(table, column, _values(table, column, rows)) for column in columns})
    if "id" in frame.columns:
        return frame
    return frame.select(
        pl.int_range(1, len(rows) + 1, eager=True).cast(pl.String).alias("id"), *(column.name for column in columns)
    )


def _values(table: str, column: Column, rows: list[Row]) -> list[Any]:
    try:
        return [row[column.name] for row in rows]
    except KeyError:
        at = next(at for at, row in enumerate(rows) if column.name not in row)
        hint = "没有时请写 null" if column.optional else "这一项必须有"
        _refuse(table, at, f"缺少“{column.name}”（{hint}）", column=column.name, code="events.missing")


_JSON_TYPES = {Kind.TEXT: str, Kind.DAY: str, Kind.DAYS: list, Kind.COUNT: int, Kind.FLAG: bool}
_SHOULD_BE = {
    Kind.TEXT: "应是文字",
    Kind.DAY: "应是日期 YYYY-MM-DD",
    Kind.DAYS: "应是日期的列表",
    Kind.COUNT: "应是整数",
    Kind.FLAG: "应是 true 或 false",
}


def _column(table: str, column: Column, values: list[Any]) -> pl.Series:
    _check_types(table, column, values)
    _check_choices(table, column, values)
    if column.kind is Kind.TEXT:
        return _text(table, column, values)
    if column.kind is Kind.DAY:
        return _days(table, column, range(len(values)), values)
    if column.kind is Kind.DAYS:
        return _lists_of_days(table, column, values)
    if column.kind is Kind.COUNT:
        _check_counts(table, column, values)
    return pl.Series(column.name, values, dtype=DTYPES[column.kind])


def _check_types(table: str, column: Column, values: list[Any]) -> None:
    allowed: set[type] = {_JSON_TYPES[column.kind]}
    if column.optional:
        allowed.add(type(None))
    if set(map(type, values)) <= allowed:
        return
    at = next(at for at, value in enumerate(values) if type(value) not in allowed)
    shown = "列表或对象" if isinstance(values[at], list | dict) else json.dumps(values[at], ensure_ascii=False)[:40]
    problem = f"“{column.name}”是 {shown}，{_SHOULD_BE[column.kind]}"
    _refuse(table, at, problem + ("或 null" if column.optional else ""), column=column.name, code="events.type")


def _check_choices(table: str, column: Column, values: list[Any]) -> None:
    if not column.choices or set(values) <= {*column.choices, None}:
        return
    at = next(at for at, value in enumerate(values) if value is not None and value not in column.choices)
    problem = f"“{column.name}”是“{values[at]}”，应是 {'、'.join(column.choices)} 之一"
    _refuse(table, at, problem, column=column.name, code="events.choice")


def _text(table: str, column: Column, values: list[Any]) -> pl.Series:
    if "" in values:
        _refuse(table, values.index(""), f"“{column.name}”是空的", column=column.name, code="events.empty")
    try:
        return pl.Series(column.name, values, dtype=pl.String)
    except UnicodeEncodeError:
        at = next(at for at, value in enumerate(values) if value is not None and not _is_unicode(value))
        _refuse(table, at, f"“{column.name}”含有残缺的字符", column=column.name, code="events.text")


def _is_unicode(value: str) -> bool:
    return not any(ord(character) in _SURROGATES for character in value)


def _days(table: str, column: Column, places: Sequence[int], values: list[Any]) -> pl.Series:
    """`values` as days; `places` are the numbers of the rows they stand in."""
    text = _text(table, column, values)
    days = text.str.to_date("%Y-%m-%d", strict=False)
    wrong = (text.is_not_null() & (days.is_null() | ~text.str.contains(ISO_DAY))).arg_true()
    if len(wrong):
        problem = f"“{column.name}”是“{text[wrong[0]]}”，不是 1900 至 2199 年间的日期（应为 YYYY-MM-DD）"
        _refuse(table, places[wrong[0]], problem, column=column.name, code="events.day")
    return days


def _lists_of_days(table: str, column: Column, values: list[list[Any]]) -> pl.Series:
    places = [at for at, items in enumerate(values) for _ in items]
    flat = [item for items in values for item in items]
    for at, item in zip(places, flat, strict=True):
        if not isinstance(item, str):
            _refuse(table, at, f"“{column.name}”中{_SHOULD_BE[Kind.DAY]}", column=column.name, code="events.type")
    days = pl.DataFrame({"at": places, "day": _days(table, column, places, flat)}, schema_overrides={"at": pl.Int64})
    listed = days.group_by("at", maintain_order=True).agg("day")
    rows = pl.DataFrame({"at": pl.int_range(len(values), eager=True)}).join(
        listed, on="at", how="left", maintain_order="left"
    )
    return rows["day"].fill_null([]).alias(column.name)


def _check_counts(table: str, column: Column, values: list[Any]) -> None:
    for at, value in enumerate(values):
        if value is not None and not 0 <= value <= MOST_PEOPLE:
            problem = f"“{column.name}”是 {value}，应在 0 到 {MOST_PEOPLE} 之间"
            _refuse(table, at, problem, column=column.name, code="events.count")


def _check_ids(table: str, frame: pl.DataFrame) -> None:
    doubled = frame["id"].is_first_distinct().not_().arg_true()
    if len(doubled):
        at = doubled[0]
        _refuse(table, at, f"编号“{frame['id'][at]}”前面已经有了", column="id", code="events.duplicate")


def _check_references(table: str, tables: dict[str, pl.DataFrame]) -> None:
    for column in TABLES[table]:
        if not column.refers_to:
            continue
        values = tables[table][column.name]
        unknown = values.is_in(tables[column.refers_to]["id"].implode()).not_().arg_true()
        if len(unknown):
            at = unknown[0]
            problem = f"“{column.name}”是“{values[at]}”，{column.refers_to} 中没有这个编号"
            _refuse(table, at, problem, column=column.name, code="events.reference")


def _check_order(table: str, frame: pl.DataFrame) -> None:
    if table not in ORDERED_DAYS:
        return
    first, last = ORDERED_DAYS[table]
    backwards = (frame[last] < frame[first]).arg_true()
    if len(backwards):
        at = backwards[0]
        problem = f"“{last}”{frame[last][at]} 早于“{first}”{frame[first][at]}"
        _refuse(table, at, problem, column=last, code="events.order")
