"""Housekeeping of the foundation itself."""

from asgiref.sync import async_to_sync
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager

from qihang.foundation.core import audit
from qihang.foundation.jobs.enums import Cadence
from qihang.foundation.jobs.ports import register_chore

KEEP_QUEUE_ROWS_HOURS = 24 * 30


def register() -> None:
    """Seal the audit trail, and clear the queue's own old rows."""
    register_chore("audit.seal", every=Cadence.MINUTE)(_seal)
    register_chore("jobs.clear_queue", every=Cadence.DAY)(_clear_queue)


def _seal() -> None:
    audit.seal()


def _clear_queue() -> None:
    manager = JobManager(DjangoConnector())
    async_to_sync(manager.delete_old_jobs)(
        nb_hours=KEEP_QUEUE_ROWS_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
