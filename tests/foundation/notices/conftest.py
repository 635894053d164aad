"""A kind of notice that lists two made-up people, the working days of two years, and parameters that answer."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qihang.foundation.core import calendars, clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.workflow import deadline_days
from qihang.foundation.notices.models import Notice
from qihang.foundation.notices.ports import (
    NoticeContent,
    NoticeKind,
    PublishedRow,
    Summary,
    notice_closed,
    notice_kinds,
    objection_received,
    register_notice,
)
from qihang.foundation.notices.services import Draft, draft_notice, open_notice

DRAFTER = Actor(user_id=21, user_label="林志远", role="intake_officer", region="460108")
APPROVER = Actor(user_id=22, user_label="陈明", role="approver", region="460108")
INSPECTOR = Actor(user_id=23, user_label="邢云", role="inspector", region="460108")
ELSEWHERE = Actor(user_id=24, user_label="黎海", role="inspector", region="460200")
NEIGHBOUR = Actor(user_id=25, user_label="邻居", role="participant", region="460108")
VISITOR = Actor(user_label="未登录")

KIND = "tests.list"
TODAY = dt.date(2026, 11, 19)  # a Thursday
LAST_DAY = dt.date(2026, 11, 26)

PEOPLE = [
    PublishedRow("tests.claim", 101, "王秀兰", "46010819820315424X", ["中式烹调师五级", "750.00"]),
    PublishedRow("tests.claim", 102, "蔡明珠", "460102198203150024", ["育婴员五级", "750.00"]),
]
DAYS: dict[str, int | None] = {"notice.days": 5, "objection.days": 15}


@pytest.fixture(autouse=True)
def _today(settings: Any, tmp_path: Path, db: None) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEYS_ROOT = tmp_path / "keys"
    keyring.forget()
    for year in (2026, 2027):
        calendars.fill_year(actor=DRAFTER, year=year, source="样子", days=[])
    with clock.travel_to(TODAY):
        yield
    keyring.forget()


@pytest.fixture(autouse=True)
def days(monkeypatch: pytest.MonkeyPatch) -> dict[str, int | None]:
    """What the parameters say; a test may change it."""
    said = dict(DAYS)
    monkeypatch.setitem(deadline_days._handlers, "working_days", lambda key, region, day: said.get(key))
    return said


@pytest.fixture(autouse=True)
def content() -> Iterator[list[PublishedRow]]:
    """What the kind lists; a test may change it."""
    rows = list(PEOPLE)
    summary = Summary(columns=["班次", "人数"], rows=[["中式烹调师五级", "2"]], total=["合计", "2"])
    register_notice(
        NoticeKind(
            KIND,
            "样子公示",
            content=lambda notice: NoticeContent(rows, summary),
            columns=["班次", "金额（元）"],
            grounds=[("absent", "这个人没来上课"), ("other", "别的")],
        )
    )
    yield rows
    notice_kinds._handlers.pop(KIND)


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What the ports told of."""
    told: list[str] = []
    objection_received.register("tests", lambda objection: told.append(f"objection {objection.number}"))
    notice_closed.register("tests", lambda notice: told.append(f"closed {notice.number}"))
    yield told
    objection_received._handlers.pop("tests")
    notice_closed._handlers.pop("tests")


def draft(**change: Any) -> Notice:
    fields: dict[str, Any] = {
        "kind": KIND,
        "subject": "tests.batch",
        "subject_id": 11,
        "region": "460108",
        "issuer": "海口市美兰区人力资源和社会保障局",
        "title": "2026 年第 11 批职业培训补贴公示",
        "body": "现向社会公示，请大家监督。",
    }
    return draft_notice(actor=DRAFTER, draft=Draft(**{**fields, **change}))


def opened(**change: Any) -> Notice:
    return open_notice(actor=APPROVER, notice=draft(**change), number=change.get("number", "美人社示〔2026〕41 号"))
