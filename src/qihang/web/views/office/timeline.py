"""What was done to a thing, by whose hands, as the timeline shows it; and what comes next."""

from collections.abc import Iterable
from typing import Any

from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Workflow
from qihang.web.formats import short_moment
from qihang.web.parts import Event


def events_of(workflow: Workflow[Any], log: Iterable[TransitionLog]) -> list[Event]:
    """One event a line of the log, sealed where the transition has legal effect."""
    seals = {step.name: step.seal for step in workflow.transitions}
    return [
        Event(
            title=line.label,
            when=short_moment(line.at),
            who=hand_of(line),
            why=line.comment,
            seal=seals.get(line.transition, ""),
        )
        for line in log
    ]


def hand_of(line: TransitionLog) -> str:
    """Whose hand it was: name, and the post they acted in; a rule's own step was nobody's."""
    if line.role == SYSTEM:
        return "系统"
    post = Role(line.role).label if line.role in Role else ""
    return "，".join(filter(None, (line.user_label, post)))
