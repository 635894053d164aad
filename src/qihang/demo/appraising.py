"""Writing down sittings, scores, certificates, and the benefits that count as enjoyed from then on."""

import polars as pl

from qihang.delivery.appraisal.enums import SittingState
from qihang.delivery.appraisal.models import Certificate, Score, Sitting, new_token
from qihang.delivery.appraisal.workflows import CERTIFICATE_WORKFLOW, SITTING_WORKFLOW
from qihang.demo.cohort import ClassCase, Cohort
from qihang.demo.opening import intake
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.chronicle import UNIT
from qihang.foundation.core.copying import reserve_ids
from qihang.registry.benefits.enums import UseState
from qihang.registry.benefits.workflows import BENEFIT_USE_WORKFLOW

_EARNED = "取得证书"


def appraise(cohort: Cohort) -> None:
    """The sitting of each completed class, and what came of it where it has been held."""
    planned = cohort.units(intake, lambda story: story.days.planned)
    sittings = planned.with_columns(pl.Series("id", reserve_ids(Sitting, planned.height), pl.Int64))
    about = cohort.facts(
        training_class_id=(lambda case: case.id, pl.Int64),
        station_id=(lambda case: case.station.organization.pk, pl.Int64),
        region_id=(lambda case: case.region, pl.String),
        on=(lambda case: case.story.days.sits, pl.Date),
        place=(lambda case: case.station.organization.address, pl.String),
    )
    rows = sittings.join(about, on="at", maintain_order="left")
    cohort.chronicle.enter(SITTING_WORKFLOW, rows.drop("at", "class_id", "day"))
    held = cohort.units(_judge, lambda story: story.days.scored).drop("class_id")
    held = held.join(rows.drop(UNIT, "day", "class_id", "place"), on="at", maintain_order="left")
    cohort.chronicle.move(SITTING_WORKFLOW, "hold", held.select(UNIT, "id"), source=SittingState.PLANNED.value)
    _certify(cohort, _score(cohort, held.rename({"id": "sitting_id"})))


def _judge(case: ClassCase) -> Actor:
    return case.station.clerk


def _score(cohort: Cohort, held: pl.DataFrame) -> pl.DataFrame:
    """The scores of everybody who completed; their places with `passed`."""
    least = [cohort.register.rules.pass_score(*row) for row in held.select("region_id", "on").iter_rows()]
    judged = held.with_columns(pl.Series("least", [int(one) for one in least], pl.Int64))
    sat = cohort.places.filter("completed").select("at", "id", "person_id", "theory", "practice", "use", "subsidised")
    sat = sat.join(judged, on="at", maintain_order="left_right")
    enough = [(pl.col(part) >= pl.col("least")).fill_null(False) for part in ("theory", "practice")]
    sat = sat.with_columns(pl.all_horizontal(enough).alias("passed"))
    ids = pl.Series("id", reserve_ids(Score, sat.height), pl.Int64)
    columns = (UNIT, "sitting_id", "theory", "practice", "passed")
    cohort.chronicle.insert(Score, sat.select(*columns, pl.col("id").alias("enrolment_id")).with_columns(ids))
    return sat


def _certify(cohort: Cohort, sat: pl.DataFrame) -> None:
    passed = sat.filter("passed")
    numbers = [
        cohort.register.certificate_number(
            cohort.classes[at].station.organization, on, cohort.classes[at].story.plan.course.level
        )
        for at, on in passed.select("at", "day").iter_rows()
    ]
    item = cohort.facts(
        occupation_id=(lambda case: case.occupation_id, pl.Int64),
        level=(lambda case: case.story.plan.course.level, pl.String),
    )
    cohort.chronicle.enter(
        CERTIFICATE_WORKFLOW,
        passed.join(item, on="at", maintain_order="left").select(
            UNIT,
            pl.Series("id", reserve_ids(Certificate, passed.height), pl.Int64),
            "person_id",
            pl.col("id").alias("enrolment_id"),
            "sitting_id",
            "station_id",
            "region_id",
            "occupation_id",
            "level",
            pl.Series("number", numbers, pl.String),
            pl.col("on").alias("appraised_on"),
            pl.col("day").alias("issued_on"),
            pl.Series("token", [new_token() for _ in numbers], pl.String),
        ),
    )
    earned = passed.filter(pl.col("use").is_not_null())
    rows = earned.select(UNIT, pl.col("use").alias("id"), pl.lit(_EARNED).alias("comment"))
    cohort.chronicle.move(BENEFIT_USE_WORKFLOW, "enjoy", rows, source=UseState.RESERVED.value)
