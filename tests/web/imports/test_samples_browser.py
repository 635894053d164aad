"""The six samples as offices send them, in a real browser: sent and looked at, at a desk and on a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from qihang.foundation.core.roles import Role
from qihang.foundation.imports.ports import import_kinds
from tests.importing import SAMPLES
from tests.web.browser import DESKTOP, PHONE, Viewport, Visitor, assert_accessible, screenshot, settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.usefixtures("file_alone")]

# kind, its sample, the role that brings it in, a day where the sheet does not say it
SENT = [
    ("roster", "花名册-家政服务员五级.xlsx", Role.PROVIDER_CLERK, ""),
    ("attendance", "考勤表-家政服务员五级.xlsx", Role.PROVIDER_CLERK, ""),
    ("scores", "成绩册-家政服务员五级.xlsx", Role.STATION_CLERK, ""),
    ("contributions", "社保缴费比对名单.csv", Role.INTAKE_OFFICER, "2026-10-31"),
    ("vacancies", "岗位采集表.xlsx", Role.INTAKE_OFFICER, ""),
    ("followups", "创业跟踪回访登记表.xlsx", Role.PROVIDER_CLERK, ""),
]
sizes = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=lambda viewport: viewport.name)


def send(page: Page, name: str, day: str) -> None:
    page.get_by_label("选一个表格文件").set_input_files(SAMPLES / name)
    if day:
        page.locator("input[name=on]").fill(day)
    page.get_by_role("button", name="上传，看检查结果").click()
    settle(page)


@pytest.mark.parametrize(("kind", "name", "role", "day"), SENT, ids=[one[0] for one in SENT])
@sizes
def test_a_sample_is_sent_and_looked_at(
    visit: Visitor, desk: Any, kind: str, name: str, role: str, day: str, viewport: Viewport
) -> None:
    user, _ = desk(role, name="符样例")
    target = "c1" if import_kinds.get(kind).has_class else "-"
    page = visit(f"/imports/new/{kind}/{target}/", viewport=viewport, user=user)
    send(page, name, day)
    assert_accessible(page)
    screenshot(page, f"imports-{kind}-{viewport.name}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("导入预览")
