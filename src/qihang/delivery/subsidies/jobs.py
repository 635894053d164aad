"""Settling many classes in the background, whenever proof has come or gone."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q

from qihang.delivery.employment.models import ContributionList
from qihang.delivery.subsidies.chores import SETTLER
from qihang.delivery.subsidies.querysets import classes_waiting_for_work
from qihang.delivery.subsidies.services import settle_class
from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.jobs import services as jobs
from qihang.foundation.jobs.context import JobContext
from qihang.foundation.jobs.models import Job

SETTLE_JOB = "subsidies.settle"
SETTLE_LABEL = "结算培训补贴"


def settle_later(*, actor: Actor, classes: Iterable[int]) -> Job | None:
    """Have these classes settled, by id; None where there is nothing to settle."""
    ids = sorted(set(classes))
    return jobs.enqueue(kind=SETTLE_JOB, actor=actor, payload={"classes": ids}) if ids else None


def run_settle(ctx: JobContext) -> dict[str, int]:
    """Handler of `subsidies.settle`: payload `{"classes": [ids]}`, one class a step."""
    ids: list[int] = ctx.payload["classes"]
    for at in range(int(ctx.checkpoint.get("done", 0)), len(ids)):
        with ctx.step(done=at + 1, total=len(ids), message=f"结算到第 {at + 1} 个班") as step:
            did = settle_class(actor=ctx.actor, item=TrainingClass.objects.get(pk=ids[at]))
            step.checkpoint = {
                "done": at + 1,
                "earned": _so_far(ctx, "earned") + did.earned,
                "reversed": _so_far(ctx, "reversed") + did.reversed,
            }
    return {"classes": len(ids), "earned": _so_far(ctx, "earned"), "reversed": _so_far(ctx, "reversed")}


def _so_far(ctx: JobContext, name: str) -> int:
    found: Any = ctx.checkpoint.get(name, 0)
    return int(found)


def settle_after_work(actor: Actor, persons: Collection[int], listed: ContributionList | None) -> None:
    """Spells of work came, went or moved: settle these people's classes (port `spells_changed`).

    A list is also proof that others are not on it: then every class in the actor's sight that waits for work is settled.
    Classes that these people sat in elsewhere are settled by the rule's own hand, as where two records were merged.
    """
    places = Enrolment.objects.completed().filter(person__in=among(persons), subsidised=True)
    sat_in = Q(pk__in=places.values("training_class_id"))
    touched = sat_in
    if listed is not None:
        touched |= Q(pk__in=classes_waiting_for_work(actor).values("pk"))
    completed = TrainingClass.objects.filter(state=ClassState.COMPLETED)
    seen = TrainingClass.objects.visible_to(actor)
    settle_later(actor=actor, classes=completed.filter(touched, pk__in=seen).values_list("pk", flat=True))
    settle_later(actor=SETTLER, classes=completed.filter(sat_in).exclude(pk__in=seen).values_list("pk", flat=True))


def settle_after_certificates(actor: Actor, classes: Collection[int]) -> None:
    """Certificates of these classes were issued or revoked (port `certificates_changed`)."""
    settle_later(actor=actor, classes=classes)
