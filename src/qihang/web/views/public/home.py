"""The front page: what this is, who was helped, how to take part, and the ways in."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.oversight.indicators.models import FigureRun
from qihang.registry.policy import lookup
from qihang.web.formats import grouped, percent
from qihang.web.landing import home_of
from qihang.web.navigation import actor_of
from qihang.web.parts import Step
from qihang.web.requests import show
from qihang.web.views.public.helped import helped_in, tiles_of
from qihang.web.views.results.places import cities

# What each programme aims at, as its parameters say; an aim that nobody has set is not mentioned.
_SKILLS_AIMS = {
    "reemp.target.trainees_per_year": "每年培训 {} 人",
    "reemp.target.pass_rate": "考试合格 {} 以上",
    "reemp.target.reemployment_rate": "学完半年内就业 {} 以上",
}
_STARTUP_AIMS = {
    "startup.target.trainees_total": "共培训 {} 人",
    "startup.target.open_rate_6m": "半年内开业 {}",
    "startup.target.survival_rate_12m": "满一年还在经营 {}",
    "startup.target.jobs_per_founder": "一户带动 {} 人就业",
}
_SKILLS_STEPS = [
    Step("报名", "带身份证"),
    Step("上课", "每天签到"),
    Step("考试", "理论和实操"),
    Step("领证", "谁都能查真假"),
    Step("上岗", "跟踪到稳定"),
]
_STARTUP_STEPS = [
    Step("培训", "学开店、管店"),
    Step("计划书", "专家帮着看"),
    Step("选项目", "本钱小、见效快"),
    Step("开业", "场地、贷款有人帮"),
    Step("开业后", "定期回访"),
]


@dataclass(frozen=True, slots=True)
class Way:
    """Something to do from here."""

    icon: str
    label: str
    what: str
    url: str


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """For anyone. `region` shows the figures of one city or county; who is signed in finds the way back to their work."""
    own = home_of(actor_of(request), request) if request.user.is_authenticated else ""
    context: dict[str, Any] = {
        "begin": own,
        "ways": _ways(request, own),
        "skills_steps": _SKILLS_STEPS,
        "startup_steps": _STARTUP_STEPS,
        "skills_aims": _aims(_SKILLS_AIMS),
        "startup_aims": _aims(_STARTUP_AIMS),
    }
    run = FigureRun.objects.latest_run()
    if run is not None:
        names, chosen = cities(), request.GET.get("region", "")
        context |= {"run": run, "helped": helped_in(run, names, chosen), "tiles": tiles_of(run, names, chosen)}
    return show(request, "public/home.html", context)


def _ways(request: HttpRequest, own: str) -> list[Way]:
    learn = Way("mortarboard", "我想学门手艺", "三步就能参加，符合条件的不交学费", "#join")
    open_up = Way("shop", "我想自己干", "学创业、找项目，开了店还有人帮", "#startup")
    check = Way("patch-check", "查证书真假", "照证书填编号和姓名，不用登录", reverse("check"))
    if own:
        trains = actor_of(request).role == Role.PARTICIPANT
        words = ("我的事", "要办什么、补贴和证书到哪一步") if trains else ("回到我的工作", "接着办没办完的")
        back = Way("person-circle" if trains else "briefcase", *words, own)
        inbox = Way("bell", "我的消息", "办到哪一步，都会告诉您", reverse("account_messages"))
        account = Way("gear", "我的账号", "换手机号、改密码、看登录记录", reverse("account"))
        return [back, learn, open_up, inbox, check, account]
    mine = Way("cash-coin", "我的补贴、证书、工作", "登录以后，每一步到哪了都看得到", reverse("my_home"))
    first = Way("person-badge", "第一次来", "带身份证到就近窗口，领一张代办码", reverse("sign_in_counter"))
    work = Way("buildings", "学校、单位、经办人", "从这里登录", reverse("sign_in"))
    return [learn, open_up, mine, first, check, work]


def _aims(words: Mapping[str, str]) -> list[str]:
    today = clock.today()
    found = {key: lookup.find(key, region=settings.PROVINCE_CODE, on=today) for key in words}
    return [words[key].format(_figure(row.value)) for key, row in found.items() if row]


def _figure(value: Any) -> str:
    number = Decimal(str(value))
    return percent(number, 0) if number < 1 else grouped(number)
