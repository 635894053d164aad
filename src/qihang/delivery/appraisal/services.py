"""Planning a class's sitting, issuing certificates under numbers that never come twice, and taking them back."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, models

from qihang.delivery.appraisal.models import Certificate, CertificateCounter, Sitting
from qihang.delivery.appraisal.numbers import NumberPlan, clean_number, number_plan
from qihang.delivery.appraisal.ports import tell_certificates_changed
from qihang.delivery.appraisal.rules import may_sit
from qihang.delivery.appraisal.workflows import CERTIFICATE_WORKFLOW, SITTING_WORKFLOW
from qihang.delivery.training.deciding import BENEFIT, SOURCE
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.accounts import throttle
from qihang.foundation.accounts.clients import Client
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.foundation.imports.engine.text import squeezed
from qihang.registry.benefits.services import count_again_many, enjoy_many
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.models import Organization
from qihang.registry.participants.merging import MergeHandler
from qihang.registry.participants.models import Person
from qihang.registry.participants.services import lock_persons
from qihang.registry.policy import lookup

_CHECKS = "certificate_check"

# -- sittings ---


def get_sitting(*, actor: Actor, public_id: str) -> Sitting:
    """The sitting by its opaque id, if the actor may see it; else NotFound."""
    rows = Sitting.objects.visible_to(actor).select_related(
        "station", "region", "training_class__organization", "training_class__occupation"
    )
    found: Sitting | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("没有这场鉴定，或者不归您的单位或辖区")
    return found


def stations_for(*, item: TrainingClass) -> models.QuerySet[Organization]:
    """The stations that can be given a sitting, those of the class's own region first."""
    rows = Organization.objects.active().filter(kind=OrganizationKind.APPRAISAL_STATION).exclude(station_code="")
    here = models.Case(models.When(region_id=item.region_id, then=0), default=1)
    found: models.QuerySet[Organization] = rows.select_related("region").order_by(here, "region_id", "name")
    return found


def plan_sitting(*, actor: Actor, item: TrainingClass, station: Organization, on: dt.date, place: str) -> Sitting:
    """An officer of the class's region gives the class its station and day. Refused says what does not fit."""
    with unit_of_work(actor):
        held = TrainingClass.objects.all() if actor.is_system else TrainingClass.objects.visible_to(actor)
        row = held.select_for_update(of=("self",)).filter(pk=item.pk).first()
        if row is None:
            raise NotFound("没有这个班，或者不归您的辖区")
        sitting = Sitting(
            training_class=row, station=station, region_id=row.region_id, on=on, place=place.strip() or station.address
        )
        if Sitting.objects.planned().filter(training_class=row).exists():
            raise Refused("这个班已经安排了鉴定，要改请改那一场", code="guard")
        if reason := may_sit(sitting, actor):
            raise Refused(reason, code="guard")
        if not sitting.place:
            raise Refused("还没有填考场", code="missing", field="place")
        return SITTING_WORKFLOW.enter(sitting, actor=actor)


def move_sitting(*, actor: Actor, sitting: Sitting, on: dt.date, place: str, comment: str) -> Sitting:
    """The officer or the station moves a sitting that has not been held to another day or place, and says why."""
    return SITTING_WORKFLOW.apply(
        sitting, "move", actor=actor, comment=comment, fields={"on": on, "place": place.strip()}
    )


def cancel_sitting(*, actor: Actor, sitting: Sitting, comment: str) -> Sitting:
    """The officer takes a sitting back, as when another station is to hold it."""
    return SITTING_WORKFLOW.apply(sitting, "cancel", actor=actor, comment=comment)


# -- certificates ---


def get_certificate(*, actor: Actor, public_id: str) -> Certificate:
    """The certificate by its opaque id, if the actor may see it; else NotFound."""
    rows = Certificate.objects.visible_to(actor).select_related("person", "station", "occupation", "region")
    found: Certificate | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("没有这本证书，或者不归您的单位或辖区")
    return found


def issue_many(*, actor: Actor, sitting: Sitting, enrolments: Sequence[Enrolment]) -> list[Certificate]:
    """Certificates for trainees who passed and hold none yet, numbered in the order given.

    The training subsidy reserved for those who completed counts as enjoyed from now on; the others get no subsidy.
    """
    if not enrolments:
        return []
    item = sitting.training_class
    today = clock.today()
    earning = _subsidised(enrolments)
    with unit_of_work(actor):
        # Before the certificates point to them, lest two who lock them wait crosswise.
        lock_persons(row.person_id for row in earning)
        numbers = _take_numbers(_plan(sitting, today), len(enrolments))
        made = [
            Certificate(
                person_id=enrolment.person_id,
                enrolment=enrolment,
                sitting=sitting,
                station_id=sitting.station_id,
                region_id=sitting.region_id,
                occupation=item.occupation,
                level=item.level,
                number=number,
                appraised_on=sitting.on,
                issued_on=today,
            )
            for enrolment, number in zip(enrolments, numbers, strict=True)
        ]
        CERTIFICATE_WORKFLOW.enter_many(made, actor=actor)
        _enjoy(actor, earning)
        tell_certificates_changed(actor, [item.pk])
    return made


def _plan(sitting: Sitting, on: dt.date) -> NumberPlan:
    station = sitting.station
    rule = lookup.require("certificate.number_rule", region=station.region_id, on=on)
    return number_plan(
        rule=str(rule),
        region=station.region_id,
        station_code=station.station_code,
        year=on.year,
        level=int(sitting.training_class.level),
    )


def _take_numbers(plan: NumberPlan, count: int) -> list[str]:
    """The next `count` numbers. Holds the counter until the transaction ends; a block that does not fit is refused."""
    table = CertificateCounter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (prefix, last) VALUES (%s, %s)"  # noqa: S608
            f" ON CONFLICT (prefix) DO UPDATE SET last = {table}.last + EXCLUDED.last RETURNING last",
            [plan.prefix, count],
        )
        last = int(cursor.fetchone()[0])
    try:
        return [plan.number(running) for running in range(last - count + 1, last + 1)]
    except ValueError:
        raise DomainError(
            f"这个鉴定站今年这个等级的证书编号（{plan.prefix}…）用完了，还差 {count} 个。请省里给鉴定站另排站点编号",
            code="numbers_used_up",
        ) from None


def _subsidised(enrolments: Sequence[Enrolment]) -> list[Enrolment]:
    return [row for row in enrolments if row.state == EnrolmentState.COMPLETED and row.subsidised]


def _enjoy(actor: Actor, enrolments: Sequence[Enrolment]) -> None:
    """The subsidy of each counts as enjoyed, also where it had been given back for want of a certificate."""
    refs = [str(row.public_id) for row in enrolments]
    enjoy_many(actor=actor, source_kind=SOURCE, source_refs=refs, comment="取得证书")
    count_again_many(actor=actor, benefit=BENEFIT, source_kind=SOURCE, source_refs=refs, comment="取得证书，重新计入")


def revoke_certificate(*, actor: Actor, certificate: Certificate, reason: str) -> Certificate:
    """The approver takes a certificate back; anyone who checks it reads the reason. It is never deleted.

    The class is settled again for it: what was earned is reversed, and the benefit with it given back.
    """
    with unit_of_work(actor):
        CERTIFICATE_WORKFLOW.apply(
            certificate, "revoke", actor=actor, comment=reason, fields={"revoked_on": clock.today()}
        )
        if certificate.enrolment is not None:
            tell_certificates_changed(actor, [certificate.enrolment.training_class_id])
    return certificate


def revocation_reason(certificate: Certificate) -> str:
    """Why a certificate was revoked; empty for one in force."""
    return revocation_reasons([certificate.pk]).get(certificate.pk, "")


def revocation_reasons(ids: Collection[int]) -> dict[int, str]:
    """Why each of these certificates was revoked, by id; those in force are left out. One query, or none for nobody."""
    if not ids:
        return {}
    steps = TransitionLog.objects.filter(
        subject=CERTIFICATE_WORKFLOW.subject, subject_id__in=among(ids), transition="revoke"
    )
    return dict(steps.values_list("subject_id", "comment"))


# -- checking ---


def check_token(*, token: str) -> Certificate | None:
    """The certificate that the code on a paper leads to, whoever asks; None where there is none."""
    found: Certificate | None = _public().filter(token=token).first()
    return found


def check_certificate(*, number: str, name: str, client: Client) -> Certificate | None:
    """The certificate of this number and this holder's name, whoever asks. Locked after too many misses.

    None alike for an unknown number and for another name, so that nobody learns who holds a number.
    """
    ticket = throttle.attempt(_CHECKS, client.address) if client.address else None
    found: Certificate | None = _public().filter(number=clean_number(number)).first()
    if found is None or squeezed(found.person.name.plain()) != squeezed(name):
        return None
    if ticket:
        throttle.give_back(ticket)
    return found


def _public() -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = Certificate.objects.select_related("person", "station", "occupation")
    return rows


# -- merging ---


def _move_certificates(keep: Person, drop: Person, actor: Actor) -> None:
    Certificate.objects.filter(person=drop).update(person=keep)


# The certificates of both go with the record that stays.
MOVE_CERTIFICATES = MergeHandler(_move_certificates)
