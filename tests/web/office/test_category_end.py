"""Until when somebody is unemployed: written down by an officer, corrected, and what the next class makes of it."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.documents.models import Evidence
from qihang.registry.participants.models import PersonCategory
from qihang.registry.participants.own_case import OWN_CASE
from qihang.registry.participants.services import claim_categories, confirm_categories
from tests.delivery.builders import Cast, approved_class, make_person
from tests.factories import MEILAN, SANYA, SYSTEM, make_actor, make_region, make_user
from tests.persons import claim_row
from tests.web.office.desk import START, at_desk, waiting_place, words_of

BEGAN = dt.date(2026, 1, 5)
BEFORE = START - dt.timedelta(days=1)


@pytest.fixture
def row(cast: Cast) -> PersonCategory:
    """A person confirmed as unemployed since January."""
    person = make_person()
    claim_categories(actor=SYSTEM, claims=pl.DataFrame([claim_row(person, "02", BEGAN, MEILAN)]))
    row: PersonCategory = person.categories.get()
    confirm_categories(actor=cast.intake, ids=[row.pk], public_post=False, comment="看了证")
    row.refresh_from_db()
    return row


def ended(actor: Actor, row: PersonCategory, on: dt.date | str, **more: Any) -> str:
    given = {"on": str(on), "comment": "办了就业登记", **more}
    address = reverse("office_category_end", args=[row.public_id])
    return words_of(at_desk(actor).post(address, given, follow=True).content.decode())


def test_the_persons_page_leads_there_and_tells_afterwards(cast: Cast, row: PersonCategory) -> None:
    client = at_desk(cast.intake)
    person = reverse("office_person", args=[row.person.public_id])
    assert reverse("office_category_end", args=[row.public_id]) in client.get(person).content.decode()
    said = ended(cast.intake, row, BEFORE)
    assert "写明了" in said and "到 2026 年 3 月 15 日" in said and "办了就业登记" in said
    row.refresh_from_db()
    assert row.valid_to == BEFORE


@pytest.mark.parametrize(("last", "state"), [(BEFORE, "refused"), (START, "enrolled")])
def test_the_next_class_asks_on_its_first_day(cast: Cast, row: PersonCategory, last: dt.date, state: str) -> None:
    ended(cast.intake, row, last)
    place = waiting_place(approved_class(cast, start=START, end=dt.date(2026, 4, 3)), person=row.person)
    assert place.state == state
    if state == "refused":
        assert place.decision is not None and place.decision.outcomes["category_confirmed"] is False


def test_claimed_anew_after_the_end_it_waits_for_an_officer(cast: Cast, row: PersonCategory) -> None:
    ended(cast.intake, row, dt.date(2026, 2, 1))
    place = waiting_place(approved_class(cast, start=START, end=dt.date(2026, 4, 3)), person=row.person)
    assert place.state == "applied"


def test_what_was_decided_before_stands(cast: Cast, row: PersonCategory) -> None:
    place = waiting_place(approved_class(cast, start=START, end=dt.date(2026, 4, 3)), person=row.person)
    decision = place.decision_id
    assert place.state == "enrolled"
    ended(cast.intake, row, BEFORE)
    again = Enrolment.objects.get(pk=place.pk)
    assert (again.state, again.decision_id) == ("enrolled", decision)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"on": "2026-01-04"}, "止日不能比它早"),
        ({"on": ""}, "请填“到哪天为止"),
        ({"on": "三月"}, "日期没看懂"),
        ({"on": "2026-03-01", "comment": " "}, "请填“为什么"),
        ({"on": "2026-03-01", "kind": "phone"}, "请填谁出具的"),
        ({"on": "2026-03-01", "kind": "contract", "issuer": "椰家", "issued_on": "2026-03-01"}, "要附上照片或文件"),
        ({"on": "2026-03-01", "kind": "phone", "issuer": "本人", "issued_on": "2026-12-01"}, "凭据日期还没到"),
    ],
)
def test_what_is_missing_or_wrong_is_said(cast: Cast, row: PersonCategory, given: dict[str, str], words: str) -> None:
    assert words in ended(cast.intake, row, given.pop("on"), **given)
    row.refresh_from_db()
    assert row.valid_to is None and not Evidence.objects.exists()


def test_a_proof_is_kept_and_opened_by_officers_of_the_region_alone(cast: Cast, row: PersonCategory) -> None:
    paper = SimpleUploadedFile("登记.pdf", b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n", "application/pdf")
    more = {"kind": "employment_registration", "issuer": "美兰区人社局", "issued_on": "2026-03-01", "file": paper}
    said = ended(cast.intake, row, "2026-03-01", **more)
    assert "美兰区人社局" in said
    evidence = Evidence.objects.get()
    address = reverse("files:download", args=[evidence.file.public_id])
    opened = at_desk(make_actor(Role.APPROVER)).get(address)
    assert b"".join(opened.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    make_region(SANYA)
    assert at_desk(make_actor(Role.APPROVER, region=SANYA)).get(address).status_code in {403, 404}


def test_twice_is_once_and_a_wrong_day_is_corrected(cast: Cast, row: PersonCategory) -> None:
    ended(cast.intake, row, BEFORE)
    assert "已经写明到" in ended(cast.intake, row, BEFORE)
    assert "写明了" in ended(cast.intake, row, "2026-03-31", comment="登记日看错")
    assert "还没有结束" in ended(cast.intake, row, "", comment="单位退了登记")
    row.refresh_from_db()
    assert row.valid_to is None


def test_an_unconfirmed_one_has_no_end(cast: Cast) -> None:
    place = waiting_place(approved_class(cast))
    row = PersonCategory.objects.get(person=place.person)
    page = at_desk(cast.intake).get(reverse("office_category_end", args=[row.public_id])).content.decode()
    assert "还没有核实" in page and '<form class="q-form"' not in page
    ended(cast.intake, row, BEFORE)
    row.refresh_from_db()
    assert row.valid_to is None


def test_the_own_is_a_colleagues(row: PersonCategory) -> None:
    me = make_actor(Role.INTAKE_OFFICER, user=make_user(identity_no=row.person.identity_no.plain()))
    assert OWN_CASE in ended(me, row, BEFORE)
    page = at_desk(me).get(reverse("office_person", args=[row.person.public_id])).content.decode()
    assert reverse("office_category_end", args=[row.public_id]) not in page


def test_one_that_never_was_is_rejected_from_there(cast: Cast, row: PersonCategory) -> None:
    address = reverse("office_category_reject", args=[row.public_id])
    client = at_desk(cast.intake)
    assert "请填" in words_of(client.post(address, {"comment": ""}).content.decode())
    said = words_of(client.post(address, {"comment": "登记了两次"}, follow=True).content.decode())
    assert "以后按不属于这一类算" in said
    assert "不能认定不属于" in words_of(client.post(address, {"comment": "再来"}).content.decode())
    row.refresh_from_db()
    assert row.state == "rejected"
