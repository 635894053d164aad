"""Rules: three-valued clauses, versions that follow the meaning, and an engine that stands alone."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from qihang.foundation.core.evidence import EvidenceType
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.clauses import Amount, Case, Need, clause
from qihang.registry.policy.engine.expressions import full_years, full_years_between, holds_if, months_later, share_of
from qihang.registry.policy.engine.facts import Choice, Fact, FactDictionary, FactType
from qihang.registry.policy.engine.rules import ColumnCase, Rule, bit_mask
from qihang.registry.policy.rules import BENEFITS, EDITIONS, NoRule, rule_for, rule_of_version
from qihang.registry.policy.rules.facts import WORK_EVIDENCE

SOURCES = Path(__file__).resolve().parents[4] / "src"

# What each published edition means. A digest here changes only while an edition is being written; once decisions
# rest on it, a change of meaning is a new edition beside it, so that the old ones recompute for ever.
PUBLISHED = {
    "training_subsidy/1": "2a3895e40c8b47e4",
    "training_tranche_certified/1": "e50fdafa77e3f581",
    "training_tranche_employed/1": "320538ff8412d997",
    "training_tranche_certified/2": "752cfcb02073e1cc",
    "training_tranche_employed/2": "00a1a02c0e048925",
    "appraisal_subsidy/1": "4fa0eda1d2982cc4",
}

USES = Fact("uses", FactType.COUNT, "次数", "用过几次")
KIND = Fact("kind", FactType.CHOICE, "类", "哪一类", choices=(Choice("01", "甲"), Choice("02", "乙")))


@clause(id="cap", article="某条", title="不超", plain="不超", uses=("uses",), parameters=("training.lifetime_cap",))
def cap(case: Case) -> pl.Expr:
    return case.fact("uses") < case.number("training.lifetime_cap")


@clause(id="listed", article="某条", title="在列", plain="在列", uses=("kind",), parameters=("training.categories",))
def listed(case: Case) -> pl.Expr:
    return case.among("kind", "training.categories")


def nothing(case: Case) -> pl.Expr:
    return pl.lit(0)


def make_rule(*clauses: object, amount: Amount | None = None) -> Rule:
    return Rule(
        benefit="sample",
        edition=1,
        title="样子",
        facts=FactDictionary((USES, KIND)),
        clauses=clauses or (cap, listed),  # type: ignore[arg-type]
        amount=amount or Amount((), (), nothing, lambda facts, values: ""),
        keys=CATALOGUE,
    )


def test_published_editions_mean_what_they_meant() -> None:
    versions = {rule.version.split(":")[0]: rule.version.split(":")[1] for rule in EDITIONS}
    assert versions == PUBLISHED


def test_a_version_follows_the_meaning_not_the_words() -> None:
    @clause(
        id="cap", article="另一条", title="换个说法", plain="换", uses=("uses",), parameters=("training.lifetime_cap",)
    )
    def cap(case: Case) -> pl.Expr:
        """A docstring, a comment and another layout change nothing."""
        # like this one
        return case.fact(
            "uses",
        ) < case.number("training.lifetime_cap")

    worded = cap

    @clause(
        id="cap", article="某条", title="不超", plain="不超", uses=("uses",), parameters=("training.lifetime_cap",)
    )
    def cap(case: Case) -> pl.Expr:
        return case.fact("uses") <= case.number("training.lifetime_cap")

    original = make_rule(globals()["cap"]).version
    assert make_rule(worded).version == original
    assert make_rule(cap).version != original


def test_a_rule_refuses_facts_and_parameters_nobody_declared() -> None:
    @clause(id="x", article="", title="", plain="", uses=("height",), parameters=("no.such.key",))
    def strange(case: Case) -> pl.Expr:
        return case.fact("height") > 0

    with pytest.raises(ValueError, match=r"height.*no\.such\.key"):
        make_rule(strange)


def test_needs_are_named_once_in_the_order_of_the_clauses() -> None:
    rule = make_rule(cap, listed, amount=Amount((), (Need("training.lifetime_cap"),), nothing, lambda f, v: ""))
    assert [need.key for need in rule.needs] == ["training.lifetime_cap", "training.categories"]


def test_a_list_of_codes_lies_in_a_column_as_bits() -> None:
    assert [bit_mask(KIND, codes) for codes in (["01"], ["02"], ["01", "02"], ["99"], [])] == [1, 2, 3, 0, 0]
    assert make_rule().listed_fact("training.categories") == "kind"


def test_using_a_parameter_as_what_it_is_not_is_an_error() -> None:
    case = ColumnCase(make_rule())
    with pytest.raises(TypeError, match="no flag"):
        case.flag("training.lifetime_cap")
    with pytest.raises(TypeError, match="no choice"):
        case.among("uses", "training.categories")
    with pytest.raises(LookupError):
        case.fact("height")


@pytest.mark.parametrize(
    ("required", "condition", "outcome"),
    [
        (True, True, True),
        (True, False, False),
        (True, None, None),
        (False, False, True),
        (False, None, True),
        (None, True, None),
        (None, False, None),
    ],
)
def test_a_conditional_clause_needs_to_know_whether_it_is_in_force(
    required: bool | None, condition: bool | None, outcome: bool | None
) -> None:
    frame = pl.DataFrame({"r": [required], "c": [condition]}, schema={"r": pl.Boolean, "c": pl.Boolean})
    assert frame.select(holds_if(pl.col("r"), pl.col("c"))).item() is outcome


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        ("1971-03-09", "2026-03-08", 54),
        ("1971-03-09", "2026-03-09", 55),
        ("1972-02-29", "2027-02-28", 54),
        ("1972-02-29", "2027-03-01", 55),
        ("1972-02-29", "2028-02-29", 56),
        ("2000-12-31", "2001-01-01", 0),
    ],
)
def test_full_years_are_complete_years(born: str, day: str, years: int) -> None:
    frame = pl.DataFrame({"a": [born], "b": [day]}).with_columns(pl.all().str.to_date())
    assert frame.select(full_years(pl.col("a"), pl.col("b"))).item() == years
    assert full_years_between(frame["a"][0], frame["b"][0]) == years


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [("2026-03-27", 6, "2026-09-27"), ("2026-08-31", 6, "2027-02-28"), ("2027-08-31", 6, "2028-02-29")],
)
def test_months_later_is_the_same_day_or_the_months_last(day: str, months: int, later: str) -> None:
    frame = pl.DataFrame({"d": [day, None], "m": [months, months]}).with_columns(pl.col("d").str.to_date())
    assert frame.select(months_later(pl.col("d"), pl.col("m"))).to_series().cast(pl.String).to_list() == [later, None]


@pytest.mark.parametrize(("fen", "ratio", "share"), [(100_001, 500_000, 50_001), (3, 333_333, 1), (7, 0, 0)])
def test_a_share_is_rounded_half_up_to_the_fen(fen: int, ratio: int, share: int) -> None:
    frame = pl.DataFrame({"a": [fen], "r": [ratio]})
    assert frame.select(share_of(pl.col("a"), pl.col("r"))).item() == share


def test_the_kinds_of_proof_are_those_of_the_table_of_evidence() -> None:
    assert [(one.code, one.label) for one in WORK_EVIDENCE.choices] == [
        (kind.value, f"{kind.label}（{kind.rank}）") for kind in EvidenceType
    ]


def test_every_clause_says_what_it_is_and_uses_declared_facts() -> None:
    for rule in EDITIONS:
        assert len({item.id for item in rule.clauses}) == len(rule.clauses)
        for item in rule.clauses:
            assert item.article and item.title and item.plain and item.uses


def test_benefits_without_a_rule_say_so() -> None:
    recorded = {rule.benefit for rule in EDITIONS}
    for benefit in set(BENEFITS) - recorded:
        with pytest.raises(NoRule, match="这项待遇的规则还没有录入"):
            rule_for(benefit)
    with pytest.raises(NoRule, match="没有“lottery”这项待遇"):
        rule_for("lottery")


def test_a_stored_version_finds_its_edition_whatever_its_digest() -> None:
    assert rule_of_version("training_subsidy/1:0000") is rule_for("training_subsidy")
    with pytest.raises(NoRule, match="不在册"):
        rule_of_version("training_subsidy/99:0000")


def test_fact_dictionary_prints_name_type_unit_and_meaning() -> None:
    entry = rule_for("training_subsidy").facts["sex"].as_json()
    assert list(entry) == ["name", "type", "unit", "meaning", "values"]
    hours = rule_for("training_subsidy").facts["lesson_hours"].as_json()
    assert (hours["type"], hours["unit"]) == ("count", "lesson_hours")


@pytest.mark.parametrize("module", ["engine.evaluation", "engine.reading", "engine.wording", "rules", "seed_files"])
def test_the_engine_needs_no_django(module: str) -> None:
    code = f"import sys, qihang.registry.policy.{module}; sys.exit('django' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
