"""An app that exists only in the worker processes of the tests: a stepped job that can be caught in mid-step."""

from typing import Any

from django.apps import AppConfig

STEPS = 6
CAUGHT_IN = 3
GATE = 4711


class SampleConfig(AppConfig):
    name = "tests.foundation.jobs"
    label = "sample_jobs"

    def ready(self) -> None:
        from qihang.foundation.jobs.ports import register_job

        register_job("tests.stepped", label="分步的样子")(stepped)


def stepped(ctx: Any) -> dict[str, Any]:
    """Writes a row into an append-only table and one into an audited table in each step; waits at a gate in one."""
    from django.db import connection

    from qihang.foundation.core.models import CalendarYear, TransitionLog

    for at in range(ctx.checkpoint.get("next", 1), STEPS + 1):
        with ctx.step(done=at, total=STEPS, checkpoint={"next": at + 1}):
            TransitionLog.objects.create(
                subject="tests.stepped",
                subject_id=at,
                transition="step",
                label="一步",
                target="done",
                user_label=ctx.actor.user_label,
                role=ctx.actor.role,
                at=ctx.job.created_at,
            )
            CalendarYear.objects.create(year=2030 + at, source="样子")
            if at == CAUGHT_IN:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GATE])
    return {"steps": STEPS}
