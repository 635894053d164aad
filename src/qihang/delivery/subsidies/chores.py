"""What nobody comes to settle: classes whose last day to be examined passed while some still wait for a certificate."""

import logging
from collections.abc import Sequence

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

    Some classes a transaction; where one of them cannot be settled, each by itself, so that it holds nobody else up.
    What cannot be settled is logged, and tried again by the next run.
    """
    ids = closed_to_appraisal(classes_waiting_for_certificates())
    return sum(_settled(ids[at : at + _TOGETHER]) for at in range(0, len(ids), _TOGETHER))


def _settled(ids: Sequence[int]) -> int:
    try:
        settle_classes(actor=SETTLER, items=list(TrainingClass.objects.filter(pk__in=ids)))
    except Exception:
        if len(ids) > 1:
            return sum(_settled([one]) for one in ids)
        logger.exception("class %s could not be settled", ids[0])
        return 0
    return len(ids)
