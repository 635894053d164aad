"""Bringing a file in through the pages: refusals at the door, mending, deciding, letting it go in, giving it up."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.foundation.documents.ports import ScanVerdict, virus_scan
from qihang.foundation.imports import services
from qihang.foundation.imports.engine.examine import Options, examine
from qihang.foundation.imports.engine.kinds import Target
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.ports import import_kinds
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.services import request_stop, run_now
from qihang.registry.organizations.models import Organization
from qihang.web.views.imports import actions, destinations, start
from tests.factories import make_actor
from tests.foundation.accounts.doors import PASSWORD, make_account
from tests.foundation.imports.toy import STORED_TOY, shelved
from tests.web.imports.conftest import Desk
from tests.workbooks import sheet, text, xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy")]

HEADER = ["名称", "数量", "编号"]
MIXED = [
    ["桌", 1, "1234567890123456"],
    ["椅", "几把", ""],
    ["凳", "", ""],
    ["柜", "9件", ""],
    ["柜", 2, ""],
    ["柜", 3, ""],
]


def csv_file(*rows: list[Any], name: str = "名单.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text([HEADER, *rows]))


def send(client: Client, file: SimpleUploadedFile, kind: str = "toy", target: str = "c1", **fields: str) -> Any:
    return client.post(f"/imports/new/{kind}/{target}/", {"file": file, "sheet": "", **fields})


def sent(client: Client, *rows: list[Any]) -> ImportBatch:
    answer = send(client, csv_file(*(rows or MIXED)))
    assert answer.status_code == 302
    return ImportBatch.objects.get(public_id=answer.headers["Location"].strip("/").split("/")[-1])


def page(client: Client, batch: ImportBatch, query: str = "") -> str:
    answer = client.get(f"/imports/{batch.public_id}/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def act(client: Client, batch: ImportBatch, action: str, **fields: str) -> str:
    """Press a button; the page that follows."""
    answer = client.post(f"/imports/{batch.public_id}/{action}/", fields, follow=True)
    assert answer.status_code == 200
    batch.refresh_from_db()
    return str(answer.content.decode())


# --- choosing a file -----------------------------------------------------------------------------------------------


def test_the_start_page_says_what_is_wanted(signed_in: Client) -> None:
    said = signed_in.get("/imports/new/toy/c1/").content.decode()
    assert "导入物品表" in said
    assert "品名" in said
    assert "每份不超过 100 MB" in said
    assert "拍照" not in said
    assert "填表日期" in said


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.xlsx", b""), "这个文件是空的"),
        (SimpleUploadedFile("a.xlsx", b"%PDF-1.7 ..."), "这是 PDF，不是表格"),
        (SimpleUploadedFile("a.csv", "产地,颜\n海口,红\n".encode()), "没找到表头"),
        (SimpleUploadedFile("a.docx", sheet([HEADER, ["桌", 1, ""]])), "后缀和内容对不上"),
    ],
)
def test_what_is_no_such_table_is_refused_at_the_file(signed_in: Client, file: SimpleUploadedFile, words: str) -> None:
    file.seek(0)
    answer = send(signed_in, file)
    assert answer.status_code == 200
    said = answer.content.decode()
    assert words in said
    assert "<title>有错：" in said
    assert answer.context["form"].errors["file"]
    assert not ImportBatch.objects.exists()


SCORES = [["姓名", "身份证号", "理论", "实操"], ["符晓", "460105199003070022", 80, 90]]
ATTENDANCE = [["姓名", "3月9日", "3月10日"], ["符晓", "√", "√"]]


@pytest.mark.parametrize(
    ("kind", "target", "rows", "says", "leads_to"),
    [
        ("roster", "c1", ATTENDANCE, "这像是一张考勤表，不是花名册", "/imports/new/attendance/c1/"),
        ("roster", "c1", SCORES, "成绩册由鉴定站考务", ""),
        ("loose", "-", ATTENDANCE, "考勤表要归到一个班，请从那个班的页面进去导入", ""),
    ],
)
def test_a_file_of_another_kind_is_shown_where_it_belongs(
    kind: str, target: str, rows: list[list[Any]], says: str, leads_to: str, signed_in: Client, file_alone: None
) -> None:
    answer = send(signed_in, SimpleUploadedFile("a.xlsx", sheet(rows)), kind=kind, target=target)
    said = answer.content.decode()
    assert says in said
    assert answer.context["form"].errors["file"]
    links = [one for one in ("attendance", "scores") if f'href="/imports/new/{one}/' in said]
    assert links == ([leads_to.split("/")[3]] if leads_to else [])
    assert leads_to in said


def test_no_file_at_all(signed_in: Client) -> None:
    assert "请附上“选一个表格文件”" in signed_in.post("/imports/new/toy/c1/", {}).content.decode()


def test_a_file_that_is_too_large_is_not_read(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qihang.web.views.imports.forms.MAX_FILE_BYTES", 10)
    assert "没有读入。请分成几个文件" in send(signed_in, csv_file(["桌", 1, ""])).content.decode()


def test_a_virus_is_refused(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(virus_scan._handlers, "scanner", lambda stream: ScanVerdict(False, "engine 1", "EICAR"))
    answer = send(signed_in, csv_file(["桌", 1, ""]))
    assert "查出了病毒，不收" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_a_closed_class_says_so_before_a_file_is_chosen(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(target: Target) -> object:
        raise DomainError("这个班 11 月 20 日已经开课，名单不能再加")

    monkeypatch.setitem(STORED_TOY.storage.__dict__, "open_register", closed)
    said = signed_in.get("/imports/new/toy/c1/").content.decode()
    assert "名单不能再加" in said
    assert "上传，看检查结果" not in said
    assert "名单不能再加" in send(signed_in, csv_file(["桌", 1, ""])).content.decode()
    assert not ImportBatch.objects.exists()


def test_somebody_elses_class_and_unknown_kinds(signed_in: Client) -> None:
    assert signed_in.get("/imports/new/toy/closed/").status_code == 403
    assert signed_in.get("/imports/new/trees/-/").status_code == 404
    assert signed_in.get("/imports/new/loose/-/").status_code == 200
    assert signed_in.get("/imports/template/trees/").status_code == 404


def test_another_role_is_told_whose_it_is(client: Client, desk: Callable[..., Desk]) -> None:
    client.force_login(desk(Role.EMPLOYER_USER)[0])
    answer = client.get("/imports/new/toy/c1/")
    assert answer.status_code == 403
    assert "物品表由培训机构教务导入" in answer.content.decode()
    assert client.get("/imports/template/toy/").status_code == 403


def test_a_session_that_ran_out_leads_back_to_the_start_page(client: Client) -> None:
    answer = send(client, csv_file(["桌", 1, ""]))
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("?next=/imports/new/toy/c1/")
    assert not ImportBatch.objects.exists()


def test_a_day_and_a_sheet_may_be_named(signed_in: Client) -> None:
    content = xlsx(("甲", [HEADER, ["桌", 1, ""]]), ("乙", [HEADER, ["椅", 1, ""], ["凳", 1, ""]]))
    answer = send(signed_in, SimpleUploadedFile("a.xlsx", content), sheet="甲", on="2026年3月9日")
    assert answer.status_code == 302
    batch = ImportBatch.objects.get()
    assert (batch.sheet, batch.business_day, batch.rows) == ("甲", dt.date(2026, 3, 9), 1)


@pytest.mark.parametrize("key", ["toy", "roster", "attendance", "scores", "contributions", "vacancies", "followups"])
def test_an_empty_table_to_fill_in_is_read_back(
    key: str, client: Client, desk: Callable[..., Desk], tmp_path: Path
) -> None:
    kind = import_kinds.get(key)
    client.force_login(desk(kind.roles[0])[0])
    answer = client.get(f"/imports/template/{key}/")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    on = dt.date(2026, 3, 9)
    found = examine(kind, "a.xlsx", answer.content, Options(today=on, on=on))
    assert (found.table.grid.name, found.rows.height) == (kind.label, 0)
    wanted = {one.name for one in kind.fields if one.parse}
    assert wanted <= set(found.table.header.columns) | {"months_span"}


# --- the preview -----------------------------------------------------------------------------------------------------


def test_the_preview_says_how_things_stand(signed_in: Client) -> None:
    batch = sent(signed_in)
    said = page(signed_in, batch)
    assert "第 1 处，共 5 处" in said
    assert "第 3 行 椅：“几把”不是数" in said
    assert "没错怎么办？确实没错的" in said
    assert "1 行可以导入。" in said
    assert "1 行没通过，留作报名，本人可以申诉。1 行要改、3 行要确认，先留下" in said
    assert "先导入 1 行" in said
    assert "1234567890123456" not in said
    second = page(signed_in, batch, "?cell=B4")
    assert "第 2 处，共 5 处" in second
    assert "没错，照样导入" in second
    assert "确认后当作没有" in second


def test_only_some_rows_are_shown_at_a_time(signed_in: Client) -> None:
    rows: list[list[Any]] = [[f"物{at}", "x" if at == 120 else 1, ""] for at in range(200)]
    batch = sent(signed_in, *rows)
    assert page(signed_in, batch).count('<th scope="row">') == 1
    every = page(signed_in, batch, "?view=all")
    assert every.count('<th scope="row">') == 50
    assert "物120" in every  # the page on which the finding at hand stands
    assert "物199" in page(signed_in, batch, "?view=all&page=4")
    assert page(signed_in, batch, "?view=nonsense&page=x&cell=;").count('<th scope="row">') == 1


def test_what_was_not_read_is_named(signed_in: Client) -> None:
    content = xlsx(
        ("名单", [HEADER, ["桌", 1, ""], ["制表：符晓", "", ""]]), ("旧名单", [["作废"]]), hidden=["旧名单"]
    )
    answer = send(signed_in, SimpleUploadedFile("a.xlsx", content))
    said = signed_in.get(answer.headers["Location"]).content.decode()
    assert "另 1 张工作表没有读入：旧名单" in said
    assert "1 行没有读入：第 3 行" in said


def test_a_cell_is_mended_and_the_walk_goes_on(signed_in: Client) -> None:
    batch = sent(signed_in)
    said = act(signed_in, batch, "correct", cell="B3", text="4", at="B3", view="errors")
    assert "第 3 行改好了" in said
    assert "第 1 处，共 4 处" in said
    assert "第 3 行“数量”改过" in said
    assert batch.corrections.count() == 1
    said = act(signed_in, batch, "undo", cell="B3")
    assert "B3 恢复成文件里的样子了" in said
    assert "第 1 处，共 5 处" in said
    assert "没有改过" in act(signed_in, batch, "undo", cell="B3")


def test_a_cell_that_is_still_wrong_is_said_to_be(signed_in: Client) -> None:
    batch = sent(signed_in)
    said = act(signed_in, batch, "correct", cell="B3", text="许多", at="B3")
    assert "第 3 行改了，还要看一眼：“许多”不是数" in said
    assert "第 3 行 椅：“许多”不是数" in said


def test_a_yes_and_all_of_its_kind_and_back(signed_in: Client) -> None:
    batch = sent(signed_in)
    assert "您确认 B4 没错" in act(signed_in, batch, "confirm", cell="B4", at="B4")
    said = page(signed_in, batch, "?cell=A6")
    assert "这一类 2 处都没错" in said
    assert "您确认 2 处没错" in act(signed_in, batch, "confirm", cell="A6", alike="1")
    assert batch.accepted == 4
    assert "A6 的确认收回了" in act(signed_in, batch, "take-back", cell="A6")
    assert "没有要确认的" in act(signed_in, batch, "confirm", cell="B3", alike="1")


def test_a_row_is_set_aside_and_found_again(signed_in: Client) -> None:
    batch = sent(signed_in)
    said = act(signed_in, batch, "leave-out", row="3")
    assert "第 3 行 椅 先不导入" in said
    assert batch.rows == 5
    act(signed_in, batch, "take-in", row="3")
    assert batch.rows == 6
    assert "没有这一行" in act(signed_in, batch, "leave-out", row="三")


def test_wrong_input_is_refused_in_words(signed_in: Client) -> None:
    batch = sent(signed_in)
    assert "没有“9B”这一格" in act(signed_in, batch, "correct", cell="9B", text="1")
    assert "最多 500 个字" in act(signed_in, batch, "correct", cell="B3", text="1" * 501)


def test_an_action_read_by_get_leads_to_the_page(signed_in: Client) -> None:
    batch = sent(signed_in)
    for action in ("correct", "confirm", "commit", "leave-out", "resume", "back", "stop", "check", "job"):
        answer = signed_in.get(f"/imports/{batch.public_id}/{action}/")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/imports/{batch.public_id}/")
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


def test_somebody_elses_file_is_not_there(signed_in: Client, client: Client, desk: Callable[..., Desk]) -> None:
    batch = sent(signed_in)
    client.force_login(desk()[0])
    for path in ("", "marked/", "discard/", "job/"):
        assert client.get(f"/imports/{batch.public_id}/{path}").status_code == 404
    for path in (
        "correct",
        "undo",
        "confirm",
        "take-back",
        "leave-out",
        "take-in",
        "commit",
        "check",
        "stop",
        "resume",
        "back",
    ):
        assert client.post(f"/imports/{batch.public_id}/{path}/", {"cell": "B3"}).status_code == 404


def test_a_trainer_of_the_school_finds_only_files_of_their_own(
    signed_in: Client, clerk: Desk, desk: Callable[..., Desk]
) -> None:
    batch = sent(signed_in)
    other = Client()
    other.force_login(desk(Role.TRAINER, Organization.objects.get(pk=clerk[1].organization_id))[0])
    assert other.get(f"/imports/{batch.public_id}/").status_code == 404
    assert other.post(f"/imports/{batch.public_id}/correct/", {"cell": "B3", "text": "1"}).status_code == 404
    assert other.get(f"/imports/{batch.public_id}/discard/").status_code == 404


def test_a_masked_cell_is_opened_with_a_reason(client: Client) -> None:
    account = make_account()
    make_actor(Role.PROVIDER_CLERK, user=account)
    client.force_login(account)
    batch = sent(client, ["桌", 1, "12345678901234 56"], ["椅", 1, "123456789012345"])
    address = f"/imports/{batch.public_id}/reveal/"
    assert client.get(address).status_code == 405
    asked = client.post(address, {"cell": "C3"})
    assert "您的密码" in asked.content.decode()
    kept = {"cell": "C3", "proof_of": "POST", "proof_password": PASSWORD}
    assert "为什么要看" in client.post(address, kept).content.decode()
    shown = client.post(address, {"cell": "C3", "reason": "核对证件"})
    assert "123456789012345" in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    assert RevealLog.objects.get(field="content").reason == "看 C3：核对证件"


def test_the_marked_file_is_handed_out_and_written_down(signed_in: Client) -> None:
    batch = sent(signed_in)
    answer = signed_in.get(f"/imports/{batch.public_id}/marked/")
    assert answer.content.startswith(b"PK")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert RevealLog.objects.filter(field="content").count() == 1


# --- letting it go in --------------------------------------------------------------------------------------------


def test_the_good_rows_go_in_and_the_end_page_says_what_became_of_all(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = sent(signed_in)
    assert "还有 1 处要改、1 处没通过" in act(signed_in, batch, "commit")
    monkeypatch.setitem(
        destinations._finders,
        "toy",
        lambda actor, target: destinations.Destination(
            name="仓库", url="/kit/", next_url="/kit/parts/", button="看仓库"
        ),
    )
    said = act(signed_in, batch, "commit", accept_valid="1")
    assert batch.state == BatchState.COMMITTED
    assert "物品表导入完了" in said
    assert "看仓库" in said
    assert "没有导入的 4\xa0行" in said
    assert shelved() == {"桌": "1"}
    again = sent(signed_in)
    said = act(signed_in, again, "commit", accept_valid="1")
    assert "这个文件以前导入过" in said
    assert again.state == BatchState.DISCARDED


def test_many_rows_go_in_behind_the_page(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "COMMIT_AT_ONCE_ROWS", 1)
    batch = sent(signed_in, ["桌", 1, ""], ["椅", 2, ""])
    said = act(signed_in, batch, "commit")
    assert "物品表等着导入" in said
    assert "看最新进度" in said
    part = signed_in.get(f"/imports/{batch.public_id}/job/", headers={"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in part.content.decode()
    assert "HX-Refresh" not in part.headers
    run_now(Job.objects.get(pk=batch.job_id))
    part = signed_in.get(f"/imports/{batch.public_id}/job/", headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"
    assert "物品表导入完了" in page(signed_in, batch)
    assert len(shelved()) == 2


def test_an_import_that_was_stopped_goes_on(signed_in: Client, clerk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "COMMIT_AT_ONCE_ROWS", 1)
    batch = sent(signed_in, ["桌", 1, ""], ["椅", 2, ""])
    act(signed_in, batch, "commit")
    said = act(signed_in, batch, "stop")
    assert "您让它停了" in said
    assert "接着导入" in said
    assert "正在重新检查" in act(signed_in, batch, "back")
    batch.refresh_from_db()
    run_now(Job.objects.get(pk=batch.job_id))
    act(signed_in, batch, "commit")
    act(signed_in, batch, "stop")
    batch.refresh_from_db()
    assert "接着导入了" in act(signed_in, batch, "resume")
    run_now(Job.objects.get(pk=batch.job_id))
    batch.refresh_from_db()
    assert batch.state == BatchState.COMMITTED


def test_a_large_file_is_checked_behind_the_page(
    signed_in: Client, clerk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "CHECK_AT_ONCE_BYTES", 1)
    batch = sent(signed_in)
    assert "物品表等着检查" in page(signed_in, batch)
    request_stop(actor=clerk[1], job=Job.objects.get(pk=batch.job_id))
    assert "物品表没有检查完" in page(signed_in, batch)
    act(signed_in, batch, "check")
    run_now(Job.objects.get(pk=batch.job_id))
    assert "检查结果" in page(signed_in, batch)


def test_a_check_that_fails_says_why(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "CHECK_AT_ONCE_BYTES", 1)
    answer = send(signed_in, SimpleUploadedFile("a.csv", "产地,颜\n海口,红\n".encode()))
    batch = ImportBatch.objects.get()
    run_now(Job.objects.get(pk=batch.job_id))
    said = signed_in.get(answer.headers["Location"]).content.decode()
    assert "没找到表头" in said
    assert "换一个文件" in said


def test_a_file_is_given_up_after_a_question(signed_in: Client) -> None:
    batch = sent(signed_in)
    asked = signed_in.get(f"/imports/{batch.public_id}/discard/").content.decode()
    assert "放弃“名单.csv”吗？" in asked
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED
    assert "这个文件放弃了" in act(signed_in, batch, "discard")
    assert batch.state == BatchState.DISCARDED
    answer = signed_in.get(f"/imports/{batch.public_id}/discard/")
    assert answer.status_code == 302


def test_an_empty_table_offers_nothing_to_import(signed_in: Client) -> None:
    answer = send(signed_in, SimpleUploadedFile("a.xlsx", sheet([HEADER])))
    said = signed_in.get(answer.headers["Location"]).content.decode()
    assert "没有读到一行" in said
    assert "accept_valid" not in said


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_list_is_the_organisations_own(signed_in: Client, desk: Callable[..., Desk]) -> None:
    assert "没有导入过表" in signed_in.get("/imports/").content.decode()
    sent(signed_in)
    services.discard(actor=desk_of(signed_in), batch=sent(signed_in, ["桌", 1, ""]))
    said = signed_in.get("/imports/").content.decode()
    assert "接着办" in said
    assert "可以导入 1 行，有问题 5 行" in said
    assert "导入散装表" in said
    assert "已放弃" in signed_in.get("/imports/?view=given_up").content.decode()
    other = Client()
    other.force_login(desk()[0])
    assert "接着办" not in other.get("/imports/?view=all").content.decode()


def desk_of(client: Client) -> Any:
    """Who acts in this browser's session."""
    return client.get("/imports/").wsgi_request.actor


def test_the_list_is_for_those_who_import(client: Client, desk: Callable[..., Desk]) -> None:
    client.force_login(desk(Role.COMMUNITY_CLERK)[0])
    assert client.get("/imports/").status_code == 403


@pytest.mark.parametrize(
    ("role", "entry"),
    [
        (Role.LEADER, False),
        (Role.POLICY_OFFICER, False),
        (Role.POLICY_CHECKER, False),
        (Role.FINANCE_OFFICER, False),
        (Role.INTAKE_OFFICER, True),
        (Role.TRAINER, True),
    ],
)
def test_the_menu_leads_there_whoever_brings_in_anything(
    client: Client, desk: Callable[..., Desk], role: Role, entry: bool
) -> None:
    client.force_login(desk(role)[0])
    page = client.get("/imports/")
    links = [link.label for group in page.context["navigation"].groups for link in group.links]
    assert ("导入的表" in links) is entry
    assert ("班级的页面" in page.content.decode()) is (role is Role.TRAINER)
