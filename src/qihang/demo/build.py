"""The synthetic province: made by the services that people use, on the days on which they would have used them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from django.db import transaction

from qihang.delivery.appraisal.services import plan_sitting
from qihang.delivery.subsidies.services import settle_class
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import (
    approve_class,
    draft_class,
    extend_roster,
    review_class,
    submit_class,
)
from qihang.demo.accounts import give_passwords
from qihang.demo.classes import ClassStory
from qihang.demo.courses import COURSES, Course
from qihang.demo.lives import Trainee, draw_trainee, make_too_old
from qihang.demo.people import Population
from qihang.demo.places import PLACES
from qihang.demo.plans import ClassPlan, draw_plans
from qihang.demo.work import WorkBook
from qihang.demo.world import BUILDER, Institution, World, build_world
from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError
from qihang.oversight.indicators.snapshots import refresh
from qihang.registry.organizations.models import Organization
from qihang.registry.participants.models import Person
from qihang.registry.policy.services import load_demo_parameters
from qihang.registry.reference.load import load_reference_data
from qihang.registry.reference.models import Occupation

Progress = Callable[[str], None]

_SCHOOL_FOR = 1_500  # people; one more institution for so many
_FEWEST_SCHOOLS = 8
_OLD_AGE = (60, 66)
_AHEAD, _LESSON_DAYS = 28, 25  # days until an application's class begins, and it lasts
SAMPLE_CLASS = "家政服务员五级2026年第1期"


@dataclass(frozen=True, slots=True)
class Built:
    """What was made."""

    institutions: int
    classes: int
    people: int
    places: int
    spells: int


def build(*, people: int, years: int, seed: int, say: Progress = lambda text: None) -> Built:
    """A province of about so many trainees over so many years up to today; of one seed always the same people.

    All or nothing. DomainError where the installation is in use: the demo never mixes with real records.
    """
    with transaction.atomic():
        return _build(people, years, seed, say)


def _build(people: int, years: int, seed: int, say: Progress) -> Built:
    _refuse_used()
    today = clock.today()
    since = today - dt.timedelta(days=365 * years)
    random = Random(seed)  # noqa: S311 - made-up people, no secrets
    load_reference_data()
    load_demo_parameters()
    say("建立单位和人员")
    world = build_world(random, institutions=max(_FEWEST_SCHOOLS, min(people // _SCHOOL_FOR + 6, 90)), since=since)
    say("开班、招生、上课、鉴定")
    stories = _classes(random, world, draw_plans(random, world, people=people, since=since, today=today), today, say)
    say("社保名单比对")
    book = WorkBook(world, since=since, today=today)
    for story in stories:
        book.note(story)
    spells = book.write()
    _sample_class(world, today)
    _classes_to_decide(world, today)
    say("算结果补贴")
    for item in TrainingClass.objects.filter(state="completed").order_by("pk"):
        settle_class(actor=BUILDER, item=item)
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


def _refuse_used() -> None:
    if Organization.objects.exclude(kind="operator").exists() or Person.objects.exists():
        raise DomainError("这里已经有单位和人员，示范数据只能建在空的系统里。请换一个 QIHANG_HOME 再建")


def _classes(random: Random, world: World, plans: list[ClassPlan], today: dt.date, say: Progress) -> list[ClassStory]:
    population = Population(random)
    stories = []
    for at, plan in enumerate(plans, 1):
        story = ClassStory(random, world, plan, _trainees(random, population, plan), today)
        story.tell()
        stories.append(story)
        if at % max(len(plans) // 10, 25) == 0:
            say(f"已有 {at} 个班，共 {len(plans)} 个")
    return stories


def _trainees(random: Random, population: Population, plan: ClassPlan) -> list[Trainee]:
    found: dict[str, Trainee] = {}
    place, course = plan.school.place, plan.course
    while len(found) < plan.heads:
        who = population.draw(place, on=plan.start, women=course.women, level=course.level)
        if who.identity in found:
            who = population.someone(place, on=plan.start, women=course.women)
        one = draw_trainee(random, who, course=course, school=plan.school, end=plan.end)
        if make_too_old(random, one):
            old = population.someone(place, on=plan.start, women=course.women, age=_OLD_AGE)
            one = Trainee(old, too_old=True, pays=one.pays, theory=one.theory, practice=one.practice)
        found[one.who.identity] = one
    return list(found.values())


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
    extend_roster(actor=office.intake, item=item, until=today + dt.timedelta(days=365), comment="台风停电，名单补报")


def _classes_to_decide(world: World, today: dt.date) -> None:
    """Two applications of the first institution, handed in today, so that either hand of the office has one to decide."""
    school, office = world.institutions[0], world.offices["460100"]
    monday = today + dt.timedelta(days=_AHEAD - today.weekday())
    for course, reviewed in zip(COURSES[1:], (False, True), strict=False):
        name = f"{course.name}五级{monday.year}年示范班"
        item = _drafted(school, course, name, monday, monday + dt.timedelta(days=_LESSON_DAYS))
        submit_class(actor=school.manager, item=item)
        if reviewed:
            review_class(actor=office.intake, item=item)


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
