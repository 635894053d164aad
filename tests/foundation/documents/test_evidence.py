"""Evidence: handed in by one, decided by another, counted once accepted."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.foundation.documents.conftest import CLERK, ELSEWHERE, OFFICER, REVIEWER, SECURITY, TRAINEE, pdf, workbook

from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.foundation.documents.access import EVIDENCE
from qihang.foundation.documents.enums import EvidenceState
from qihang.foundation.documents.models import Evidence, StoredFile
from qihang.foundation.documents.services import (
    accept_evidence,
    erase_file,
    open_file,
    reject_evidence,
    revoke_evidence,
    store_file,
    submit_evidence,
)
from qihang.foundation.documents.workflows import EVIDENCE_WORKFLOW

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with clock.travel_to(TODAY):
        yield


@pytest.fixture
def person() -> User:
    """Any row may be what evidence is about."""
    with unit_of_work(CLERK):
        return User.objects.create_user("wangxiulan", name="王秀兰")


def contract(actor: Actor = CLERK) -> StoredFile:
    return store_file(actor=actor, purpose=EVIDENCE, name="劳动合同.pdf", content=pdf())


def submit(person: User, actor: Actor = CLERK, **other: Any) -> Evidence:
    fields: dict[str, Any] = {
        "kind": EvidenceType.CONTRACT,
        "region": "460108",
        "issued_on": TODAY,
        "issuer": "海口某餐饮公司",
        "file": contract(actor) if "file" not in other else None,
    }
    return submit_evidence(actor=actor, subject=person, **{**fields, **other})


def test_it_counts_once_an_officer_has_accepted_it(person: User) -> None:
    evidence = submit(person)
    assert (evidence.state, evidence.rank, evidence.accepted_on) == (EvidenceState.SUBMITTED, "乙", None)
    assert not Evidence.objects.of(person).accepted().exists()
    accept_evidence(actor=OFFICER, evidence=evidence)
    assert Evidence.objects.of(person).accepted().get() == evidence
    assert evidence.accepted_on == TODAY
    assert [(log.transition, log.user_label) for log in EVIDENCE_WORKFLOW.history(evidence)] == [
        ("enter", "符晓"),
        ("accept", "林志远"),
    ]


def test_an_officer_does_not_decide_on_what_they_handed_in(person: User) -> None:
    evidence = submit(person, OFFICER)
    for decide in (accept_evidence, reject_evidence):
        with pytest.raises(NotAllowed, match="换一个人"):
            decide(actor=OFFICER, evidence=evidence, comment="自己看过了")
    assert accept_evidence(actor=REVIEWER, evidence=evidence).state == EvidenceState.ACCEPTED


def test_rejecting_needs_words_and_is_final(person: User) -> None:
    evidence = submit(person)
    with pytest.raises(Refused, match="原因"):
        reject_evidence(actor=OFFICER, evidence=evidence, comment=" ")
    reject_evidence(actor=OFFICER, evidence=evidence, comment="合同没有盖章")
    with pytest.raises(Refused, match="不认可"):
        accept_evidence(actor=OFFICER, evidence=evidence)


def test_an_acceptance_is_taken_back_by_another_officer(person: User) -> None:
    evidence = accept_evidence(actor=REVIEWER, evidence=submit(person))
    with pytest.raises(NotAllowed, match="换一个人"):
        revoke_evidence(actor=REVIEWER, evidence=evidence, comment="合同是假的")
    with pytest.raises(NotAllowed):
        revoke_evidence(actor=OFFICER, evidence=evidence, comment="合同是假的")
    colleague = Actor(user_id=12, user_label="邢云", role="second_reviewer", region="460000")
    revoke_evidence(actor=colleague, evidence=evidence, comment="合同是假的")
    assert not Evidence.objects.accepted().exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"file": None}, "file"),
        ({"kind": EvidenceType.PHONE, "file": None}, "note"),
        ({"kind": EvidenceType.PHONE, "file": None, "note": "  "}, "note"),
        ({"issued_on": TODAY + dt.timedelta(days=1)}, "issued_on"),
    ],
)
def test_what_is_missing_is_named(person: User, change: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as caught:
        submit(person, **change)
    assert caught.value.field == field


def test_words_are_kept_encrypted(person: User) -> None:
    evidence = submit(person, OFFICER, kind=EvidenceType.PHONE, file=None, note="本人说在海口上班")
    assert Evidence.objects.get(pk=evidence.pk).note.plain() == "本人说在海口上班"
    assert (evidence.rank, evidence.file) == ("丁", None)


def test_the_database_wants_paper_and_the_day_of_acceptance(person: User) -> None:
    evidence = submit(person)
    with unit_of_work(OFFICER):
        for change in ({"file": None}, {"kind": EvidenceType.PHONE, "file": None}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Evidence.objects.filter(pk=evidence.pk).update(**change)


@pytest.mark.parametrize("role", ["visitor", "leader", "system_admin", "trainer"])
def test_who_may_not_hand_in(person: User, role: str) -> None:
    with pytest.raises(NotAllowed):
        submit(person, Actor(user_id=5, role=role, region="460108"))


def test_who_sees_it(person: User) -> None:
    evidence = submit(person)
    trainees = submit(person, TRAINEE)
    seen = {
        "own organisation": (CLERK, {evidence}),
        "colleague": (Actor(user_id=70, role="provider_manager", organization_id=3, region="460108"), {evidence}),
        "other organisation": (Actor(user_id=71, role="provider_clerk", organization_id=4, region="460108"), set()),
        "participant": (TRAINEE, {trainees}),
        "county": (OFFICER, {evidence, trainees}),
        "city": (REVIEWER, {evidence, trainees}),
        "province": (Actor(user_id=1, role="leader", region="460000"), {evidence, trainees}),
        "other city": (ELSEWHERE, set()),
        "no region": (Actor(user_id=1, role="leader"), set()),
        "security": (SECURITY, set()),
        "nobody": (Actor(), set()),
        "schedule": (Actor.for_system("schedule"), {evidence, trainees}),
    }
    for who, (actor, rows) in seen.items():
        assert set(Evidence.objects.visible_to(actor)) == rows, who


def test_an_officer_of_another_place_neither_sees_nor_decides(person: User) -> None:
    evidence = submit(person)
    with pytest.raises(NotFound):
        accept_evidence(actor=ELSEWHERE, evidence=evidence)


def test_a_destroyed_file_proves_nothing(person: User) -> None:
    evidence = submit(person)
    assert evidence.file is not None
    erase_file(actor=SECURITY, file=evidence.file, reason="误传")
    with pytest.raises(Refused, match="销毁"):
        accept_evidence(actor=OFFICER, evidence=evidence)


def test_anothers_file_is_not_evidence_of_ones_own(person: User) -> None:
    theirs = contract(TRAINEE)
    with pytest.raises(NotFound):
        submit_evidence(
            actor=CLERK,
            kind=EvidenceType.CONTRACT,
            subject=person,
            region="460108",
            issued_on=TODAY,
            issuer="海口某餐饮公司",
            file=theirs,
        )


class TestFiles:
    def test_open_to_whoever_sees_the_evidence(self, person: User) -> None:
        evidence = submit(person)
        file = evidence.file
        assert file is not None
        for actor in (CLERK, OFFICER, REVIEWER):
            with open_file(actor=actor, file=file) as stream:
                assert stream.read() == pdf()
        for actor in (ELSEWHERE, SECURITY, TRAINEE):
            with pytest.raises(NotFound):
                open_file(actor=actor, file=file)

    def test_open_to_the_sender_before_it_is_handed_in(self) -> None:
        file = contract(TRAINEE)
        with open_file(actor=TRAINEE, file=file) as stream:
            assert stream.read() == pdf()
        with pytest.raises(NotFound):
            open_file(actor=OFFICER, file=file)

    def test_of_a_system_actor_belong_to_nobody(self) -> None:
        file = contract(Actor.for_system("schedule"))
        with pytest.raises(NotFound):
            open_file(actor=Actor(), file=file)

    def test_take_papers_and_pictures_only(self) -> None:
        with pytest.raises(DomainError, match="只收"):
            store_file(actor=CLERK, purpose=EVIDENCE, name="表.xlsx", content=workbook())
