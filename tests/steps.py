"""Tables of steps written by hand, laid beside what a workflow allows: every state, every step, every role."""

from dataclasses import dataclass
from typing import Any

from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Workflow

ROLES = (*Role.values, SYSTEM)
# (state, step, role) -> the state it leads to
Matrix = dict[tuple[str, str, str], str]


@dataclass(frozen=True)
class Step:
    """One row of a table: from where to where, by whom; whether a reason is asked for, and whose hands it may not be."""

    sources: str
    target: str
    who: str
    reason: bool = False
    not_by_who: str = ""
    fields: str = ""


def expected(table: dict[str, Step]) -> Matrix:
    """The table spelt out; a name that is no role is a mistake of the table."""
    assert all(role in ROLES for step in table.values() for role in step.who.split())
    return {
        (state, name, role): step.target
        for name, step in table.items()
        for state in step.sources.split()
        for role in step.who.split()
    }


def allowed(workflow: Workflow[Any]) -> Matrix:
    """What the workflow's steps let happen, asked state by state and role by role."""
    states = dict(workflow.model._meta.get_field(workflow.field).flatchoices)  # type: ignore[union-attr]
    return {
        (state, step.name, role): step.target
        for step in workflow.transitions
        for state in states
        for role in ROLES
        if state in step.sources and role in step.roles
    }


def conditions(workflow: Workflow[Any]) -> dict[str, tuple[bool, set[str], set[str]]]:
    """By step: whether a reason is asked for, whose hands it may not be, what must be filled in."""
    return {
        step.name: (step.needs_comment, set(step.different_hands_from), set(step.needs))
        for step in workflow.transitions
    }


def expected_conditions(table: dict[str, Step]) -> dict[str, tuple[bool, set[str], set[str]]]:
    """The same, as the table has it."""
    return {
        name: (step.reason, set(step.not_by_who.split()), set(step.fields.split())) for name, step in table.items()
    }
