"""Events documents: read, written, refused."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.oversight.indicators.random_events import random_document
from tests.oversight.indicators.world import World

from qihang.foundation.core.errors import DomainError
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.schema import TABLES, frame_schema


@pytest.fixture
def world() -> World:
    world = World()
    world.enrol(completed="2025-03-28")
    world.enrol("Q", withdrawn="2025-03-10")
    world.work("2025-05-01", "2025-06-01", recorded_on="2025-05-02")
    world.firm("2025-05-15")
    world.count("2025-06-01", 3)
    return world


def refusal(document: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        Events.from_document(document)
    return caught.value


def test_a_document_becomes_typed_frames(world: World) -> None:
    events = world.events
    assert {table: events.table(table).height for table in TABLES} == {
        "persons": 2,
        "classes": 2,
        "enrolments": 2,
        "spells": 1,
        "firms": 1,
        "headcounts": 1,
    }
    assert dict(events.spells.schema) == {
        "id": pl.String,
        "person": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "evidence": pl.String,
        "employer": pl.String,
        "recorded_on": pl.Date,
        "end_recorded_on": pl.Date,
    }


def test_rows_without_an_id_are_called_by_their_place_in_the_file(world: World) -> None:
    assert world.events.enrolments["id"].to_list() == ["1", "2"]


def test_days_of_a_list_stay_with_their_row(world: World) -> None:
    world.document["enrolments"][1]["appraised"] = ["2025-03-31", "2025-04-20"]
    listed = world.events.enrolments["appraised"].to_list()
    assert [[day.isoformat() for day in days] for days in listed] == [[], ["2025-03-31", "2025-04-20"]]


@pytest.mark.parametrize("seed", range(3))
def test_what_was_written_reads_the_same(tmp_path: Path, seed: int) -> None:
    document = random_document(seed)
    path = tmp_path / "事件 一.json"
    Events.from_document(document).write_json(path)
    assert json.loads(path.read_text(encoding="utf-8")) == document


def test_no_events_are_events_too(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    Events.empty().write_json(path)
    assert all(Events.read_json(path).table(table).is_empty() for table in TABLES)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path, world: World) -> None:
    path = tmp_path / "events.json"
    path.write_text(json.dumps(world.document), encoding="utf-8-sig")
    assert Events.read_json(path).persons.height == 2


def test_keys_that_the_document_does_not_know_are_left_alone(world: World) -> None:
    world.document["persons"][0]["note"] = "x"
    assert "note" not in world.events.persons.columns


def test_frames_of_another_shape_are_the_programmers_fault() -> None:
    frames = {table: pl.DataFrame(schema=frame_schema(table)) for table in TABLES}
    frames["firms"] = frames["firms"].drop("owner")
    with pytest.raises(ValueError, match="firms"):
        Events(**frames)


# Each fault is one small change to a good document: table, row, column, value; where it is found; what is said.
FAULTS = [
    ("classes", 0, "start", "2025-02-30", "events.day", "2025-02-30"),
    ("classes", 1, "start", "2025-3-3", "events.day", "YYYY-MM-DD"),
    ("classes", 0, "start", "20250303", "events.day", "YYYY-MM-DD"),
    ("classes", 0, "start", "２０２５-03-03", "events.day", "YYYY-MM-DD"),
    ("classes", 0, "start", "0000-01-01", "events.day", "1900"),
    ("classes", 0, "start", "2025-03-03T00:00:00", "events.day", "YYYY-MM-DD"),
    ("classes", 0, "appraisal", None, "events.type", "null"),
    ("classes", 0, "end", "2025-03-02", "events.order", "早于"),
    ("classes", 0, "programme", "skill", "events.choice", "skills、startup"),
    ("classes", 1, "module", "ABC", "events.choice", "GYB"),
    ("classes", 0, "region", "", "events.empty", "空"),
    ("classes", 0, "region", 460106, "events.type", "460106"),
    ("classes", 1, "id", "K", "events.duplicate", "“K”"),
    ("persons", 1, "id", "P", "events.duplicate", "“P”"),
    ("persons", 0, "sex", "女", "events.choice", "female"),
    ("persons", 0, "category", "\ud800", "events.text", "残缺"),
    ("enrolments", 1, "person", "nobody", "events.reference", "“nobody”"),
    ("enrolments", 0, "class", "none", "events.reference", "classes"),
    ("enrolments", 1, "withdrawn_on", "soon", "events.day", "“soon”"),
    ("enrolments", 0, "enrolled_on", None, "events.type", "null"),
    ("enrolments", 1, "appraised", ["2025-03-31", "2025-13-01"], "events.day", "2025-13-01"),
    ("enrolments", 1, "appraised", [1], "events.type", "日期"),
    ("enrolments", 1, "appraised", None, "events.type", "列表"),
    ("spells", 0, "evidence", "hearsay", "events.choice", "insurance"),
    ("spells", 0, "evidence", None, "events.type", "文字"),
    ("spells", 0, "end", "2025-04-30", "events.order", "早于"),
    ("spells", 0, "person", [["x"]], "events.type", "列表"),
    ("firms", 0, "owner", "nobody", "events.reference", "persons"),
    ("firms", 0, "closed_on", "2025-05-14", "events.order", "早于"),
    ("headcounts", 0, "firm", "none", "events.reference", "firms"),
    ("headcounts", 0, "people", -1, "events.count", "-1"),
    ("headcounts", 0, "people", 10**30, "events.count", "0 到"),
    ("headcounts", 0, "people", 2.0, "events.type", "2.0"),
    ("headcounts", 0, "people", True, "events.type", "整数"),
    ("headcounts", 0, "people", "3", "events.type", "整数"),
    ("headcounts", 0, "owner_included", 1, "events.type", "true"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "code", "said"), FAULTS)
def test_a_fault_is_refused_and_its_place_named(
    world: World, table: str, row: int, column: str, value: Any, code: str, said: str
) -> None:
    world.document[table][row][column] = value
    error = refusal(world.document)
    assert (error.code, error.field) == (code, f"{table}[{row}].{column}")
    assert f"{table} 第 {row + 1} 条" in error.message
    assert column in error.message or code == "events.duplicate"
    assert said in error.message


@pytest.mark.parametrize(("table", "column"), [("classes", "region"), ("enrolments", "withdrawn_on"), ("firms", "id")])
def test_a_missing_key_is_named(world: World, table: str, column: str) -> None:
    del world.document[table][-1][column]
    error = refusal(world.document)
    at = len(world.document[table])
    assert error.code == "events.missing"
    assert f"{table} 第 {at} 条" in error.message
    assert f"缺少“{column}”" in error.message


@pytest.mark.parametrize("table", TABLES)
def test_every_table_must_be_there(world: World, table: str) -> None:
    del world.document[table]
    error = refusal(world.document)
    assert (error.code, error.field) == ("events.missing", table)


@pytest.mark.parametrize("document", [[], "events", None, 3])
def test_another_kind_of_document_is_refused(document: Any) -> None:
    assert refusal(document).code == "events.shape"


@pytest.mark.parametrize("rows", [{}, None, "P", [1], [None], [[]]])
def test_a_table_is_a_list_of_objects(world: World, rows: Any) -> None:
    world.document["spells"] = rows
    error = refusal(world.document)
    assert error.code == "events.shape"
    assert "spells" in error.message


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "events.json", "第 1 行第 1 列"),
        (b'{"persons": [\n{"id": "P",}]}', "events.json", "第 2 行"),
        (b"{'persons': []}", "events.json", "第 1 行第 2 列"),
        ('{"persons": "海口"}'.encode("gbk"), "events.encoding", "UTF-8"),
        (b"[" * 100_000, "events.json", "嵌套"),
        (b'{"persons": ' + b"9" * 5_000 + b"}", "events.json", "数字过长"),
    ],
)
def test_a_file_that_is_not_json_is_refused(tmp_path: Path, content: bytes, code: str, said: str) -> None:
    path = tmp_path / "events.json"
    path.write_bytes(content)
    with pytest.raises(DomainError) as caught:
        Events.read_json(path)
    assert caught.value.code == code
    assert said in caught.value.message


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="没有事件文件"):
        Events.read_json(tmp_path / "none.json")
    with pytest.raises(DomainError, match="读不了事件文件"):
        Events.read_json(tmp_path)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="写不到"):
        Events.empty().write_json(tmp_path / "none" / "events.json")
