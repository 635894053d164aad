"""What a class has earned: totals, trainee by trainee, and clause by clause why."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from qihang.delivery.subsidies.earnings import Earnings, Part, earnings_of
from qihang.delivery.subsidies.enums import Tranche
from qihang.delivery.subsidies.services import settle_class
from qihang.delivery.training.models import Enrolment
from qihang.delivery.training.services import get_class
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core.errors import NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.roles import Role
from qihang.registry.policy.services import conclude, first_failed, first_obstacle, working
from qihang.web.access import roles
from qihang.web.explained import rule_rows
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb, EvidenceShare, Outcome, Rank, Rule
from qihang.web.views.provider.access import OFFICE

READERS = (*PROVIDERS, *OFFICE)
SETTLERS = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER, Role.INTAKE_OFFICER, Role.SECOND_REVIEWER)


@dataclass(frozen=True, slots=True)
class Why:
    """One tranche of one trainee in a row of the list."""

    part: Part
    outcome: Outcome
    words: str


@roles(*READERS)
@require_safe
def overview(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Totals of the class, what is not yet and what never, and every trainee."""
    item = get_class(actor=actor_of(request), public_id=str(public_id))
    found = earnings_of(item)
    values = {
        "item": item,
        "crumbs": [Crumb(item.name, reverse("class_page", args=[public_id])), Crumb("应得补贴")],
        "sum": _sum(found),
        "tranches": [_summary(found, tranche) for tranche in Tranche],
        "rows": list(_rows(found)),
        "shares": _shares(found),
        "may_settle": actor_of(request).role in SETTLERS and item.state == "completed",
    }
    return render(request, "subsidies/earned.html", values)


@roles(*READERS)
@require_safe
def trainee(request: HttpRequest, public_id: UUID, place_id: UUID) -> HttpResponse:
    """Both tranches of one trainee, clause by clause."""
    item = get_class(actor=actor_of(request), public_id=str(public_id))
    parts = [part for part in earnings_of(item).parts if part.place.public_id == place_id]
    if not parts:
        raise NotFound("这个班里没有这个学员")
    place: Enrolment = parts[0].place
    values = {
        "item": item,
        "place": place,
        "parts": [_explained(part, parts) for part in parts],
        "crumbs": [Crumb("应得补贴", reverse("class_earned", args=[public_id])), Crumb(str(place.person.name))],
    }
    return render(request, "subsidies/trainee.html", values)


@roles(*SETTLERS)
@require_POST
def settle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Settle the class again, now."""
    actor = actor_of(request)
    did = settle_class(actor=actor, item=get_class(actor=actor, public_id=str(public_id)))
    changed = did.earned or did.reversed
    messages.success(
        request, f"算好了，新记 {did.earned} 笔，冲回 {did.reversed} 笔" if changed else "算好了，和上次一样"
    )
    return HttpResponseRedirect(reverse("class_earned", args=[public_id]))


def _sum(found: Earnings) -> list[tuple[str, Decimal, str, str]]:
    first, second = (found.tranches[tranche] for tranche in Tranche)
    return [
        (first.tranche.label, first.amount, "", ""),
        (second.tranche.label, second.amount, "＋", ""),
        ("一共应得", found.amount, "＝", "ok"),
    ]


def _summary(found: Earnings, tranche: Tranche) -> dict[str, Any]:
    one = found.tranches[tranche]
    return {
        "label": tranche.label,
        "count": one.count,
        "amount": one.amount,
        "not_yet": one.not_yet.most_common(),
        "never": one.never.most_common(),
    }


def _rows(found: Earnings) -> Iterator[dict[str, Any]]:
    by_place: dict[int, list[Part]] = {}
    for part in found.parts:
        by_place.setdefault(part.place.pk, []).append(part)
    for parts in by_place.values():
        spell = next((part.spell for part in parts if part.spell), None)
        amount = sum((part.earned.amount for part in parts if part.earned), Decimal(0))
        yield {"place": parts[0].place, "parts": [_why(part) for part in parts], "spell": spell, "amount": amount}


def _why(part: Part) -> Why:
    if part.earned is not None:
        return Why(part, Outcome.PASSED, "")
    if part.decision is None:
        return Why(part, Outcome.UNKNOWN, "还没有结算")
    if failed := first_failed(part.decision, "officer"):
        return Why(part, Outcome.FAILED, f"{failed.condition}。{failed.situation}")
    return Why(part, Outcome.UNKNOWN, first_obstacle(part.decision))


def _shares(found: Earnings) -> list[EvidenceShare]:
    """Those who earned the second tranche, by what proves their work."""
    kinds = Counter(part.spell.kind for part in found.parts if part.spell)
    return [EvidenceShare(Rank(kind.rank), kind.label, kinds[kind]) for kind in EvidenceType if kinds[kind]]


def _explained(part: Part, parts: list[Part]) -> dict[str, Any]:
    decision = part.decision
    return {
        "part": part,
        "rules": rule_rows(decision) if decision else list[Rule](),
        "conclusion": conclude(decision, "officer") if decision else "还没有结算",
        "working": working(decision) if decision else "",
        "sum": _sum_of(part, parts),
    }


def _sum_of(part: Part, parts: list[Part]) -> list[tuple[str, Decimal, str, str]]:
    """The amount decided, less the other part, where both together make it up."""
    if part.earned is None:
        return []
    granted = part.earned.granted_by.amount or Decimal(0)
    other = granted - part.earned.amount
    return [
        ("入班时判定的金额", granted, "", ""),
        ("这一笔以外的", other, "−", ""),
        (part.tranche.label, part.earned.amount, "＝", "ok"),
    ]
