"""Writing down rosters: people, what they are said to be, who gets a place, and what the officer finds."""

import json
from typing import Any

import polars as pl

from qihang.delivery.training.deciding import BENEFIT, SOURCE
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.imports.roster import TOO_OLD
from qihang.delivery.training.models import Enrolment
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.demo.admission import Admission, admit
from qihang.demo.cohort import FIRST_ROW, Cohort
from qihang.demo.opening import clerk, intake
from qihang.foundation.core.chronicle import UNIT
from qihang.foundation.core.copying import reserve_ids
from qihang.registry.benefits.enums import Fund
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.workflows import BENEFIT_USE_WORKFLOW
from qihang.registry.participants.enums import CategorySource, CategoryState
from qihang.registry.participants.imports import CATEGORY_UNKNOWN
from qihang.registry.participants.models import PersonCategory
from qihang.registry.participants.workflows import CATEGORY_WORKFLOW, PERSON_WORKFLOW
from qihang.registry.policy.models import Decision, DecisionBasis
from qihang.registry.policy.services import conclude

_GAVE_UP, _PAYS = "名册备注：自愿放弃补贴", "本人愿意自费学"
_SEEN, _NOT_FOUND = "看过证件和登记", "登记系统里查不到，请带证明到窗口"


def enrol(cohort: Cohort) -> None:
    """The roster with its decisions, the officer's look at the proofs, and those who pay for themselves.

    Afterwards `cohort.places` also says who is `enrolled`, who `subsidised`, and which benefit (`use`) is reserved.
    """
    rosters = cohort.units(clerk, lambda story: story.days.enrolled)
    proofs = cohort.units(intake, lambda story: story.days.proved)
    cohort.places = cohort.places.join(rosters.select("at", UNIT, "day"), on="at", maintain_order="left")
    _persons(cohort)
    claims = _claims(cohort)
    found = admit(cohort, proofs)
    places = found.places.join(claims, on="id", how="left", maintain_order="left").sort("id")
    places = places.with_columns(pl.Series("use", reserve_ids(BenefitUse, places.height), pl.Int64))
    _hand_in(cohort, places, found)
    looked = places.filter(pl.col("seen").is_not_null()).drop("day", UNIT)
    looked = looked.join(proofs.select("at", UNIT, "day"), on="at", maintain_order="left")
    _look(cohort, looked.filter("seen"), found.decisions_2)
    _look(cohort, cohort.one_by_one(looked.filter(~pl.col("seen")), intake), found.decisions_2)
    cohort.places = _pay_themselves(cohort, places, proofs)


# -- the roster ---


def _persons(cohort: Cohort) -> None:
    rows = cohort.places.filter("fresh")
    people = [cohort.classes[at].story.trainees[row].who for at, row in rows.select("at", "row").iter_rows()]
    told = {
        "name": [one.name for one in people],
        "identity_no": [one.identity for one in people],
        "phone": [one.phone for one in people],
        "education": [one.education for one in people],
        "hukou_region_id": [one.region for one in people],
    }
    known = rows.select(UNIT, pl.col("person_id").alias("id"), "sex", "birth_date")
    cohort.chronicle.enter(
        PERSON_WORKFLOW, known.with_columns(pl.Series(name, texts, pl.String) for name, texts in told.items())
    )


def _claims(cohort: Cohort) -> pl.DataFrame:
    """Write down what people are said to be, unless it stands already; the `claim` of each place by its `id`."""
    register = cohort.register
    said = cohort.places.filter(~pl.col("student")).select("id", "person_id", "category", UNIT, "at")
    pairs = list(said.select("person_id", "category").iter_rows())
    fresh = said.filter(pl.Series([pair not in register.claims for pair in pairs], dtype=pl.Boolean))
    fresh = fresh.unique(["person_id", "category"], keep="first", maintain_order=True)
    ids = reserve_ids(PersonCategory, fresh.height)
    register.claims.update(zip(fresh.select("person_id", "category").iter_rows(), ids, strict=True))
    filed = cohort.facts(
        valid_from=(lambda case: case.filed_on, pl.Date), region_id=(lambda case: case.region, pl.String)
    )
    rows = fresh.join(filed, on="at", maintain_order="left").with_columns(
        pl.Series("id", ids, pl.Int64), pl.lit(CategorySource.ROSTER.value).alias("source")
    )
    cohort.chronicle.enter(CATEGORY_WORKFLOW, rows.drop("at"))
    return said.select("id", pl.Series("claim", [register.claims[pair] for pair in pairs], pl.Int64))


def _hand_in(cohort: Cohort, places: pl.DataFrame, found: Admission) -> None:
    chronicle = cohort.chronicle
    chronicle.insert(Decision, found.decisions.drop("place"))
    rule = pl.when("student").then(pl.lit(CATEGORY_UNKNOWN.id)).when("too_old").then(pl.lit(TOO_OLD.id))
    refusals = pl.concat_list(rule).list.drop_nulls()
    classes = cohort.facts(training_class_id=(lambda case: case.id, pl.Int64))
    chronicle.enter(
        ENROLMENT_WORKFLOW,
        places.join(classes, on="at", maintain_order="left").select(
            UNIT,
            "id",
            "public_id",
            "training_class_id",
            "person_id",
            (pl.col("row") + FIRST_ROW).alias("roster_no"),
            "category",
            (~pl.col("waives")).alias("subsidised"),
            refusals.alias("refusals"),
            pl.col("decision").alias("decision_id"),
        ),
    )
    _reserve(cohort, places.filter("answer"), "decision")
    _move(cohort, places.filter("answer"), "admit", enrolled_on=_first_day())
    _refuse(cohort, places.filter(~pl.col("answer")), found.decisions)
    _move(cohort, places.filter("waives"), "self_pay", comment=pl.lit(_GAVE_UP), enrolled_on=_first_day())


def _reserve(cohort: Cohort, places: pl.DataFrame, decision: str) -> None:
    schools = cohort.facts(organization_id=(lambda case: case.story.plan.school.organization.pk, pl.Int64))
    cohort.chronicle.enter(
        BENEFIT_USE_WORKFLOW,
        places.join(schools, on="at", maintain_order="left").select(
            UNIT,
            pl.col("use").alias("id"),
            "person_id",
            pl.lit(BENEFIT).alias("benefit"),
            "on",
            "region",
            "organization_id",
            "occupation",
            "level",
            pl.lit(Fund.EMPLOYMENT.value).alias("fund"),
            pl.lit(SOURCE).alias("source_kind"),
            pl.col("public_id").alias("source_ref"),
            pl.col(decision).alias("decision_id"),
        ),
    )


def _first_day() -> pl.Expr:
    return pl.min_horizontal("day", "class_start")


def _move(
    cohort: Cohort,
    places: pl.DataFrame,
    name: str,
    source: EnrolmentState = EnrolmentState.APPLIED,
    **columns: pl.Expr,
) -> None:
    rows = places.select(UNIT, "id", *(value.alias(column) for column, value in columns.items()))
    cohort.chronicle.move(ENROLMENT_WORKFLOW, name, rows, source=source.value)


def _refuse(cohort: Cohort, places: pl.DataFrame, decisions: pl.DataFrame) -> None:
    reasons = _reasons(decisions.filter(pl.col("place").is_in(places["id"].implode())))
    told = places.join(reasons, on="id", maintain_order="left")
    _move(cohort, told, "refuse", comment=pl.col("reason"))


def _reasons(decisions: pl.DataFrame) -> pl.DataFrame:
    """What a refused person is told, by the `id` of the place."""
    bases = DecisionBasis.objects.in_bulk(decisions["basis_id"].unique().to_list())
    columns = decisions.select("place", "basis_id", "fact_values", "outcome_marks", "eligible").iter_rows()
    rows = [(place, _conclusion(bases[basis], *told)) for place, basis, *told in columns]
    return pl.DataFrame(rows, schema={"id": pl.Int64, "reason": pl.String}, orient="row")


def _conclusion(basis: DecisionBasis, facts: str, marks: str, eligible: bool) -> str:
    return conclude(
        Decision(benefit=BENEFIT, basis=basis, fact_values=json.loads(facts), outcome_marks=marks, eligible=eligible)
    )


# -- the proofs ---


def _look(cohort: Cohort, places: pl.DataFrame, decisions: pl.DataFrame) -> None:
    """Categories confirmed, or found not to be true, and the places decided anew."""
    chronicle, claims = cohort.chronicle, places.select(UNIT, pl.col("claim").alias("id"), "seen")
    no_post = pl.lit(False).alias("public_post")
    for seen, step, comment, found in ((True, "confirm", _SEEN, [no_post]), (False, "reject", _NOT_FOUND, [])):
        rows = claims.filter(pl.col("seen") == seen).select(UNIT, "id", pl.lit(comment).alias("comment"), *found)
        chronicle.move(CATEGORY_WORKFLOW, step, rows, source=CategoryState.CLAIMED.value)
    mine = decisions.drop(UNIT).join(places.select(pl.col("id").alias("place"), UNIT), on="place")
    chronicle.insert(Decision, mine.drop("place"))
    chronicle.update(Enrolment, places.select(UNIT, "id", pl.col("decision_2").alias("decision_id")))
    _reserve(cohort, places.filter("answer_2"), "decision_2")
    _move(cohort, places.filter("answer_2"), "admit", enrolled_on=_first_day())
    _refuse(cohort, places.filter(~pl.col("answer_2")), decisions)


def _pay_themselves(cohort: Cohort, places: pl.DataFrame, proofs: pl.DataFrame) -> pl.DataFrame:
    """Some of those refused come all the same; the places as they stand then."""
    refused = (pl.col("answer") == False) | (pl.col("answer_2") == False)  # noqa: E712 - null is no refusal
    here = pl.col("at").is_in(proofs["at"].implode())
    paying = places.with_columns((refused & pl.col("pays") & here).fill_null(False).alias("paying"))
    rows = paying.filter("paying").drop("day", UNIT).join(proofs.select("at", "day"), on="at", maintain_order="left")
    rows = cohort.one_by_one(rows, clerk)
    said: dict[str, Any] = {"comment": pl.lit(_PAYS), "subsidised": pl.lit(False), "enrolled_on": _first_day()}
    _move(cohort, rows, "self_pay", EnrolmentState.REFUSED, **said)
    return paying.drop("day", UNIT).with_columns(
        pl.any_horizontal("admitted", "waives", "paying").alias("enrolled"),
        (~pl.col("waives") & ~pl.col("paying")).alias("subsidised"),
        pl.when("admitted").then("use").alias("use"),
    )
