"""Numbers, papers, the public check, revocation and merging."""

import datetime as dt
import io
from collections.abc import Iterator

import pypdfium2
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.delivery.appraisal.builders import (
    SITTING_DAY,
    complete_class,
    make_class,
    make_sitting,
    make_station,
    register,
)
from tests.delivery.builders import ground
from tests.factories import SYSTEM, make_actor
from tests.identities import resident

from qihang.delivery.appraisal.models import Certificate, CertificateCounter, Sitting
from qihang.delivery.appraisal.printing import certificate_pdf, level_of, sitting_pdf, title_of
from qihang.delivery.appraisal.services import (
    check_certificate,
    check_token,
    get_certificate,
    issue_many,
    revocation_reason,
    revoke_certificate,
)
from qihang.delivery.training.enums import ClassLevel
from qihang.foundation.accounts.clients import Client
from qihang.foundation.core import clock
from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import Person
from qihang.registry.policy import lookup

pytestmark = pytest.mark.django_db

PEOPLE = {resident(order=1): "韩丽", resident(order=2): "欧阳春花"}


@pytest.fixture(autouse=True)
def _after_the_sitting() -> Iterator[None]:
    ground()
    with clock.travel_to(SITTING_DAY):
        yield


@pytest.fixture
def sitting() -> Sitting:
    item = make_class(register(PEOPLE))
    made = make_sitting(item)
    complete_class(item)
    return made


@pytest.fixture
def certificates(sitting: Sitting) -> list[Certificate]:
    return issued(sitting)


def issued(sitting: Sitting) -> list[Certificate]:
    places = list(sitting.training_class.enrolments.select_related("person").order_by("pk"))
    return issue_many(actor=SYSTEM, sitting=sitting, enrolments=places)


def verify_url(token: str) -> str:
    return f"https://qihang.example/check/{token}/"


def text_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return pages


class TestNumbers:
    def test_run_on_within_station_year_and_level(self, sitting: Sitting) -> None:
        assert [row.number[-6:] for row in issued(sitting)] == ["000001", "000002"]
        other = make_class(register({resident(order=3): "陈小梅"}), name="二班")
        again = make_sitting(other, sitting.station)
        complete_class(other)
        assert [row.number for row in issued(again)] == ["S000046108017265000003"]

    def test_begin_anew_with_the_year(self, sitting: Sitting) -> None:
        with clock.travel_to(dt.date(2027, 1, 4)):
            assert issued(sitting)[0].number == "S000046108017275000001"

    def test_follow_the_rule_of_the_day(self, sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
        values = {"certificate.number_rule": 16}
        monkeypatch.setattr(lookup, "require", lambda key, **place: values[key])
        (first, _) = issued(sitting)
        assert (first.number, title_of(first)) == ("2646012017500001", "职业资格证书")

    def test_without_a_rule_nothing_is_issued(self, sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lookup, "find", lambda key, **place: None)
        with pytest.raises(DomainError, match=r"certificate\.number_rule"):
            issued(sitting)

    def test_a_block_that_does_not_fit_is_refused_whole(self, sitting: Sitting) -> None:
        CertificateCounter.objects.create(prefix="S0000461080172650"[:16], last=999_998)
        with pytest.raises(DomainError, match="用完了，还差 2 个"):
            issued(sitting)
        assert not Certificate.objects.exists()
        assert CertificateCounter.objects.get().last == 999_998

    def test_nobody_gets_two_for_one_class(self, sitting: Sitting, certificates: list[Certificate]) -> None:
        with pytest.raises(IntegrityError, match="one_certificate_an_enrolment"), transaction.atomic():
            issued(sitting)

    def test_for_nobody_is_nothing(self, sitting: Sitting) -> None:
        assert issue_many(actor=SYSTEM, sitting=sitting, enrolments=[]) == []
        assert not CertificateCounter.objects.exists()


class TestPapers:
    def test_one_says_who_what_and_where_to_check(self, certificates: list[Certificate]) -> None:
        holder = Actor(role=Role.PARTICIPANT, person_id=certificates[1].person_id)
        name, content = certificate_pdf(actor=holder, public_id=str(certificates[1].public_id), verify_url=verify_url)
        (page,) = text_of(content)
        said = "".join(page.split())
        assert name == f"证书 {certificates[1].number}.pdf"
        for words in ("欧阳春花", "家政服务员", "五级（初级工）", certificates[1].number, "2026年3月30日"):
            assert words in said
        assert verify_url(certificates[1].token) in said
        assert certificates[1].person.identity_no.plain() not in said

    def test_a_sittings_are_one_file_in_the_order_of_numbers(
        self, sitting: Sitting, certificates: list[Certificate]
    ) -> None:
        clerk = make_actor(Role.STATION_CLERK, organization=sitting.station)
        name, content = sitting_pdf(actor=clerk, public_id=str(sitting.public_id), verify_url=verify_url)
        pages = text_of(content)
        assert name == "家政服务员五级 1 班证书（2 本）.pdf"
        assert [row.number in page for row, page in zip(certificates, pages, strict=True)] == [True, True]

    def test_none_before_the_first_certificate(self, sitting: Sitting) -> None:
        with pytest.raises(DomainError, match="还没有发证"):
            sitting_pdf(actor=SYSTEM, public_id=str(sitting.public_id), verify_url=verify_url)

    def test_none_of_a_revoked_one(self, certificates: list[Certificate]) -> None:
        revoke_certificate(actor=SYSTEM, certificate=certificates[0], reason="替考")
        with pytest.raises(DomainError, match="已经撤销"):
            certificate_pdf(actor=SYSTEM, public_id=str(certificates[0].public_id), verify_url=verify_url)

    @pytest.mark.parametrize(
        ("level", "said"), [(ClassLevel.THREE, "三级（高级工）"), (ClassLevel.SPECIAL, "专项职业能力")]
    )
    def test_levels_in_words(self, level: str, said: str) -> None:
        assert level_of(Certificate(level=level)) == said


class TestChecking:
    def test_by_the_code_on_the_paper(self, certificates: list[Certificate]) -> None:
        assert check_token(token=certificates[0].token) == certificates[0]
        assert check_token(token="x" * 22) is None

    def test_by_number_and_name_as_people_type_them(self, certificates: list[Certificate]) -> None:
        number = certificates[1].number
        found = check_certificate(number=f" {number[:5].lower()} {number[5:]}", name="欧阳 春花", client=Client())
        assert found == certificates[1]

    def test_another_name_and_an_unknown_number_answer_alike(self, certificates: list[Certificate]) -> None:
        for number in (certificates[1].number, "S000046108017265000099"):
            assert check_certificate(number=number, name="韩丽", client=Client()) is None

    def test_the_code_cannot_be_guessed(self, certificates: list[Certificate]) -> None:
        assert len({row.token for row in certificates}) == 2
        assert all(len(row.token) == 20 and row.token.isalnum() for row in certificates)


class TestRevoking:
    def test_the_approver_does_with_a_reason(self, certificates: list[Certificate]) -> None:
        row = revoke_certificate(actor=make_actor(Role.APPROVER), certificate=certificates[0], reason="替考")
        assert (row.state, row.revoked_on, revocation_reason(row)) == ("revoked", SITTING_DAY, "替考")
        assert revocation_reason(certificates[1]) == ""

    def test_refusals(self, certificates: list[Certificate]) -> None:
        row = certificates[0]
        approver = make_actor(Role.APPROVER)
        with pytest.raises(Refused, match="写明原因"):
            revoke_certificate(actor=approver, certificate=row, reason=" ")
        with pytest.raises(NotAllowed):
            revoke_certificate(actor=make_actor(Role.INTAKE_OFFICER), certificate=row, reason="替考")
        with pytest.raises(NotFound):
            revoke_certificate(actor=make_actor(Role.APPROVER, region="460200"), certificate=row, reason="替考")
        revoke_certificate(actor=approver, certificate=row, reason="替考")
        with pytest.raises(Refused, match="已撤销"):
            revoke_certificate(actor=approver, certificate=row, reason="替考")

    def test_what_is_printed_never_changes_and_nothing_is_deleted(self, certificates: list[Certificate]) -> None:
        row = certificates[0]
        with pytest.raises(DatabaseError), unit_of_work(SYSTEM):
            Certificate.objects.filter(pk=row.pk).update(number="S000046108017265009999")
        with pytest.raises(DatabaseError), unit_of_work(SYSTEM):
            row.delete()


class TestSight:
    def test_holder_station_institution_and_office(self, sitting: Sitting, certificates: list[Certificate]) -> None:
        row = certificates[0]
        institution = sitting.training_class.organization
        seeing = [
            Actor(role=Role.PARTICIPANT, person_id=row.person_id),
            make_actor(Role.STATION_CLERK, organization=sitting.station),
            make_actor(Role.PROVIDER_CLERK, organization=institution),
            make_actor(Role.APPROVER),
        ]
        for actor in seeing:
            assert get_certificate(actor=actor, public_id=str(row.public_id)) == row

    def test_nobody_else(self, certificates: list[Certificate]) -> None:
        first, second = certificates
        blind = [
            ANONYMOUS,
            Actor(role=Role.PARTICIPANT, person_id=second.person_id),
            Actor(role=Role.PARTICIPANT),
            make_actor(Role.STATION_CLERK, organization=make_station("108044")),
            make_actor(Role.PROVIDER_MANAGER),
            make_actor(Role.APPROVER, region="460200"),
        ]
        for actor in blind:
            with pytest.raises(NotFound):
                get_certificate(actor=actor, public_id=str(first.public_id))


def test_merging_two_records_keeps_both_certificates(certificates: list[Certificate]) -> None:
    keep, drop = (row.person for row in certificates)
    other = make_class(register({resident(order=7): "陈小梅"}), name="二班")
    sitting = make_sitting(other, make_station("108033"))
    complete_class(other)
    (third,) = issued(sitting)
    merge_persons(actor=make_actor(Role.INTAKE_OFFICER), keep=keep, drop=third.person, reason="同一个人")
    third.refresh_from_db()
    assert third.person == keep
    assert Person.objects.get(pk=drop.pk).certificates.count() == 1
