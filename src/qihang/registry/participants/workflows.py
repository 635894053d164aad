from qihang.foundation.core.actors import Actor
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import ENTER, SYSTEM, Transition, Workflow
from qihang.registry.participants.enums import CategoryState, MergeState, PersonState
from qihang.registry.participants.models import MergeProposal, Person, PersonCategory
from qihang.registry.participants.own_case import not_own

REGISTRARS = (
    Role.PROVIDER_CLERK,
    Role.PROVIDER_MANAGER,
    Role.INTAKE_OFFICER,
    Role.PARTICIPANT,
    Role.STATION_CLERK,
    SYSTEM,
)

# Who finds that two records are one person, and who says so after them.
MERGERS = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER)

PERSON_WORKFLOW = Workflow(
    model=Person,
    initial=PersonState.ACTIVE,
    enter_label="登记人员",
    enter_roles=REGISTRARS,
    transitions=(
        Transition(
            "merge",
            "并入另一条",
            sources=(PersonState.ACTIVE,),
            target=PersonState.MERGED,
            roles=MERGERS,
            bulk_guards=(not_own("pk"),),
            needs_comment=True,
            needs=("merged_into",),
        ),
    ),
)


def _ends_in_order(row: PersonCategory, actor: Actor) -> str | None:
    if row.valid_to is not None and row.valid_to < row.valid_from:
        return f"这一类从 {row.valid_from:%Y-%m-%d} 起，止日不能比它早。一天也不属于的，请办“认定不属于”"
    return None


def _overlaps_none(row: PersonCategory, actor: Actor) -> str | None:
    """A later end must not reach into days for which the same category was written down again."""
    later = PersonCategory.objects.exclude(state=CategoryState.REJECTED).filter(
        person=row.person_id, category=row.category, valid_from__gt=row.valid_from
    )
    following = later.order_by("valid_from").first()
    if following is not None and (row.valid_to is None or row.valid_to >= following.valid_from):
        return f"{following.valid_from:%Y-%m-%d} 起又登记过同一类，止日要在那之前"
    return None


CATEGORY_WORKFLOW = Workflow(
    model=PersonCategory,
    initial=CategoryState.CLAIMED,
    enter_label="申报类别",
    enter_roles=REGISTRARS,
    transitions=(
        Transition(
            "confirm",
            "核实类别",
            sources=(CategoryState.CLAIMED,),
            target=CategoryState.CONFIRMED,
            roles=(Role.INTAKE_OFFICER, SYSTEM),
            bulk_guards=(not_own(),),
            seal="核",
        ),
        Transition(
            "correct_post",
            "更正在编情况",
            sources=(CategoryState.CONFIRMED,),
            target=CategoryState.CONFIRMED,
            roles=(Role.INTAKE_OFFICER,),
            bulk_guards=(not_own(),),
            needs_comment=True,
        ),
        Transition(
            "end",
            "写明到哪天为止",
            sources=(CategoryState.CONFIRMED,),
            target=CategoryState.CONFIRMED,
            roles=(Role.INTAKE_OFFICER,),
            guards=(_ends_in_order,),
            bulk_guards=(not_own(),),
            needs_comment=True,
            needs=("valid_to",),
        ),
        Transition(
            "correct_end",
            "更正到哪天为止",
            sources=(CategoryState.CONFIRMED,),
            target=CategoryState.CONFIRMED,
            roles=(Role.INTAKE_OFFICER,),
            guards=(_ends_in_order, _overlaps_none),
            bulk_guards=(not_own(),),
            needs_comment=True,
        ),
        Transition(
            "reject",
            "认定不属于",
            sources=(CategoryState.CLAIMED, CategoryState.CONFIRMED),
            target=CategoryState.REJECTED,
            roles=(Role.INTAKE_OFFICER,),
            bulk_guards=(not_own(),),
            needs_comment=True,
        ),
    ),
)


def _own_proposal(row: MergeProposal, actor: Actor) -> str | None:
    maker = TransitionLog.objects.filter(
        subject=MergeProposal._meta.label_lower, subject_id=row.pk, transition=ENTER, user_id=actor.user_id
    )
    return None if maker.exists() else "提出的人才能撤回；您不同意，请办“不合并”"


# Two hands: whoever proposed a merge does not decide on it, and nobody proposes or decides about their own records.
MERGE_WORKFLOW = Workflow(
    model=MergeProposal,
    initial=MergeState.PROPOSED,
    enter_label="提出合并",
    enter_roles=MERGERS,
    transitions=(
        Transition(
            "confirm",
            "确认合并",
            sources=(MergeState.PROPOSED,),
            target=MergeState.DONE,
            roles=MERGERS,
            bulk_guards=(not_own("keep_id"), not_own("drop_id")),
            needs_comment=True,
            different_hands_from=(ENTER,),
            seal="核",
        ),
        Transition(
            "refuse",
            "不合并",
            sources=(MergeState.PROPOSED,),
            target=MergeState.REFUSED,
            roles=MERGERS,
            bulk_guards=(not_own("keep_id"), not_own("drop_id")),
            needs_comment=True,
            different_hands_from=(ENTER,),
        ),
        Transition(
            "withdraw",
            "撤回合并",
            sources=(MergeState.PROPOSED,),
            target=MergeState.WITHDRAWN,
            roles=MERGERS,
            guards=(_own_proposal,),
            needs_comment=True,
        ),
    ),
)
