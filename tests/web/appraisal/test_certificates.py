"""The public check, a participant's own certificates, and taking one back."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.appraisal.services import issue_many, revoke_certificate
from qihang.foundation.accounts.models import Throttle, User
from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.models import Person
from tests.delivery.appraisal.builders import SITTING_DAY, complete_class, make_class, make_sitting, register
from tests.delivery.builders import ground
from tests.factories import SYSTEM, make_actor, make_user
from tests.identities import resident
from tests.web.browser import VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot

pytestmark = pytest.mark.django_db

HOLDER = "欧阳春花"
NUMBER = resident(order=1)


@pytest.fixture(autouse=True)
def _after_the_sitting() -> Iterator[None]:
    ground()
    with clock.travel_to(SITTING_DAY + dt.timedelta(days=1)):
        yield


@pytest.fixture
def sitting() -> Sitting:
    item = make_class(register({NUMBER: HOLDER}))
    made = make_sitting(item)
    complete_class(item)
    return made


@pytest.fixture
def certificate(sitting: Sitting) -> Certificate:
    places = list(sitting.training_class.enrolments.select_related("person"))
    return issue_many(actor=SYSTEM, sitting=sitting, enrolments=places)[0]


@pytest.fixture
def holder(certificate: Certificate) -> User:
    user = make_user(name=HOLDER)
    with unit_of_work(SYSTEM):
        Person.objects.filter(pk=certificate.person_id).update(user=user)
    return user


def ask(client: Client, number: str, name: str = HOLDER) -> str:
    answer = client.post(reverse("check"), {"number": number, "name": name})
    return answer.headers.get("Location") or answer.content.decode()


def in_role(client: Client, role: Role, **given: object) -> None:
    user = make_user()
    make_actor(role, user=user, **given)  # type: ignore[arg-type]
    client.force_login(user)


class TestTheCheck:
    def test_number_and_name_lead_to_what_the_code_on_the_paper_shows(
        self, client: Client, certificate: Certificate
    ) -> None:
        spaced = f" {certificate.number[:6].lower()} {certificate.number[6:]} "
        address = ask(client, spaced, "欧阳 春花")
        assert address == reverse("check_result", args=[certificate.token])
        page = client.get(address).content.decode()
        for words in ("证书是真的，有效", certificate.number, "家政服务员", "五级（初级工）", "欧***"):
            assert words in page

    def test_neither_name_nor_personal_number_is_shown(self, client: Client, certificate: Certificate) -> None:
        page = client.get(reverse("check_result", args=[certificate.token])).content.decode()
        assert HOLDER not in page
        assert not re.search(r"460106[\d*]{10}", page)

    def test_another_name_is_told_the_same_as_an_unknown_number(
        self, client: Client, certificate: Certificate
    ) -> None:
        unknown = certificate.number[:-1] + "9"
        for number, name in ((certificate.number, "韩丽"), (unknown, HOLDER)):
            assert "没有查到。请照证书再看一眼" in ask(client, number, name)

    def test_what_is_no_number_is_explained(self, client: Client) -> None:
        assert "您填了 3 位" in ask(client, "123")
        assert "请填“持证人姓名”" in ask(client, "2646012017500001", "")

    def test_guessing_is_slowed_down_and_finding_is_not_counted(
        self, client: Client, certificate: Certificate, settings: object
    ) -> None:
        limits = {**settings.SIGN_IN_LIMITS, "certificate_check": (2, 900, 900)}  # type: ignore[attr-defined]
        settings.SIGN_IN_LIMITS = limits  # type: ignore[attr-defined]
        for _ in range(3):
            assert ask(client, certificate.number).startswith("/check/")
        ask(client, certificate.number, "韩丽")
        ask(client, certificate.number, "韩梅")
        assert "试的次数太多" in ask(client, certificate.number)
        assert Throttle.objects.get(scope="certificate_check").tries == 2

    def test_a_revoked_one_says_so_and_why(self, client: Client, certificate: Certificate) -> None:
        revoke_certificate(actor=SYSTEM, certificate=certificate, reason="替考")
        page = client.get(reverse("check_result", args=[certificate.token])).content.decode()
        assert "这本证书撤销了" in page
        assert "替考" in page
        assert "有效" not in page.split("<main")[1].split("</main>")[0]

    def test_a_code_of_nothing(self, client: Client) -> None:
        answer = client.get(reverse("check_result", args=["abcdefgh"]))
        assert answer.status_code == 404
        assert "没有查到这本证书" in answer.content.decode()


class TestOwn:
    def test_the_holder_finds_and_downloads_it(self, client: Client, holder: User, certificate: Certificate) -> None:
        client.force_login(holder)
        assert certificate.number in client.get(reverse("certificates")).content.decode()
        paper = client.get(reverse("certificate_pdf", args=[certificate.public_id]))
        assert paper.content.startswith(b"%PDF")
        assert paper.headers["Cache-Control"] == "private, no-store"
        page = client.get(reverse("certificate", args=[certificate.public_id])).content.decode()
        assert NUMBER not in page

    def test_the_code_on_the_paper_leads_to_this_site(
        self, client: Client, holder: User, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from qihang.foundation.documents import papers

        seen = []
        monkeypatch.setattr(papers.Certificate, "render", lambda paper: seen.append(paper.verify_url) or b"%PDF")
        client.force_login(holder)
        client.get(reverse("certificate_pdf", args=[certificate.public_id]))
        assert seen == [f"http://testserver/check/{certificate.token}/"]

    def test_a_revoked_one_is_not_downloaded(self, client: Client, holder: User, certificate: Certificate) -> None:
        revoke_certificate(actor=SYSTEM, certificate=certificate, reason="替考")
        client.force_login(holder)
        assert client.get(reverse("certificate_pdf", args=[certificate.public_id])).status_code == 409
        page = client.get(reverse("certificates")).content.decode()
        assert "撤销了" in page
        assert reverse("certificate_pdf", args=[certificate.public_id]) not in page

    def test_without_any_the_page_says_when_there_will_be(self, client: Client) -> None:
        user = make_user()
        (person,) = register({resident(order=5): "韩丽"})
        with unit_of_work(SYSTEM):
            Person.objects.filter(pk=person.pk).update(user=user)
        client.force_login(user)
        assert "现在没有证书" in client.get(reverse("certificates")).content.decode()


class TestRevoking:
    def test_asks_why_and_then_does(self, client: Client, certificate: Certificate) -> None:
        in_role(client, Role.APPROVER)
        address = reverse("certificate_revoke", args=[certificate.public_id])
        assert "请填“为什么撤销”" in client.post(address, {"reason": ""}).content.decode()
        assert client.post(address, {"reason": "替考"}).status_code == 302
        certificate.refresh_from_db()
        assert certificate.state == "revoked"
        assert "撤销" in client.post(address, {"reason": "再来"}).content.decode()

    def test_only_the_approver_is_offered_it(self, client: Client, certificate: Certificate) -> None:
        address = reverse("certificate", args=[certificate.public_id])
        in_role(client, Role.APPROVER)
        assert reverse("certificate_revoke", args=[certificate.public_id]) in client.get(address).content.decode()
        in_role(client, Role.INTAKE_OFFICER)
        assert reverse("certificate_revoke", args=[certificate.public_id]) not in client.get(address).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_checking_in_a_browser(visit: Visitor, viewport: Viewport, certificate: Certificate) -> None:
    page = visit("/check/", viewport=viewport)
    assert_accessible(page)
    page.get_by_label("证书编号").fill("12345")
    page.get_by_label("持证人姓名").fill("韩丽")
    page.get_by_role("button", name="查这本证书").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"check-wrong-{viewport.name}")
    page.get_by_label("证书编号").fill(certificate.number)
    page.get_by_label("持证人姓名").fill(HOLDER)
    page.get_by_role("button", name="查这本证书").click()
    expect(page.get_by_role("heading", name="证书是真的，有效")).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"check-good-{viewport.name}")
    revoke_certificate(actor=SYSTEM, certificate=certificate, reason="经查为替考，成绩不作数")
    page.reload()
    expect(page.get_by_role("heading", name="这本证书撤销了")).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"check-revoked-{viewport.name}")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_own_certificates_in_a_browser(
    visit: Visitor, viewport: Viewport, holder: User, certificate: Certificate
) -> None:
    page = visit("/certificates/", viewport=viewport, user=holder)
    assert_accessible(page)
    screenshot(page, f"certificates-own-{viewport.name}")
    page.get_by_role("link", name="看这本证书").click()
    expect(page.get_by_role("link", name="公开查验这本证书")).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"certificate-{viewport.name}")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_checking_without_scripts(visit: Visitor, certificate: Certificate) -> None:
    page = visit("/check/", scripts=False)
    page.get_by_label("证书编号").fill(certificate.number)
    page.get_by_label("持证人姓名").fill(HOLDER)
    page.get_by_role("button", name="查这本证书").click()
    expect(page.get_by_role("heading", name="证书是真的，有效")).to_be_visible()
