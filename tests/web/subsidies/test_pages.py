"""What a class has earned, on its pages: sums, reasons, and each clause behind one trainee."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qihang.delivery.subsidies.models import EarnedTranche
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from tests.factories import SANYA, make_actor
from tests.web.subsidies.scene import Scene

pytestmark = pytest.mark.django_db


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode()).replace("\xa0", "")


def test_before_the_first_settlement_everybody_waits(scene: Scene) -> None:
    page = text(as_user(scene.user("clerk")).get(reverse("class_earned", args=[scene.item.public_id])))
    assert "等：还没有结算" in page and "4人" in page


def test_settling_from_the_page_and_again(scene: Scene) -> None:
    client = as_user(scene.user("clerk"))
    address = reverse("class_settle", args=[scene.item.public_id])
    assert "新记 3 笔，冲回 0 笔" in text(client.post(address, follow=True))
    assert "和上次一样" in text(client.post(address, follow=True))
    assert EarnedTranche.objects.count() == 3


def test_the_sums_the_reasons_and_the_proof(scene: Scene) -> None:
    scene.settle()
    page = text(as_user(scene.user("intake")).get(reverse("class_earned", args=[scene.item.public_id])))
    for words in (
        "1,500.00",
        "750.00",
        "2,250.00",
        "不能得，差：取得证书，证书有效",
        "差：取得证书，证书有效。最晚 2026-06-25 鉴定（结课后 90 天内），已经过了，没有取得证书",
        "不能得，差：按补贴学员入班",
        "不能得，差：学完后 6 个月内开始工作",
        "社会保险缴费",
    ):
        assert words in page


def test_a_trainee_clause_by_clause(scene: Scene) -> None:
    scene.settle()
    client = as_user(scene.user("clerk"))
    address = reverse("class_earned_trainee", args=[scene.item.public_id, scene.places[0].public_id])
    page = text(client.get(address))
    for words in (
        "参数 employment.window_months 6 个月（CN，2006-01-01 起）",
        "2026-05-01 开始工作，凭社会保险缴费（甲）",
        "减去取证后的那一笔",
        "2026年10月31日",
        scene.papers[scene.places[0].pk].certificate_no,
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("on", "list_words", "words"),
    [
        (
            dt.date(2026, 6, 25),
            "等：取得证书，证书有效",
            ["待核：取得证书，证书有效", "还没有发证，最晚 2026-06-25 鉴定"],
        ),
        (
            dt.date(2026, 6, 26),
            "差：取得证书，证书有效。最晚 2026-06-25 鉴定（结课后 90 天内），已经过了，没有取得证书",
            ["不符合条件：取得证书，证书有效", "参数 appraisal.due_days 90 天（CN，2006-01-01 起）"],
        ),
    ],
)
def test_a_certificate_is_waited_for_until_the_last_day_to_be_examined(
    scene: Scene, on: dt.date, list_words: str, words: list[str]
) -> None:
    with clock.travel_to(on):
        scene.settle()
    client = as_user(scene.user("clerk"))
    assert list_words in text(client.get(reverse("class_earned", args=[scene.item.public_id])))
    address = reverse("class_earned_trainee", args=[scene.item.public_id, scene.places[2].public_id])
    page = text(client.get(address))
    assert all(said in page for said in words)


def test_what_was_reversed_stays_in_sight(scene: Scene) -> None:
    scene.settle()
    scene.papers.issue(scene.places[0], stands=False)
    scene.settle()
    address = reverse("class_earned_trainee", args=[scene.item.public_id, scene.places[0].public_id])
    page = text(as_user(scene.user("clerk")).get(address))
    assert page.count("冲回过") == 2 and "证书已经撤销" in page


def test_trainees_of_another_class_are_not_here(scene: Scene) -> None:
    client = as_user(scene.user("clerk"))
    address = reverse("class_earned_trainee", args=[scene.item.public_id, scene.item.public_id])
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("role", "region", "status"),
    [
        ("provider_manager", "460108", 404),  # another school's
        ("intake_officer", SANYA, 404),
        ("leader", "460100", 403),
        ("inspector", "460100", 200),
        ("finance_officer", "460108", 200),
        ("inspector", "460108", 200),
        ("station_clerk", "460108", 403),
        ("trainer", "460108", 403),
        ("system_admin", "460108", 403),
    ],
)
def test_whose_page_it_is(scene: Scene, role: str, region: str, status: int) -> None:
    client = as_user(User.objects.get(pk=make_actor(role, region=region).user_id))
    assert client.get(reverse("class_earned", args=[scene.item.public_id])).status_code == status
    settled = client.post(reverse("class_settle", args=[scene.item.public_id])).status_code
    assert settled == (404 if status == 404 else 403)
