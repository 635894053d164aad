"""还缺什么: what an installation still lacks before its work can go on, in the order in which to see to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications.enums import Channel
from qihang.foundation.notifications.gateways import LOCAL
from qihang.registry.organizations import staffing
from qihang.registry.policy.engine.parameters import ParameterRow
from qihang.registry.policy.enums import VerifiedMark
from qihang.registry.policy.services import missing_parameters, unproven_values
from qihang.registry.policy.words import label_of, place_name
from qihang.registry.reference.calendar import may_keep_calendar, unfilled_years
from qihang.web.access import roles
from qihang.web.navigation import actor_of, registered
from qihang.web.views.manage_policy.parameters import home_region
from qihang.web.views.manage_policy.readers import SETTERS_UP

_SHOWN, _NAMED = 6, 3  # lines of one thing, names in a line: the page stays short
ORGANIZATIONS = "manage_organizations"


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that may be lacking.

    `lines` name what is lacking, `done` says what is there when nothing is. `who` does it; `step` is the label and
    address of the next step, where the reader may take it. `soft` may wait: work goes on meanwhile.
    """

    title: str
    lines: Sequence[str]
    done: str
    who: str
    step: tuple[str, str] = ("", "")
    soft: bool = False

    @property
    def action(self) -> str:
        """The next step in words."""
        return self.step[0]

    @property
    def url(self) -> str:
        """Where the next step is taken; empty where it is not the reader's."""
        return self.step[1]

    @property
    def shown(self) -> Sequence[str]:
        """The first few, for a page that stays short."""
        return self.lines[:_SHOWN]

    @property
    def more(self) -> int:
        """How many more there are."""
        return len(self.lines) - len(self.shown)


@roles(*SETTERS_UP)
def checklist(request: HttpRequest) -> HttpResponse:
    """The list, from the first thing to see to to the last."""
    actor = actor_of(request)
    region = home_region(actor)
    lacks = [
        _admins(),
        _kinds(actor),
        _policy_hands(actor),
        _parameters(actor, region),
        _calendar(actor),
        _case_hands(actor, region),
        _leaders(actor, region),
        _letters(),
        _proofs(region),
    ]
    values = {"lacks": lacks, "place": place_name(region), "open": sum(1 for lack in lacks if lack.lines)}
    return render(request, "manage_policy/missing.html", values)


def _admins() -> Lack:
    return Lack(
        title="三个管理员",
        lines=[f"{role.label}还没有人" for role in staffing.vacant_admin_roles()],
        done="系统、安全、审计三个管理员都在",
        who="在服务器上运行 ./qihang up，把印出来的一次性链接交给本人",
    )


def _kinds(actor: Actor) -> Lack:
    return Lack(
        title="登记单位",
        lines=[f"还没有{kind.label}" for kind in staffing.missing_kinds()],
        done="人社部门、培训机构、鉴定站都有了",
        who="系统管理员登记单位",
        step=_organizations(actor, "去登记单位"),
    )


def _policy_hands(actor: Actor) -> Lack:
    return Lack(
        title="请来定参数的两个人",
        lines=[f"省里的{role.label}还没有人" for role in staffing.vacant_policy_roles()],
        done="政策录入、政策复核都有人",
        who="系统管理员到省人社部门的页面发邀请，两个岗位要两个人",
        step=_organizations(actor, "去发邀请"),
    )


def _parameters(actor: Actor, region: str) -> Lack:
    missing = missing_parameters(region=region, on=clock.today())
    return Lack(
        title="参数",
        lines=[item.label for item in missing],
        done="规则要用的参数今天都有值",
        who="政策录入提出，政策复核生效",
        step=("逐个提出" if actor.role == Role.POLICY_OFFICER else "看缺哪些", _parameters_at(region, v="missing")),
    )


def _calendar(actor: Actor) -> Lack:
    years = unfilled_years(on=clock.today())
    may = bool(years) and may_keep_calendar(actor)
    return Lack(
        title="工作日历",
        lines=[f"{year} 年的节假日还没有录，算到那一年的期限都算不出来" for year in years],
        done="往后一年的期限都算得出来",
        who="省里的政策录入录；首次安装时系统管理员也可以录。通知没发就先等着",
        step=(f"录 {years[0]} 年", reverse("manage_calendar_fill", args=[years[0]]))
        if may
        else ("看日历", reverse("manage_calendar")),
    )


def _case_hands(actor: Actor, region: str) -> Lack:
    return Lack(
        title="各地办件的人",
        lines=_by_places(staffing.case_vacancies(region=region)),
        done="每个市县的件都有人受理、复核、审批、付款、检查",
        who="系统管理员到各地人社部门的页面发邀请。一个人可以管几个县，同一件不能办两道",
        step=_organizations(actor, "去发邀请"),
    )


def _leaders(actor: Actor, region: str) -> Lack:
    vacancies = staffing.leaderless_organizations(region=region)
    registered_all = not {*staffing.HEADS} & {*staffing.missing_kinds()}
    return Lack(
        title="机构和鉴定站的负责人",
        lines=[
            *(f"{name}没有{vacancy.role.label}" for vacancy in vacancies for name in vacancy.places),
            *([] if registered_all else ["机构和鉴定站还没有登记齐，登记了再看"]),
        ],
        done="登记了的机构和鉴定站都有人管",
        who="系统管理员到那个单位的页面发邀请",
        step=_organizations(actor, "去发邀请"),
    )


def _letters() -> Lack:
    unsent = [Channel(name) for name, gateway in settings.NOTIFICATION_GATEWAYS.items() if gateway == LOCAL]
    return Lack(
        title="短信和邮件",
        lines=[f"{channel.label}还没有接通，只写进这台机器的发件箱，收信人收不到" for channel in unsent],
        done="短信、邮件都接通了",
        who="在服务器上设 QIHANG_SMS_GATEWAY、QIHANG_EMAIL_GATEWAY。没接通以前，进不来的人到窗口要代办码",
        soft=True,
    )


def _proofs(region: str) -> Lack:
    rows = unproven_values(region=region, on=clock.today())
    return Lack(
        title="没对过原文的参数",
        lines=[f"{label_of(row.spec, row.by)}：{_mark_and_law(row)}" for row in rows],
        done="在用的值都对过原文",
        who="政策录入找到原文，按原文再提一遍，标“已核原文”",
        step=("看这些值", _parameters_at(region)),
        soft=True,
    )


def _by_places(vacancies: Sequence[staffing.Vacancy]) -> list[str]:
    """A line for each group of places that lack the same roles."""
    roles_at: dict[tuple[str, ...], list[str]] = {}
    for vacancy in vacancies:
        roles_at.setdefault(vacancy.places, []).append(vacancy.role.label)
    return [f"{_places_text(places)}没有：{'、'.join(labels)}" for places, labels in roles_at.items()]


def _places_text(places: Sequence[str]) -> str:
    first = "、".join(places[:_NAMED])
    return f"{first}等 {len(places)} 个市县" if len(places) > _NAMED else first


def _parameters_at(region: str, **view: str) -> str:
    return f"{reverse('manage_parameters')}?{urlencode({'region': region, **view})}"


def _organizations(actor: Actor, action: str) -> tuple[str, str]:
    """The way to the pages of organisations, for those whose menu has it."""
    if any(item.url_name == ORGANIZATIONS and item.is_for(actor) for item in registered()):
        return action, reverse(ORGANIZATIONS)
    return "", ""


def _mark_and_law(row: ParameterRow) -> str:
    return "，".join(filter(None, (VerifiedMark(row.verified).label, row.law)))
