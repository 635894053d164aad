"""The appraisal subsidy (鉴定补贴, today 评价补贴): plan A6.

In 2006 for holders of the preferential certificate in hardship, once, for occupations that need a certificate; today
for six groups of people, at the first appraisal, three times in life, never twice for one occupation. Which of these
hold where and when is said by parameters. Decided after the certificate, by the rules of the sitting's day.
"""

from collections.abc import Mapping

import polars as pl

from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.clauses import Amount, Case, Need, clause
from qihang.registry.policy.engine.expressions import holds_if
from qihang.registry.policy.engine.facts import Cell, Fact, FactDictionary, FactType
from qihang.registry.policy.engine.rules import Rule
from qihang.registry.policy.rules import facts as shared
from qihang.registry.policy.rules.training_subsidy import not_public_post

BENEFIT = "appraisal_subsidy"

FACTS = FactDictionary(
    (
        shared.CATEGORY,
        shared.CATEGORY_CONFIRMED,
        shared.LEVEL,
        Fact("certified", FactType.FLAG, "已取证", "是否已取得职业资格、技能等级或专项职业能力证书（培训合格证不算）"),
        Fact("first_appraisal", FactType.FLAG, "初次鉴定", "是否这一职业（工种）的初次鉴定"),
        Fact("lifetime_uses", FactType.COUNT, "累计次数", "这次以前已占用或已享受鉴定补贴的次数", "times"),
        Fact(
            "same_occupation_uses",
            FactType.COUNT,
            "同职业次数",
            "这次以前就同一职业（工种）已占用或享受的次数",
            "times",
        ),
        Fact("hardship", FactType.FLAG, "生活困难", "是否经认定生活确有困难（2006 年的条件）"),
        Fact("access_occupation", FactType.FLAG, "就业准入工种", "职业（工种）是否属于就业准入（2006 年的条件）"),
        shared.PUBLIC_POST,
    )
)


def _category(known: Mapping[str, Cell]) -> str:
    return shared.CATEGORY.text(known["category"]) or "还没有填人员类别"


@clause(
    id="category_eligible",
    article="财社〔2023〕181号 第六条",
    title="人员类别在补贴范围内（{assess.categories}）",
    plain="属于能领补贴的人员",
    uses=("category",),
    parameters=("assess.categories",),
    tell=_category,
)
def category_eligible(case: Case) -> pl.Expr:
    return case.among("category", "assess.categories")


@clause(
    id="category_confirmed",
    article="财社〔2023〕181号 第六条",
    title="人员类别已由经办凭证明核实",
    plain="人员类别核实过",
    uses=("category", "category_confirmed"),
    parameters=("assess.categories",),
)
def category_confirmed(case: Case) -> pl.Expr:
    return case.fact("category_confirmed")


@clause(
    id="hardship",
    article="国发〔2005〕36号",
    title="生活确有困难",
    plain="家里确实困难",
    uses=("hardship",),
    parameters=("assess.hardship_required",),
)
def hardship(case: Case) -> pl.Expr:
    return holds_if(case.flag("assess.hardship_required"), case.fact("hardship"))


@clause(
    id="access_occupation",
    article="国发〔2005〕36号",
    title="职业（工种）属于就业准入",
    plain="这个工种要持证上岗",
    uses=("access_occupation",),
    parameters=("assess.access_occupation_required",),
)
def access_occupation(case: Case) -> pl.Expr:
    return holds_if(case.flag("assess.access_occupation_required"), case.fact("access_occupation"))


@clause(
    id="certified",
    article="财社〔2023〕181号 第六条",
    title="已取得证书",
    plain="拿到了证书",
    uses=("certified",),
)
def certified(case: Case) -> pl.Expr:
    return case.fact("certified")


@clause(
    id="first_appraisal",
    article="财社〔2023〕181号 第六条",
    title="初次鉴定",
    plain="第一次考这个证",
    uses=("first_appraisal",),
    parameters=("assess.first_time_only",),
)
def first_appraisal(case: Case) -> pl.Expr:
    return holds_if(case.flag("assess.first_time_only"), case.fact("first_appraisal"))


@clause(
    id="lifetime_cap",
    article="财社〔2023〕181号 第六条",
    title="累计享受次数未到上限（{assess.lifetime_cap}）",
    plain="一共领过的次数没到上限（{assess.lifetime_cap}）",
    uses=("lifetime_uses",),
    parameters=("assess.lifetime_cap",),
)
def lifetime_cap(case: Case) -> pl.Expr:
    return case.fact("lifetime_uses") < case.number("assess.lifetime_cap")


@clause(
    id="same_occupation_once",
    article="财社〔2023〕181号 第六条",
    title="同一职业（工种）没有补过",
    plain="这个工种没有领过鉴定补贴",
    uses=("same_occupation_uses",),
    parameters=("assess.same_occupation_once",),
)
def same_occupation_once(case: Case) -> pl.Expr:
    return holds_if(case.flag("assess.same_occupation_once"), case.fact("same_occupation_uses") == 0)


def _amount(case: Case) -> pl.Expr:
    return case.number("assess.rate")


def _working(known: Mapping[str, Cell], value: Mapping[str, str]) -> str:
    return f"{shared.LEVEL.text(known['level'])}每人 {value['assess.rate']}"


RULE = Rule(
    benefit=BENEFIT,
    edition=1,
    title="职业技能鉴定补贴",
    facts=FACTS,
    clauses=(
        category_eligible,
        category_confirmed,
        hardship,
        access_occupation,
        certified,
        first_appraisal,
        lifetime_cap,
        same_occupation_once,
        not_public_post,
    ),
    amount=Amount(uses=("level",), needs=(Need("assess.rate"),), compute=_amount, working=_working),
    keys=CATALOGUE,
)
