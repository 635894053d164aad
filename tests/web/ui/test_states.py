import pytest

from qihang.web import states
from qihang.web.parts import Tone
from qihang.web.states import Audience, StateTable, Wording


def test_one_state_reads_differently_to_each_reader() -> None:
    wording = states.wording("kit_claim", "need_more")
    assert wording.text(Audience.PARTICIPANT) == "要您补材料"
    assert wording.text(Audience.OFFICE) == "退回补正"
    assert wording.tone_for(Audience.PARTICIPANT) is Tone.WARN
    assert wording.tone_for(Audience.OFFICE) is Tone.WAIT


def test_unknown_codes_fail_and_name_the_known_ones() -> None:
    with pytest.raises(states.UnknownState, match="need_more"):
        states.wording("kit_claim", "gone")
    with pytest.raises(states.UnknownState, match="kit_claim"):
        states.wording("no_such_table", "draft")


def test_a_name_stands_for_one_table() -> None:
    known = next(table for table in states.tables() if table.name == "kit_claim")
    states.register(known)
    with pytest.raises(ValueError, match="two state tables"):
        states.register(StateTable("kit_claim", {"draft": Wording("草稿", "草稿", Tone.LINE)}))
