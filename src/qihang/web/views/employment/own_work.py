"""What is known of a person's own work, and what that asks of them: the same words on every page of theirs."""

from dataclasses import dataclass

from django.urls import reverse

from qihang.delivery.employment.enums import SpellState
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.web.formats import chinese_date, full_stop, in_words
from qihang.web.parts import ASKED, NOTHING_TO_DO, NextStep

_NOT_ACCEPTED = (SpellState.REJECTED, SpellState.TAKEN_BACK)


@dataclass(frozen=True, slots=True)
class OwnWork:
    """`now` they work; `waiting` an officer looks at it; `refused` the latest one, with its `answer`; `lost` it ended.

    Each is the latest of its kind; a refused one that better news followed is no longer told.
    """

    now: WorkSpell | None = None
    waiting: WorkSpell | None = None
    refused: WorkSpell | None = None
    answer: str = ""
    lost: WorkSpell | None = None

    @property
    def words(self) -> str:
        """In one or two sentences, for the box of the person's page."""
        if self.now is not None:
            return f"记着您现在有工作：{employer_of(self.now)}，{chinese_date(self.now.start)}起。"
        if self.refused is not None:
            return f"您报的{employer_of(self.refused)}的工作，{_refusal(self.refused)}：{full_stop(self.answer)}"
        if self.waiting is not None:
            return f"您报的{employer_of(self.waiting)}的工作，县里在看。"
        if self.lost is not None:
            return f"记着的工作是{employer_of(self.lost)}，做到 {chinese_date(self.lost.end)}。"
        return "还没有您的工作记录。"


def own_work(actor: Actor) -> OwnWork:
    """Of the acting person."""
    told = WorkSpell.objects.visible_to(actor).exclude(state__in=(SpellState.ABSORBED, SpellState.WITHDRAWN))
    spells = list(told.order_by("-pk"))
    accepted = [spell for spell in spells if spell.state == SpellState.ACCEPTED]
    over = [spell for spell in accepted if spell.end is not None and spell.end < clock.today()]
    working = max((spell for spell in accepted if spell not in over), key=lambda spell: spell.start, default=None)
    refused = spells[0] if spells and spells[0].state in _NOT_ACCEPTED and working is None else None
    return OwnWork(
        now=working,
        waiting=next((spell for spell in spells if spell.state == SpellState.CLAIMED), None),
        refused=refused,
        answer=answer_to(refused) if refused else "",
        lost=None if working else max(over, key=lambda spell: spell.end, default=None),
    )


def answer_to(spell: WorkSpell) -> str:
    """What an officer wrote when it was not accepted, or no longer."""
    if spell.state not in _NOT_ACCEPTED:
        return ""
    last = WORK_SPELL_WORKFLOW.history(spell).last()
    return in_words(last.comment) if last else ""


def employer_of(spell: WorkSpell) -> str:
    return f"“{spell.employer_name}”" if spell.employer_name else "单位没有写"


def refused_step(work: OwnWork, action: str, url_name: str) -> NextStep | None:
    """Hand in again what was not accepted; None where nothing was refused."""
    if work.refused is None:
        return None
    taken = work.refused.state == SpellState.TAKEN_BACK
    return NextStep(
        ASKED,
        "工作的材料不算数了，请再交一次" if taken else "工作的材料没通过，请再交一次",
        f"{employer_of(work.refused)}的材料，县里写的原因：{full_stop(work.answer)}按这句话补好，重新拍一张交上来就行。",
        action,
        reverse(url_name),
    )


def waiting_step(work: OwnWork, action: str, url: str) -> NextStep | None:
    """Nothing to do: an officer looks at it; None where nothing waits."""
    if work.waiting is None:
        return None
    return NextStep(
        NOTHING_TO_DO,
        "您报的工作，县里在看",
        f"{employer_of(work.waiting)}的材料收到了，不用再报。看完了，结果写在这里。",
        action,
        url,
    )


def _refusal(spell: WorkSpell) -> str:
    return "不算数了" if spell.state == SpellState.TAKEN_BACK else "没通过"
