"""The sample roster into a real class: refused before its time, walked through, brought in, seen."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import draft_class
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.imports.models import ImportBatch
from qihang.registry.reference.load import load_reference_data
from tests.delivery.builders import FILED, SAMPLES, Cast, approved_class, class_fields, ground, make_cast
from tests.identities import resident
from tests.workbooks import sheet

pytestmark = pytest.mark.django_db

SAMPLE = SAMPLES / "花名册-家政服务员五级.xlsx"


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(dt.date(2026, 3, 2)):
        yield make_cast()


@pytest.fixture
def clerk(cast: Cast, client: Client) -> Client:
    client.force_login(User.objects.get(pk=cast.clerk.user_id))
    return client


def address(item: TrainingClass) -> str:
    return f"/imports/new/roster/{item.public_id}/"


def send(client: Client, item: TrainingClass) -> ImportBatch:
    client.post(address(item), {"file": SimpleUploadedFile(SAMPLE.name, SAMPLE.read_bytes()), "sheet": ""})
    return ImportBatch.objects.latest("id")


def test_a_class_that_is_not_approved_takes_no_roster(clerk: Client, cast: Cast) -> None:
    item = draft_class(actor=cast.clerk, fields=class_fields())
    said = clerk.get(address(item)).content.decode()
    assert "现在不能导入" in said
    assert "批准以后才能报名单" in said
    assert "上传，看检查结果" not in said


def test_the_roster_of_another_institution_is_not_there(clerk: Client) -> None:
    item = approved_class(make_cast(), on=FILED)
    assert clerk.get(address(item)).status_code == 404


def test_the_sample_goes_in(clerk: Client, cast: Cast) -> None:
    load_reference_data()
    item = approved_class(cast)
    batch = send(clerk, item)
    page = f"/imports/{batch.public_id}/"
    said = clerk.get(page).content.decode()
    assert f"归入：{item.name}" in said
    assert "没有比" not in said  # the province was asked
    assert f"先导入 {batch.accepted} 行" in said
    assert "行没通过，留作报名" in said
    said = clerk.post(f"{page}commit/", {"accept_valid": "1"}, follow=True).content.decode()
    assert "花名册导入完了" in said
    assert f'href="/classes/{item.public_id}/people/"' in said
    assert "看学员名单" in said
    batch.refresh_from_db()
    assert Enrolment.objects.filter(training_class=item).count() == batch.result["written"] + batch.result["refused"]
    again = send(clerk, item)
    assert "原来就有" in clerk.get(f"/imports/{again.public_id}/?view=ready").content.decode()


def test_more_people_than_were_approved_is_said_before_and_leads_back_to_the_findings(
    clerk: Client, cast: Cast
) -> None:
    """Two places, three people: the page says one too many; tried all the same, the rows lie open again; one set aside
    lets the others in, and the result says so."""
    load_reference_data()
    item = approved_class(cast, planned_heads=2)
    rows = [[f"王{'甲乙丙'[n]}", "女", resident("1985-05-20", order=n), "初中", "登记失业"] for n in range(3)]
    content = sheet([["姓名", "性别", "身份证号", "文化程度", "人员类别"], *rows])
    clerk.post(address(item), {"file": SimpleUploadedFile("名单.xlsx", content), "sheet": ""})
    batch = ImportBatch.objects.latest("id")
    page = f"/imports/{batch.public_id}/"
    said = clerk.get(page).content.decode()
    assert "批准了 2 人，班里已有 0 人，还能进 2 人，这张表要进 3 人，多了 1 人" in said
    said = clerk.post(f"{page}commit/", follow=True).content.decode()
    assert "再加 3 人就超了" in said and "检查结果" in said
    clerk.post(f"{page}leave-out/", {"row": "4"})
    assert "人数超了" not in clerk.get(page).content.decode()
    said = clerk.post(f"{page}commit/", follow=True).content.decode()
    assert "花名册导入完了" in said and "您选了先不导入" in said and "没有导入" not in said
    assert item.enrolments.count() == 2
