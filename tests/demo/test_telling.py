"""What the demo writes as columns is row for row what the services would have written, hand by hand and day by day."""

import datetime as dt
from collections import Counter
from random import Random
from typing import Any

import pytest
from django.db import transaction

from qihang.delivery.appraisal.models import Certificate, CertificateCounter, Score, Sitting
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.services import settle_classes
from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import Attendance, Enrolment, FilingCounter, Teaching, TrainingClass
from qihang.demo.build import tell
from qihang.demo.plans import draw_plans
from qihang.demo.stories import Story, draw_stories
from qihang.demo.world import BUILDER, World, build_world
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.models import AuditContext, AuditEntry, TransitionLog
from qihang.foundation.core.privacy import Secret
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import load_demo_parameters, verify_decisions
from qihang.registry.reference.load import load_reference_data
from tests.demo.by_services import Telling
from tests.demo.conftest import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SINCE = TODAY - dt.timedelta(days=500)
TABLES = (
    Person,
    PersonCategory,
    TrainingClass,
    Teaching,
    Enrolment,
    Decision,
    BenefitUse,
    Attendance,
    Sitting,
    Score,
    Certificate,
)
# What the stories have to bring about, so that agreeing on them means something.
TRANSITIONS = {
    *(("training.trainingclass", name) for name in ("enter", "submit", "send_back", "review", "approve", "complete")),
    *(("training.enrolment", name) for name in ("enter", "admit", "refuse", "self_pay", "withdraw", "complete")),
    ("training.enrolment", "fall_short"),
    ("participants.person", "enter"),
    *(("participants.personcategory", name) for name in ("enter", "confirm", "reject")),
    *(("benefits.benefituse", name) for name in ("enter", "enjoy", "release")),
    *(("appraisal.sitting", name) for name in ("enter", "hold")),
    ("appraisal.certificate", "enter"),
}
# What is drawn anew each time, or leads to a row by a number that differs; the rows' names stand for those.
_CHANCE = {"id", "public_id", "token", "basis_id"}


class Undone(Exception):
    """Takes back what one way has written, so that the other can be tried."""


def drawn(seed: int, people: int) -> tuple[World, list[Story]]:
    load_reference_data()
    load_demo_parameters()
    random = Random(seed)
    world = build_world(random, institutions=1, since=SINCE)  # so that people come back
    return world, list(draw_stories(random, draw_plans(random, world, people=people, since=SINCE, today=TODAY), TODAY))


# -- rows by what they are about ---


def names() -> dict[tuple[str, int], str]:
    """(model, id) -> what a row is about, the same both ways."""
    found: dict[tuple[str, int], str] = {}
    for person in Person.objects.all():
        found["person", person.pk] = person.identity_no.plain()
    for item in TrainingClass.objects.all():
        found["trainingclass", item.pk] = f"{item.organization_id} {item.name}"
    for place in Enrolment.objects.all():
        found["enrolment", place.pk] = (
            f"{found['trainingclass', place.training_class_id]} {found['person', place.person_id]}"
        )
    places = {str(place.public_id): found["enrolment", place.pk] for place in Enrolment.objects.all()}
    turns: Counter[str] = Counter()
    for decision in Decision.objects.order_by("pk"):
        turns[decision.case_ref] += 1
        found["decision", decision.pk] = f"{places[decision.case_ref]} {turns[decision.case_ref]}"
    for use in BenefitUse.objects.all():
        found["benefituse", use.pk] = places[use.source_ref]
    for claim in PersonCategory.objects.all():
        found["personcategory", claim.pk] = f"{found['person', claim.person_id]} {claim.category}"
    for teaching in Teaching.objects.all():
        found["teaching", teaching.pk] = found["trainingclass", teaching.training_class_id]
    for sitting in Sitting.objects.all():
        found["sitting", sitting.pk] = found["trainingclass", sitting.training_class_id]
    for paper in Certificate.objects.all():
        found["certificate", paper.pk] = paper.number
    return found | {("place", hash(key)): name for key, name in places.items()}


def value_of(row: Any, field: Any, known: dict[tuple[str, int], str]) -> object:
    value = getattr(row, field.attname)
    if field.is_relation and value is not None:
        return known.get((field.related_model._meta.model_name, value), value)
    if field.attname in {"case_ref", "source_ref"}:
        return known["place", hash(value)]
    if isinstance(value, Secret):
        return value.plain()
    return bytes(value) if isinstance(value, memoryview) else value


def rows_of(model: Any, known: dict[tuple[str, int], str]) -> Counter[object]:
    fields = [field for field in model._meta.concrete_fields if field.attname not in _CHANCE]
    return Counter(
        tuple((field.attname, repr(value_of(row, field, known))) for field in fields) for row in model.objects.all()
    )


def logged(known: dict[tuple[str, int], str]) -> Counter[object]:
    """Every transition of the classes and their people: about what, from where to where, by whom and when."""
    same = [
        field.attname for field in TransitionLog._meta.concrete_fields if field.attname not in {"id", "subject_id"}
    ]
    subjects = {model._meta.label_lower for model in TABLES}
    return Counter(
        (known[log.subject.split(".")[1], log.subject_id], *(str(getattr(log, name)) for name in same))
        for log in TransitionLog.objects.filter(subject__in=subjects)
    )


def order_of_steps(known: dict[tuple[str, int], str]) -> dict[object, list[str]]:
    """The steps of each thing in the order in which they are told."""
    steps: dict[object, list[str]] = {}
    for log in TransitionLog.objects.order_by("pk"):
        name = known.get((log.subject.split(".")[1], log.subject_id))
        if name:
            steps.setdefault((log.subject, name), []).append(f"{log.source}>{log.target}")
    return steps


def audited(since: int) -> Counter[object]:
    """Who changed which columns of how many rows, in whose name and when."""
    tables = [model._meta.db_table for model in TABLES]
    entries = AuditEntry.objects.filter(table_name__in=tables, context_id__gt=since).select_related("context")
    return Counter(
        (
            entry.table_name,
            entry.operation,
            tuple(sorted(entry.after or ())),
            tuple(sorted(entry.before or ())),
            repr(sorted(entry.context.actor.items())),
            entry.context.at,
        )
        for entry in entries
    )


def written(since: int) -> dict[str, Any]:
    known = names()
    return {
        **{model.__name__: rows_of(model, known) for model in TABLES},
        "log": logged(known),
        "steps": order_of_steps(known),
        "places": Counter(known["person", person] for person in Enrolment.objects.values_list("person_id", flat=True)),
        "made": Counter(TransitionLog.objects.values_list("subject", "transition")),
        "audit": audited(since),
        "filings": sorted(FilingCounter.objects.values_list("region", "year", "last")),
        "certificates": sorted(CertificateCounter.objects.values_list("prefix", "last")),
    }


def settled() -> dict[str, Any]:
    """What settling every completed class today makes of it; every decision recomputes, those on the tranches too."""
    before = Counter(BenefitUse.objects.values_list("state", flat=True))
    settle_classes(actor=BUILDER, items=list(TrainingClass.objects.filter(state=ClassState.COMPLETED)))
    assert verify_decisions().holds
    rows = EarnedTranche.objects.earned().values_list("tranche", "amount", "earned_on", "certificate_no")
    after = Counter(BenefitUse.objects.values_list("state", flat=True))
    return {"earned": Counter(rows), "given back": after["released"] - before["released"], "uses": after}


def both_ways(seed: int, people: int) -> tuple[dict[str, Any], dict[str, Any]]:
    world, stories = drawn(seed, people)
    since = AuditContext.objects.latest("pk").pk
    keyring.active("index")  # before either way: a key that one made would be undone with it
    found = []
    for way in (lambda: [Telling(story, world).tell() for story in stories], lambda: tell(iter(stories), world)):
        try:
            with transaction.atomic():
                way()
                found.append(written(since) | settled())
                raise Undone
        except Undone:
            pass
    return found[0], found[1]


def test_both_ways_leave_the_same_rows_steps_and_trail() -> None:
    by_services, as_columns = both_ways(seed=6, people=420)
    assert max(by_services["places"].values()) > 1, "nobody came back"
    assert {(row[0], row[1]) for row in by_services["made"]} >= TRANSITIONS, "nothing is shown of what did not happen"
    assert by_services["earned"] and by_services["given back"] > 0
    for name, rows in by_services.items():
        if isinstance(rows, Counter):
            assert not (rows - as_columns[name]), f"{name}: only the services write these"
            assert not (as_columns[name] - rows), f"{name}: only the demo writes these"
        else:
            assert rows == as_columns[name], name
