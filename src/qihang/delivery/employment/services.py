"""Work that a document proves: handed in, decided on, taken back. What lists prove comes by import (`lists`)."""

import datetime as dt
from typing import BinaryIO
from uuid import UUID

from qihang.delivery.employment.enums import STANDING, SpellState
from qihang.delivery.employment.models import LONGEST_NAME, WorkSpell
from qihang.delivery.employment.ports import tell_spells_changed
from qihang.delivery.employment.workflows import PAPER_READERS, WORK_SPELL_WORKFLOW
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import reserve_ids
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.documents.access import EVIDENCE
from qihang.foundation.documents.enums import EvidenceState
from qihang.foundation.documents.models import Evidence
from qihang.foundation.documents.services import (
    accept_evidence,
    reject_evidence,
    revoke_evidence,
    store_file,
    submit_evidence,
    withdraw_evidence,
)
from qihang.registry.participants.models import Person
from qihang.registry.participants.services import lock_persons
from qihang.registry.reference.identity import explain, parse_uscc

# The documents that prove work, as people know them.
DOCUMENT_KINDS = (EvidenceType.CONTRACT, EvidenceType.EMPLOYMENT_REGISTRATION, EvidenceType.BUSINESS)
_SHORTEST_NAME = 2


def get_spell(*, actor: Actor, public_id: str | UUID) -> WorkSpell:
    """The spell by its opaque id, if the actor may see it; else NotFound."""
    rows = WorkSpell.objects.visible_to(actor).select_related("person", "evidence__file", "last_list", "region")
    found: WorkSpell | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("没有这条就业记录，或者不归您的单位或辖区")
    return found


def claim_work(
    *,
    actor: Actor,
    person: Person,
    kind: EvidenceType,
    employer_name: str,
    start: dt.date,
    file_name: str,
    content: bytes | BinaryIO,
    end: dt.date | None = None,
    employer_uscc: str = "",
) -> WorkSpell:
    """Hand in a document that somebody works: the person themselves, their institution, or an officer for them.

    It waits for an officer of the place of the person's latest class, who is not the one who handed it in. The file is
    checked and kept with it, or nothing is. DomainError names the field at fault.
    """
    name = " ".join(employer_name.split())
    code = _credit_code(employer_uscc)
    _check_claim(kind, name, start, end)
    with unit_of_work(actor):
        region = _place_of(actor, person)
        lock_persons([person.pk])
        _refuse_twice(person, kind, name, start, end)
        spell = WorkSpell(
            pk=reserve_ids(WorkSpell, 1)[0],
            person=person,
            employer_name=name,
            employer_uscc=code,
            start=start,
            end=end,
            evidence_kind=kind,
            region_id=region,
        )
        spell.evidence = submit_evidence(
            actor=actor,
            kind=kind,
            subject=spell,
            region=region,
            issued_on=start,
            issuer=name,
            file=store_file(actor=actor, purpose=EVIDENCE, name=file_name, content=content),
        )
        return WORK_SPELL_WORKFLOW.enter(spell, actor=actor)


def accept_claim(*, actor: Actor, spell: WorkSpell, comment: str = "") -> WorkSpell:
    """An officer finds the document good: from today the work counts. Not by the one who handed it in."""
    accept_evidence(actor=actor, evidence=_document_of(actor, spell), comment=comment)
    return _reread(spell)


def reject_claim(*, actor: Actor, spell: WorkSpell, comment: str) -> WorkSpell:
    """An officer finds it wanting; the reason goes to who handed it in."""
    reject_evidence(actor=actor, evidence=_document_of(actor, spell), comment=comment)
    return _reread(spell)


def withdraw_claim(*, actor: Actor, spell: WorkSpell, comment: str = "") -> WorkSpell:
    """Who handed it in takes it away again, before anybody has decided."""
    withdraw_evidence(actor=actor, evidence=_document_of(actor, spell), comment=comment)
    return _reread(spell)


def take_back(*, actor: Actor, spell: WorkSpell, comment: str) -> WorkSpell:
    """Take an accepted spell out again, by another hand than accepted it; what was built on it is reversed."""
    found = get_spell(actor=actor, public_id=spell.public_id)
    if found.evidence is not None:
        revoke_evidence(actor=actor, evidence=found.evidence, comment=comment)
        return _reread(spell)
    with unit_of_work(actor):
        WORK_SPELL_WORKFLOW.apply(spell, "take_back", actor=actor, comment=comment)
        tell_spells_changed(actor, [spell.person_id])
    return spell


_STEPS = {
    (EvidenceState.ACCEPTED, SpellState.CLAIMED): "accept",
    (EvidenceState.REJECTED, SpellState.CLAIMED): "reject",
    (EvidenceState.WITHDRAWN, SpellState.CLAIMED): "withdraw",
    (EvidenceState.REJECTED, SpellState.ACCEPTED): "take_back",
}


def may_open_papers(actor: Actor, evidence: Evidence) -> bool:
    """Whether the actor works on the spell of this document, and so may open it (port `evidence_papers`)."""
    spells = WorkSpell.objects.visible_to(actor).filter(pk=evidence.subject_id)
    return actor.is_system or (actor.role in PAPER_READERS and spells.exists())


def follow_evidence(evidence: Evidence, actor: Actor, comment: str) -> None:
    """A spell goes where its document goes, whichever page decided on that (port `evidence_decided`)."""
    spell = WorkSpell.objects.select_for_update(of=("self",)).get(pk=evidence.subject_id)
    step = _STEPS[EvidenceState(evidence.state), SpellState(spell.state)]
    fields: dict[str, dt.date | None] = {}
    if step == "accept":
        day = evidence.accepted_on
        fields = {"recorded_on": day, "end_recorded_on": day if spell.end else None}
    WORK_SPELL_WORKFLOW.apply(spell, step, actor=actor, comment=comment, fields=fields)
    if step in {"accept", "take_back"}:
        tell_spells_changed(actor, [spell.person_id])


def _document_of(actor: Actor, spell: WorkSpell) -> Evidence:
    found = get_spell(actor=actor, public_id=spell.public_id)
    if found.evidence is None:
        raise DomainError("这条是社保名单上的，没有材料要核", code="no_document")
    return found.evidence


def _reread(spell: WorkSpell) -> WorkSpell:
    spell.refresh_from_db()
    return spell


def _credit_code(text: str) -> str:
    if not text.strip():
        return ""
    found = parse_uscc(text)
    if found.normalised is None:
        raise DomainError(f"{explain(found.verdict, 'uscc')}没有就空着。", field="employer_uscc")
    return found.normalised


def _check_claim(kind: EvidenceType, name: str, start: dt.date, end: dt.date | None) -> None:
    if kind not in DOCUMENT_KINDS:
        able = "、".join(one.label for one in DOCUMENT_KINDS)
        raise DomainError(f"这里只收{able}", field="kind")
    if not _SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        raise DomainError("请写单位全名，照合同或执照上的写", field="employer_name")
    if start > clock.today():
        raise DomainError("上班的日子还没到，到岗以后再报", field="start")
    if end is not None and not start <= end <= clock.today():
        raise DomainError("离开的日子要在上班以后，不晚于今天；还在做就空着", field="end")


def _place_of(actor: Actor, person: Person) -> str:
    """The place of the person's latest class, whose officers decide. NotFound for people the actor does not serve."""
    if not Person.objects.visible_to(actor).filter(pk=person.pk).exists():
        raise NotFound("没有这个人，或者不是您这里的学员")
    latest = Enrolment.objects.counted().filter(person=person).order_by("-training_class__start").first()
    if latest is None:
        raise DomainError("没有找到培训记录。这里只收参加过培训的人的就业材料", code="never_trained")
    return str(latest.training_class.region_id)


def _refuse_twice(person: Person, kind: EvidenceType, name: str, start: dt.date, end: dt.date | None) -> None:
    same = WorkSpell.objects.of_persons([person.pk]).filter(employer_name=name, evidence_kind=kind, state__in=STANDING)
    for other in same:
        if (other.end is None or start <= other.end) and (end is None or other.start <= end):
            raise DomainError(
                f"在{name}的工作（{other.start:%Y-%m-%d} 起）已经报过，{other.get_state_display()}，不用再报",
                code="twice",
                field="start",
            )
