"""Files that come broken, disguised or from a hostile hand: kept as they are meant, or refused in a sentence."""

import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.foundation.documents.conftest import compound, open_document, pdf, picture, workbook

from qihang.foundation.core.errors import DomainError
from qihang.foundation.documents.checking import check
from qihang.foundation.documents.enums import FileKind, Retention
from qihang.foundation.documents.images import redraw
from qihang.foundation.documents.kinds import kind_of
from qihang.foundation.documents.ports import FilePurpose

LIMIT = 4096
RULE = FilePurpose("tests", "样子", frozenset(FileKind), LIMIT, Retention.SHORT, max_side=400)
BIG = FilePurpose("tests", "样子", frozenset(FileKind), 1024 * 1024, Retention.SHORT, max_side=400)


def kept(content: bytes, name: str, rule: FilePurpose = BIG) -> tuple[str, FileKind]:
    checked = check(rule, name, io.BytesIO(content))
    return checked.name, checked.kind


def code_of(content: bytes, name: str, rule: FilePurpose = BIG) -> str:
    with pytest.raises(DomainError) as refusal:
        check(rule, name, io.BytesIO(content))
    assert refusal.value.field == "file"
    return refusal.value.code


def photograph(kind: str, **options: object) -> bytes:
    made = Image.effect_noise((40, 30), 70).convert("RGB")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "相机"
    target = io.BytesIO()
    made.save(target, format=kind, exif=exif, **options)
    return target.getvalue()


# --- damage ------------------------------------------------------------------------------------------------------------

_BREAKABLE: dict[str, tuple[Callable[[], bytes], Callable[[bytes], object]]] = {
    "xlsx": (workbook, lambda content: kind_of(io.BytesIO(content))),
    "ods": (open_document, lambda content: kind_of(io.BytesIO(content))),
    "xls": (lambda: compound("Root Entry", "Workbook"), lambda content: kind_of(io.BytesIO(content))),
    "pdf": (pdf, lambda content: kind_of(io.BytesIO(content))),
    "jpg": (lambda: photograph("JPEG"), lambda content: redraw(io.BytesIO(content), FileKind.JPEG, 300)),
    "png": (lambda: photograph("PNG"), lambda content: redraw(io.BytesIO(content), FileKind.PNG, 300)),
    "webp": (lambda: photograph("WEBP"), lambda content: redraw(io.BytesIO(content), FileKind.WEBP, 300)),
}


@pytest.mark.parametrize("kind", sorted(_BREAKABLE))
def test_no_damage_ends_in_anything_but_a_sentence(kind: str) -> None:
    """Bytes turned, cut off and put in at random places, as bad lines, full disks and hostile hands do."""
    make, read = _BREAKABLE[kind]
    content, chance = make(), random.Random(kind)
    for _ in range(150):
        damaged = bytearray(content)
        at = chance.randrange(len(damaged))
        match chance.choice(["turn", "cut", "put in"]):
            case "turn":
                for _ in range(chance.choice([1, 2, 8, 40])):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            case "cut":
                del damaged[at:]
            case _:
                damaged[at:at] = chance.randbytes(chance.randrange(1, 30))
        try:
            read(bytes(damaged))
        except DomainError as refusal:
            assert re.search("请|不收", refusal.message)


@pytest.mark.parametrize("at", [0.3, 0.5, 0.7])
def test_a_table_with_a_part_that_does_not_unpack_is_told_to_be_saved_anew(at: float) -> None:
    content = bytearray(workbook())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as package:
        entry = max(package.infolist(), key=lambda one: one.compress_size)
    start = entry.header_offset + 30 + len(entry.filename) + int(entry.compress_size * at)
    content[start : start + 8] = b"\xff" * 8
    assert code_of(bytes(content), "名单.xlsx") == "file.damaged"


@settings(max_examples=80, deadline=None)
@given(st.binary(min_size=1, max_size=60), st.sampled_from(["csv", "txt", "pdf", "jpg", "png", "xlsx", "xls", "ods"]))
def test_no_bytes_under_any_name_break_the_check(content: bytes, extension: str) -> None:
    try:
        name, kind = kept(content, f"a.{extension}")
    except DomainError as refusal:
        assert refusal.field == "file"
    else:
        assert kind is FileKind.CSV, "so few bytes are a text at most"
        assert name == "a.csv"


# --- size --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "code"), [(LIMIT - 1, ""), (LIMIT, ""), (LIMIT + 1, "file.too_large")])
def test_the_limit_is_the_last_size_that_is_taken(size: int, code: str) -> None:
    content = b"a,b\n" + b"1" * (size - 4)
    if code:
        assert code_of(content, "a.csv", RULE) == code
    else:
        assert kept(content, "a.csv", RULE) == ("a.csv", FileKind.CSV)


def test_a_refusal_for_size_says_both_sizes() -> None:
    with pytest.raises(DomainError, match=r"文件有 3\.0 MB，样子最多收 1 MB"):
        check(BIG, "a.csv", io.BytesIO(b"1" * 3 * 1024 * 1024))


def test_a_stream_that_was_read_already_is_judged_whole() -> None:
    stream = io.BytesIO(pdf())
    stream.read()
    assert check(BIG, "a.pdf", stream).kind is FileKind.PDF


# --- what it is --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"GIF89a" + bytes(20), "动图.jpg", "file.kind"),
        (b"BM" + bytes(60), "图.png", "file.kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>", "图.csv", "file.markup"),
        (b"  \n<!DOCTYPE html><script>x</script>", "表.csv", "file.markup"),
        (b"#!/bin/sh\nrm -rf /\x00", "脚本.csv", "file.kind"),
        (b"\x1f\x8b\x08" + bytes(20), "包.csv", "file.kind"),
        (b"Rar!\x1a\x07\x00", "包.xlsx", "file.kind"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "声音.webp", "file.kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "空.xls", "file.kind"),
        (b"PK\x05\x06" + bytes(18), "空.xlsx", "file.kind"),
        (b"%PDF-1.4\n" + b"x" * 5000, "半截.pdf", "file.damaged"),
        (b"x" * 2000 + b"%PDF-1.4\n%%EOF", "藏着.pdf", "file.extension"),
    ],
)
def test_a_disguise_is_seen_through(content: bytes, name: str, code: str) -> None:
    assert code_of(content, name) == code


def test_a_pdf_with_a_little_before_it_is_a_pdf() -> None:
    """Some scanners write a line of their own first."""
    assert kept(b"\r\n\xef\xbb\xbf" + pdf(), "扫描.pdf")[1] is FileKind.PDF


@pytest.mark.parametrize("cut", range(64 * 1024 - 3, 64 * 1024 + 1))
def test_a_character_on_the_edge_of_the_sample_is_whole(cut: int) -> None:
    text = "a" * cut + "王秀兰"
    for encoding in ("utf-8", "gb18030"):
        assert kept(text.encode(encoding), "名单.csv")[1] is FileKind.CSV


# --- names -------------------------------------------------------------------------------------------------------------

_NAMES = st.text(
    st.sampled_from(list("名单ab.. /\\:*?\"<>|'`$&;\x00\n\r\u202e\u2066\u200b~-%"))
    | st.characters(exclude_categories=["Cs"]),
    max_size=40,
)


@settings(max_examples=80, deadline=None)
@given(_NAMES)
def test_a_name_leads_nowhere_and_misleads_nobody(stem: str) -> None:
    assume(PurePosixPath(f"{stem}.pdf").suffix)
    name = kept(pdf(), f"{stem}.pdf")[0]
    assert name.endswith(".pdf")
    assert not re.search(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]', name)
    assert not name.startswith((".", " "))
    assert 5 <= len(name) <= 130


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("..\\..\\windows\\合同.pdf", "合同.pdf"),
        ("合同.PDF", "合同.pdf"),
        ("合同.tar.pdf", "合同.tar.pdf"),
        ("合同 .pdf", "合同.pdf"),
        ("/合同.pdf", "合同.pdf"),
        ("con|t:r*act?.pdf", "contract.pdf"),
        ("\u202e\u2066.pdf", "未命名.pdf"),
    ],
)
def test_names_as_they_are_kept(name: str, kept_as: str) -> None:
    assert kept(pdf(), name)[0] == kept_as


# --- pictures ----------------------------------------------------------------------------------------------------------


def redrawn(made: Image.Image, kind: FileKind = FileKind.PNG, **options: object) -> Image.Image:
    target = io.BytesIO()
    made.save(target, format={FileKind.PNG: "PNG", FileKind.JPEG: "JPEG", FileKind.WEBP: "WEBP"}[kind], **options)
    return Image.open(redraw(target, kind, 300))


def test_a_scan_in_sixteen_bits_of_grey_is_not_washed_out() -> None:
    """A certificate scanned so fine would be kept as a white sheet, and nobody would know what stood on it."""
    page = Image.new("I", (20, 10), 60_000)
    page.paste(2_000, (0, 0, 10, 10))
    found = redrawn(page.convert("I;16"))
    dark, light = found.getpixel((2, 5)), found.getpixel((15, 5))
    assert max(dark) < 20  # type: ignore[type-var]
    assert 220 < min(light) < 250  # type: ignore[type-var]


def test_see_through_parts_of_a_picture_with_a_palette_stay() -> None:
    made = Image.new("P", (8, 8), 0)
    made.putpalette([0, 0, 0, 250, 250, 250])
    made.paste(1, (4, 0, 8, 8))
    found = redrawn(made, transparency=0)
    assert found.mode == "RGBA"
    assert found.getpixel((1, 1))[3] == 0  # type: ignore[index]
    assert found.getpixel((6, 1)) == (250, 250, 250, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_depth_keep_light_and_dark(mode: str) -> None:
    made = Image.new("L", (12, 6), 255)
    made.paste(0, (0, 0, 6, 6))
    deep = made.convert("I").point(lambda value: value * 257)
    found = redrawn((deep if mode == "I;16" else made).convert(mode)).convert("L")
    assert found.getpixel((1, 3)) < 30  # type: ignore[operator]
    assert found.getpixel((10, 3)) > 225  # type: ignore[operator]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_of_holding_the_camera_gives_an_upright_picture(orientation: int) -> None:
    """The dark corner stands top left for whoever looks at it."""
    upright = Image.new("L", (40, 20), 255)
    upright.paste(0, (0, 0, 20, 10))
    turned = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = redrawn(turned, FileKind.JPEG, exif=exif).convert("L")
    assert found.size == (40, 20)
    assert found.getpixel((4, 4)) < 60  # type: ignore[operator]
    assert found.getpixel((36, 16)) > 200  # type: ignore[operator]
    assert not found.getexif()


@pytest.mark.parametrize(
    ("size", "kept_size"), [((600, 100), (300, 50)), ((100, 600), (50, 300)), ((10, 10), (10, 10))]
)
def test_a_picture_is_made_smaller_never_larger(size: tuple[int, int], kept_size: tuple[int, int]) -> None:
    assert redrawn(Image.new("RGB", size)).size == kept_size


def test_words_hidden_in_a_picture_are_left_behind() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "460108198203154243")
    target = io.BytesIO()
    Image.new("RGB", (5, 5)).save(target, format="PNG", pnginfo=info)
    assert b"460108198203154243" in target.getvalue()
    assert b"460108198203154243" not in redraw(target, FileKind.PNG, 300).getvalue()
    jpeg = picture(comment=b"460108198203154243")
    assert b"460108198203154243" not in redraw(io.BytesIO(jpeg), FileKind.JPEG, 300).getvalue()
