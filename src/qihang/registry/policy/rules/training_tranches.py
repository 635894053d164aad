"""What a training subsidy has earned by its results: a part at the certificate, a part at work within the window.

Both are parts of the amount that was decided when the person was put on the class, by the rules of its filing day.
Rounding: the first part is rounded to the fen, the second is what both together come to, rounded, less the first; so
they never come to more than the amount decided, and where the ratios add up to one, to exactly that.

The first editions took a list's word for days that had not come, and waited for a certificate for ever. The second
ones know nothing after the day of settlement, and stop waiting once the class can no longer be examined.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.clauses import Amount, Case, Clause, Need, clause
from qihang.registry.policy.engine.expressions import months_later, share_of
from qihang.registry.policy.engine.facts import Cell, Fact, FactDictionary, FactType
from qihang.registry.policy.engine.rules import Rule, parameter_column
from qihang.registry.policy.rules import facts as shared

CERTIFIED, EMPLOYED = "training_tranche_certified", "training_tranche_employed"
_LAW = "财社〔2006〕1号"
_DUE_DAYS = "appraisal.due_days"

_RESULTS = (
    Fact("subsidised", FactType.FLAG, "申领补贴", "是否按补贴学员入班；自费和放弃补贴的填 false"),
    Fact("granted", FactType.FLAG, "补贴资格", "入班时的培训补贴判定是否通过；还没定就空着"),
    Fact("granted_fen", FactType.COUNT, "判定金额", "入班时判定的补贴金额，按分计", "fen"),
    Fact("completed", FactType.FLAG, "学完", "是否学完；还在读就空着"),
    Fact("completed_on", FactType.DATE, "学完日", "学完的日子；就业窗口从第二天起算", "day"),
    Fact("certificate_stands", FactType.FLAG, "证书有效", "是否有有效的证书；还没发证就空着，撤销了填 false"),
    Fact("certified_on", FactType.DATE, "发证日", "证书的发证日", "day"),
)
_WORK = (
    Fact("work_started_on", FactType.DATE, "就业开始日", "学完以后开始的、已核实的第一份工作的开始日", "day"),
    shared.WORK_EVIDENCE,
    Fact("contribution_months", FactType.COUNT, "缴费月数", "学完以后开始的工作里，社保名单上的缴费月数", "months"),
    Fact("work_checked_until", FactType.DATE, "就业核到", "本地社保缴费名单核到哪一天；还没有名单就空着", "day"),
)
_AS_KNOWN = (
    Fact("settled_on", FactType.DATE, "结算日", "按到哪一天知道的算；这一天以后的事都还不知道", "day"),
    Fact("class_end", FactType.DATE, "结课日", "班的最后一天；最晚的鉴定日从这一天数起", "day"),
    Fact("sitting_open", FactType.FLAG, "鉴定没完", "还没有证书的：班里是否还有安排好、没录成绩的鉴定；有证书的空着"),
)


def _day(value: Cell) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else ""


def _words(name: str, *, yes: str, no: str, unknown: str) -> Any:
    def tell(known: Mapping[str, Cell]) -> str:
        value = known[name]
        return unknown if value is None else yes if value else no

    return tell


def _completed(known: Mapping[str, Cell]) -> str:
    if known["completed"] is None:
        return "还在读"
    return f"{_day(known['completed_on'])} 学完" if known["completed"] else "没有学完"


def _certified(known: Mapping[str, Cell]) -> str:
    if known["certificate_stands"] is None:
        return "还没有发证"
    return f"{_day(known['certified_on'])} 发证" if known["certificate_stands"] else "证书已经撤销"


_AFTER_IT = {
    True: "还在等成绩",
    False: "已经过了，没有取得证书",
    None: "已经过了，还不知道有没有等成绩的鉴定",
}


def _last_sitting(known: Mapping[str, Cell]) -> dt.date | None:
    """The latest day on which the class may be examined; None where nobody has set the days."""
    end, days = known["class_end"], known.get(parameter_column(_DUE_DAYS))
    return end + dt.timedelta(days=days) if isinstance(end, dt.date) and isinstance(days, int) else None


def _certified_by(known: Mapping[str, Cell]) -> str:
    last, settled = _last_sitting(known), known["settled_on"]
    if known["certificate_stands"] is not None or last is None:
        return _certified(known)
    rule = f"最晚 {_day(last)} 鉴定（结课后 {known[parameter_column(_DUE_DAYS)]} 天内）"
    if not isinstance(settled, dt.date) or settled <= last:
        return f"还没有发证，{rule}"
    return f"{rule}，{_AFTER_IT[known['sitting_open']]}"  # type: ignore[index]  # a flag


def _checked(known: Mapping[str, Cell]) -> str:
    day = _day(known["work_checked_until"])
    return f"社保名单核到 {day}" if day else "还没有社保名单"


def _work(known: Mapping[str, Cell]) -> str:
    start = _day(known["work_started_on"])
    if not start:
        return f"没有查到学完以后的工作，{_checked(known)}"
    return f"{start} 开始工作，凭{shared.WORK_EVIDENCE.text(known['work_evidence'])}"


def _months(known: Mapping[str, Cell]) -> str:
    return f"缴费 {known['contribution_months'] or 0} 个月，{_checked(known)}"


@clause(
    id="subsidised",
    article=_LAW,
    title="按补贴学员入班",
    plain="上课时选的是申领补贴",
    uses=("subsidised",),
    tell=_words("subsidised", yes="申领补贴", no="自费，或者自愿放弃补贴", unknown="还不知道"),
)
def subsidised(case: Case) -> pl.Expr:
    return case.fact("subsidised")


@clause(
    id="granted",
    article=_LAW,
    title="入班时的补贴资格判定通过",
    plain="入班时查过，能领补贴",
    uses=("granted",),
    tell=_words("granted", yes="通过", no="没有通过", unknown="还没有定"),
)
def granted(case: Case) -> pl.Expr:
    return case.fact("granted")


@clause(
    id="completed",
    article=_LAW,
    title="学完",
    plain="课学完了",
    uses=("completed", "completed_on"),
    tell=_completed,
)
def completed(case: Case) -> pl.Expr:
    return case.fact("completed")


@clause(
    id="certified",
    article=_LAW,
    title="取得证书，证书有效",
    plain="拿到了证书",
    uses=("certificate_stands", "certified_on"),
    tell=_certified,
)
def certified(case: Case) -> pl.Expr:
    return case.fact("certificate_stands")


# Who began after the window has failed; of whom nothing is known, once lists have been checked past its end.
@clause(
    id="work_in_window",
    article=_LAW,
    title="学完后 {employment.window_months}内开始工作",
    plain="学完后 {employment.window_months}内开始工作",
    uses=("completed_on", "work_started_on", "work_evidence", "work_checked_until"),
    parameters=("employment.window_months",),
    tell=_work,
)
def work_in_window(case: Case) -> pl.Expr:
    done, start = case.fact("completed_on"), case.fact("work_started_on")
    last = months_later(done, case.number("employment.window_months"))
    over = case.fact("work_checked_until") >= last
    return pl.when(start.is_not_null()).then((start > done) & (start <= last)).when(over).then(pl.lit(False))


# Months go on being paid after the window: as many more months as are asked for are waited for.
@clause(
    id="contribution_months",
    article=_LAW,
    title="参保满 {employment.contribution_months_min}",
    plain="参保满 {employment.contribution_months_min}",
    uses=("contribution_months", "work_checked_until"),
    parameters=("employment.window_months", "employment.contribution_months_min"),
    tell=_months,
)
def contribution_months(case: Case) -> pl.Expr:
    least = case.number("employment.contribution_months_min")
    last = months_later(case.fact("completed_on"), case.number("employment.window_months") + least)
    enough = case.fact("contribution_months").fill_null(0) >= least
    over = case.fact("work_checked_until") >= last
    return pl.when(enough).then(pl.lit(True)).when(over & enough.is_not_null()).then(pl.lit(False))


def without_certificate(case: Case) -> pl.Expr:
    return case.fact("certificate_stands").is_null()


# Who has no certificate by the last day on which the class may be examined gets none, unless scores are still to come.
@clause(
    id="certified",
    article=_LAW,
    title="取得证书，证书有效",
    plain="拿到了证书",
    uses=("certificate_stands", "certified_on", "class_end", "sitting_open", "settled_on"),
    parameters=(Need(_DUE_DAYS, without_certificate),),
    tell=_certified_by,
)
def certified_in_time(case: Case) -> pl.Expr:
    stands = case.fact("certificate_stands")
    last = case.fact("class_end") + pl.duration(days=case.number(_DUE_DAYS))
    too_late = (case.fact("settled_on") > last) & ~case.fact("sitting_open")
    return pl.when(stands.is_not_null()).then(stands).when(too_late).then(pl.lit(False))


# What begins after the day of settlement is not known yet, and a list cannot tell more than that day does.
@clause(
    id="work_in_window",
    article=_LAW,
    title="学完后 {employment.window_months}内开始工作",
    plain="学完后 {employment.window_months}内开始工作",
    uses=("completed_on", "work_started_on", "work_evidence", "work_checked_until", "settled_on"),
    parameters=("employment.window_months",),
    tell=_work,
)
def work_begun_in_window(case: Case) -> pl.Expr:
    done, start, today = case.fact("completed_on"), case.fact("work_started_on"), case.fact("settled_on")
    last = months_later(done, case.number("employment.window_months"))
    over = (case.fact("work_checked_until") >= last) & (today >= last)
    return pl.when(start <= today).then((start > done) & (start <= last)).when(over).then(pl.lit(False))


@clause(
    id="contribution_months",
    article=_LAW,
    title="参保满 {employment.contribution_months_min}",
    plain="参保满 {employment.contribution_months_min}",
    uses=("contribution_months", "work_checked_until", "settled_on"),
    parameters=("employment.window_months", "employment.contribution_months_min"),
    tell=_months,
)
def contribution_months_so_far(case: Case) -> pl.Expr:
    least = case.number("employment.contribution_months_min")
    last = months_later(case.fact("completed_on"), case.number("employment.window_months") + least)
    enough = case.fact("contribution_months").fill_null(0) >= least
    over = (case.fact("work_checked_until") >= last) & (case.fact("settled_on") >= last)
    return pl.when(enough).then(pl.lit(True)).when(over & enough.is_not_null()).then(pl.lit(False))


def _certified_amount(case: Case) -> pl.Expr:
    return share_of(case.fact("granted_fen"), case.number("training.tranche.certified"))


def _employed_amount(case: Case) -> pl.Expr:
    whole, first = case.fact("granted_fen"), case.number("training.tranche.certified")
    both = share_of(whole, first + case.number("training.tranche.employed"))
    capped = pl.when(both <= whole).then(both).when(both > whole).then(whole)
    return capped - share_of(whole, first)


def _yuan(known: Mapping[str, Cell]) -> str:
    return f"{Decimal(int(known['granted_fen'] or 0)).scaleb(-2):,.2f} 元"  # type: ignore[arg-type]


def _certified_working(known: Mapping[str, Cell], value: Mapping[str, str]) -> str:
    return f"判定金额 {_yuan(known)} × {value['training.tranche.certified']}，四舍五入到分"


def _employed_working(known: Mapping[str, Cell], value: Mapping[str, str]) -> str:
    both = f"{value['training.tranche.certified']} ＋ {value['training.tranche.employed']}"
    return f"判定金额 {_yuan(known)} ×（{both}），四舍五入到分，减去取证后的那一笔"


_CERTIFIED_AMOUNT = Amount(
    uses=("granted_fen",),
    needs=(Need("training.tranche.certified"),),
    compute=_certified_amount,
    working=_certified_working,
)
_EMPLOYED_AMOUNT = Amount(
    uses=("granted_fen",),
    needs=(Need("training.tranche.certified"), Need("training.tranche.employed")),
    compute=_employed_amount,
    working=_employed_working,
)


def _certified_rule(edition: int, facts: tuple[Fact, ...], *results: Clause) -> Rule:
    return Rule(
        benefit=CERTIFIED,
        edition=edition,
        title="培训补贴第一笔（取证后）",
        facts=FactDictionary(facts),
        clauses=(subsidised, granted, completed, *results),
        amount=_CERTIFIED_AMOUNT,
        keys=CATALOGUE,
    )


def _employed_rule(edition: int, facts: tuple[Fact, ...], *results: Clause) -> Rule:
    return Rule(
        benefit=EMPLOYED,
        edition=edition,
        title="培训补贴第二笔（就业后）",
        facts=FactDictionary(facts),
        clauses=(subsidised, granted, completed, *results),
        amount=_EMPLOYED_AMOUNT,
        keys=CATALOGUE,
    )


RULES = (
    _certified_rule(1, _RESULTS, certified),
    _employed_rule(1, (*_RESULTS, *_WORK), certified, work_in_window, contribution_months),
    _certified_rule(2, (*_RESULTS, *_AS_KNOWN), certified_in_time),
    _employed_rule(
        2,
        (*_RESULTS, *_WORK, *_AS_KNOWN),
        certified_in_time,
        work_begun_in_window,
        contribution_months_so_far,
    ),
)
