"""What is to be done until the platform can take its first case, as each administrator can do it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse

from qihang.foundation.accounts.models import Passkey, Totp, User
from qihang.foundation.accounts.services.factors import factors_of
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.audit_reading import seal_state
from qihang.foundation.core.models import CalendarYear
from qihang.foundation.core.roles import SEPARATED_ADMINS, Role
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.staffing import HEADS, leaderless_organizations
from qihang.registry.policy.services import missing_parameters
from qihang.registry.reference.scope import region_within
from qihang.web.middleware import required_roles
from qihang.web.navigation import registered
from qihang.web.site import current_site

_IN_ORDER = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
# A class is opened by two hands: one reviews, another approves.
_TWO_HANDS = (Role.INTAKE_OFFICER, Role.APPROVER)
_POLICY_HANDS = (Role.POLICY_OFFICER, Role.POLICY_CHECKER)

_CALENDAR = "manage_calendar"


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One thing to do: what, why (or how it stands), and where; no address where it is another's to do."""

    title: str
    why: str
    done: bool
    url: str = ""
    button: str = ""


def steps_for(actor: Actor, user: User) -> list[SetupStep]:
    """The steps of one of the three administrators, in the order in which they are taken."""
    made = {
        Role.SYSTEM_ADMIN: _of_system,
        Role.SECURITY_ADMIN: _of_security,
        Role.AUDIT_ADMIN: _of_audit,
    }[Role(actor.role)]
    return [_second_factor(user), *made(actor)]


def _second_factor(user: User) -> SetupStep:
    return SetupStep(
        "给自己的登录加上第二步",
        "登录要两步了" if factors_of(user) else "您管着整个平台。光有密码，别人猜中就进来了",
        bool(factors_of(user)),
        reverse("account_security"),
        "设动态码或通行密钥",
    )


# -- system administrator --------------------------------------------------------------------------------------------


def _of_system(actor: Actor) -> list[SetupStep]:
    return [
        _administrators(Role.SYSTEM_ADMIN),
        _kind(OrganizationKind.AGENCY, "登记人社部门", "省、市、县各登记一个，受理和审批的人都在这里"),
        _hands(),
        _policy_hands(),
        _calendar(),
        _kind(OrganizationKind.TRAINING_INSTITUTION, "登记培训机构", "登记以后请它的负责人进来，其余的人由他请"),
        _kind(OrganizationKind.APPRAISAL_STATION, "登记鉴定站", "站点编号要和证书编号里的一样"),
        _heads(),
        _parameters(),
        _owner(),
    ]


def _owner() -> SetupStep:
    """What stands at the head and foot of every public page."""
    owner = current_site().owner
    why = "启动时用环境变量 QIHANG_SITE_OWNER 写上，比如“某某省人力资源和社会保障厅”；网页的页头页脚要写是谁办的"
    return SetupStep("写上主办单位", f"写的是“{owner}”" if owner else why, bool(owner))


def _kind(kind: OrganizationKind, title: str, why: str) -> SetupStep:
    count = Organization.objects.active().filter(kind=kind).count()
    url = f"{reverse('manage_organization_new')}?{urlencode({'kind': kind.value})}"
    return SetupStep(title, f"登记了 {count} 个" if count else why, bool(count), url, title)


def _hands() -> SetupStep:
    agency = _agency_without(_TWO_HANDS)
    some = Organization.objects.active().filter(kind=OrganizationKind.AGENCY).exists()
    return SetupStep(
        "给每个人社部门请人",
        f"“{agency.label}”还缺人：开一个班要一个人受理、另一个人审批" if agency else "一个人受理，另一个人审批",
        some and agency is None,
        reverse("manage_invite", args=[agency.public_id]) if agency else "",
        "请人进来",
    )


def _agency_without(wanted: tuple[Role, ...]) -> Organization | None:
    """The first active agency in whose region nobody holds one of these roles.

    Where there are agencies further down, the work is theirs: the province's own needs no such hands.
    """
    rows: list[Organization] = list(
        Organization.objects.active().filter(kind=OrganizationKind.AGENCY).order_by("region_id", "pk")
    )
    held = [set(Membership.objects.current().filter(role=role).values_list("region_id", flat=True)) for role in wanted]
    for row in rows:
        if any(_is_below(other.region_id, row.region_id) for other in rows):
            continue
        if not all(any(region_within(row.region_id, scope) for scope in scopes) for scopes in held):
            return row
    return None


def _is_below(region: str, other: str) -> bool:
    return region != other and region_within(region, other)


def _policy_hands() -> SetupStep:
    held = set(Membership.objects.current().filter(role__in=_POLICY_HANDS).values_list("role", flat=True))
    missing = [role.label for role in _POLICY_HANDS if role not in held]
    agency = Organization.objects.active().filter(kind=OrganizationKind.AGENCY).order_by("region_id", "pk").first()
    return SetupStep(
        "请人管政策参数",
        f"还缺{'、'.join(missing)}：金额、天数由一个人录入，另一个人复核" if missing else "录入和复核都有人了",
        not missing,
        reverse("manage_invite", args=[agency.public_id]) if agency else "",
        "请人进来",
    )


def _heads() -> SetupStep:
    """Somebody who acts for each institution and station."""
    missing = leaderless_organizations(region=settings.PROVINCE_CODE)
    some = Organization.objects.active().filter(kind__in=HEADS)
    place = some.filter(name=missing[0].places[0]).first() if missing else None
    return SetupStep(
        "请机构和鉴定站的负责人进来",
        f"“{place.label}”还没有{missing[0].role.label}" if place else "有了负责人，其余的人由他请",
        some.exists() and not missing,
        reverse("manage_invite", args=[place.public_id]) if place else "",
        "请人进来",
    )


def _parameters() -> SetupStep:
    """The officers' own work; the administrator only sees how it stands."""
    count = len(missing_parameters(region=settings.PROVINCE_CODE, on=clock.today()))
    why = f"还有 {count} 个没有值。政策录入提出，政策复核生效" if count else "规则要用的今天都有值"
    return SetupStep("政策参数录齐", why, not count, reverse("manage_missing"), "看还缺什么")


def _calendar() -> SetupStep:
    year = clock.today().year
    there = CalendarYear.objects.filter(year=year).exists()
    why = "期限按工作日算，没有当年的放假安排就算不出来"
    url = next((reverse(item.url_name) for item in registered() if item.url_name == _CALENDAR), "")
    return SetupStep(f"录入 {year} 年的放假安排", f"{year} 年的有了" if there else why, there, url, "录入放假安排")


def _administrators(me: Role) -> SetupStep:
    held = set(Membership.objects.current().filter(role__in=SEPARATED_ADMINS).values_list("role", flat=True))
    missing = [role.label for role in _IN_ORDER if role not in held]
    mine = me == Role.SECURITY_ADMIN
    operator = Organization.objects.active().filter(kind=OrganizationKind.OPERATOR).order_by("pk").first()
    how = "" if mine else "。首次安装时各有一个链接；链接过期了，请安全管理员再发"
    return SetupStep(
        "三个管理员都到位",
        f"还缺{'、'.join(missing)}，要由不同的人担任{how}" if missing else "系统、安全、审计各有其人",
        not missing,
        reverse("manage_invite", args=[operator.public_id]) if mine and missing and operator else "",
        "请另外的管理员进来",
    )


# -- security and audit administrators -------------------------------------------------------------------------------


def _of_security(actor: Actor) -> list[SetupStep]:
    return [_administrators(Role.SECURITY_ADMIN), _everyones_second_factor()]


def _everyones_second_factor() -> SetupStep:
    """Who has a role that needs a second factor and has none. They are led to it at their next sign-in."""
    staff = required_roles() or SEPARATED_ADMINS
    guarded = Exists(Totp.objects.filter(user=OuterRef("user"), confirmed_at__isnull=False))
    without = Membership.objects.current().filter(role__in=staff).exclude(guarded)
    without = without.exclude(Exists(Passkey.objects.filter(user=OuterRef("user"))))
    count = without.values("user").distinct().count()
    return SetupStep(
        "要第二步的岗位都设好了第二步",
        f"还有 {count} 个人没设。请他们登录以后到“登录安全”里设" if count else "都设好了",
        not count,
    )


def _of_audit(actor: Actor) -> list[SetupStep]:
    sealed = seal_state(actor=actor).number > 0
    return [
        _administrators(Role.AUDIT_ADMIN),
        SetupStep(
            "审计记录开始封存",
            "封条一张接一张，改一条就接不上" if sealed else "后台每分钟封存一次。一直没有，请找运维看看后台任务",
            sealed,
            reverse("manage_audit"),
            "看审计记录",
        ),
    ]
