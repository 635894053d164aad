"""The printed notice: the whole list, and only while it may be shown."""

import datetime as dt

import pypdfium2
import pytest
from tests.foundation.notices.conftest import LAST_DAY, draft, opened

from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError
from qihang.foundation.notices.printing import letter_of


def printed(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document).replace(" ", "")
    finally:
        document.close()


def test_it_holds_head_body_sums_and_the_whole_list() -> None:
    text = printed(letter_of(opened(contact="0898-12333")).render())
    for words in (
        "海口市美兰区人力资源和社会保障局",
        "美人社示〔2026〕41号",
        "2026年11月19日",
        "现向社会公示，请大家监督。",
        "合计",
        "王秀兰",
        "460108**********4X",
        "蔡明珠",
        "金额（元）",
        "监督电话0898-12333",
    ):
        assert words in text, words
    assert "46010819820315424X" not in text
    assert "示范" not in text


def test_a_sample_says_so_and_an_empty_contact_says_nothing() -> None:
    text = printed(letter_of(opened(), sample=True).render())
    assert "示范数据，不作凭证" in text
    assert "监督电话" not in text


def test_names_are_not_printed_outside_the_window() -> None:
    with pytest.raises(DomainError, match="不在公示期"):
        letter_of(draft(subject_id=2))
    notice = opened()
    with clock.travel_to(LAST_DAY + dt.timedelta(days=1)), pytest.raises(DomainError, match="不在公示期"):
        letter_of(notice)
