from qihang.foundation.jobs.enums import Cadence
from qihang.foundation.jobs.ports import register_chore
from qihang.foundation.notices.services import close_notices


def register() -> None:
    register_chore("notices.close", every=Cadence.HOUR)(_close)


def _close() -> None:
    """End the notices whose last day is over."""
    close_notices()
