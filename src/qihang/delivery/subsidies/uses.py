"""What settling means for the benefit that a place holds: given back when nothing can be earned on it, else counted."""

from collections.abc import Iterable, Mapping, Sequence

from qihang.delivery.appraisal.models import Score
from qihang.delivery.subsidies.gathering import Ground
from qihang.delivery.subsidies.ports import certificates_of
from qihang.delivery.training.deciding import BENEFIT, SOURCE
from qihang.delivery.training.enums import EnrolmentState
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.registry.benefits.enums import UseState
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.services import count_again_many, release_many, take_back_many
from qihang.registry.participants.services import lock_persons
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import first_failed

_BACK = "这次的补贴得不到了，占用的次数退回来"
_NOT_SAT = "没有参加鉴定"
_AGAIN = "又有了有效的证书，这次重新算用过一次"


def keep_uses(*, actor: Actor, grounds: Sequence[Ground], decisions: Mapping[str, Decision]) -> None:
    """Bring the uses of settled places in line with what stands; within the settlement's transaction. Idempotent.

    `decisions` are those on the first part, by the place's public id. Where it failed, nothing earned stands: the second
    part rests on all that the first does. So a reserved use is released and an enjoyed one taken back, with the reason.
    Where a certificate stands, a use that was given back counts again. Undecided is neither.
    """
    places = [one for one in grounds if one.place.subsidised and one.place.state == EnrolmentState.COMPLETED]
    stands = [_ref(one) for one in places if one.certificate is not None and one.certificate.stands]
    lost = {_ref(one): one for one in places if decisions[_ref(one)].eligible is False}
    held = _held([*stands, *lost])
    again = [ref for ref in stands if held.get(ref) == UseState.RELEASED]
    back = {ref: one for ref, one in lost.items() if held.get(ref) in _GIVING_BACK}
    if not (again or back):
        return
    lock_persons(one.place.person_id for one in places if _ref(one) in {*again, *back})
    back = _without_certificate(back)
    reasons = _reasons(back, decisions)
    for state, give_back in _GIVING_BACK.items():
        if refs := [ref for ref in back if held[ref] == state]:
            give_back(actor=actor, source_kind=SOURCE, source_refs=refs, comment=reasons)
    if again:
        count_again_many(actor=actor, benefit=BENEFIT, source_kind=SOURCE, source_refs=again, comment=_AGAIN)


_GIVING_BACK = {UseState.RESERVED.value: release_many, UseState.ENJOYED.value: take_back_many}


def _ref(ground: Ground) -> str:
    return str(ground.place.public_id)


def _held(refs: Sequence[str]) -> dict[str, str]:
    """The state of the use of each, the latest where one was given back before."""
    rows = BenefitUse.objects.filter(benefit=BENEFIT, source_kind=SOURCE, source_ref__in=among(refs, "text"))
    return dict(rows.order_by("pk").values_list("source_ref", "state"))


def _without_certificate(back: Mapping[str, Ground]) -> dict[str, Ground]:
    """Those whose certificate did not come since the facts were read: who issues one holds the person, too."""
    papers = certificates_of([ground.place.pk for ground in back.values()])
    stands = {place for place, paper in papers.items() if paper.stands}
    return {ref: ground for ref, ground in back.items() if ground.place.pk not in stands}


def _reasons(back: Mapping[str, Ground], decisions: Mapping[str, Decision]) -> dict[str, str]:
    """Why each is given back, for the person and the officer to read. Two queries for them all."""
    wanted = Decision.objects.filter(pk__in=among(decisions[ref].pk for ref in back)).prefetch_related("basis")
    scored = _scored(back.values())
    return {one.case_ref: f"{_reason(back[one.case_ref], one, scored)}。{_BACK}" for one in wanted}


def _reason(ground: Ground, decision: Decision, scored: Mapping[int, str]) -> str:
    paper = ground.certificate
    if paper is not None and not paper.stands:
        return f"证书 {paper.certificate_no} 撤销了：{paper.revoked_for}" if paper.revoked_for else "证书撤销了"
    failed = first_failed(decision)
    return "；".join(filter(None, (scored.get(ground.place.pk, _NOT_SAT), failed.situation if failed else "")))


def _scored(grounds: Iterable[Ground]) -> dict[int, str]:
    """What came of the last sitting of each who has a score, by enrolment id."""
    rows = Score.objects.valid().filter(enrolment__in=among(ground.place.pk for ground in grounds))
    found = rows.order_by("sitting__on", "pk").values_list("enrolment_id", "theory", "practice")
    return {place: "鉴定缺考" if None in points else "鉴定没有合格" for place, *points in found}
