"""What may come in, under which name, and what is refused with which words."""

import io
import os
import zipfile

import pytest
from PIL import Image
from tests.foundation.documents.conftest import SAMPLES, compound, open_document, pdf, picture, workbook

from qihang.foundation.core.errors import DomainError
from qihang.foundation.documents import images, office
from qihang.foundation.documents.checking import check, scan
from qihang.foundation.documents.enums import DOCUMENTS, IMAGES, SPREADSHEETS, FileKind, Retention, ScanStatus
from qihang.foundation.documents.ports import FilePurpose, ScanVerdict, virus_scan

EVERYTHING = FilePurpose("tests", "样子", frozenset(FileKind), 2 * 1024 * 1024, Retention.SHORT, max_side=400)


def take(content: bytes, name: str, rule: FilePurpose = EVERYTHING) -> tuple[str, FileKind, bytes]:
    checked = check(rule, name, io.BytesIO(content))
    checked.stream.seek(0)
    return checked.name, checked.kind, checked.stream.read()


def refusal(content: bytes, name: str, rule: FilePurpose = EVERYTHING) -> DomainError:
    with pytest.raises(DomainError) as caught:
        check(rule, name, io.BytesIO(content))
    assert caught.value.field == "file"
    return caught.value


@pytest.mark.parametrize("kind", FileKind)
def test_every_kind_is_known_by_its_content(kind: FileKind) -> None:
    content = SAMPLES[kind]()
    name, found, kept = take(content, f"材料.{kind.value}")
    assert (name, found) == (f"材料.{kind.value}", kind)
    assert kind in IMAGES or kept == content


@pytest.mark.parametrize(
    ("content", "name", "kept"),
    [
        (workbook(), "花名册.xls", "花名册.xlsx"),
        ("姓名\n王秀兰\n".encode(), "花名册.xls", "花名册.csv"),
        (picture(), "照片.PNG", "照片.jpg"),
        (picture(), "C:\\用户\\图片\\照片.jpeg", "照片.jpg"),
        (pdf(), "../../etc/合同.pdf", "合同.pdf"),
        (pdf(), ".pdf", "未命名.pdf"),
        (pdf(), "a\u202efdp.exe\x00.pdf", "afdp.exe.pdf"),
        (pdf(), "长" * 300 + ".pdf", "长" * 120 + ".pdf"),
    ],
)
def test_the_name_is_put_right(content: bytes, name: str, kept: str) -> None:
    if name == ".pdf":
        assert refusal(content, name).code == "file.extension"
    else:
        assert take(content, name)[0] == kept


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.pdf", "file.empty"),
        (bytes(3 * 1024 * 1024), "大.csv", "file.too_large"),
        (b"MZ\x90\x00" + bytes(100), "程序.pdf", "file.kind"),
        (b"\x7fELF" + bytes(100), "程序.csv", "file.kind"),
        (pdf(), "合同.jpg", "file.extension"),
        (picture(), "照片.pdf", "file.extension"),
        (pdf(), "没有后缀", "file.extension"),
        (pdf()[:-8], "半截.pdf", "file.damaged"),
        (picture()[:200], "半截.jpg", "file.damaged"),
        (b"\xff\xd8\xff" + os.urandom(500), "乱的.jpg", "file.damaged"),
        (workbook()[:-50], "半截.xlsx", "file.damaged"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "导出.xls", "file.markup"),
        (b"\xef\xbb\xbf\n <?xml version='1.0'?><Workbook/>", "导出.xls", "file.markup"),
        (workbook({"xl/vbaProject.bin": b"x"}), "宏.xlsx", "file.macros"),
        (workbook({"xl/macrosheets/sheet1.xml": b"x"}), "宏.xlsx", "file.macros"),
        (compound("Workbook", "_VBA_PROJECT_CUR"), "宏.xls", "file.macros"),
        (compound("EncryptedPackage"), "加密.xlsx", "file.locked"),
        (compound("WordDocument"), "文稿.xls", "file.kind"),
    ],
)
def test_what_is_refused(content: bytes, name: str, code: str) -> None:
    assert refusal(content, name).code == code


def test_a_kind_that_the_purpose_does_not_take_names_those_it_does() -> None:
    only_pictures = FilePurpose("tests", "身份证照片", IMAGES, 1024 * 1024, Retention.CASE)
    assert (
        refusal(pdf(), "证.pdf", only_pictures).message
        == "身份证照片只收：JPG 照片、PNG 图片、WebP 图片。请换一种格式再传"
    )


def test_a_zipped_document_that_is_no_spreadsheet_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    assert refusal(target.getvalue(), "文稿.xlsx").code == "file.kind"


def test_an_encrypted_package_is_refused() -> None:
    content = bytearray(workbook())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1  # the flag of the first entry in the central directory
    assert refusal(bytes(content), "加密.xlsx").code == "file.locked"


def test_a_bomb_is_refused_by_what_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MAX_UNPACKED_BYTES", 100_000)
    assert refusal(workbook({"xl/big.xml": bytes(200_000)}), "炸弹.xlsx").code == "file.bomb"
    monkeypatch.setattr(office, "MAX_ENTRIES", 3)
    assert refusal(workbook(), "碎.xlsx").code == "file.bomb"


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(workbook({"xl/big.xml": bytes(200_000)}))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert refusal(bytes(content), "炸弹.xlsx").code == "file.damaged"


def test_a_word_in_a_cell_is_no_stream_of_the_file() -> None:
    text = "EncryptedPackage".encode("utf-16-le")
    assert take(compound("Workbook") + bytes(130) + text, "表.xls")[1] == FileKind.XLS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tables_as_text_in_any_usual_encoding(encoding: str) -> None:
    content = ("姓名,身份证号\n" + "王秀兰,\t460108\n" * 9000).encode(encoding)
    assert len(content) > 64 * 1024
    assert take(content, "名单.csv")[1] == FileKind.CSV


def test_open_documents_with_macros_are_refused() -> None:
    content = io.BytesIO(open_document())
    with zipfile.ZipFile(content, "a") as package:
        package.writestr("Basic/Standard/Module1.xml", "x")
    assert refusal(content.getvalue(), "宏.ods").code == "file.macros"


class TestPictures:
    def test_place_and_camera_are_left_behind_and_the_picture_stands_upright(self) -> None:
        exif = Image.Exif()
        exif[0x0110] = "Camera of somebody"
        exif[0x0112] = 6  # lies on its side
        exif.get_ifd(0x8825)[2] = (20.0, 1.0, 2.0)
        _, _, kept = take(picture(size=(60, 30), exif=exif), "照片.jpg")
        with Image.open(io.BytesIO(kept)) as drawn:
            assert drawn.size == (30, 60)
            assert not drawn.getexif()
        assert b"Camera" not in kept

    def test_what_hides_behind_the_picture_is_left_behind(self) -> None:
        _, _, kept = take(picture() + b"<script>hidden</script>", "照片.jpg")
        assert b"hidden" not in kept

    @pytest.mark.parametrize("kind", sorted(IMAGES))
    def test_it_is_scaled_to_the_longer_side(self, kind: FileKind) -> None:
        _, _, kept = take(picture(kind, (1000, 500)), f"照片.{kind.value}")
        with Image.open(io.BytesIO(kept)) as drawn:
            assert drawn.size == (400, 200)

    def test_a_picture_of_absurd_size_is_refused_before_it_is_unpacked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "MAX_PIXELS", 1000)
        assert refusal(picture(FileKind.PNG, (100, 100)), "大.png").code == "file.too_large"

    def test_see_through_parts_stay(self) -> None:
        target = io.BytesIO()
        Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(target, format="PNG")
        _, _, kept = take(target.getvalue(), "章.png")
        with Image.open(io.BytesIO(kept)) as drawn:
            assert drawn.mode == "RGBA"

    def test_printers_colours_are_brought_over(self) -> None:
        target = io.BytesIO()
        Image.new("CMYK", (10, 10)).save(target, format="JPEG")
        _, _, kept = take(target.getvalue(), "扫描.jpg")
        with Image.open(io.BytesIO(kept)) as drawn:
            assert drawn.mode == "RGB"


class TestScan:
    @pytest.fixture
    def scanner(self, request: pytest.FixtureRequest) -> object:
        yield
        virus_scan._handlers.pop("scanner", None)

    def test_without_a_scanner_the_record_says_so(self) -> None:
        assert scan(io.BytesIO(pdf())) == (ScanStatus.NOT_SCANNED, "")

    @pytest.mark.usefixtures("scanner")
    def test_a_clean_file_carries_the_scanners_name(self) -> None:
        seen: list[bytes] = []

        def read(stream: io.BytesIO) -> ScanVerdict:
            seen.append(stream.read())
            return ScanVerdict(clean=True, engine="样子 1.0")

        virus_scan.register("scanner", read)  # type: ignore[arg-type]
        stream = io.BytesIO(pdf())
        stream.seek(5)
        assert scan(stream) == (ScanStatus.CLEAN, "样子 1.0")
        assert seen == [pdf()]

    @pytest.mark.usefixtures("scanner")
    def test_an_infected_file_is_refused(self) -> None:
        virus_scan.register("scanner", lambda stream: ScanVerdict(clean=False, engine="样子", found="EICAR"))
        with pytest.raises(DomainError, match="病毒") as caught:
            scan(io.BytesIO(pdf()))
        assert caught.value.code == "file.infected"

    @pytest.mark.usefixtures("scanner")
    def test_a_scanner_that_fails_is_recorded_as_that(self) -> None:
        def fail(stream: object) -> ScanVerdict:
            raise ConnectionError

        virus_scan.register("scanner", fail)
        assert scan(io.BytesIO(pdf())) == (ScanStatus.FAILED, "")


def test_every_kind_has_a_family_and_a_type() -> None:
    assert set(FileKind) == IMAGES | SPREADSHEETS | DOCUMENTS
    assert all(kind in kind.family and "/" in kind.content_type for kind in FileKind)
