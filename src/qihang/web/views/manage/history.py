"""What happened to an organisation and its people, told from the audit trail and the transition log."""

from collections.abc import Callable
from typing import Any

from qihang.foundation.core.audit_reading import AuditLine, history_of
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.models import Invitation, Membership, Organization
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW
from qihang.web.formats import short_moment
from qihang.web.parts import Event

_SHOWN = 30
_FOLLOWED = 500  # of an organisation's memberships and invitations, the latest


def events_of(organization: Organization) -> list[Event]:
    """The latest events, from early to late."""
    people = _latest(Membership.objects.filter(organization=organization).select_related("user"))
    asked = _latest(Invitation.objects.filter(organization=organization))
    lines = history_of({Organization: [organization.pk], Membership: [*people], Invitation: [*asked]}, _SHOWN)
    told = [(line.at, _event(line, people, asked)) for line in lines]
    steps = [(step.at, _step(step)) for step in ORGANIZATION_WORKFLOW.history(organization).order_by("-id")[:_SHOWN]]
    events = sorted([*((at, event) for at, event in told if event), *steps], key=lambda item: item[0])
    return [event for _, event in events[-_SHOWN:]]


def _latest(rows: Any) -> dict[int, Any]:
    return {row.pk: row for row in rows.order_by("-pk")[:_FOLLOWED]}


def _step(step: TransitionLog) -> Event:
    return Event(step.label, short_moment(step.at), _who(step.user_label, step.role), step.comment)


def _who(label: str, role: str) -> str:
    return f"{label}（{Role(role).label}）" if role in Role and role not in {Role.VISITOR, Role.PARTICIPANT} else label


def _event(line: AuditLine, people: dict[int, Membership], asked: dict[int, Invitation]) -> Event | None:
    title, why = _TELLERS[line.table](line, people, asked)
    return Event(title, short_moment(line.at), _who(line.actor.user_label, line.actor.role), why) if title else None


def _of_organization(line: AuditLine, *_: Any) -> tuple[str, str]:
    """Registering and changes of state are told by the transition log, with their grounds."""
    labels = "、".join(change.label for change in line.changes)
    return ("改了单位信息", labels) if line.operation == "U" and "state" not in line.after else ("", "")


def _of_membership(line: AuditLine, people: dict[int, Membership], *_: Any) -> tuple[str, str]:
    row = people[line.row]
    if line.operation == "I":
        return f"{row.user.name}到岗：{row.get_role_display()}", ""
    return (f"{row.user.name}离岗：{row.get_role_display()}", "") if "ended_on" in line.after else ("", "")


def _of_invitation(line: AuditLine, _: Any, asked: dict[int, Invitation]) -> tuple[str, str]:
    """An acceptance is told by the membership that it made."""
    row = asked[line.row]
    what = f"{row.name or '对方'}担任{row.get_role_display()}"
    if line.operation == "I":
        return f"请{what}", ""
    if "revoked_at" in line.after:
        return f"撤回邀请：{what}", ""
    return (f"换了邀请链接：{what}", "") if "digest" in line.after else ("", "")


_TELLERS: dict[str, Callable[..., tuple[str, str]]] = {
    Organization._meta.db_table: _of_organization,
    Membership._meta.db_table: _of_membership,
    Invitation._meta.db_table: _of_invitation,
}
