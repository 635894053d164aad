"""`./qihang decide`: answers the cases of a CSV file by the rules of a place and a day. Nothing is stored."""

import argparse
from pathlib import Path
from typing import Any

import polars as pl

from qihang.foundation.core import clock
from qihang.foundation.core.commands import Needs, WrongUsage, content_of, print_json
from qihang.foundation.core.errors import DomainError
from qihang.registry.policy.commands.arguments import day, known_benefit, region
from qihang.registry.policy.engine.evaluation import Answers, Basis
from qihang.registry.policy.engine.reading import CASE, ON, REGION, UnreadableFile, read_cases
from qihang.registry.policy.engine.rules import Rule
from qihang.registry.policy.engine.wording import worded
from qihang.registry.policy.rules import NoRule, rule_for
from qihang.registry.reference.regions import jurisdiction_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`BENEFIT FILE.csv --region CODE [--on DATE] --json`, or `BENEFIT --facts`."""
    parser.add_argument("benefit", metavar="BENEFIT", help="待遇，如 training_subsidy")
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE.csv", help="第一行是事实的名字，一行一个人，空格子是还不知道"
    )
    parser.add_argument("--facts", action="store_true", help="列出这项待遇要哪些事实")
    parser.add_argument(
        "--region", type=region, metavar="CODE", help="哪里的规定，6 位行政区划代码；文件里有 region 列的以列为准"
    )
    parser.add_argument("--on", type=day, metavar="DATE", help="哪一天的规定；默认今天；文件里有 on 列的以列为准")
    parser.add_argument("--json", action="store_true", help="只输出 JSON")


def check(options: argparse.Namespace) -> None:
    """WrongUsage for a benefit that does not exist, and for a question without a file."""
    known_benefit(options.benefit)
    if options.file is None and not options.facts:
        raise WrongUsage("请给出 CSV 文件，或用 --facts 看要填哪些事实")


def needs(options: argparse.Namespace) -> Needs:
    """The fact dictionary needs nothing; answers need the parameters in the database."""
    return Needs.NOTHING if options.facts else Needs.DATABASE


def run(options: argparse.Namespace) -> int:
    """Print the fact dictionary or the answers. DomainError for a benefit without a rule or a faulty file."""
    rule = _rule(options.benefit)
    if options.facts:
        _print_facts(rule, options.json)
        return 0
    cases = _placed(_read(options.file, rule), options)
    answers = _answers(rule, cases)
    answered = zip(cases[CASE], answers.as_json(), answers.basis_at, strict=True)
    if options.json:
        print_json([{"case": case, **answer} for case, answer, _ in answered])
    else:
        print("\n".join(_line(rule, case, answer, answers.bases[at]) for case, answer, at in answered))
    return 0


def _rule(benefit: str) -> Rule:
    try:
        return rule_for(benefit)
    except NoRule as problem:
        raise DomainError(str(problem), code="rule_missing") from problem


def _read(path: Path, rule: Rule) -> pl.DataFrame:
    try:
        return read_cases(content_of(path), rule.facts)
    except UnreadableFile as problem:
        raise DomainError(str(problem), code="unreadable") from problem


def _placed(cases: pl.DataFrame, options: argparse.Namespace) -> pl.DataFrame:
    """The cases with a day and a known place each: the file's own columns first, then the options."""
    missing = [pl.lit(None, kind).alias(name) for name, kind in ((ON, pl.Date), (REGION, pl.String))]
    placed = cases.with_columns(column for column in missing if column.meta.output_name() not in cases.columns)
    placed = placed.with_columns(
        pl.col(ON).fill_null(pl.lit(options.on or clock.today())),
        pl.col(REGION).fill_null(pl.lit(options.region, pl.String)),
    )
    if placed[REGION].has_nulls():
        raise DomainError("还不知道按哪里的规定：请用 --region 写上行政区划代码，如 460100")
    strange = [code for code in placed[REGION].unique().sort() if code not in jurisdiction_table()]
    if strange:
        raise DomainError(f"没有这个行政区划代码：{'、'.join(strange)}")
    return placed


def _answers(rule: Rule, cases: pl.DataFrame) -> Answers:
    from qihang.registry.policy.services import answer_many  # models load only once the database is there

    return answer_many(frame=cases, benefit=rule.benefit, on=cases[ON], region=cases[REGION])


def _print_facts(rule: Rule, as_json: bool) -> None:
    entries = [fact.as_json() for fact in rule.facts]
    if as_json:
        print_json(entries)
        return
    for fact in rule.facts:
        print(f"{fact.name}（{fact.label}）：{fact.meaning}。填{fact.expects}")


def _line(rule: Rule, case: str, answer: dict[str, Any], basis: Basis) -> str:
    if answer["eligible"]:
        return f"{case}：符合，{answer['amount']} 元"
    refused = answer["eligible"] is False
    open_clauses = [entry["id"] for entry in answer["clauses"] if entry["passed"] is (False if refused else None)]
    reasons = [worded(rule.clause(name).title, rule, basis) for name in open_clauses]
    if not refused:
        reasons += [f"缺参数“{rule.spec(key).label}”" for key in answer["missing"]]
    return f"{case}：{'不符合' if refused else '还不能定'}：{'；'.join(reasons) or '金额，请看等级和课时'}"
