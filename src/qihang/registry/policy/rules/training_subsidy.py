"""The training subsidy: who may enrol with it, and what a certificate will be worth.

Decided when a person is put on a class, by the rules of the class's filing day. What is earned later (the certificate,
work within the window) is decided by the rules of the tranches, when it has happened.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.clauses import Amount, Case, Need, clause
from qihang.registry.policy.engine.expressions import full_years, full_years_between, holds_if
from qihang.registry.policy.engine.facts import Cell, Fact, FactDictionary, FactType
from qihang.registry.policy.engine.rules import Rule
from qihang.registry.policy.rules import facts as shared

BENEFIT = "training_subsidy"

FACTS = FactDictionary(
    (
        shared.SEX,
        shared.BIRTH_DATE,
        Fact("class_start", FactType.DATE, "开班日期", "班期第一天；年龄按这一天算", "day"),
        shared.CATEGORY,
        shared.CATEGORY_CONFIRMED,
        shared.LEVEL,
        Fact("lesson_hours", FactType.COUNT, "课时", "培训总课时；专项职业能力按课时计补贴", "lesson_hours"),
        Fact("lifetime_uses", FactType.COUNT, "累计次数", "这次以前已占用或已享受培训补贴的次数", "times"),
        Fact(
            "uses_this_year", FactType.COUNT, "本年次数", "适用日所在自然年里，这次以前已占用或已享受的次数", "times"
        ),
        Fact(
            "same_occupation_level_uses",
            FactType.COUNT,
            "同职业同等级次数",
            "这次以前就同一职业（工种）同一等级已占用或已享受的次数",
            "times",
        ),
        Fact(
            "unemployment_fund_same_item",
            FactType.FLAG,
            "失业保险已补",
            "同一培训项目是否已由失业保险基金补贴（登记在享受记录里）",
        ),
        shared.PUBLIC_POST,
    )
)


def _age(known: Mapping[str, Cell]) -> str:
    born, start = known["birth_date"], known["class_start"]
    if not isinstance(born, dt.date) or not isinstance(start, dt.date):
        return "还不知道出生日期或开班日期"
    return f"开班那天 {full_years_between(born, start)} 周岁"


def _category(known: Mapping[str, Cell]) -> str:
    return shared.CATEGORY.text(known["category"]) or "还没有填人员类别"


def _confirmed(known: Mapping[str, Cell]) -> str:
    words = {True: "经办已经核实", False: "经办核过，与证明不符", None: "只有名册上写了，还等经办核实"}
    value = known["category_confirmed"]
    return words[value if isinstance(value, bool) else None]


def _times(name: str, scope: str) -> Any:
    def tell(known: Mapping[str, Cell]) -> str:
        return "还没有查到记录" if known[name] is None else f"{scope}已有 {known[name]} 次"

    return tell


def is_male(case: Case) -> pl.Expr:
    return case.fact("sex") == "male"


def is_female(case: Case) -> pl.Expr:
    return case.fact("sex") == "female"


def is_special(case: Case) -> pl.Expr:
    return case.fact("level") == shared.SPECIAL


def has_level(case: Case) -> pl.Expr:
    return case.fact("level") != shared.SPECIAL


@clause(
    id="age_min",
    article="琼财社规〔2021〕14号 附支出范围和标准",
    title="开班日已满 {training.age_min}",
    plain="满 {training.age_min}",
    uses=("birth_date", "class_start"),
    parameters=("training.age_min",),
    tell=_age,
)
def age_min(case: Case) -> pl.Expr:
    return full_years(case.fact("birth_date"), case.fact("class_start")) >= case.number("training.age_min")


@clause(
    id="age_max",
    article="琼财社规〔2021〕14号 附支出范围和标准",
    title="开班日未满 {training.age_max.male|training.age_max.female}",
    plain="没到 {training.age_max.male|training.age_max.female}",
    uses=("sex", "birth_date", "class_start"),
    parameters=(Need("training.age_max.male", is_male), Need("training.age_max.female", is_female)),
    tell=_age,
)
def age_max(case: Case) -> pl.Expr:
    age = full_years(case.fact("birth_date"), case.fact("class_start"))
    limit = (
        pl.when(is_male(case))
        .then(case.number("training.age_max.male"))
        .when(is_female(case))
        .then(case.number("training.age_max.female"))
    )
    return age < limit


@clause(
    id="category_eligible",
    article="财社〔2023〕181号 第五条",
    title="人员类别在补贴范围内（{training.categories}）",
    plain="属于能领补贴的人员",
    uses=("category",),
    parameters=("training.categories",),
    tell=_category,
)
def category_eligible(case: Case) -> pl.Expr:
    return case.among("category", "training.categories")


# A roster's word is a claim: until an officer has looked at the proof the case waits. Whose proof, the list says.
@clause(
    id="category_confirmed",
    article="财社〔2023〕181号 第五条",
    title="人员类别已由经办凭证明核实",
    plain="人员类别核实过",
    uses=("category", "category_confirmed"),
    parameters=("training.categories",),
    tell=_confirmed,
)
def category_confirmed(case: Case) -> pl.Expr:
    return case.fact("category_confirmed")


@clause(
    id="lifetime_cap",
    article="财社〔2023〕181号 第五条",
    title="累计享受次数未到上限（{training.lifetime_cap}）",
    plain="一共领过的次数没到上限（{training.lifetime_cap}）",
    uses=("lifetime_uses",),
    parameters=("training.lifetime_cap",),
    tell=_times("lifetime_uses", "以前"),
)
def lifetime_cap(case: Case) -> pl.Expr:
    return case.fact("lifetime_uses") < case.number("training.lifetime_cap")


@clause(
    id="yearly_cap",
    article="琼财社规〔2021〕14号 附支出范围和标准",
    title="当年享受次数未到上限（{training.yearly_cap}）",
    plain="今年领过的次数没到上限（{training.yearly_cap}）",
    uses=("uses_this_year",),
    parameters=("training.yearly_cap",),
    tell=_times("uses_this_year", "今年"),
)
def yearly_cap(case: Case) -> pl.Expr:
    return case.fact("uses_this_year") < case.number("training.yearly_cap")


@clause(
    id="same_occupation_level_once",
    article="地方不重复享受规定",
    title="同一职业（工种）同一等级没有补过",
    plain="这个工种这个等级没有领过",
    uses=("same_occupation_level_uses",),
    parameters=("training.same_occupation_level_once",),
    tell=_times("same_occupation_level_uses", "同工种同等级"),
)
def same_occupation_level_once(case: Case) -> pl.Expr:
    return holds_if(case.flag("training.same_occupation_level_once"), case.fact("same_occupation_level_uses") == 0)


@clause(
    id="no_double_dip",
    article="财社〔2023〕181号 第四条",
    title="同一项目没有领过失业保险补贴",
    plain="同一次培训没有领过失业保险的补贴",
    uses=("unemployment_fund_same_item",),
    parameters=("subsidy.no_double_dip",),
)
def no_double_dip(case: Case) -> pl.Expr:
    return holds_if(case.flag("subsidy.no_double_dip"), ~case.fact("unemployment_fund_same_item"))


@clause(
    id="not_public_post",
    article="财社〔2023〕181号 第十六条",
    title="不是机关事业单位在编人员",
    plain="不是机关事业单位在编人员",
    uses=("public_post",),
    parameters=("subsidy.public_post_excluded",),
)
def not_public_post(case: Case) -> pl.Expr:
    return holds_if(case.flag("subsidy.public_post_excluded"), ~case.fact("public_post"))


def _amount(case: Case) -> pl.Expr:
    by_hour = pl.min_horizontal(
        case.fact("lesson_hours") * case.number("training.special_rate_per_hour"),
        case.number("training.special_rate_per_hour.cap"),
    )
    known = case.fact("lesson_hours").is_not_null() & case.number("training.special_rate_per_hour").is_not_null()
    known = known & case.number("training.special_rate_per_hour.cap").is_not_null()
    return pl.when(is_special(case)).then(pl.when(known).then(by_hour)).otherwise(case.number("training.rate"))


def _working(known: Mapping[str, Cell], value: Mapping[str, str]) -> str:
    if known["level"] != shared.SPECIAL:
        return f"{shared.LEVEL.text(known['level'])}每人 {value['training.rate']}"
    return (
        f"{value['training.special_rate_per_hour']} × {known['lesson_hours']} 课时，"
        f"最多 {value['training.special_rate_per_hour.cap']}"
    )


RULE = Rule(
    benefit=BENEFIT,
    edition=1,
    title="职业培训补贴",
    facts=FACTS,
    clauses=(
        age_min,
        age_max,
        category_eligible,
        category_confirmed,
        lifetime_cap,
        yearly_cap,
        same_occupation_level_once,
        no_double_dip,
        not_public_post,
    ),
    amount=Amount(
        uses=("level", "lesson_hours"),
        needs=(
            Need("training.rate", has_level),
            Need("training.special_rate_per_hour", is_special),
            Need("training.special_rate_per_hour.cap", is_special),
        ),
        compute=_amount,
        working=_working,
    ),
    keys=CATALOGUE,
)
