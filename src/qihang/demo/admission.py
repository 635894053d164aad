"""Who gets a place with the subsidy: the engine's answers on the roster's day, and again once the proofs were seen."""

from dataclasses import dataclass

import polars as pl

from qihang.delivery.training.deciding import BENEFIT
from qihang.demo.cohort import Cohort
from qihang.demo.world import BUILDER
from qihang.foundation.core.chronicle import UNIT
from qihang.foundation.core.units import unit_of_work
from qihang.registry.policy.services.decisions import answer_many
from qihang.registry.policy.services.storing import decision_rows

_COUNTS = ("lifetime_uses", "uses_this_year", "same_occupation_level_uses")


@dataclass(frozen=True)
class Admission:
    """The places with what was decided, and the decisions as rows of their table (with `unit`).

    Places have, of the roster's day, `decision` and `answer` (null: waits); of the proofs' day `seen` (whether the
    category was found true; null: not looked at), `decision_2` and `answer_2`.
    """

    places: pl.DataFrame
    decisions: pl.DataFrame
    decisions_2: pl.DataFrame


def admit(cohort: Cohort, proofs: pl.DataFrame) -> Admission:
    """Decide every place of a cohort, those of people who come twice one after the other. Nothing is written."""
    classes = cohort.facts(
        on=(lambda case: case.filed_on, pl.Date),
        region=(lambda case: case.region, pl.String),
        occupation=(lambda case: case.occupation, pl.String),
        level=(lambda case: case.story.plan.course.level, pl.String),
        lesson_hours=(lambda case: case.story.plan.course.hours, pl.Int64),
        class_start=(lambda case: case.story.plan.start, pl.Date),
        ended=(lambda case: case.story.days.completed is not None, pl.Boolean),
    )
    looks = proofs.select("at", pl.col(UNIT).alias("looked_in"))
    rows = cohort.places.join(classes, on="at", maintain_order="left").join(looks, on="at", how="left")
    last = int(rows.select(pl.col("round").max().fill_null(0)).item())
    rounds = [_round(cohort, rows.filter(pl.col("round") == number)) for number in range(last + 1)]
    return Admission(*(pl.concat(parts, how="diagonal") for parts in zip(*rounds, strict=True)))


def _round(cohort: Cohort, places: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """People of whom each comes once: decide, look at the proofs, decide again, and remember for the next round."""
    places = places.with_columns(*_brought(cohort, places))
    known = pl.when("stood").then(pl.lit(True))
    asking = places.filter(~pl.col("waives")).with_columns(known.alias("category_confirmed"))
    first = _decide(cohort, asking)
    places = places.join(_answers(first, "decision", "answer"), on="id", how="left", maintain_order="left")
    waits = ~pl.col("waives") & pl.col("answer").is_null() & pl.col("looked_in").is_not_null()
    looked_at = waits & ~pl.col("stood") & ~pl.col("student")
    places = places.with_columns(pl.when(looked_at).then(~pl.col("unproved")).alias("seen"))
    again = places.filter(pl.col("seen").is_not_null()).with_columns(
        pl.col("seen").alias("category_confirmed"),
        pl.col("decision").alias("supersedes_id"),
        pl.col("looked_in").alias(UNIT),
    )
    second = _decide(cohort, again)
    places = places.join(_answers(second, "decision_2", "answer_2"), on="id", how="left", maintain_order="left")
    places = places.with_columns(
        pl.any_horizontal(pl.col("answer", "answer_2").fill_null(False)).alias("admitted"),
    )
    _remember(cohort, places)
    return places, first, second


def _brought(cohort: Cohort, places: pl.DataFrame) -> list[pl.Series]:
    """What each person brings from before: whether the category stands, and how often the benefit was used."""
    register = cohort.register
    stood = [pair in register.confirmed for pair in places.select("person_id", "category").iter_rows()]
    counts = []
    for person, on, occupation, level in places.select("person_id", "on", "occupation", "level").iter_rows():
        uses = register.uses.get(person, ())
        this_year = sum(year == on.year for year, _, _ in uses)
        counts.append((len(uses), this_year, sum(use[1:] == (occupation, level) for use in uses)))
    columns = zip(*counts, strict=True) if counts else [()] * len(_COUNTS)
    return [
        pl.Series("stood", stood, pl.Boolean),
        *(pl.Series(name, list(values), pl.Int64) for name, values in zip(_COUNTS, columns, strict=True)),
    ]


def _decide(cohort: Cohort, cases: pl.DataFrame) -> pl.DataFrame:
    """The decisions on some places as rows of their table, signed by the hands of their units; `place` leads back."""
    facts = cases.with_columns(
        pl.when("category_confirmed").then(pl.lit(False)).alias("public_post"),
        pl.lit(False).alias("unemployment_fund_same_item"),
        pl.col("public_id").alias("case_ref"),
    )
    with unit_of_work(BUILDER):
        answers = answer_many(frame=facts, benefit=BENEFIT, on=facts["on"], region=facts["region"])
        rows = decision_rows(answers, facts)
    hands = cohort.chronicle.hands(cases[UNIT]).select(
        UNIT,
        pl.col("user_id").alias("decided_by_id"),
        pl.col("user_label").alias("decided_by"),
        pl.col("role").alias("decided_by_role"),
        pl.col("organization_label").alias("decided_by_organization"),
    )
    placed = rows.with_columns(cases[UNIT], cases["id"].alias("place"))
    return placed.join(hands, on=UNIT, how="left", maintain_order="left")


def _answers(decisions: pl.DataFrame, decision: str, answer: str) -> pl.DataFrame:
    return decisions.select(
        pl.col("place").alias("id"), pl.col("id").alias(decision), pl.col("eligible").alias(answer)
    )


def _remember(cohort: Cohort, places: pl.DataFrame) -> None:
    """Categories confirmed, and benefits that are not given back: by who left or fell short of the days."""
    register = cohort.register
    confirmed = places.filter(pl.col("seen").fill_null(False))
    register.confirmed.update(confirmed.select("person_id", "category").iter_rows())
    kept = places.filter("admitted", pl.col("left_on").is_null(), pl.col("enough") | ~pl.col("ended"))
    for person, on, *item in kept.select("person_id", "on", "occupation", "level").iter_rows():
        register.uses[person].append((on.year, *item))
