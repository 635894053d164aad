"""Papers as PDF: what they say, that every character has ink, that fonts are inside, and that bytes repeat."""

import datetime as dt
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from qihang.foundation.documents import typesetting
from qihang.foundation.documents.glyphs import Unprintable, has_rare, require_printable
from qihang.foundation.documents.papers import (
    Certificate,
    Column,
    Letter,
    Paper,
    Roster,
    Table,
    qr_svg,
    render_papers,
)

A4 = (595.28, 841.89)

CERTIFICATE = Certificate(
    title="职业技能等级证书",
    issuer="海口技能人才评价中心",
    issued_on=dt.date(2026, 3, 30),
    number="S000046010800126000042",
    name="王秀兰",
    identity="460108**********4X",
    statement="参加家政服务员职业技能等级认定，考核成绩合格，达到五级（初级工）水平，特发此证。",
    fields=[("职业（工种）", "家政服务员"), ("等级", "五级／初级工"), ("理论成绩", "86 分"), ("操作成绩", "91 分")],
    verify_url="https://qihang.example/c/S000046010800126000042",
)
COLUMNS = [Column(title="序号"), Column(title="姓名", width=1), Column(title="金额（元）", align="right")]
LETTER = Letter(
    title="2026 年第 11 批职业培训补贴公示",
    issuer="海口市美兰区人力资源和社会保障局",
    issued_on=dt.date(2026, 11, 19),
    number="美人社示〔2026〕41 号",
    addressee="各位群众",
    paragraphs=["下列 60 人参加的培训班已通过审核。", "现向社会公示。"],
    tables=[
        Table(
            columns=COLUMNS,
            rows=[[str(n), "欧阳春花", "750.00"] for n in range(1, 61)],
            total=["合计", "", "45,000.00"],
            caption="名单",
        )
    ],
    closing=["特此公示。"],
    contact="监督电话 0898-12333",
)
ROSTER = Roster(
    title="家政服务员五级 2026-1 期学员名册",
    issuer="海口技工学校",
    issued_on=dt.date(2026, 3, 9),
    fields=[("班次", "家政服务员五级 2026-1 期"), ("人数", "38 人")],
    table=Table(columns=COLUMNS, rows=[["1", "吴𬎆", "0.00"]]),
)
PAPERS = [CERTIFICATE, LETTER, ROSTER]


@contextmanager
def opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(content)
    try:
        yield document
    finally:
        document.close()


def text_of(content: bytes) -> list[str]:
    """The text of each page, without the spaces that wide letters are set with."""
    with opened(content) as document:
        return [page.get_textpage().get_text_bounded().replace(" ", "").replace("\r\n", "\n") for page in document]


def ink_of(content: bytes, char: str) -> Image.Image:
    """The drawn shape of the first `char` on the first page."""
    scale = 6
    with opened(content) as document:
        page = document[0]
        texts = page.get_textpage()
        wanted = int.from_bytes(char.encode("utf-16-le")[:2], "little")  # the reader counts in halves of rare ones
        index = next(n for n in range(texts.count_chars()) if pdfium.FPDFText_GetUnicode(texts, n) == wanted)
        left, bottom, right, top = texts.get_charbox(index, loose=True)
        height = page.get_height()
        drawn = page.render(scale=scale, grayscale=True).to_pil()
        box = (left * scale, (height - top) * scale, right * scale, (height - bottom) * scale)
        return drawn.crop(tuple(round(edge) for edge in box)).point(lambda level: 255 if level > 160 else 0)


def dark(picture: Image.Image) -> float:
    histogram = picture.histogram()
    return histogram[0] / max(1, sum(histogram))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.template))
def test_equal_data_gives_equal_bytes_with_all_fonts_inside(paper: Paper) -> None:
    content = paper.render()
    assert content == replace(paper).render()
    with opened(content) as document:
        fonts = [
            item.get_font().is_embedded
            for page in document
            for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT])
        ]
        assert len(fonts) > 10
        assert all(fonts)
        assert document.get_metadata_dict()["Title"].startswith(paper.title)
        assert document.get_metadata_dict()["CreationDate"].startswith(
            f"D:{paper.issued_on - dt.timedelta(1):%Y%m%d}16"
        )


@pytest.mark.parametrize(
    ("paper", "size"),
    [(CERTIFICATE, A4[::-1]), (LETTER, A4), (ROSTER, A4[::-1])],
    ids=["certificate", "letter", "roster"],
)
def test_papers_are_a4(paper: Paper, size: tuple[float, float]) -> None:
    with opened(paper.render()) as document:
        for page in document:
            assert page.get_size() == pytest.approx(size, abs=0.5)


def test_a_certificate_says_what_it_must_on_one_page() -> None:
    (text,) = text_of(CERTIFICATE.render())
    for words in (
        "职业技能等级证书",
        "王秀兰",
        "460108**********4X",
        "家政服务员",
        "五级／初级工",
        "S000046010800126000042",
        "海口技能人才评价中心",
        "2026年3月30日",
        "扫码查验",
    ):
        assert words in text, words
    assert "示范" not in text


def test_a_sample_says_so() -> None:
    for paper in PAPERS:
        assert any("示范数据，不作凭证" in page for page in text_of(replace(paper, sample=True).render()))


def test_the_longest_certificate_stays_on_one_page() -> None:
    paper = replace(
        CERTIFICATE,
        name="阿卜杜热合曼·买买提依明·吐尔逊江",
        issuer="海南省黎族苗族自治县职业技能等级认定指导中心第一分站",
        statement=CERTIFICATE.statement * 2,
        fields=[("职业（工种）", "公共场所卫生管理员")] * 8,
        sample=True,
    )
    assert len(text_of(paper.render())) == 1


@pytest.mark.parametrize("name", ["王𠮷祥", "吴𬎆", "䶮国强", "欧阳犇"])
def test_rare_characters_of_names_are_drawn(name: str) -> None:
    content = replace(CERTIFICATE, name=name).render()
    assert name in text_of(content)[0]
    shapes = [ink_of(content, char) for char in name]
    assert all(0.05 < dark(shape) < 0.6 for shape in shapes)
    # Two characters never look the same: an empty box in their place would.
    assert len({(shape.size, shape.tobytes()) for shape in shapes}) == len(shapes)


def test_a_name_with_a_rare_character_stands_in_one_font() -> None:
    assert not has_rare("王秀兰·Anna 7")
    assert has_rare("王𠮷祥")
    plain, rare = CERTIFICATE.render(), replace(CERTIFICATE, name="王𠮷祥").render()
    assert ink_of(plain, "王").tobytes() != ink_of(rare, "王").tobytes()


@pytest.mark.parametrize("char", ["\ue863", "\U000323b0", "😀"])
def test_what_no_font_has_is_refused_instead_of_printed_as_a_box(char: str) -> None:
    with pytest.raises(Unprintable) as caught:
        replace(CERTIFICATE, name=f"王{char}兰").render()
    assert caught.value.characters == char
    assert f"U+{ord(char):04X}" in caught.value.message


def test_usual_text_is_printable() -> None:
    require_printable({"a": ["一二三 ABC 123，。《》〔2026〕①№㎡\n\t", {"b": "𠮷𬎆"}], "n": 3, "none": None})


def test_text_is_not_read_as_markup() -> None:
    tricky = '#import "x" $a$ *粗* `码` \\ <a> @b [方]'
    paper = replace(LETTER, paragraphs=[tricky], tables=[])
    assert tricky.replace(" ", "") in text_of(paper.render())[0].replace("\n", "")


def test_a_letter_repeats_its_table_head_and_counts_its_pages() -> None:
    pages = text_of(LETTER.render())
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        assert ("序号" in page) == (number < 3)
        assert f"第{number}页，共{len(pages)}页" in page
    assert "美人社示〔2026〕41号" in pages[0]
    assert "各位群众：" in pages[0]
    assert "合计" in pages[1]
    assert "45,000.00" in pages[1]
    assert pages[2].startswith("（此页无正文）")
    assert "监督电话0898-12333" in pages[-1]


def test_a_roster_says_of_what_it_is() -> None:
    (text,) = text_of(ROSTER.render())
    assert "班次" in text
    assert "38人" in text
    assert "吴𬎆" in text


def test_a_table_with_a_row_too_short_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="cells"):
        Table(columns=COLUMNS, rows=[["1", "王秀兰"]])
    with pytest.raises(ValueError, match="cells"):
        Table(columns=COLUMNS, rows=[], total=["合计"])


def test_many_papers_come_in_order_and_are_the_same_as_one_by_one() -> None:
    papers = [replace(CERTIFICATE, number=f"S{n:021d}") for n in range(12)]
    made = list(render_papers(papers))
    assert [paper.number in text_of(content)[0] for paper, content in zip(papers, made, strict=True)] == [True] * 12
    assert made[7] == papers[7].render()
    assert list(render_papers([])) == []


def test_one_unprintable_paper_among_many_is_told() -> None:
    with pytest.raises(Unprintable):
        list(render_papers([CERTIFICATE, replace(CERTIFICATE, name="\ue863")]))


def test_the_code_leads_to_the_check_and_has_no_margin_of_its_own() -> None:
    svg = qr_svg("https://qihang.example/c/1")
    assert svg.startswith("<svg")
    assert svg == qr_svg("https://qihang.example/c/1")
    assert svg != qr_svg("https://qihang.example/c/2")


def test_a_missing_font_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "FONT_PACKAGES", ("no_such_fonts",))
    with pytest.raises(LookupError, match="no_such_fonts"):
        typesetting.font_folders()


def _render_elsewhere(data: dict[str, Any]) -> bytes:
    return typesetting.render_pdf("certificate", data)


@pytest.mark.slow
def test_a_spawned_process_makes_the_same_bytes() -> None:
    here = CERTIFICATE.render()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_render_elsewhere, [CERTIFICATE.data()]) == here
