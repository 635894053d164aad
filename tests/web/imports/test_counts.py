"""The figures of a preview: a tab holds as many rows as it says, and all figures make up the sheet."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from qihang.foundation.core.roles import Role
from qihang.foundation.imports import services
from qihang.foundation.imports.models import ImportBatch
from tests.importing import SAMPLES
from tests.web.imports.conftest import Desk
from tests.web.imports.test_samples_browser import SENT
from tests.workbooks import sheet

pytestmark = pytest.mark.django_db

HEADER = ["名称", "数量", "编号"]
# One row of each sort, one with an error and a question, one refused that is asked about too, one tidied.
EACH = [
    ["桌", 1, ""],
    ["椅", "几把", ""],
    ["凳", "", ""],
    ["柜", 9, ""],
    ["柜", "多", ""],
    ["柜", 8, ""],
    ["箱", "4件", ""],
]
_TAB = re.compile(r'<a href="[^"]*\?view=(\w+)#rows"[^>]*>([^ <]+) <i>([\d,]+)</i></a>')
_ROWS_TOLD = re.compile(r"([\d,]+) 行(可以导入|没有问题|没通过|要改|要确认)")
_WALK = re.compile(r"第 1 处，共 ([\d,]+) 处")
_PAGES = re.compile(r"共 ([\d,]+) 行")


def preview(client: Client, batch: ImportBatch, query: str = "") -> str:
    return str(client.get(f"/imports/{batch.public_id}/{query}").content.decode())


def tabs(said: str) -> dict[str, int]:
    return {key: int(count.replace(",", "")) for key, _, count in _TAB.findall(said)}


def told(said: str) -> dict[str, int]:
    """What the bar at the foot says of the rows."""
    bar = said[said.index('class="q-bar-b"') :]
    return {what: int(count.replace(",", "")) for count, what in _ROWS_TOLD.findall(bar[: bar.index("q-bar-act")])}


def assert_figures_agree(client: Client, batch: ImportBatch) -> dict[str, int]:
    """The tabs with their counts, once each was opened."""
    first = preview(client, batch)
    counts = tabs(first)
    for view, count in counts.items():
        opened = preview(client, batch, f"?view={view}")
        assert opened.count('<th scope="row">') == min(count, 50), view
        assert int(_PAGES.search(opened).group(1).replace(",", "")) == count, view  # type: ignore[union-attr]
        assert f'view={view}#rows" aria-current="true"' in opened
    assert counts.get("problems", 0) == sum(counts.get(one, 0) for one in ("errors", "confirm", "refused"))
    assert counts.get("problems", 0) + counts.get("ready", 0) == counts["all"] == batch.rows
    assert sum(told(first).values()) == batch.rows
    return counts


@pytest.fixture
def each(toy: None, clerk: Desk) -> ImportBatch:
    content = sheet([HEADER, *EACH])
    batch, _ = services.preview(actor=clerk[1], kind="toy", name="a.xlsx", content=content, target_id="c1")
    return batch


def test_every_row_is_one_of_four(each: ImportBatch, signed_in: Client) -> None:
    counts = assert_figures_agree(signed_in, each)
    assert counts == {"problems": 5, "errors": 2, "confirm": 2, "refused": 1, "cleaned": 1, "ready": 2, "all": 7}
    said = preview(signed_in, each)
    assert told(said) == {"可以导入": 2, "没通过": 1, "要改": 2, "要确认": 2}
    assert "2 处没通过" in said  # the gate counts cells in the tabs' words


def test_the_walk_goes_through_the_rows_of_the_tab(each: ImportBatch, signed_in: Client) -> None:
    walked = {view: _WALK.search(preview(signed_in, each, f"?view={view}")) for view in tabs(preview(signed_in, each))}
    assert {view: int(found.group(1)) for view, found in walked.items() if found} == {
        "problems": 7,
        "errors": 3,  # of the two rows one is also asked about
        "confirm": 3,  # and one of these would be refused
        "refused": 1,
        "cleaned": 7,
        "ready": 7,
        "all": 7,
    }
    refused = preview(signed_in, each, "?view=refused")
    assert "第 5 行 柜：超过 5 件" in refused
    assert "要改" not in refused[refused.index('<table class="q-table q-sheet"') : refused.index("</table>")]


def test_a_row_moves_on_when_it_is_settled(each: ImportBatch, signed_in: Client, clerk: Desk) -> None:
    services.confirm(actor=clerk[1], batch=each, cells=["all"])
    each.refresh_from_db()
    counts = assert_figures_agree(signed_in, each)
    assert counts == {"problems": 4, "errors": 2, "refused": 2, "cleaned": 1, "ready": 3, "all": 7}
    services.leave_out(actor=clerk[1], batch=each, row=3)
    each.refresh_from_db()
    assert_figures_agree(signed_in, each)
    assert "6\xa0行，另 1\xa0行您选了先不导入" in preview(signed_in, each)


def test_a_tab_whose_last_row_was_mended_gives_way(each: ImportBatch, signed_in: Client) -> None:
    for cell in ("B3", "B6"):
        fields = {"cell": cell, "text": "4", "view": "errors", "at": cell}
        said = signed_in.post(f"/imports/{each.public_id}/correct/", fields, follow=True).content.decode()
    assert 'view=problems#rows" aria-current="true"' in said
    assert "errors" not in tabs(said)


def test_a_file_without_a_fault_opens_on_all_rows(toy: None, signed_in: Client, clerk: Desk) -> None:
    content = sheet([HEADER, ["桌", 1, ""], ["椅", 2, ""]])
    batch, _ = services.preview(actor=clerk[1], kind="toy", name="a.xlsx", content=content, target_id="c1")
    assert assert_figures_agree(signed_in, batch) == {"ready": 2, "all": 2}
    assert "没有要改的了" in preview(signed_in, batch)


def test_a_finding_above_the_table_is_walked_with_the_errors_and_counts_no_row(
    client: Client, desk: Any, file_alone: None
) -> None:
    """A day that cannot be read stands on the header: one more thing to mend, but no row of its own."""
    user, actor = desk(Role.PROVIDER_CLERK)
    client.force_login(user)
    rows = [["姓名", "2月29日", "3月10日"], ["符晓", "√", "√"], ["王明", "√", "?"]]
    batch, _ = services.preview(
        actor=actor, kind="attendance", name="a.xlsx", content=sheet(rows), target_id="c1", on=dt.date(2026, 3, 9)
    )
    counts = assert_figures_agree(client, batch)
    said = preview(client, batch, "?view=errors")
    walked = int(_WALK.search(said).group(1))  # type: ignore[union-attr]
    assert walked == counts["errors"] + 1
    assert "表头：日期“2月29日”" in said


@pytest.mark.parametrize(("kind", "name", "role", "day"), SENT, ids=[one[0] for one in SENT])
def test_the_figures_of_the_samples_agree(
    kind: str, name: str, role: Role, day: str, client: Client, desk: Any, file_alone: None
) -> None:
    user, actor = desk(role)
    client.force_login(user)
    content = (SAMPLES / name).read_bytes()
    target = "c1" if kind in {"roster", "attendance", "scores"} else ""
    batch, _ = services.preview(actor=actor, kind=kind, name=name, content=content, target_id=target, on=_day(day))
    assert_figures_agree(client, batch)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
