"""From the database to the events behind every figure: one query a table, no name and no number of a person.

Ids in the events are the rows' opaque ids, so that a figure's list leads back to people, classes and proof.
"""

import datetime as dt
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import Q

from qihang.delivery.appraisal.enums import STANDING_SITTINGS, CertificateState
from qihang.delivery.appraisal.models import Certificate, Score, Sitting
from qihang.delivery.employment.enums import SpellState
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError
from qihang.oversight.indicators.enums import Programme
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.schema import frame_schema
from qihang.oversight.indicators.targets import Target, whole_is
from qihang.registry.policy import lookup
from qihang.registry.policy.models import Parameter
from qihang.registry.reference.codes import codes
from qihang.registry.reference.regions import jurisdiction_table
from qihang.registry.reference.scope import region_q

DUE_DAYS = "appraisal.due_days"
YEARLY_TARGET = "reemp.target.trainees_per_year"


def events_from_database(*, programme: str | None = None, region: str | None = None) -> Events:
    """Everything known today of the classes of a programme (both) in a region and below (everywhere).

    Counted are places that were ever enrolled; a refused or waiting applicant is no case. Work counts once accepted,
    a certificate until it is revoked. ParameterMissing where a class has no appraisal day and nobody has set by when
    one is due; DomainError for a region that nobody knows, which would otherwise be a page of zeros.
    """
    if region is not None and region not in jurisdiction_table():
        raise DomainError(f"没有这个行政区划代码：{region}")
    chosen = Q()
    if programme is not None:
        chosen &= Q(training_class__programme=programme)
    if region is not None:
        chosen &= region_q("training_class__region", region)
    places = Enrolment.objects.counted().filter(chosen).order_by("pk")
    classes = TrainingClass.objects.filter(pk__in=places.order_by().values("training_class"))
    people = places.order_by().values("person")
    table = _classes(classes)
    return Events(
        persons=_persons(places),
        classes=table,
        enrolments=_enrolments(places),
        spells=_spells(WorkSpell.objects.filter(person__in=people, state=SpellState.ACCEPTED)),
        firms=pl.DataFrame(schema=frame_schema("firms")),
        headcounts=pl.DataFrame(schema=frame_schema("headcounts")),
        targets=yearly_targets(table) if whole_is(region) and programme != Programme.STARTUP else [],
    )


def last_day_of(year: int) -> dt.date:
    """The day whose value of the parameter is the year's target."""
    return dt.date(year + 1, 1, 1) - dt.timedelta(days=1)


def yearly_targets(classes: pl.DataFrame) -> list[Target]:
    """What the province is to reach in each year from its first class to its last, the coming year included.

    A year's target is the value of the parameter in force at that year's end; none where nobody has set it.
    """
    days = [day for day in (classes["start"].min(), classes["end"].max(), clock.today()) if isinstance(day, dt.date)]
    book = Parameter.objects.book([YEARLY_TARGET])
    found = []
    for year in range(min(days).year, max(days).year + 2):
        end = last_day_of(year)
        if row := lookup.find_in(book, YEARLY_TARGET, region=settings.PROVINCE_CODE, on=end):
            target = Target(indicator="trained", programme=Programme.SKILLS, year=year, people=int(row.number))
            found.append(target)
    return found


def _frame(table: str, rows: Any) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=frame_schema(table), orient="row")


def _persons(places: Any) -> pl.DataFrame:
    """Each person with the category of the earliest counted place."""
    rows = places.order_by("enrolled_on", "pk").values_list("person__public_id", "person__sex", "category")
    names = {code.code: code.identifier for code in codes("person_category")}
    known: dict[Any, tuple[str, str, str | None]] = {}
    for public, sex, category in rows:
        if public not in known:
            known[public] = (str(public), sex, names.get(category))
    return _frame("persons", known.values())


def _classes(classes: Any) -> pl.DataFrame:
    rows = list(classes.select_related("organization", "occupation").order_by("pk"))
    labels = _institutions(rows)
    sittings = _appraisal_days(classes)
    due_days = cache(_due_days)
    return _frame(
        "classes",
        (
            (
                str(item.public_id),
                item.programme,
                item.module or None,
                item.region_id,
                labels[item.organization_id],
                item.occupation.code if item.occupation else None,
                item.start,
                item.end,
                sittings.get(item.pk) or item.appraisal_on or item.end + due_days(item.region_id, item.filed_on),
            )
            for item in rows
        ),
    )


def _institutions(classes: list[TrainingClass]) -> dict[int, str]:
    """Institutions by name; of two with one name each says where it is."""
    found = {item.organization_id: item.organization for item in classes}
    names = Counter(one.name for one in found.values())
    return {pk: one.name if names[one.name] == 1 else f"{one.name}（{one.region_id}）" for pk, one in found.items()}


def _appraisal_days(classes: Any) -> dict[int, dt.date]:
    """The day of each class's first sitting that stands."""
    rows = Sitting.objects.filter(training_class__in=classes.values("pk"), state__in=STANDING_SITTINGS)
    days: dict[int, dt.date] = {}
    for item, on in rows.order_by("-on").values_list("training_class_id", "on"):
        days[item] = on
    return days


def _due_days(region: str, on: dt.date) -> dt.timedelta:
    return dt.timedelta(days=int(str(lookup.require(DUE_DAYS, region=region, on=on))))


def _enrolments(places: Any) -> pl.DataFrame:
    appraised, passed = _scores(places)
    certified = dict(
        Certificate.objects.filter(enrolment__in=places.values("pk"), state=CertificateState.ISSUED)
        .order_by("-issued_on")
        .values_list("enrolment_id", "issued_on")
    )
    rows = places.values_list(
        "pk",
        "public_id",
        "person__public_id",
        "training_class__public_id",
        "enrolled_on",
        "withdrawn_on",
        "completed_on",
    )
    return _frame(
        "enrolments",
        (
            (
                str(public),
                str(person),
                str(item),
                enrolled,
                withdrawn,
                completed,
                appraised.get(pk, []),
                passed.get(pk),
                certified.get(pk),
            )
            for pk, public, person, item, enrolled, withdrawn, completed in rows
        ),
    )


def _scores(places: Any) -> tuple[dict[int, list[dt.date]], dict[int, dt.date]]:
    """By place: the days on which it was appraised, and the first on which it passed."""
    rows = Score.objects.filter(enrolment__in=places.values("pk"), voided_on__isnull=True).order_by("sitting__on")
    appraised: dict[int, list[dt.date]] = defaultdict(list)
    passed: dict[int, dt.date] = {}
    for place, on, good in rows.values_list("enrolment_id", "sitting__on", "passed"):
        appraised[place].append(on)
        if good:
            passed.setdefault(place, on)
    return appraised, passed


def _spells(spells: Any) -> pl.DataFrame:
    """Employers are numbered: the name of a small firm is often its owner's."""
    rows = spells.order_by("pk").values_list(
        "public_id",
        "person__public_id",
        "start",
        "end",
        "evidence_kind",
        "employer_name",
        "recorded_on",
        "end_recorded_on",
    )
    numbers: dict[str, str] = {}
    return _frame(
        "spells",
        (
            (
                str(public),
                str(person),
                start,
                end,
                evidence,
                numbers.setdefault(employer, f"E{len(numbers) + 1}") if employer else None,
                recorded,
                end_recorded,
            )
            for public, person, start, end, evidence, employer, recorded, end_recorded in rows
        ),
    )
