"""One person's place in a class: whether the conditions are met and why, the days, the history, leaving, paying."""

import uuid
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from qihang.delivery.training.attendance_days import days_of
from qihang.delivery.training.categories import category_name
from qihang.delivery.training.completing import own_presence
from qihang.delivery.training.enrolling import enrol_unsubsidised, get_place
from qihang.delivery.training.enrolling import withdraw as take_out
from qihang.delivery.training.imports.roster import REFUSALS
from qihang.delivery.training.models import Enrolment
from qihang.delivery.training.said import said_of
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW, PROVIDERS
from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.roles import OFFICERS
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services.explaining import Audience, ExplainedLine, explain, working
from qihang.web.access import roles
from qihang.web.explained import answer_of, is_gone
from qihang.web.formats import chinese_date
from qihang.web.forms import DayField, PageForm
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb, Outcome, Rule
from qihang.web.refusals import show_refusal
from qihang.web.reveal import reveal_page
from qihang.web.step_up import step_up
from qihang.web.views.provider.access import PEOPLE_READERS, REVEALERS, crumbs_of
from qihang.web.views.provider.people import education_name, outcome_of
from qihang.web.views.provider.steps import history_of

_OUTCOMES = {True: Outcome.PASSED, False: Outcome.FAILED, None: Outcome.UNKNOWN}

# What an officer writes to the person is for them, their school and the officers.
_READ_WORDS = frozenset({*PROVIDERS, *OFFICERS})


def place_of(request: HttpRequest, public_id: uuid.UUID, person_id: uuid.UUID) -> Enrolment:
    """The place of an address; NotFound where it is in another class or not the reader's to see."""
    place = get_place(actor=actor_of(request), public_id=str(person_id))
    if place.training_class.public_id != public_id:
        raise NotFound("这个班里没有这个人")
    return place


def _url(name: str, place: Enrolment) -> str:
    return reverse(name, args=[place.training_class.public_id, place.public_id])


@roles(*PEOPLE_READERS)
def overview(request: HttpRequest, public_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    """The person in this class."""
    place = place_of(request, public_id, person_id)
    actor, item = actor_of(request), place.training_class
    steps = {step.name for step in ENROLMENT_WORKFLOW.available(place, actor)}
    audience: Audience = "officer" if actor.role in OFFICERS else "participant"
    people = Crumb("学员", reverse("class_people", args=[item.public_id]))
    return render(
        request,
        "provider/place.html",
        {
            "place": place,
            "item": item,
            "crumbs": crumbs_of(request, item, people, Crumb(str(place.person.name))),
            "outcome": outcome_of(place),
            "facts": _facts(place),
            "rules": _rules(place.decision, audience) if place.decision else [],
            "conclusion": answer_of(place, audience),
            "gone": is_gone(place),
            "working": working(place.decision) if place.decision and not is_gone(place) else "",
            "plain": audience == "participant",
            "refusals": [REFUSALS[key].mend for key in place.refusals if key in REFUSALS],
            "said": said_of(place) if actor.role in _READ_WORDS else [],
            "presence": own_presence(place),
            "days": days_of(place),
            "events": history_of(ENROLMENT_WORKFLOW, place),
            "self_pay_url": _url("enrolment_self_pay", place) if "self_pay" in steps else "",
            "withdraw_url": _url("enrolment_withdraw", place) if "withdraw" in steps else "",
            "reveals": actor.role in REVEALERS,
        },
    )


def _facts(place: Enrolment) -> list[tuple[str, str]]:
    facts = [
        ("人员类别", category_name(place.category)),
        ("性别", place.person.get_sex_display()),
        ("联系电话", str(place.person.phone) if place.person.phone else "没有填"),
        ("文化程度", education_name(place.person.education)),
        ("名册行号", str(place.roster_no) if place.roster_no else "不是从名册来的"),
        ("领不领补贴", "申领补贴" if place.subsidised else "自费，不领补贴"),
    ]
    days = (("入班", place.enrolled_on), ("退班", place.withdrawn_on), ("学完", place.completed_on))
    return facts + [(label, chinese_date(day)) for label, day in days if day]


def _rules(decision: Decision, audience: Audience) -> list[Rule]:
    return [_rule(line) for line in explain(decision, audience)]


def _rule(line: ExplainedLine) -> Rule:
    values = "；".join(f"{one.label}（{one.valid_from} 起，{one.verified}）" for one in line.parameters)
    return Rule(_OUTCOMES[line.passed], line.mark, line.condition, line.situation, article=line.law, parameter=values)


# -- leaving, and coming without the subsidy --


class ReasonForm(PageForm):
    comment = forms.CharField(
        label="为什么",
        max_length=200,
        help_text="记在办理经过里，县里和本人都能看到",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LeaveForm(ReasonForm):
    on = DayField(label="哪天退的", help_text="写成 2026-12-05 这样，最后一天来上课的日子")
    field_order = ("on", "comment")


@roles(*PROVIDERS)
def self_pay(request: HttpRequest, public_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    """The person stays, without the subsidy."""
    place = place_of(request, public_id, person_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> object:
        return enrol_unsubsidised(actor=actor_of(request), enrolment=place, comment=form.cleaned_data["comment"])

    return _confirmed(request, place, "self_pay", form, act, "改好了，这个人自费上课，不占补贴次数")


@roles(*PROVIDERS)
def withdraw(request: HttpRequest, public_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    """The person leaves the class."""
    place = place_of(request, public_id, person_id)
    form = LeaveForm(request.POST if request.method == "POST" else None, initial={"on": clock.today()})

    def act() -> object:
        given = form.cleaned_data
        return take_out(actor=actor_of(request), enrolment=place, on=given["on"], comment=given["comment"])

    return _confirmed(request, place, "withdraw", form, act, "退班办好了，占着的补贴名额放回去了")


def _confirmed(
    request: HttpRequest, place: Enrolment, step: str, form: PageForm, act: Callable[[], object], done: str
) -> HttpResponse:
    """The page that asks; back to the person with a word once done, or where somebody was quicker."""
    back = _url("enrolment_page", place)
    if step not in {known.name for known in ENROLMENT_WORKFLOW.available(place, actor_of(request))}:
        label = ENROLMENT_WORKFLOW.state_label(place.state)
        messages.warning(request, f"{place.person.name}现在是“{label}”，这一步已经办过，或者不能办了")
        return HttpResponseRedirect(back)
    if form.is_valid():
        try:
            act()
        except DomainError as refusal:
            if refusal.code == "state":
                messages.warning(request, refusal.message)
                return HttpResponseRedirect(back)
            show_refusal(form, refusal)
        else:
            messages.success(request, done)
            return HttpResponseRedirect(back)
    item = place.training_class
    label = ENROLMENT_WORKFLOW.transition(step).label
    people = Crumb("学员", reverse("class_people", args=[item.public_id]))
    values = {"place": place, "item": item, "form": form, "back": back}
    return render(
        request, f"provider/{step}.html", {**values, "crumbs": crumbs_of(request, item, people, Crumb(label))}
    )


@roles(*REVEALERS)
@require_POST
@step_up
def reveal_identity(request: HttpRequest, public_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    """The identity number, with a reason."""
    place = place_of(request, public_id, person_id)
    back = _url("enrolment_page", place)
    return reveal_page(request, obj=place.person, field="identity_no", label="身份证号", back=back)
