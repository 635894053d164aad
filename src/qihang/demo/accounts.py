"""One log-in for each role that has pages. Passwords follow from the installation's secret, so that `up` can tell them
again; nobody else's demo has the same."""

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings

from qihang.delivery.appraisal.models import Certificate
from qihang.demo.world import BUILDER, World
from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.models import Person

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"
PARTICIPANT = "xueyuan"
FIRST_MANAGER = "xx001m"  # the demo's alone; an administrator of a real house may well be called systemadmin


@dataclass(frozen=True, slots=True)
class Login:
    """What a visitor of the demo needs to be somebody."""

    role: str
    login: str
    password: str


def password_of(login: str) -> str:
    """The demo's password of a log-in on this installation: letters, a hyphen and digits, easy to type."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"demo|{login}".encode(), hashlib.sha256).digest()
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:6])
    return letters + "-" + "".join(_DIGITS[byte % len(_DIGITS)] for byte in digest[6:11])


def give_passwords(world: World) -> None:
    """Let the first of each role sign in, and a certified trainee."""
    for actor in _actors(world):
        _give(User.objects.get(memberships=actor.membership_id))
    certificate = (
        Certificate.objects.filter(person__user=None).select_related("person").order_by("-issued_on", "pk").first()
    )
    if certificate is not None:
        _join(certificate.person)


def demo_logins() -> list[Login]:
    """The log-ins of the demo on this installation, by role; none where there is no demo."""
    users = {user.login: user for user in User.objects.filter(login__in=[*_LOGINS, PARTICIPANT])}
    return [
        Login(role.label, login, password_of(login))
        for login, role in {**_LOGINS, PARTICIPANT: Role.PARTICIPANT}.items()
        if login in users
    ]


_LOGINS = {
    FIRST_MANAGER: Role.PROVIDER_MANAGER,
    "xx001": Role.PROVIDER_CLERK,
    "xx001t": Role.TRAINER,
    "js460100a": Role.INTAKE_OFFICER,
    "js460100b": Role.SECOND_REVIEWER,
    "js460100c": Role.APPROVER,
    "js460100d": Role.FINANCE_OFFICER,
    "js460100e": Role.INSPECTOR,
    "jd460100": Role.STATION_CLERK,
    "jd460100k": Role.APPRAISER,
    "stleader": Role.LEADER,
    "stpolicyofficer": Role.POLICY_OFFICER,
    "stpolicychecker": Role.POLICY_CHECKER,
    "systemadmin": Role.SYSTEM_ADMIN,
    "securityadmin": Role.SECURITY_ADMIN,
    "auditadmin": Role.AUDIT_ADMIN,
}


def _actors(world: World) -> list[Actor]:
    first, city, station = world.institutions[0], world.offices["460100"], world.stations["460100"]
    school = [first.manager, first.clerk, first.trainers[0]]
    office = [city.intake, city.second, city.approver, city.finance, city.inspector]
    hands = [*school, *office, station.clerk, station.appraiser]
    province = [actor for role, actor in world.province.items() if role != Role.INSPECTOR]
    return [*hands, *province, *world.operators.values()]


def _give(user: User) -> None:
    with unit_of_work(BUILDER):
        user.set_password(password_of(user.login))
        user.save(update_fields=["password"])


def _join(person: Person) -> None:
    with unit_of_work(BUILDER):
        user = User.objects.create_user(PARTICIPANT, password_of(PARTICIPANT), name=person.name.plain())
        person.user = user
        person.save(update_fields=["user"])
