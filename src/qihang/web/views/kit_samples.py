"""Made-up people, classes and figures for the gallery. Nothing here is anyone's data or any rule's value."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from qihang.foundation.core.actors import Actor
from qihang.web.due import Due
from qihang.web.navigation import Group, Link
from qihang.web.parts import (
    Crumb,
    Event,
    Figure,
    Outcome,
    Progress,
    Rule,
    Stage,
    Step,
)

OBJECTION = {
    "who": "第 8 人 何丽芳",
    "what": ["absent"],
    "words": "10 月上旬她一直在店里上班，没去上课。",
    "identity": "4601081979062422",
    "phone": "139 0000 2217",
}
PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
DONE, NOW, NEXT = Stage.DONE, Stage.NOW, Stage.NEXT


def common(path: str) -> dict[str, Any]:
    """The menus of an officer, so that the shells can be seen without signing in."""

    def link(label: str, page: str, icon: str, count: int = 0, bar: str = "") -> Link:
        url = f"/kit/{page}/" if page else "#help"
        return Link(label=label, url=url, icon=icon, count=count, current=bool(page) and path == url, bar=bar)

    office = [
        Group("", [link("我的待办", "worklist", "inbox", 23, "待办"), link("查人查班", "", "search", bar="查找")]),
        Group(
            "再就业",
            [link("花名册导入", "roster", "journal-check"), link("补贴审核", "case", "cash-coin", bar="案件")],
        ),
        Group("管理", [link("成效总览", "results", "speedometer2"), link("停一个班", "confirm", "flag", 1)]),
    ]
    bar = [item for group in office for item in group.links if item.bar]
    portal = [
        link("界面样张", "parts", "book"),
        link("我的事", "mine", "person-check"),
        link("看公示", "notice", "megaphone"),
    ]
    footer = [Group("样张", portal), Group("业务端", [item for group in office for item in group.links[:1]])]
    navigation = SimpleNamespace(
        actor=Actor(user_label="林志远", role="intake_officer", region_label="海口市美兰区"),
        area="海口市美兰区",
        role_label="初审",
        groups=office,
        bar=bar,
        portal=portal,
        portal_bar=[
            link("样张", "parts", "house"),
            link("我的事", "mine", "person-check", 1),
            link("公示", "notice", "briefcase"),
        ],
        footer=footer,
        legal=[link("无障碍说明", "", "")],
        search_box=Link("全局查找", "/kit/worklist/", hint="姓名、身份证号、班号、案号，按 / 开始"),
        bell=Link("消息", "/kit/worklist/", count=3),
        chooser=None,
        account=[link("我的账号", "mine", "gear")],
        sign_in_url="/kit/mine/",
        sign_out_url="",
    )
    return {"navigation": navigation}


def parts() -> dict[str, Any]:
    return {
        "rules": [
            Rule(PASSED, "够", "16 到 60 岁，没到退休", "48 岁", article="琼财社规〔2024〕6 号"),
            Rule(PASSED, "够", "登记失业", "8 月 3 日登记", article="财社〔2023〕181 号第五条"),
            Rule(
                UNKNOWN,
                "在查",
                "今年没享受过",
                "正在问三亚，1 天内有结果，先给您留着名额",
                article="琼财社规〔2024〕6 号",
            ),
        ],
        "early": Figure(
            name="10 月结业批次，6 个月再就业率",
            instead="还没到期",
            verdict="2027-04-30 到期",
            fraction="1,500 人里，已有 96 人上岗。到期前不算比率，不排名。",
        ),
        "few": Figure(
            name="木棠乡村工坊，再就业率",
            instead="人太少，不显示",
            fraction="到期 15 人，不满 30 人。可看儋州市合计：56.4%（n=406）。",
        ),
        "job": Progress(
            title="正在比对 20,480 人的社保记录",
            done=12700,
            total=20480,
            message="已比 12,700 人，命中 418 人。",
            remaining="2 分钟",
        ),
        "dues": [
            Due("今天", 0, 96, "12 月 4 日 17:30 前"),
            Due("剩 2 个工作日", 1, 60, "12 月 8 日前"),
            Due("剩 4 个工作日", 2, 20, "12 月 10 日前"),
        ],
        "steps": [
            Step("报名", "8-28 通过", DONE),
            Step("上课", "还有 3 天", NOW),
            Step("考试", "9-28"),
            Step("领证"),
            Step("上岗"),
        ],
        "amounts": {"small": Decimal(1500), "exact": Decimal("23250"), "large": Decimal("23126000")},
        "facts": [("考勤", "595 人次签到，其中手工补签 6（1.0%）"), ("成绩册", "35 人，鉴定所签章")],
        "swatches": ["ink-900", "ink-700", "ink-600", "ink-500", "sea-800", "sea-700", "sea-600", "seal-600"],
        "ground": dt.date(2026, 11, 19),
    }


def mine() -> dict[str, Any]:
    return {
        "totals": [("一共该得", Decimal(540), ""), ("已到账", Decimal(340), "ok"), ("还没到", Decimal(200), "warn")],
        "walk": [
            Step("申请", "11-03", DONE),
            Step("审核", "11-09", DONE),
            Step("公示", "11-17", DONE),
            Step("打款退回", "11-20", NOW),
            Step("到账", "等您换卡"),
        ],
        "events": [
            Event("报名通过", "8 月 28 日", seal="准"),
            Event("上课 17 天，全勤", "9 月 7—25 日"),
            Event("考试合格", "9 月 28 日", why="理论 86 分，实操 81 分"),
            Event("拿到证书", "10 月 12 日", why="养老护理员五级，全国能查", seal="证"),
            Event("找到工作", why="2027 年 3 月底前，我们从社保记录里看，不用您交工资条。", stage=NEXT),
        ],
    }


def notice() -> dict[str, Any]:
    surnames, codes = "蔡陈邓冯符韩何黄李林罗莫潘邱", ("460102", "460107", "469024", "460108", "469005")
    people = [
        {"name": f"{surname}样例", "number": f"{codes[at % 5]}**********{(at * 7 + 24) % 90 + 10}"}
        for at, surname in enumerate(surnames)
    ]
    return {
        "crumbs": [
            Crumb("公示", "/kit/notice/"),
            Crumb("海口市美兰区", "/kit/notice/"),
            Crumb("职业培训补贴，第 11 批"),
        ],
        "issued": dt.date(2026, 11, 19),
        "days": [
            Step("11-19", stage=DONE),
            Step("11-20", stage=DONE),
            Step("11-23", stage=DONE),
            Step("今天", stage=NOW),
            Step("11-25"),
        ],
        "people": people,
        "amount": Decimal(750),
        "total": Decimal(31500),
    }
