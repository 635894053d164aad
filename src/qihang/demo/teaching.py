"""Writing down attendance, who left, and who completed the class."""

import numpy as np
import polars as pl

from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.models import Attendance
from qihang.delivery.training.workflows import CLASS_WORKFLOW, ENROLMENT_WORKFLOW
from qihang.demo.cohort import Cohort
from qihang.demo.opening import clerk
from qihang.demo.stories import GONE, MARKS
from qihang.foundation.core.chronicle import UNIT
from qihang.foundation.core.copying import reserve_ids
from qihang.registry.benefits.enums import UseState
from qihang.registry.benefits.workflows import BENEFIT_USE_WORKFLOW

_LEFT, _FREED = "家里有事，来不了", "没学完，这次不占用"
_ENROLLED = EnrolmentState.ENROLLED.value


def teach(cohort: Cohort) -> None:
    """Marks so far, withdrawals, and completion; `cohort.places` then also says who `completed` the class."""
    marked = cohort.units(clerk, lambda story: story.days.marked).select("at", UNIT, "day")
    sitting = cohort.places.filter("enrolled").join(marked, on="at", maintain_order="left_right")
    _mark(cohort, sitting)
    _leave(cohort, cohort.one_by_one(sitting.filter(pl.col("left_on").is_not_null()), clerk))
    cohort.places = _complete(cohort)


def _mark(cohort: Cohort, places: pl.DataFrame) -> None:
    parts = []
    for (at,), mine in places.partition_by("at", as_dict=True, maintain_order=True).items():
        story = cohort.classes[int(at)].story
        row, day = np.nonzero(story.marks[mine["row"].to_numpy()] != GONE)
        parts.append(
            pl.DataFrame(
                {
                    UNIT: pl.repeat(mine[UNIT][0], len(row), eager=True, dtype=pl.Int64),
                    "enrolment_id": mine["id"].gather(row),
                    "day": pl.Series(story.taught, dtype=pl.Date).gather(day),
                    "mark": _WORDS.gather(story.marks[mine["row"].to_numpy()][row, day]),
                }
            )
        )
    if parts:
        rows = pl.concat(parts)
        cohort.chronicle.insert(
            Attendance, rows.with_columns(pl.Series("id", reserve_ids(Attendance, rows.height), pl.Int64))
        )


_WORDS = pl.Series([mark.value for mark in MARKS])


def _leave(cohort: Cohort, places: pl.DataFrame) -> None:
    """Everybody who left, each on a form of their own; a reserved benefit is free again."""
    rows = places.select(UNIT, "id", pl.col("left_on").alias("withdrawn_on"), pl.lit(_LEFT).alias("comment"))
    cohort.chronicle.move(ENROLMENT_WORKFLOW, "withdraw", rows, source=_ENROLLED)
    _release(cohort, places, f"退班：{_LEFT}")


def _release(cohort: Cohort, places: pl.DataFrame, comment: str) -> None:
    held = places.filter(pl.col("use").is_not_null())
    rows = held.select(UNIT, pl.col("use").alias("id"), pl.lit(comment).alias("comment"))
    cohort.chronicle.move(BENEFIT_USE_WORKFLOW, "release", rows, source=UseState.RESERVED.value)


def _complete(cohort: Cohort) -> pl.DataFrame:
    done = cohort.units(clerk, lambda story: story.days.completed)
    cohort.chronicle.move(
        CLASS_WORKFLOW,
        "complete",
        done.select(UNIT, pl.col("class_id").alias("id"), pl.col("day").alias("completed_on")),
        source=ClassState.APPROVED.value,
    )
    ends = cohort.facts(ends=(lambda case: case.story.plan.end, pl.Date))
    places = cohort.places.join(done.select("at", UNIT), on="at", how="left", maintain_order="left").join(
        ends, on="at", maintain_order="left"
    )
    stayed = pl.col("enrolled") & pl.col("left_on").is_null() & pl.col(UNIT).is_not_null()
    places = places.with_columns((stayed & pl.col("enough")).alias("completed"))
    passed = places.filter("completed").select(UNIT, "id", pl.col("ends").alias("completed_on"))
    cohort.chronicle.move(ENROLMENT_WORKFLOW, "complete", passed, source=_ENROLLED)
    short = places.filter(stayed & ~pl.col("enough"))
    words = pl.format("上课 {} 天，到了 {} 天，没到要求", "held", "attended")
    cohort.chronicle.move(
        ENROLMENT_WORKFLOW, "fall_short", short.select(UNIT, "id", words.alias("comment")), source=_ENROLLED
    )
    _release(cohort, short, _FREED)
    return places.drop(UNIT)
