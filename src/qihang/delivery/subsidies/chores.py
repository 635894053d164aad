"""What nobody comes to settle: classes whose last day to be examined passed while some still wait for a certificate."""

import logging

from qihang.delivery.appraisal.waiting import closed_to_appraisal
from qihang.delivery.subsidies.querysets import classes_waiting_for_certificates
from qihang.delivery.subsidies.services import settle_classes
from qihang.delivery.training.models import TrainingClass
from qihang.foundation.core.actors import Actor
from qihang.foundation.jobs.enums import Cadence
from qihang.foundation.jobs.ports import register_chore

SETTLER = Actor.for_system("subsidy-settler")
_TOGETHER = 20

logger = logging.getLogger(__name__)


def register() -> None:
    register_chore("subsidies.give_up_waiting", every=Cadence.HOUR)(_run)


def _run() -> None:
    give_up_waiting()


def give_up_waiting() -> int:
    """Settle them, so that what cannot be earned any more is told and its uses are given back; returns how many.

    Some classes a transaction. Those that cannot be settled are logged, and tried again by the next run.
    """
    ids = closed_to_appraisal(classes_waiting_for_certificates())
    settled = 0
    for at in range(0, len(ids), _TOGETHER):
        together = ids[at : at + _TOGETHER]
        try:
            settle_classes(actor=SETTLER, items=list(TrainingClass.objects.filter(pk__in=together)))
        except Exception:
            logger.exception("classes %s could not be settled", together)
        else:
            settled += len(together)
    return settled
