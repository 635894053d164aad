"""The synthetic province: what people would have done with the services, on the days on which they would have."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from django.db import connection, transaction

from qihang.delivery.appraisal.services import plan_sitting
from qihang.delivery.subsidies.services import settle_classes
from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import (
    approve_class,
    draft_class,
    review_class,
    submit_class,
)
from qihang.delivery.training.teaching import set_trainers
from qihang.delivery.training.workflows import CLASS_WORKFLOW
from qihang.demo.accounts import give_passwords
from qihang.demo.appraising import appraise
from qihang.demo.calendars import fill_missing_years
from qihang.demo.cohort import Cohort, gather
from qihang.demo.courses import COURSES, Course
from qihang.demo.enrolling import enrol
from qihang.demo.opening import open_classes
from qihang.demo.places import PLACES
from qihang.demo.plans import draw_plans
from qihang.demo.progress import Progress, silent
from qihang.demo.register import Register
from qihang.demo.stories import Story, draw_stories
from qihang.demo.teaching import teach
from qihang.demo.work import WorkBook
from qihang.demo.world import BUILDER, Institution, World, build_world
from qihang.foundation.core import clock
from qihang.foundation.core.chronicle import Chronicle
from qihang.foundation.core.errors import DomainError
from qihang.oversight.indicators.snapshots import refresh
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.participants.models import Person
from qihang.registry.policy.services import load_demo_parameters
from qihang.registry.reference.load import load_reference_data
from qihang.registry.reference.models import Occupation

_SCHOOL_FOR = 1_500  # people; one more institution for so many
_FEWEST_SCHOOLS = 8
_AHEAD, _LESSON_DAYS = 28, 25  # days until an application's class begins, and it lasts
_TELLING = "开班、招生、上课、鉴定"
_TOGETHER = 50  # classes that are written at a time
SAMPLE_CLASS = "家政服务员五级2026年第1期"


@dataclass(frozen=True, slots=True)
class Built:
    """What was made."""

    institutions: int
    classes: int
    people: int
    places: int
    spells: int


def build(*, people: int, years: int, seed: int, say: Progress = silent) -> Built:
    """A province of about so many trainees over so many years up to today; of one seed always the same people.

    All or nothing. DomainError where the installation is in use: the demo never mixes with real records.
    """
    with transaction.atomic():
        _one_at_a_time()
        _refuse_used()
        return _build(people, years, seed, say)


def _build(people: int, years: int, seed: int, say: Progress) -> Built:
    today = clock.today()
    since = today - dt.timedelta(days=365 * years)
    random = Random(seed)  # noqa: S311 - made-up people, no secrets
    load_reference_data()
    load_demo_parameters()
    fill_missing_years(since.year, today.year + 1)
    say("建立单位和人员")
    world = build_world(random, institutions=max(_FEWEST_SCHOOLS, min(people // _SCHOOL_FOR + 6, 90)), since=since)
    book = WorkBook(world, since=since, today=today)
    plans = draw_plans(random, world, people=people, since=since, today=today)
    tell(draw_stories(random, plans, today), world, _noted(book, sum(plan.heads for plan in plans), say))
    say("社保名单比对")
    spells = book.write()
    _sample_class(world, today)
    _classes_to_decide(world, today)
    _settle(say)
    say("算指标")
    refresh()
    give_passwords(world)
    return Built(
        institutions=len(world.institutions),
        classes=TrainingClass.objects.count(),
        people=Person.objects.count(),
        places=Enrolment.objects.count(),
        spells=spells,
    )


def _one_at_a_time() -> None:
    """Two commands that build see each other's work whole or not at all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('qihang.demo.build'))")


def _refuse_used() -> None:
    if Organization.objects.exclude(kind="operator").exists() or Person.objects.exists():
        raise DomainError("这里已经有单位和人员，示范数据只能建在空的系统里。请换一个 QIHANG_HOME 再建")


def _noted(book: WorkBook, total: int, say: Progress) -> Callable[[Cohort, int], None]:
    told = 0
    say(_TELLING, told, total)

    def note(cohort: Cohort, people: int) -> None:
        nonlocal told
        told += people
        book.note(cohort)
        say(_TELLING, told, total)

    return note


def tell(
    stories: Iterator[Story], world: World, note: Callable[[Cohort, int], None] = lambda cohort, people: None
) -> None:
    """Write stories down, some classes at a time; `note` is handed each part with the number of its people."""
    register = Register()
    while together := list(islice(stories, _TOGETHER)):
        cohort = gather(Chronicle(), register, world, together)
        for write in (open_classes, enrol, teach, appraise):
            write(cohort)
        cohort.chronicle.write()
        _check_keys()
        note(cohort, sum(story.plan.heads for story in together))
    register.write_counters()


def _check_keys() -> None:
    """Foreign keys are checked at the end of a transaction; millions left until then would slow every statement."""
    connection.check_constraints()


def _settle(say: Progress) -> None:
    """What everybody has earned by today, some classes at a time."""
    completed = list(TrainingClass.objects.filter(state=ClassState.COMPLETED).order_by("pk"))
    for at in range(0, len(completed), _TOGETHER):
        settle_classes(actor=BUILDER, items=completed[at : at + _TOGETHER])
        _check_keys()
        say("算结果补贴", min(at + _TOGETHER, len(completed)), len(completed), of="个班")


def _sample_class(world: World, today: dt.date) -> None:
    """The class of the sample files, at the first institution: its roster is open again, so that they can be tried."""
    start, end = dt.date(2026, 3, 9), dt.date(2026, 3, 27)
    if today <= end:
        return
    school, office, station = world.institutions[0], world.offices["460100"], world.stations["460100"]
    with clock.travel_to(dt.date(2026, 2, 24)):
        item = _drafted(school, COURSES[0], SAMPLE_CLASS, start, end)
        submit_class(actor=school.manager, item=item)
        review_class(actor=office.intake, item=item)
        approve_class(actor=office.approver, item=item)
        plan_sitting(
            actor=office.intake,
            item=item,
            station=station.organization,
            on=dt.date(2026, 3, 30),
            place=station.organization.address,
        )
        # Only the demo holds a roster open for longer than the lessons: no officer may.
        CLASS_WORKFLOW.apply(
            item,
            "extend_roster",
            actor=BUILDER,
            comment="演示用：名单一直开着，好拿样例文件来试",
            fields={"roster_until": today + dt.timedelta(days=365)},
        )
    _give_trainer(school, item, COURSES[0])


def _classes_to_decide(world: World, today: dt.date) -> None:
    """Two applications of the first institution, handed in today, so that either hand of the office has one to decide."""
    school, office = world.institutions[0], world.offices["460100"]
    monday = today + dt.timedelta(days=_AHEAD - today.weekday())
    for course, reviewed in zip(COURSES[1:], (False, True), strict=False):
        name = f"{course.name}五级{monday.year}年示范班"
        item = _drafted(school, course, name, monday, monday + dt.timedelta(days=_LESSON_DAYS))
        _give_trainer(school, item, course)
        submit_class(actor=school.manager, item=item)
        if reviewed:
            review_class(actor=office.intake, item=item)


def _give_trainer(school: Institution, item: TrainingClass, course: Course) -> None:
    """From today: the institution's trainers may be younger than a class of the sample files."""
    trainers = Membership.objects.filter(pk__in=[school.trainer_of(course).membership_id])
    set_trainers(actor=school.clerk, item=item, trainers=trainers.values_list("public_id", flat=True))


def _drafted(school: Institution, course: Course, name: str, start: dt.date, end: dt.date) -> TrainingClass:
    """A day class in the county of the first institution."""
    place = next(one for one in PLACES if one.code == "460108")
    return draft_class(
        actor=school.clerk,
        fields={
            "name": name,
            "region_id": place.code,
            "occupation": Occupation.objects.edition().occupations().get(name=course.occupation),
            "level": course.level,
            "format": "day",
            "hours": course.hours,
            "start": start,
            "end": end,
            "place": school.organization.address,
            "contact_name": school.organization.contact_name,
            "contact_phone": school.organization.contact_phone.plain(),
            "planned_heads": 45,
        },
    )
