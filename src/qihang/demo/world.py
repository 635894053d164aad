"""The bodies of the demo and their people: offices, institutions, stations, the province and the operator."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from qihang.demo.courses import COURSES, Course
from qihang.demo.names import staff_name
from qihang.demo.places import OFFICES, PLACES, PROVINCE, Place
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.models import Organization
from qihang.registry.organizations.services import actor_for, add_membership, register_organization

BUILDER = Actor.for_system("demo")
_SCHOOLS = (
    "椰风", "海韵", "琼华", "南洋", "蓝海", "启明", "金椰", "博学", "天涯", "华兴", "远航", "新起点", "立德", "鸿雁",
    "三角梅", "信达", "惠民", "技达", "百业", "同心", "海棠", "五指峰", "万泉", "南渡江", "匠心", "明德", "骑楼",
)  # fmt: skip
_STATIONS = {"460100": "108017", "460200": "203021", "460400": "300009", "469002": "902004", "469007": "907002"}


@dataclass(frozen=True, slots=True)
class Institution:
    """A training institution with its hands. `quality` moves its results, `care` how seldom it errs (1: usual)."""

    organization: Organization
    place: Place
    manager: Actor
    clerk: Actor
    trainers: tuple[Actor, ...]
    quality: float
    care: float

    def trainer_of(self, course: Course) -> Actor:
        """Who teaches a course here: each trainer has their own."""
        return self.trainers[COURSES.index(course) % len(self.trainers)]


@dataclass(frozen=True, slots=True)
class Office:
    """A city's or county's office with the hands that open classes and accept proofs."""

    organization: Organization
    intake: Actor
    second: Actor
    approver: Actor
    finance: Actor
    inspector: Actor


@dataclass(frozen=True, slots=True)
class Station:
    """An appraisal station, its clerk and an appraiser."""

    organization: Organization
    clerk: Actor
    appraiser: Actor


@dataclass(frozen=True, slots=True)
class World:
    """Everybody who runs the programme in the demo."""

    institutions: tuple[Institution, ...]
    offices: dict[str, Office]
    stations: dict[str, Station]
    province: dict[str, Actor]
    operators: dict[str, Actor]

    def station_for(self, place: Place) -> Station:
        """The place's own station, or the provincial capital's."""
        return self.stations.get(place.office, self.stations["460100"])


def build_world(random: Random, *, institutions: int, since: dt.date) -> World:
    """Register every body and its people as of a day; Meilan's first institution is the one of the sample files."""
    with clock.travel_to(since):
        return World(
            institutions=tuple(_institutions(random, institutions)),
            offices={code: _office(random, code) for code in OFFICES},
            stations={code: _station(random, code, number) for code, number in _STATIONS.items()},
            province=_province(random),
            operators=_operators(random),
        )


def _institutions(random: Random, count: int) -> list[Institution]:
    first = next(place for place in PLACES if place.label == "海口美兰")
    drawn = random.choices(PLACES, weights=[place.weight for place in PLACES], k=max(count - len(PLACES), 0))
    places = [first, *(place for place in PLACES if place is not first), *drawn][:count]
    taken: set[str] = set()
    return [_institution(random, place, taken, at) for at, place in enumerate(places)]


def _institution(random: Random, place: Place, taken: set[str], at: int) -> Institution:
    name = _free_name(random, place, taken)
    school = _register(
        OrganizationKind.TRAINING_INSTITUTION,
        place.code,
        name,
        contact_name=staff_name(random),
        contact_phone=f"0898{random.randint(20_000_000, 89_999_999)}",
        address=f"{OFFICES[place.office]}人民路 {random.randint(1, 180)} 号",
    )
    return Institution(
        organization=school,
        place=place,
        manager=_hand(random, f"xx{at + 1:03d}m", school, Role.PROVIDER_MANAGER),
        clerk=_hand(random, f"xx{at + 1:03d}", school, Role.PROVIDER_CLERK),
        trainers=tuple(_hand(random, f"xx{at + 1:03d}{mark}", school, Role.TRAINER) for mark in ("t", "t2")),
        quality=random.gauss(1.0, 0.035),
        care=random.choice((0.4, 1.0, 1.0, 1.0, 1.4)),
    )


def _free_name(random: Random, place: Place, taken: set[str]) -> str:
    while True:
        word = random.choice(_SCHOOLS)
        name = f"{place.label}{word}职业培训学校"
        if name in taken:
            name = f"{place.label}{word}{random.choice(('第二', '中心', '城东', '城西'))}职业培训学校"
        if name not in taken:
            taken.add(name)
            return name


def _office(random: Random, code: str) -> Office:
    office = _register(
        OrganizationKind.AGENCY, code, f"{OFFICES[code]}人力资源和社会保障局", short_name=f"{OFFICES[code]}人社局"
    )
    return Office(
        organization=office,
        intake=_hand(random, f"js{code}a", office, Role.INTAKE_OFFICER),
        second=_hand(random, f"js{code}b", office, Role.SECOND_REVIEWER),
        approver=_hand(random, f"js{code}c", office, Role.APPROVER),
        finance=_bystander(f"js{code}d", office, Role.FINANCE_OFFICER),
        inspector=_bystander(f"js{code}e", office, Role.INSPECTOR),
    )


def _station(random: Random, code: str, number: str) -> Station:
    station = _register(
        OrganizationKind.APPRAISAL_STATION,
        code,
        f"{OFFICES[code]}职业技能鉴定站",
        station_code=number,
        address=f"{OFFICES[code]}海府路 {random.randint(1, 99)} 号",
    )
    return Station(
        station,
        clerk=_hand(random, f"jd{code}", station, Role.STATION_CLERK),
        appraiser=_bystander(f"jd{code}k", station, Role.APPRAISER),
    )


def _province(random: Random) -> dict[str, Actor]:
    agency = _register(OrganizationKind.AGENCY, PROVINCE, "海南省人力资源和社会保障厅", short_name="省人社厅")
    roles = (Role.LEADER, Role.POLICY_OFFICER, Role.POLICY_CHECKER, Role.INSPECTOR)
    return {role.value: _hand(random, f"st{role.value.replace('_', '')}", agency, role) for role in roles}


def _operators(random: Random) -> dict[str, Actor]:
    operator = _register(OrganizationKind.OPERATOR, PROVINCE, "平台运维单位")
    roles = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
    return {role.value: _hand(random, role.value.split("_")[0] + "admin", operator, role) for role in roles}


def _register(kind: OrganizationKind, region: str, name: str, **fields: str) -> Organization:
    known: Organization | None = Organization.objects.filter(kind=kind, region_id=region, name=name).first()
    return known or register_organization(
        actor=BUILDER, fields={"kind": kind, "region_id": region, "name": name, **fields}
    )


def _hand(random: Random, login: str, organization: Organization, role: Role) -> Actor:
    """Somebody in a role. Nobody can sign in as them until `accounts.give_passwords`."""
    with unit_of_work(BUILDER):
        user = User.objects.create_user(login, name=staff_name(random))
        return actor_for(add_membership(actor=BUILDER, user=user, organization=organization, role=role))


def _bystander(login: str, organization: Organization, role: Role) -> Actor:
    """A hand that no story needs, with a drawing of its own: the province around it stays what its seed makes it."""
    return _hand(Random(login), login, organization, role)  # noqa: S311
