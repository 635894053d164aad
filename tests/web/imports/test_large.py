"""A hundred thousand rows: a page reads a head and a few parts, never the whole."""

import csv
import datetime as dt
import io
import statistics
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qihang.foundation.imports import services
from qihang.foundation.imports.kept import Kept
from qihang.foundation.imports.models import ImportBatch
from tests.identities import resident
from tests.web.imports.conftest import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("file_alone")]

ROWS = 100_000
_FIRST = dt.date(1980, 1, 1)
HEADER = [
    "序号",
    "姓名",
    "性别",
    "身份证号",
    "年龄",
    "文化程度",
    "户籍所在地",
    "人员类别",
    "就业创业证号",
    "联系电话",
    "备注",
]


def roster() -> bytes:
    """One row in twenty has a number that is wrong, one in twenty a cell to tidy."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(HEADER)
    for at in range(ROWS):
        birth = (_FIRST + dt.timedelta(days=at % 7000)).isoformat()
        number = resident(birth, order=at // 7000 + 1)
        number = number[:-1] if at % 20 == 3 else number
        schooling = "初 中" if at % 20 == 7 else "高中"
        phone = f"139{at:08d}"
        lines.writerow([at + 1, f"学员{at}", "女", number, 40, schooling, "海口市", "农民工", f"{at:016d}", phone, ""])
    return out.getvalue().encode()


def timed(act: Callable[[], Any]) -> float:
    act()  # templates and connections are warm in life
    times = []
    for _ in range(5):
        begun = time.process_time()
        act()
        times.append(time.process_time() - begun)
    return statistics.median(times)


@pytest.fixture
def large(clerk: Desk) -> ImportBatch:
    content = roster()
    begun = time.process_time()
    batch, _ = services.preview(actor=clerk[1], kind="roster", name="名单.csv", content=content, target_id="c1")
    print(f"kept, checked, laid out  {time.process_time() - begun:.1f} s")
    return batch


def test_a_large_file_stays_quick(large: ImportBatch, signed_in: Client, clerk: Desk) -> None:
    middle = Kept.of(large).place(50_000).cell
    address = f"/imports/{large.public_id}/"
    for query in ("", f"?cell={middle}", "?view=all&page=1000", "?view=ready&page=7", "?view=errors&page=40"):
        answer = signed_in.get(address + query)
        assert answer.status_code == 200
        assert answer.content.count(b"<tr") <= 51
        print(f"{query or 'first':24} {timed(lambda query=query: signed_in.get(address + query)) * 1000:.0f} ms")
    with CaptureQueriesContext(connection) as asked:
        signed_in.get(address)
    assert len(asked) < 25, [one["sql"][:90] for one in asked]
    with mock.patch.object(services, "examination_of") as judged:
        services.confirm(actor=clerk[1], batch=large, cells=["all"])
    judged.assert_not_called()  # counted anew from the head; nothing is judged again
