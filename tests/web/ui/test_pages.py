"""Error pages, text size, content policy, the gallery's door: through requests."""

import logging
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.web import errors, middleware, navigation
from qihang.web.context import text_size
from qihang.web.csp import HEADER
from qihang.web.navigation import Item


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def request_for(path: str = "/", **extra: Any) -> HttpRequest:
    return RequestFactory().get(path, **extra)


def test_unknown_pages_help(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "没有这一页" in answer.content.decode()
    assert "12333" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/?q=%00", "/check/?number=A%00B", "/classes/?q=%00", "/che%00ck/"])
def test_a_character_that_nobody_types_is_refused_and_breaks_nothing(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert "12333" in answer.content.decode()


def test_every_answer_carries_the_policy(client: Client) -> None:
    policy = client.get("/no/such/page/").headers[HEADER]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_bad_and_too_large_requests() -> None:
    assert errors.bad_request(request_for(), SuspiciousOperation("x")).status_code == 400
    answer = errors.bad_request(request_for(), RequestDataTooBig("x"))
    assert answer.status_code == 413
    assert "文件太大" in answer.content.decode()
    answer = errors.bad_request(request_for(), TooManyFieldsSent("x"))
    assert answer.status_code == 413
    assert "一次选得太多" in answer.content.decode() and "文件" not in answer.content.decode()


def test_a_body_that_is_too_large_gets_the_413_page(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert client.post("/size/", {"size": "large", "next": "/" + "x" * 100}).status_code == 413


def test_a_refused_page_names_whose_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        navigation,
        "_items",
        [Item(label="样张", url_name="kit", icon="book", roles=frozenset({Role.LEADER, Role.APPROVER}))],
    )
    answer = errors.permission_denied(request_for("/kit/case/"), PermissionDenied())
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "这一页归审批、领导管" in text
    assert "去登录" in text


def refuse(error: Exception) -> HttpResponse | None:
    middleware = errors.RefusalMiddleware(lambda request: HttpResponse())
    return middleware.process_exception(request_for("/classes/1/"), error)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed("只有审批岗能批准"), 403),
        (NotFound("没有这个班"), 404),
        (DomainError("班已经开了，不能再改名单"), 409),
    ],
)
def test_refusals_of_the_domain_become_pages(error: DomainError, status: int) -> None:
    answer = refuse(error)
    assert answer is not None
    assert answer.status_code == status
    assert str(error) in answer.content.decode()


def test_other_exceptions_are_left_alone() -> None:
    assert refuse(ValueError("x")) is None
    assert errors.RefusalMiddleware(lambda request: HttpResponse("好"))(request_for()).content.decode() == "好"


def test_the_500_page_touches_no_database(caplog: pytest.LogCaptureFixture) -> None:
    # Without the django_db mark any query would raise.
    with caplog.at_level(logging.ERROR, logger="qihang.web.errors"):
        try:
            raise ValueError("46010819781012042X")
        except ValueError:
            answer = errors.server_error(request_for("/classes/"))
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "没存上" in text
    reference = caplog.records[0].message.split("reference ")[1].split(",")[0]
    assert reference in text
    assert "Traceback" in caplog.records[0].message
    assert "ValueError: [号码]" in caplog.records[0].message


@pytest.mark.parametrize("fault", [OperationalError("gone"), InterfaceError("closed")], ids=["gone", "closed"])
def test_while_the_database_is_away_pages_say_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    def away(request: HttpRequest) -> None:
        raise fault

    monkeypatch.setattr(middleware, "_set_actor", away)
    read = client.get("/certificates/")
    assert (read.status_code, read.headers["Retry-After"]) == (503, "10")
    text = read.content.decode()
    assert "系统正在恢复，请过一会儿再试" in text
    assert "再试一次" in text
    reference = next(one for one in caplog.messages if "reference" in one).split("reference ")[1].split(",")[0]
    assert reference in text
    sent = client.post("/size/", {"size": "large"})
    assert sent.status_code == 503
    assert "再试一次" not in sent.content.decode(), "it would be sent by GET"
    assert "先看看办成了没有" in sent.content.decode()


def test_a_fault_of_ours_is_no_passing_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(request: HttpRequest) -> None:
        raise ProgrammingError("no such column")

    monkeypatch.setattr(middleware, "_set_actor", fail)
    answer = client.get("/certificates/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers


def test_an_old_form_and_an_old_session_are_told_apart(settings: Any) -> None:
    stale = errors.csrf_failure(request_for())
    assert "放得太久" in stale.content.decode()
    request = request_for()
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "gone"
    expired = errors.csrf_failure(request)
    assert "登录过期了" in expired.content.decode()
    assert settings.LOGIN_URL in expired.content.decode()
    assert stale.status_code == expired.status_code == 403


def test_a_post_without_its_token_gets_that_page() -> None:
    answer = Client(enforce_csrf_checks=True).post("/size/", {"size": "large"})
    assert answer.status_code == 403
    assert "放得太久" in answer.content.decode()


def test_size_is_remembered_and_leads_back(client: Client) -> None:
    answer = client.post("/size/", {"size": "large", "next": "/kit/mine/?from=list"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/kit/mine/?from=list")
    assert client.cookies["qihang_size"].value == "large"
    assert 'data-size="large"' in client.get("/none/").content.decode()


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_size_leads_to_our_own_pages_only(client: Client, back: str) -> None:
    assert client.post("/size/", {"size": "large", "next": back}).headers["Location"] == "/"


def test_unknown_sizes_change_nothing(client: Client) -> None:
    client.post("/size/", {"size": "huge", "next": "/"})
    assert "qihang_size" not in client.cookies
    request = request_for()
    request.COOKIES["qihang_size"] = "huge"
    assert text_size(request) == "std"


def test_size_is_changed_by_sending_only(client: Client) -> None:
    assert client.get("/size/").status_code == 405


@pytest.mark.django_db
def test_size_follows_the_account_to_other_devices(client: Client) -> None:
    with unit_of_work(Actor.for_system("test")):
        user = User.objects.create_user("wang", name="王样例")
    client.force_login(user)
    client.post("/size/", {"size": "large", "next": "/"})
    user.refresh_from_db()
    assert user.large_text
    other = Client()
    other.force_login(user)
    assert 'data-size="large"' in other.get("/none/").content.decode()
    other.post("/size/", {"size": "std", "next": "/"})
    user.refresh_from_db()
    assert not user.large_text


def test_the_gallery_is_not_for_everyone(client: Client, settings: Any) -> None:
    assert client.get("/kit/").status_code == 404
    settings.KIT_ROLES = ("visitor",)
    assert client.get("/kit/").status_code == 200
    assert client.get("/kit/no-such/").status_code == 404


def test_who_runs_a_site_that_names_nobody_is_said_too(client: Client, settings: Any) -> None:
    settings.SITE = {}
    text = client.get("/none/").content.decode()
    legal = re.search(r'<div class="q-foot-legal">(.*?)</div>', text, re.DOTALL)
    assert legal and "示范部署" in legal.group(1), "no empty band at the foot"
    assert re.search(r'<span class="q-gov-own">示范部署</span>', text)


def test_site_names_come_from_settings(client: Client, settings: Any) -> None:
    settings.SITE = {"owner": "某省人社厅", "hotline": "0898-12333", "filing_number": "琼备 1 号"}
    text = client.get("/none/").content.decode()
    assert "某省人社厅主办" in text
    assert "tel:0898-12333" in text
    assert "琼备 1 号" in text
    settings.SITE = {"ownr": "x"}
    with pytest.raises(TypeError):
        Client().get("/none/")
