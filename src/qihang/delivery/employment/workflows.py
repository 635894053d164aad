"""A spell of work: told by a list and so accepted at once, or claimed with a document that another person accepts."""

from qihang.delivery.employment.enums import SpellState
from qihang.delivery.employment.models import WorkSpell
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import ENTER, SYSTEM, Transition, Workflow
from qihang.foundation.documents.enums import EvidenceState
from qihang.registry.participants.own_case import not_own

CLAIMANTS = (Role.PARTICIPANT, Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER, Role.INTAKE_OFFICER)
# Who may decide on a document, and who may take an acceptance back: as for the evidence behind it.
DECIDERS = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER)
TAKERS_BACK = (Role.SECOND_REVIEWER, Role.INSPECTOR)
# Who opens the papers: those who hand in, decide, or check what was decided.
PAPER_READERS = frozenset({*CLAIMANTS, *DECIDERS, *TAKERS_BACK, Role.APPROVER})


def _told_by_a_list(spell: WorkSpell, actor: Actor) -> str | None:
    return None if spell.last_list_id is not None else "这一条不是名单上的，要凭材料核实"


def _has_a_document(spell: WorkSpell, actor: Actor) -> str | None:
    return None if spell.evidence is not None else "这一条没有材料"


def _document_accepted(spell: WorkSpell, actor: Actor) -> str | None:
    """A spell follows its document, never the other way round."""
    good = spell.evidence is not None and spell.evidence.state == EvidenceState.ACCEPTED
    return None if good else "先认可材料，就业记录才算核实"


WORK_SPELL_WORKFLOW = Workflow(
    model=WorkSpell,
    initial=SpellState.CLAIMED,
    enter_label="报就业",
    enter_roles=(*CLAIMANTS, SYSTEM),
    transitions=(
        Transition(
            "list",
            "名单上有",
            sources=(SpellState.CLAIMED,),
            target=SpellState.ACCEPTED,
            roles=(Role.INTAKE_OFFICER, SYSTEM),
            guards=(_told_by_a_list,),
            needs=("recorded_on",),
        ),
        Transition(
            "accept",
            "核实就业",
            sources=(SpellState.CLAIMED,),
            target=SpellState.ACCEPTED,
            roles=DECIDERS,
            guards=(_document_accepted,),
            bulk_guards=(not_own(),),
            needs=("recorded_on",),
            different_hands_from=(ENTER,),
            seal="核",
        ),
        Transition(
            "reject",
            "不认可就业",
            sources=(SpellState.CLAIMED,),
            target=SpellState.REJECTED,
            roles=DECIDERS,
            bulk_guards=(not_own(),),
            needs_comment=True,
            different_hands_from=(ENTER,),
        ),
        Transition(
            "withdraw",
            "撤回",
            sources=(SpellState.CLAIMED,),
            target=SpellState.WITHDRAWN,
            roles=CLAIMANTS,
            guards=(_has_a_document,),
        ),
        Transition(
            "take_back",
            "撤销认可",
            sources=(SpellState.ACCEPTED,),
            target=SpellState.TAKEN_BACK,
            roles=TAKERS_BACK,
            bulk_guards=(not_own(),),
            needs_comment=True,
            different_hands_from=("accept", "list"),
            seal="撤",
        ),
        Transition(
            "absorb",
            "并入同一段",
            sources=(SpellState.ACCEPTED,),
            target=SpellState.ABSORBED,
            roles=(Role.INTAKE_OFFICER, SYSTEM),
            guards=(_told_by_a_list,),
        ),
    ),
)
