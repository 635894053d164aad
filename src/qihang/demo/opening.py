"""Writing down how classes were applied for and decided on."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl

from qihang.delivery.training.enums import ClassKind, ClassState, Programme
from qihang.delivery.training.models import Teaching
from qihang.delivery.training.workflows import CLASS_WORKFLOW
from qihang.demo.cohort import ClassCase, Cohort
from qihang.demo.days import later
from qihang.demo.stories import Story
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import reserve_ids

Hand = Callable[[ClassCase], Actor]
Day = Callable[[Story], dt.date | None]


def clerk(case: ClassCase) -> Actor:
    return case.story.plan.school.clerk


def manager(case: ClassCase) -> Actor:
    return case.story.plan.school.manager


def intake(case: ClassCase) -> Actor:
    return case.office.intake


def approver(case: ClassCase) -> Actor:
    return case.office.approver


def open_classes(cohort: Cohort) -> None:
    """From the draft to the approval, or to the cancellation."""
    _draft(cohort)
    _step(cohort, "submit", manager, lambda story: story.days.submitted, source=ClassState.DRAFT, review=True)
    _step(
        cohort,
        "send_back",
        intake,
        lambda story: story.days.returned,
        source=ClassState.SUBMITTED,
        comment=(lambda case: case.story.days.returned_for, pl.String),
    )
    _step(cohort, "submit", manager, lambda story: story.days.returned, source=ClassState.RETURNED, review=True)
    _step(cohort, "review", intake, lambda story: story.days.reviewed, source=ClassState.SUBMITTED, review=True)
    _step(
        cohort,
        "approve",
        approver,
        lambda story: story.days.approved,
        source=ClassState.REVIEWED,
        filing_no=(lambda case: case.filing_no, pl.String),
        filed_on=(lambda case: case.filed_on, pl.Date),
    )
    _staff(cohort)
    _step(
        cohort,
        "cancel",
        manager,
        lambda story: story.days.cancelled,
        source=ClassState.APPROVED,
        comment=(lambda case: "招生不满，并到下一期", pl.String),
    )


def _draft(cohort: Cohort) -> None:
    units = cohort.units(clerk, lambda story: story.days.drafted)
    filled = cohort.facts(**_APPLICATION).with_columns(
        pl.lit(Programme.SKILLS.value).alias("programme"),
        pl.lit(ClassKind.GENERAL.value).alias("kind"),
    )
    cohort.chronicle.enter(CLASS_WORKFLOW, units.join(filled, on="at").rename({"class_id": "id"}).drop("at", "day"))


def _staff(cohort: Cohort) -> None:
    """Who teaches, on the day of the approval."""
    units = cohort.units(clerk, lambda story: story.days.approved)
    taught = cohort.facts(membership_id=(lambda case: case.story.plan.trainer.membership_id, pl.Int64))
    rows = units.join(taught, on="at").rename({"class_id": "training_class_id", "day": "valid_from"}).drop("at")
    ids = pl.Series("id", reserve_ids(Teaching, rows.height), pl.Int64)
    cohort.chronicle.insert(Teaching, rows.with_columns(ids))


_APPLICATION: dict[str, tuple[Callable[[ClassCase], Any], Any]] = {
    "name": (lambda case: case.story.plan.name, pl.String),
    "organization_id": (lambda case: case.story.plan.school.organization.pk, pl.Int64),
    "region_id": (lambda case: case.region, pl.String),
    "occupation_id": (lambda case: case.occupation_id, pl.Int64),
    "level": (lambda case: case.story.plan.course.level, pl.String),
    "format": (lambda case: case.story.plan.format, pl.String),
    "hours": (lambda case: case.story.plan.course.hours, pl.Int64),
    "start": (lambda case: case.story.plan.start, pl.Date),
    "end": (lambda case: case.story.plan.end, pl.Date),
    "appraisal_on": (lambda case: later(case.story.plan.end, 3), pl.Date),
    "place": (lambda case: case.story.plan.school.organization.address, pl.String),
    "contact_name": (lambda case: case.story.plan.school.organization.contact_name, pl.String),
    "contact_phone": (lambda case: case.story.plan.school.organization.contact_phone.plain(), pl.String),
    "planned_heads": (lambda case: case.story.plan.heads, pl.Int64),
}


def _step(
    cohort: Cohort,
    name: str,
    hand: Hand,
    day: Day,
    *,
    source: ClassState,
    review: bool = False,
    **columns: tuple[Callable[[ClassCase], Any], Any],
) -> None:
    """One transition of every class whose day has come; `review`: a review with a deadline follows."""
    rows = cohort.units(hand, day).join(cohort.facts(**columns), on="at")
    if review:
        due = cohort.register.rules.due_on
        days = [due(cohort.classes[at].region, on) for at, on in rows.select("at", "day").iter_rows()]
        rows = rows.with_columns(pl.Series("due_on", days, pl.Date))
    cohort.chronicle.move(CLASS_WORKFLOW, name, rows.rename({"class_id": "id"}).drop("at", "day"), source=source.value)
