"""One person in one class: the decision explained, what it rests on, whose hands, and what an officer may still do."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from qihang.delivery.training.categories import category_name
from qihang.delivery.training.deciding import SOURCE
from qihang.delivery.training.enrolling import get_place
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.accounts.services.entry_codes import ISSUERS
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import Workflow
from qihang.foundation.documents.models import Evidence
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.services import given_back_of
from qihang.registry.benefits.workflows import BENEFIT_USE_WORKFLOW
from qihang.registry.participants.models import PersonCategory
from qihang.registry.participants.own_case import own_persons
from qihang.registry.participants.workflows import CATEGORY_WORKFLOW
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import ExplainedLine, conclude, explain, working
from qihang.registry.policy.stored import facts_from_json
from qihang.web.access import roles
from qihang.web.explained import answer_of, is_gone
from qihang.web.formats import chinese_date, with_unit
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb, Event, Outcome, Rule
from qihang.web.views.office.opening import place_names
from qihang.web.views.office.people_rows import category_label
from qihang.web.views.office.roles import CASE_ROLES, DESKS
from qihang.web.views.office.timeline import events_of

_OUTCOMES = {True: (Outcome.PASSED, "过"), False: (Outcome.FAILED, "不过"), None: (Outcome.UNKNOWN, "待核")}
# Whose steps are told in one line of time.
_TOLD: tuple[Workflow[Any], ...] = (ENROLMENT_WORKFLOW, BENEFIT_USE_WORKFLOW, CATEGORY_WORKFLOW)
# Where each fact of a decision was taken from, in an officer's words.
_ORIGINS = {
    "sex": "身份证号",
    "birth_date": "身份证号",
    "class_start": "班期备案",
    "category": "名册",
    "category_confirmed": "经办核实",
    "level": "班期备案",
    "lesson_hours": "班期备案",
    "lifetime_uses": "享受记录",
    "uses_this_year": "享受记录",
    "same_occupation_level_uses": "享受记录",
    "unemployment_fund_same_item": "享受记录",
    "public_post": "经办核实",
}


@roles(*CASE_ROLES)
@require_GET
def case(request: HttpRequest, public_id: str) -> HttpResponse:
    actor = actor_of(request)
    place = get_place(actor=actor, public_id=public_id)
    decision = place.decision
    return render(
        request,
        "office/case.html",
        {
            "place": place,
            "person": place.person,
            "category": category_name(place.category),
            "crumbs": _crumbs(place),
            "decision": decision,
            "earlier": _earlier(actor, place),
            "benefits": _uses(place),
            "back": given_back_of(actor=actor, source_kind=SOURCE, source_ref=str(place.public_id)),
            "claims": _claims(actor, place),
            "events": _events(actor, place),
            "evidence": _evidence(actor, place),
            "others": _others(actor, place),
            "may": _may(actor, place),
            **(_explained(place, decision) if decision else {}),
        },
    )


def _crumbs(place: Enrolment) -> list[Crumb]:
    item = place.training_class
    return [
        Crumb("班期", reverse("office_classes")),
        Crumb(item.name, reverse("office_class", args=[item.public_id])),
        Crumb(str(place.person.name)),
    ]


def _explained(place: Enrolment, decision: Decision) -> dict[str, Any]:
    lines = explain(decision, "officer")
    places = place_names({row.region for line in lines for row in line.parameters})
    passed, failed = (sum(line.passed is wanted for line in lines) for wanted in (True, False))
    held = len(lines) - passed - failed
    said = [f"{len(lines)} 条：{passed} 条过", f"{failed} 条不过" if failed else "", f"{held} 条待核" if held else ""]
    return {
        "verdict": "，".join(filter(None, said)),
        "conclusion": answer_of(place, "officer"),
        "working": "" if is_gone(place) else working(decision),
        "rules": [_rule(line, places) for line in lines],
        "facts": _facts(decision),
        "version": f"规则第 {decision.rule.edition} 版，按 {decision.on:%Y-%m-%d} 的规定；可重算",
    }


def _rule(line: ExplainedLine, places: dict[str, str]) -> Rule:
    outcome, verdict = _OUTCOMES[line.passed]
    set_by = [
        f"{row.key} = {_short(row.value)}，{places[row.region]} {row.valid_from} 起，{row.verified}"
        for row in line.parameters
    ]
    return Rule(
        outcome=outcome,
        verdict=verdict,
        condition=line.condition,
        actual=line.situation,
        article=line.law,
        parameter="；".join(set_by),
    )


def _short(value: str) -> str:
    """A long list of kinds by its number: the condition above it names them."""
    listed = value.split("、")
    return value if len(listed) == 1 else f"{len(listed)} 类"


def _facts(decision: Decision) -> list[tuple[str, str, str]]:
    """Each fact the decision rests on: name, value, where it came from."""
    known = facts_from_json(decision.rule, decision.facts)
    return [
        (fact.label, fact.text(known[fact.name]) or "还不知道", _ORIGINS.get(fact.name, ""))
        for fact in decision.rule.facts
    ]


def _earlier(actor: Actor, place: Enrolment) -> list[tuple[Decision, str]]:
    """Decisions on the conditions that later ones replaced, the newest first."""
    if place.decision is None:
        return []
    same = Decision.objects.visible_to(actor).filter(case_ref=str(place.public_id), benefit=place.decision.benefit)
    rows = same.exclude(pk=place.decision_id)
    return [(row, conclude(row, "officer")) for row in rows.select_related("basis").order_by("-id")]


def _uses(place: Enrolment) -> list[BenefitUse]:
    """What the person has of the state's benefits: caps count it wherever it was, so it is all shown."""
    rows = BenefitUse.objects.counted().filter(person=place.person_id).select_related("organization")
    return list(rows.order_by("-on", "-id"))


def _claims(actor: Actor, place: Enrolment) -> list[tuple[PersonCategory, str]]:
    rows = PersonCategory.objects.visible_to(actor).filter(person=place.person_id).order_by("-valid_from", "-id")
    return [(row, category_label(row.category)) for row in rows]


def _events(actor: Actor, place: Enrolment) -> list[Event]:
    """The history of the place, of the benefit it holds and of the person's categories, in one line of time."""
    own = list(ENROLMENT_WORKFLOW.history(place))
    held = BenefitUse.objects.visible_to(actor).of_cases(SOURCE, [str(place.public_id)]).values_list("pk", flat=True)
    uses = list(TransitionLog.objects.filter(subject=BENEFIT_USE_WORKFLOW.subject, subject_id__in=list(held)))
    said = PersonCategory.objects.visible_to(actor).filter(person=place.person_id).values_list("pk", flat=True)
    category = list(TransitionLog.objects.filter(subject=CATEGORY_WORKFLOW.subject, subject_id__in=list(said)))
    lines: Iterable[TransitionLog] = sorted([*own, *uses, *category], key=lambda line: (line.at, line.pk))
    flows: dict[str, Workflow[Any]] = {flow.subject: flow for flow in _TOLD}
    return [event for line in lines for event in events_of(flows[line.subject], [line])]


def _evidence(actor: Actor, place: Enrolment) -> Sequence[Evidence]:
    rows: Any = Evidence.objects.visible_to(actor).of(place).select_related("file")
    return list(rows)


def _others(actor: Actor, place: Enrolment) -> list[Enrolment]:
    """The person's places in other classes, within the reader's sight."""
    rows = Enrolment.objects.visible_to(actor).filter(person=place.person_id).exclude(pk=place.pk)
    return list(rows.select_related("training_class__organization").order_by("-pk"))


def _may(actor: Actor, place: Enrolment) -> dict[str, bool]:
    """What this reader can do from here."""
    own = actor.role == Role.INTAKE_OFFICER and place.person_id in own_persons(actor)
    intake = actor.role == Role.INTAKE_OFFICER and not own
    waiting = place.state == EnrolmentState.APPLIED and place.subsidised
    return {
        "reveal": actor.role in {*DESKS, Role.SECOND_REVIEWER},
        "code": actor.role in ISSUERS,
        "reject": intake and waiting and bool(place.category),
        "correct": intake and waiting,
        "own": own,
        "reconsider": intake and place.state == EnrolmentState.REFUSED,
    }


def head_of(place: Enrolment) -> str:
    """The person and the class in one line, for the pages that ask before something is done."""
    item = place.training_class
    return f"{place.person.name}，{item.name}，{chinese_date(item.start)}开班，{with_unit(item.hours, '课时')}"
