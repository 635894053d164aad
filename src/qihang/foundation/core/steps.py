"""Since when things have been where they are, and until when the next step is due, as the transition log says."""

from typing import Any, TypeVar

from django.db.models import OuterRef, QuerySet, Subquery

from qihang.foundation.core.models import TransitionLog

Q = TypeVar("Q", bound=QuerySet[Any])


def with_last_step(rows: Q) -> Q:
    """Rows with `step_at` (moment of their latest transition) and `step_due` (last day of the next one, or None).

    One look into an index for each row, within the same query.
    """
    log = TransitionLog.objects.filter(subject=rows.model._meta.label_lower, subject_id=OuterRef("pk")).order_by("-id")
    return rows.annotate(step_at=Subquery(log.values("at")[:1]), step_due=Subquery(log.values("due_on")[:1]))


def with_moment(rows: Q, transition: str, name: str) -> Q:
    """Rows with `name`: when they last made `transition`, None for those that never did."""
    log = TransitionLog.objects.filter(
        subject=rows.model._meta.label_lower, subject_id=OuterRef("pk"), transition=transition
    ).order_by("-id")
    return rows.annotate(**{name: Subquery(log.values("at")[:1])})
