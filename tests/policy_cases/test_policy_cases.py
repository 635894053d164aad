"""Runs the policy cases in this folder: facts in, outcome of every clause, amount and missing parameters out."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.evaluation import decide
from qihang.registry.policy.engine.parameters import ParameterBook
from qihang.registry.policy.engine.values import parse_value
from qihang.registry.policy.rules import EDITIONS, rule_for
from qihang.registry.policy.seed_files import DEMO, SOURCED, seed_parameters

_FILES = sorted(Path(__file__).parent.glob("*.yaml"))
# YAML reads an unquoted yes and no as flags.
_ANSWERS = {True: True, False: False, "undecided": None}
_OUTCOMES = {False: False, "unknown": None}
_SETS = {"demo": DEMO, "sourced": SOURCED}


def _cases() -> Iterator[Any]:
    for path in _FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            yield pytest.param(document, case, id=f"{path.stem}: {case['name']}")


def _book(document: dict[str, Any], case: dict[str, Any]) -> ParameterBook:
    without = set(case.get("without", ()))
    rows = [seed.row for seed in seed_parameters(_SETS[document["parameters"]]) if seed.row.spec.key not in without]
    supposed = [
        (CATALOGUE[key], None, parse_value(CATALOGUE[key].kind, value)) for key, value in case.get("with", {}).items()
    ]
    return ParameterBook(rows).changed(supposed)


@pytest.mark.parametrize(("document", "case"), list(_cases()))
def test_policy_case(document: dict[str, Any], case: dict[str, Any]) -> None:
    rule = rule_for(document["benefit"])
    facts = document["facts"] | case.get("facts", {})
    assert set(facts) <= set(rule.facts.names)
    frame = pl.DataFrame([facts], infer_schema_length=None)
    answers = decide(rule, frame, on=case["day"], region=document["region"], book=_book(document, case))
    (answer,) = answers.as_json()

    failing = case.get("clauses", {})
    expected = {clause.id: _OUTCOMES[failing[clause.id]] if clause.id in failing else True for clause in rule.clauses}
    assert set(failing) <= set(expected)
    assert {clause["id"]: clause["passed"] for clause in answer["clauses"]} == expected
    assert answer["eligible"] is _ANSWERS[case["expect"]]
    assert answer["amount"] == case.get("amount")
    assert answer["missing"] == case.get("missing", [])


def test_each_benefit_with_a_rule_is_shown_for_2006_and_for_today() -> None:
    years: dict[str, set[int]] = {}
    for path in _FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        years.setdefault(document["benefit"], set()).update(case["day"].year for case in document["cases"])
    assert set(years) == {rule.benefit for rule in EDITIONS}
    assert all({2006, 2026} <= seen for seen in years.values())


def test_every_clause_is_failed_by_some_case() -> None:
    failed: dict[str, set[str]] = {}
    for path in _FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            names = [name for name, outcome in case.get("clauses", {}).items() if outcome is False]
            failed.setdefault(document["benefit"], set()).update(names)
    for benefit, names in failed.items():
        missing = {clause.id for clause in rule_for(benefit).clauses} - names
        assert not missing - ({"category_confirmed"} if benefit == "appraisal_subsidy" else set())


def test_dates_are_days() -> None:
    for path in _FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert all(type(case["day"]) is dt.date for case in document["cases"])
