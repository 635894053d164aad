"""The names of the jobs, and the one that checks a large file while the person goes on."""

from collections.abc import Mapping
from typing import Any

from qihang.foundation.jobs.context import JobContext

CHECK_JOB = "imports.check"
COMMIT_JOB = "imports.commit"


def run_check(ctx: JobContext) -> Mapping[str, Any]:
    """Handler of `imports.check`: payload `{"batch": public id}`."""
    from qihang.foundation.imports import services  # they enqueue this job

    batch = services.get_batch(actor=ctx.actor, public_id=str(ctx.payload["batch"]))
    with ctx.step(message="正在逐格检查"):
        services.check(actor=ctx.actor, batch=batch)
    return {"rows": batch.rows, "accepted": batch.accepted, "errors": batch.errors, "confirms": batch.confirms}
