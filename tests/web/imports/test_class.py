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
