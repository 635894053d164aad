"""The follow-up form (创业跟踪回访登记表) of a start-up class: who has opened, with how many people, seen how
and when.

Parsed rows have `name`, `identity`, `opened` (yes, no, preparing), `opened_on`, `credit_code`, `headcount`,
`state` (trading, closed), `closed_on`, `evidence` (visit, phone, self_report) and `visited_on`.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol, cast

import polars as pl

from qihang.foundation.core.roles import Role
from qihang.foundation.imports.engine.fields import Field, day, free_text, whole_number, words
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.rules import Check, Rule, Severity, Stage, Surroundings
from qihang.registry.participants.imports import (
    IDENTITY,
    NAME,
    PHONE,
    SAME_PERSON_TWICE,
    SERIAL,
    SEX,
    SEX_AGAINST_NUMBER,
    optional,
    parse_credit_code,
)


class FollowupRegister(Protocol):
    """The start-up class that is followed up."""

    class_end: dt.date


CLASS_END_LABELS = ("结业日期", "结业时间", "结业", "培训结束", "培训时间", "起止时间")

# --- rules ---------------------------------------------------------------------------------------------------------

OPENED_MISSING = Rule(
    "R-FU-01",
    Severity.CONFIRM,
    Stage.MISSING,
    "没填是否开业",
    "请问清后填“是”“否”或“筹备中”",
    "问不到的，确认后按不清楚导入，不算开业",
)
OPENED_ODD = Rule("R-FU-02", Severity.ERROR, Stage.FORM, "“{value}”看不出开没开业", "请填“是”“否”或“筹备中”")
DAY_ODD = Rule("R-FU-03", Severity.ERROR, Stage.FORM, "读不出日期“{value}”", "请写成 2026-06-03")
DAY_MISSING = Rule("R-FU-04", Severity.ERROR, Stage.OTHER_CELLS, "填了开业，没填开业时间", "请照执照或开业那天补上")
BEFORE_CLASS_END = Rule(
    "R-FU-05",
    Severity.ERROR,
    Stage.OTHER_CELLS,
    "开业时间早于结业日期 {note}",
    "请照执照核对开业时间",
    "培训前就开了的，不是培训后创业，请把“是否开业”改成“否”并在备注写明",
)
AFTER_VISIT = Rule(
    "R-FU-06", Severity.ERROR, Stage.OTHER_CELLS, "开业时间晚于回访日期 {note}", "请核对是哪个日期写错了"
)
VISIT_AHEAD = Rule("R-FU-07", Severity.ERROR, Stage.CHECK, "回访日期还没到", "请填回访当天的日期")
VISIT_MISSING = Rule(
    "R-FU-08", Severity.ERROR, Stage.MISSING, "没填回访日期", "请填回访当天的日期，没有回访的请删去这一行"
)
NO_CREDIT_CODE = Rule(
    "R-FU-09",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "开了业，没填统一社会信用代码",
    "请照执照补上",
    "还没有执照或不用办的，确认后照样导入，凭据按回访方式算",
)
CLOSED_WITHOUT_DAY = Rule(
    "R-FU-10",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "写了“{value}”，没写哪天停的",
    "请问清停业日期，在“停业时间”一列补上",
    "问不到的，确认后以回访日期为准",
)
HEADCOUNT_MISSING = Rule(
    "R-FU-11",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "开了业，没填吸纳就业人数",
    "请问清后补上，没有雇人的填 0",
    "问不到的，确认后按不清楚导入，不算带动就业",
)
HEADCOUNT_ODD = Rule("R-FU-12", Severity.ERROR, Stage.FORM, "“{value}”不是人数", "请填整数")
HEADCOUNT_NEGATIVE = Rule("R-FU-13", Severity.ERROR, Stage.CHECK, "人数是 {value}", "请填 0 或以上的整数")
STATE_ODD = Rule(
    "R-FU-14",
    Severity.CONFIRM,
    Stage.FORM,
    "“{value}”看不出还在不在经营",
    "请填“正常”“良好”“困难”或“停业”",
    "确认后按没填导入，不作为在经营的凭据",
)
METHOD_MISSING = Rule(
    "R-FU-15", Severity.CONFIRM, Stage.MISSING, "没填回访方式", "请填“实地”“电话”或“微信”", "确认后按本人自报算"
)
METHOD_ODD = Rule("R-FU-16", Severity.ERROR, Stage.FORM, "“{value}”不是回访方式", "请填“实地”“电话”或“微信”")
NOT_OPEN_WITH_DAY = Rule(
    "R-FU-17",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "填了开业时间，“是否开业”却不是“是”",
    "请核对哪一格写错了",
    "确认后按没开业导入，不看开业时间",
)

CLOSED_BEFORE_OPENING = Rule(
    "R-FU-18",
    Severity.ERROR,
    Stage.OTHER_CELLS,
    "停业时间早于开业时间 {note}",
    "请核对是哪个日期写错了",
)
CLOSED_AFTER_VISIT = Rule(
    "R-FU-19",
    Severity.ERROR,
    Stage.OTHER_CELLS,
    "停业时间晚于回访日期 {note}",
    "回访时还没停的，请把“停业时间”空着；停了的，核对是哪个日期写错了",
)
CLOSED_YET_TRADING = Rule(
    "R-FU-20",
    Severity.CONFIRM,
    Stage.OTHER_CELLS,
    "填了停业时间，经营状况却写着“{note}”",
    "请核对哪一格写错了",
    "确认后按经营状况导入，不看停业时间",
)

# --- words ---------------------------------------------------------------------------------------------------------

_OPENED = {
    **dict.fromkeys(("是", "已开业", "开业", "已开", "√", "✓", "有", "已创业", "正常开业", "1", "Y"), "yes"),
    **dict.fromkeys(("否", "未开业", "没有", "没开", "×", "未开", "未创业", "0", "N", "无"), "no"),
    **dict.fromkeys(("筹备中", "筹备", "准备中", "正在筹备", "准备开业", "筹划中", "拟开业"), "preparing"),
}
_STATES = {
    **dict.fromkeys(
        (
            "正常",
            "良好",
            "一般",
            "较好",
            "好",
            "困难",
            "经营困难",
            "亏损",
            "盈利",
            "持平",
            "正常经营",
            "经营正常",
            "在营",
            "存续",
            "较差",
        ),
        "trading",
    ),
    **dict.fromkeys(
        ("停业", "已停业", "关闭", "已关闭", "注销", "已注销", "歇业", "倒闭", "关门", "停止经营", "转让"), "closed"
    ),
}
# A visit is seen, a call is heard; a message is what the owner says.
_METHODS = {
    **dict.fromkeys(("实地", "实地走访", "上门", "走访", "现场", "实地回访", "入户"), "visit"),
    **dict.fromkeys(("电话", "电话回访", "致电", "手机"), "phone"),
    **dict.fromkeys(("微信", "QQ", "短信", "网络", "线上", "问卷", "微信群", "自报", "本人填报"), "self_report"),
}

# --- checks --------------------------------------------------------------------------------------------------------

IS_OPEN = (pl.col("opened") == "yes").fill_null(False)


def _before_class_end(rows: pl.DataFrame, around: Surroundings) -> pl.Expr | None:
    if around.register:
        end: dt.date | None = cast(FollowupRegister, around.register).class_end
    else:
        end = around.facts.last_day(CLASS_END_LABELS)
    if end is None:
        around.parameters.miss("结业日期（表头和班期里都没有）")
        return None
    return pl.when(pl.col("opened_on") < end).then(pl.lit(end.isoformat()))


def _closed_on_before(other: str) -> pl.Expr:
    return pl.when(pl.col("closed_on") < pl.col(other)).then(pl.col(other).cast(pl.String))


def _closed_yet_trading() -> pl.Expr:
    return pl.when((pl.col("state") == "trading") & pl.col("closed_on").is_not_null()).then(pl.lit("还在经营"))


def _visit_ahead(rows: pl.DataFrame, around: Surroundings) -> pl.Expr:
    return pl.col("visited_on") > around.today


# --- the kind ------------------------------------------------------------------------------------------------------

FOLLOWUPS = ImportKind(
    key="followups",
    label="创业跟踪回访登记表",
    roles=(Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER, Role.INTAKE_OFFICER),
    fields=(
        SERIAL,
        NAME,
        IDENTITY,
        Field("sex", SEX.label, SEX.aliases, SEX.parse),
        optional(PHONE),
        Field(
            "opened",
            "是否开业",
            ("开业情况", "是否创业", "是否已开业", "是否成功创业", "创业情况", "开业与否", "是否开办企业"),
            words(_OPENED, OPENED_ODD),
            required=True,
            missing=OPENED_MISSING,
            keeps_placeholders=True,
        ),
        Field(
            "opened_on",
            "开业时间",
            ("开业日期", "创业时间", "注册时间", "注册日期", "成立时间", "成立日期", "开办时间"),
            day(DAY_ODD),
        ),
        Field(
            "credit_code",
            "统一社会信用代码",
            ("营业执照", "营业执照号", "执照号", "信用代码", "社会信用代码", "营业执照注册号", "营业执照号码"),
            parse_credit_code,
        ),
        Field("firm", "企业名称", ("单位名称", "店名", "字号", "经营实体名称", "企业字号"), free_text),
        Field(
            "headcount",
            "吸纳就业人数",
            (
                "带动就业人数",
                "就业人数",
                "从业人数",
                "雇工人数",
                "员工人数",
                "带动就业",
                "吸纳就业",
                "人数",
                "用工人数",
            ),
            whole_number(HEADCOUNT_ODD, units=("人", "名", "个", "位")),
        ),
        Field(
            "state",
            "经营状况",
            ("经营情况", "经营状态", "目前状况", "生产经营状况", "状况"),
            words(_STATES, STATE_ODD),
        ),
        Field(
            "closed_on",
            "停业时间",
            ("停业日期", "注销时间", "注销日期", "关闭时间", "歇业时间", "关闭日期"),
            day(DAY_ODD),
        ),
        Field(
            "evidence",
            "回访方式",
            ("跟踪方式", "走访方式", "联系方式方法", "回访形式", "跟踪回访方式"),
            words(_METHODS, METHOD_ODD),
            missing=METHOD_MISSING,
        ),
        Field(
            "visited_on",
            "回访日期",
            ("回访时间", "跟踪时间", "跟踪日期", "走访日期", "走访时间", "调查日期"),
            day(DAY_ODD),
            required=True,
            missing=VISIT_MISSING,
        ),
        Field("notes", "备注", ()),
    ),
    checks=(
        SAME_PERSON_TWICE,
        SEX_AGAINST_NUMBER,
        Check(VISIT_AHEAD, "visited_on", _visit_ahead),
        Check(HEADCOUNT_NEGATIVE, "headcount", pl.col("headcount") < 0),
        Check(BEFORE_CLASS_END, "opened_on", _before_class_end),
        Check(
            AFTER_VISIT,
            "opened_on",
            pl.when(pl.col("opened_on") > pl.col("visited_on")).then(pl.col("visited_on").cast(pl.String)),
        ),
        Check(DAY_MISSING, "opened_on", IS_OPEN & pl.col("opened_on").is_null()),
        Check(
            NOT_OPEN_WITH_DAY,
            "opened_on",
            pl.col("opened").is_in(["no", "preparing"]) & pl.col("opened_on").is_not_null(),
        ),
        Check(NO_CREDIT_CODE, "credit_code", IS_OPEN & pl.col("credit_code").is_null()),
        Check(HEADCOUNT_MISSING, "headcount", IS_OPEN & pl.col("headcount").is_null()),
        Check(CLOSED_BEFORE_OPENING, "closed_on", _closed_on_before("opened_on")),
        Check(
            CLOSED_AFTER_VISIT,
            "closed_on",
            pl.when(pl.col("closed_on") > pl.col("visited_on")).then(pl.col("visited_on").cast(pl.String)),
        ),
        Check(CLOSED_YET_TRADING, "closed_on", _closed_yet_trading()),
        Check(CLOSED_WITHOUT_DAY, "state", (pl.col("state") == "closed") & pl.col("closed_on").is_null()),
    ),
)
