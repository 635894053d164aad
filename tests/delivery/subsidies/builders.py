"""A completed class with decisions behind its places, certificates from a register in memory, and work on lists."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from tests.delivery.appraisal.builders import make_station
from tests.delivery.builders import Cast, approved_class, make_person, place_in
from tests.factories import HAINAN, SYSTEM, make_actor
from tests.registry.policy.cases import decide
from tests.workbooks import text

from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.appraisal.services import issue_many, plan_sitting
from qihang.delivery.appraisal.workflows import SITTING_WORKFLOW
from qihang.delivery.subsidies.jobs import SETTLE_JOB
from qihang.delivery.subsidies.ports import Certified
from qihang.delivery.training.deciding import SOURCE
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.delivery.training.workflows import CLASS_WORKFLOW, ENROLMENT_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports import services as imports
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.services import run_now
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.services import Request, reserve_many
from qihang.registry.benefits.workflows import BENEFIT_USE_WORKFLOW
from qihang.registry.organizations.models import Organization
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.services import ask_parameter_back, withdraw_parameter

END = dt.date(2026, 3, 27)
CERTIFIED_ON = dt.date(2026, 4, 10)


class Papers(dict[int, Certified]):
    """Certificates by enrolment id: what the port `certified` answers in these tests."""

    def __call__(self, enrolments: Collection[int]) -> Mapping[int, Certified]:
        return {pk: self[pk] for pk in enrolments if pk in self}

    def issue(self, *places: Enrolment, stands: bool = True) -> None:
        for place in places:
            self[place.pk] = Certified(CERTIFIED_ON, f"2146{place.pk:012d}", stands)


def granted_place(item: TrainingClass, *, subsidised: bool = True, **facts: Any) -> Enrolment:
    """A trainee with the subsidy decided by the class's filing day."""
    person = make_person()
    decision = decide(on=item.filed_on, person_id=person.pk, **facts) if subsidised else None
    return place_in(item, person, decision=decision, subsidised=subsidised)


def completed_class(
    cast: Cast, *, people: int = 1, places: Collection[dict[str, Any]] = (), **changes: Any
) -> tuple[TrainingClass, list[Enrolment]]:
    """A class that ended on 27 March and all of whose trainees completed it; `places` are facts of further ones."""
    item = approved_class(cast, hours=8, **changes)
    enrolled = [granted_place(item, **facts) for facts in [*({} for _ in range(people)), *places]]
    complete(item, enrolled)
    return item, enrolled


def reserve(*places: Enrolment) -> None:
    """The training subsidy is reserved for these places, as when they were admitted."""
    requests = [
        Request(
            place.decision_id,
            SOURCE,
            str(place.public_id),
            occupation=place.training_class.occupation.code,
            level=place.training_class.level,
            organization_id=place.training_class.organization_id,
        )
        for place in places
    ]
    assert not reserve_many(actor=SYSTEM, requests=requests).refused


def sitting_of(item: TrainingClass, on: dt.date = CERTIFIED_ON, station: Organization | None = None) -> Sitting:
    with clock.travel_to(END):
        return plan_sitting(actor=SYSTEM, item=item, station=station or make_station(), on=on, place="")


def hold(sitting: Sitting, *passed: Enrolment) -> list[Certificate]:
    """The sitting takes place on its day, and these pass."""
    with clock.travel_to(sitting.on), unit_of_work(SYSTEM):
        SITTING_WORKFLOW.apply(sitting, "hold", actor=SYSTEM)
        return issue_many(actor=SYSTEM, sitting=sitting, enrolments=passed)


def use_of(place: Enrolment) -> BenefitUse:
    return BenefitUse.objects.get(source_ref=str(place.public_id))


def steps_of(use: BenefitUse) -> list[str]:
    return list(BENEFIT_USE_WORKFLOW.history(use).values_list("transition", flat=True))


def run_jobs() -> None:
    """The worker comes by and settles what is queued."""
    for job in Job.objects.filter(kind=SETTLE_JOB, state="queued").order_by("pk"):
        run_now(job)


def complete(item: TrainingClass, enrolled: Collection[Enrolment]) -> None:
    with unit_of_work(SYSTEM):
        Attendance.objects.bulk_create(
            Attendance(enrolment=place, day=item.start, mark="present") for place in enrolled
        )
    CLASS_WORKFLOW.apply(item, "complete", actor=SYSTEM, fields={"completed_on": clock.today()})
    for place in enrolled:
        ENROLMENT_WORKFLOW.apply(place, "complete", actor=SYSTEM, fields={"completed_on": item.end})


def contributions(
    actor: Actor, *rows: tuple[Enrolment, str, str], on: dt.date = dt.date(2026, 10, 31), employer: str = "椰家"
) -> ImportBatch:
    """A contribution list: (trainee, first month, last month)."""
    header = ["证件号码", "姓名", "单位名称", "缴费起始年月", "缴费截止年月"]
    lines = [
        [place.person.identity_no.plain(), place.person.name.plain(), employer, *months] for place, *months in rows
    ]
    batch, found = imports.preview(
        actor=actor, kind="contributions", name="名单.csv", content=text([header, *lines], "utf-8"), on=on
    )
    imports.confirm(actor=actor, batch=batch, cells=["all"], examination=found)
    return imports.commit(actor=actor, batch=batch, wait=True)


def unset(key: str) -> None:
    """Both hands take back what is in force of a parameter."""
    officer, checker = (make_actor(role, region=HAINAN) for role in ("policy_officer", "policy_checker"))
    for row in Parameter.objects.confirmed().filter(key=key):
        ask_parameter_back(actor=officer, parameter=row, comment="废止")
        withdraw_parameter(actor=checker, parameter=row, comment="废止")
