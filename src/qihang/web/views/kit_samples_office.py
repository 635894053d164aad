"""Made-up lists, cases, rosters and results for the office's pages of the gallery."""

import datetime as dt
from decimal import Decimal
from typing import Any

from qihang.web.due import Due
from qihang.web.parts import (
    Cell,
    Chip,
    Cohort,
    Crumb,
    Event,
    EvidenceShare,
    Figure,
    Gate,
    Outcome,
    Rank,
    Row,
    Rule,
    Scale,
    Stage,
    Step,
    Tile,
    Tone,
    View,
)

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
DONE, NOW, NEXT = Stage.DONE, Stage.NOW, Stage.NEXT

_WORK: tuple[tuple[str, int, int, str, str, str, str, str, int, int, int, str, str], ...] = (
    (
        "今天",
        0,
        96,
        "培训补贴",
        "养老护理员五级 2026-2 期，35 人",
        "BT-2026-11-0417",
        "启明职业培训学校",
        "26250",
        6,
        1,
        3,
        "",
        "reviewing",
    ),
    (
        "今天",
        0,
        92,
        "异议核查",
        "对 11 批公示第 8 人的异议",
        "YY-2026-0031",
        "匿名（已实名验证）",
        "",
        0,
        0,
        0,
        "",
        "reviewing",
    ),
    (
        "剩 1 个工作日",
        1,
        80,
        "鉴定补贴",
        "王秀兰 等 18 人",
        "JD-2026-11-0203",
        "本人直补",
        "3600",
        18,
        0,
        0,
        "",
        "returned",
    ),
    (
        "剩 2 个工作日",
        1,
        60,
        "贷款资格审核",
        "陈海燕，个人 15 万元",
        "DK-2026-0158",
        "陈海燕",
        "150000",
        7,
        1,
        0,
        "",
        "reviewing",
    ),
    (
        "剩 2 个工作日",
        1,
        60,
        "培训补贴",
        "客房服务员五级 2026-4 期，42 人",
        "BT-2026-11-0420",
        "湾景酒店实训部",
        "31500",
        10,
        0,
        0,
        "",
        "reviewing",
    ),
    (
        "剩 3 个工作日",
        2,
        40,
        "开班申请",
        "电工五级 2026-6 期，40 人",
        "KB-2026-0322",
        "市公共实训基地",
        "60000",
        8,
        0,
        0,
        "",
        "reviewing",
    ),
    (
        "剩 3 个工作日",
        2,
        40,
        "培训补贴",
        "中式面点师五级 2026-3 期，38 人",
        "BT-2026-11-0425",
        "海口技工学校",
        "28500",
        9,
        1,
        0,
        "电话共用 4 人",
        "reviewing",
    ),
    (
        "剩 4 个工作日",
        2,
        20,
        "培训补贴",
        "家政服务员五级 2026-3 期，35 人",
        "BT-2026-11-0428",
        "启明职业培训学校",
        "26250",
        10,
        0,
        0,
        "",
        "held",
    ),
)


def work_rows() -> list[dict[str, Any]]:
    keys = ("kind", "what", "number", "who")
    return [
        {
            "due": Due(row[0], row[1], row[2], ""),
            **dict(zip(keys, row[3:7], strict=True)),
            "amount": Decimal(row[7]) if row[7] else None,
            "passed": row[8],
            "held": row[9],
            "failed": row[10],
            "doubt": row[11],
            "state": row[12],
        }
        for row in _WORK * 3
    ]


def worklist() -> dict[str, Any]:
    return {
        "sums": [
            ("今天到期", "2", "err"),
            ("三天内到期", "5", ""),
            ("已超期", "0", ""),
            ("平均办理工作日（限 5）", "3.2", ""),
            ("有疑点", "4", ""),
        ],
        "views": [
            View("全部待办", "?v=all", 23, current=True),
            View("快到期", "?v=due", 5),
            View("规则全过", "?v=clear", 11),
            View("有疑点", "?v=doubt", 4),
            View("我存的：启明学校", "?v=mine", 6),
            View("办结", "?v=done", 218),
        ],
        "orders": [View("期限，近的在前", "?sort=due", current=True), View("金额，大的在前", "?sort=-amount")],
        "chips": [Chip("金额 1 万元以上", "?v=all")],
    }


def case() -> dict[str, Any]:
    return {
        "crumbs": [Crumb("我的待办", "/kit/worklist/"), Crumb("BT-2026-11-0417")],
        "due": Due("今天", 0, 96, "11 月 24 日 17:30 前要审完"),
        "sum": [
            ("学校申报 35 人", Decimal(26250), "", ""),
            ("不予 3 人", Decimal(2250), "−", "err"),
            ("暂缓 1 人", Decimal(750), "−", "hold"),
            ("现在可付 31 人", Decimal(23250), "＝", "ok"),
        ],
        "rules": _case_rules(),
        "events": _case_events(),
        "facts": [
            ("考勤", "595 人次签到，其中手工补签 6（1.0%）"),
            ("视频", "17 天全，抽看 2 段"),
            ("证书", "34 本，逐本核验通过"),
        ],
    }


def _case_rules() -> list[Rule]:
    return [
        Rule(
            PASSED,
            "过",
            "机构在定点目录内，协议有效",
            "目录第 17 号，有效至 2026-12-31",
            article="琼人社规〔2024〕2 号",
            article_url="#c2",
        ),
        Rule(
            PASSED,
            "过",
            "开班前 5 个工作日备案",
            "8-28 备案，9-07 开班，中间隔 5 个工作日",
            parameter="opening.lead_days = 5",
        ),
        Rule(
            FAILED,
            "1 人不过",
            "个人出勤不低于 80%",
            "34 人过。符传雄 13/17 天 = 76.5%，差 1 天",
            parameter="attendance.person_min",
        ),
        Rule(
            UNKNOWN,
            "1 人待核",
            "开班时属于补贴对象",
            "34 人过。吴坤明失业登记 8-30 注销，开班 9-07；只扣他的 750 元，不影响别人",
            article="财社〔2023〕181 号第五条",
            article_url="#c2",
        ),
        Rule(PASSED, "过", "额度够付", "开班时已锁定 52,500 元", article="美兰区第 4 季度额度"),
    ]


def _case_events() -> list[Event]:
    return [
        Event("学校申请开班", "8-26 10:14", "符晓"),
        Event(
            "批准开班，锁定额度",
            "8-28 16:40",
            "林志远审，周敏复核",
            "52,500.00 元；教师 2 人、场地 96 ㎡ 符合",
            "准",
        ),
        Event("现场抽查", "9-15 09:25", "双随机 2 人", "应到 35，实到 34，1 人有假条。照片 4 张"),
        Event("发证 34 本", "10-12", "市鉴定指导中心", seal="证"),
        Event("学校申报补贴", "11-17 17:02", "符晓"),
        Event("初审：等您决定", "今天 17:30 前", seal="审", stage=NOW),
        Event("复核", "周敏，1 个工作日", seal="核", stage=NEXT),
        Event("公示 5 个工作日", "预计 11-26 起", seal="示", stage=NEXT),
        Event("拨付", "公示无异议后 5 个工作日内", seal="付", stage=NEXT),
    ]


def roster() -> dict[str, Any]:
    return {
        "crumbs": [
            Crumb("班级", "/kit/roster/"),
            Crumb("养老护理员五级 2026 年第 3 期", "/kit/roster/"),
            Crumb("花名册导入"),
        ],
        "steps": [
            Step("开班申请", "11-17 县里批准", DONE),
            Step("花名册", "11-27 前交，还剩 3 个工作日", NOW),
            Step("上课考勤", "12-01 起"),
            Step("考试取证", "预约 12-21"),
            Step("补贴申请", "取证后 20 天内"),
            Step("就业跟踪", "看到 2027-06"),
        ],
        "gates": _roster_gates(),
        "views": [
            View("有问题", "?f=bad", 7),
            View("要改", "?f=fix", 5),
            View("可以导入", "?f=ok", 38),
            View("全部", "?f=all", 45, current=True),
        ],
        "columns": ["姓名", "身份证号", "性别", "年龄", "人员类别", "联系电话"],
        "rows": _roster_rows(),
    }


def _roster_gates() -> list[Gate]:
    return [
        Gate("列名", "11 列全部认出", PASSED),
        Gate("每一格", "5 处要改，9 处已自动整理", FAILED),
        Gate("表内重复", "1 组要您确认", UNKNOWN),
        Gate("和全省记录比对", "比到第 31 行，共 45 行，约剩 10 秒", done=31, total=45),
    ]


def _roster_rows() -> list[Row]:
    ok, fix = ("可导入", Tone.OK), ("要改", Tone.ERR)
    return [
        _row(
            4,
            ok,
            Cell("吴样例"),
            Cell("460102********0825", "a", "去掉了空格", mono=True),
            Cell("女"),
            Cell("43", "a", "按证件算", was="30"),
            Cell("城镇登记失业人员"),
            Cell("139****0412", mono=True),
        ),
        _row(
            7,
            fix,
            Cell("林样例"),
            Cell("460108********222X", mono=True),
            Cell("女"),
            Cell("47"),
            Cell("就业困难人员"),
            Cell("", "e", "没填电话"),
        ),
        _row(
            8,
            fix,
            Cell("黄样例"),
            Cell("460106********0827", mono=True),
            Cell("女"),
            Cell("50"),
            Cell("4050", "e", "没有这个类别"),
            Cell("136****7750", mono=True),
        ),
        *_more_roster_rows(),
    ]


def _more_roster_rows() -> list[Row]:
    ok, fix, ask = ("可导入", Tone.OK), ("要改", Tone.ERR), ("要确认", Tone.HOLD)
    return [
        _row(
            9,
            fix,
            Cell("王样例"),
            Cell("460108198203154243", "e", "最后一位对不上", mono=True, selected=True),
            Cell("女"),
            Cell("44"),
            Cell("城镇登记失业人员"),
            Cell("138****2291", mono=True),
            selected=True,
        ),
        _row(
            11,
            ask,
            Cell("郑样例"),
            Cell("460107********0629", "q", "和第 27 行是同一人", mono=True),
            Cell("女"),
            Cell("52"),
            Cell("就业困难人员"),
            Cell("137****8806", mono=True),
        ),
        _row(
            14,
            ok,
            Cell("冯样例"),
            Cell("460108********0843", mono=True),
            Cell("女"),
            Cell("35"),
            Cell("城镇登记失业人员"),
            Cell("187****3302", mono=True),
        ),
    ]


def _row(number: int, verdict: tuple[str, Tone], *cells: Cell, selected: bool = False) -> Row:
    return Row(number, *verdict, cells=cells, url="#finding-t", selected=selected)


def results() -> dict[str, Any]:
    return {
        "views": [View("技能再就业", "?p=skills", current=True), View("能力促创业", "?p=startup")],
        "figures": [
            Figure(
                name="培训人数（结业）",
                value="17,167",
                unit="人",
                verdict="慢 4.1 个百分点",
                tone=Tone.WARN,
                fraction="目标 20,000 人，完成 85.8%；今天应到 89.9%",
                scale=Scale(85.8, 89.9, "时间进度 89.9"),
                notes=["另有在读 1,486 人，12 月底前结业；已批待开 82 个班。"],
            ),
            Figure(
                name="培训合格率",
                value="93.6",
                verdict="过 90%",
                tone=Tone.OK,
                fraction="合格 16,060 ÷ 结业 17,167",
                scale=Scale(93.6, 90, "目标 90"),
                notes=["中途退出 784 人不在分母。按报名 17,951 人算 89.5%。"],
                url="/kit/results/",
            ),
            Figure(
                name="结业后 6 个月再就业率",
                value="63.0",
                verdict="过 60%",
                tone=Tone.OK,
                fraction="就业 3,642 ÷ 到期 5,782（1—4 月结业）",
                scale=Scale(63.0, 60, "60", 45.4, 86.7),
                notes=["在途 10,278 人另列，全算上在 45.4%—86.7% 之间。"],
                url="/kit/results/",
            ),
        ],
        "shares": [
            EvidenceShare(Rank.FIRST, "社保、税务记录", 2694),
            EvidenceShare(Rank.SECOND, "执照、就业登记", 437),
            EvidenceShare(Rank.THIRD, "上门看过", 146),
            EvidenceShare(Rank.FOURTH, "电话回访", 292),
            EvidenceShare(Rank.FIFTH, "本人说的", 73),
        ],
        "cohorts": _cohorts(),
        "tiles": _tiles(),
        "places": [
            ("临高", 850, 575, Decimal("0.676")),
            ("儋州", 1800, 1262, Decimal("0.701")),
            ("海口", 5000, 4505, Decimal("0.901")),
        ],
        "trend": {"labels": ["8 月", "9 月", "10 月", "11 月"], "values": [58.2, 60.4, 61.9, 63.0]},
    }


def _cohorts() -> list[Cohort]:
    """January to October; the first four are settled."""
    rates = (64.1, 62.5, 63.1, 62.5, 58.0, 52.1, 42.2, 28.8, 16.6, 6.4)
    people = (980, 610, 2010, 2182, 1905, 1840, 1760, 1655, 1618, 1500)
    rows = []
    for at, (rate, count) in enumerate(zip(rates, people, strict=True)):
        finished = dt.date(2026, at + 1, 1)
        due = dt.date(2026 + (at + 7 > 12), (at + 6) % 12 + 1, 28)
        half = dt.date(2026 + (at + 4 > 12), (at + 3) % 12 + 1, 28)
        rows.append(Cohort(f"{at + 1} 月", count, finished, due, rate / 100, settled=at < 4, half=half))
    return rows


def _tiles() -> list[Tile]:
    values = (
        ("469024", "临高", 68),
        ("469023", "澄迈", 88),
        ("460100", "海口", 90),
        ("469005", "文昌", 88),
        ("460400", "儋州", 70),
        ("469025", "白沙", 85),
        ("469022", "屯昌", 88),
        ("469021", "定安", 88),
        ("469002", "琼海", 90),
        ("469026", "昌江", 88),
        ("469001", "五指山", 88),
        ("469030", "琼中", 88),
        ("469006", "万宁", 87),
        ("469007", "东方", 87),
        ("469027", "乐东", 70),
        ("469029", "保亭", 90),
        ("469028", "陵水", 90),
        ("460200", "三亚", 92),
    )
    tiles = [
        Tile(
            code,
            name,
            str(value),
            f"/kit/results/?region={code}",
            1 if value < 75 else 2 if value < 86 else 3 if value < 90 else 4,
            spoken="%",
        )
        for code, name, value in values
    ]
    return [*tiles, Tile("460300", "三沙", "—", "/kit/results/?region=460300", 0, spoken="人数太少")]
