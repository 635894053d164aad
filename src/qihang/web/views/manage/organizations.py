"""Organisations: found, registered, corrected, suspended and closed, each with its people and its history."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import Transition
from qihang.registry.organizations.enums import OrganizationState
from qihang.registry.organizations.models import Invitation, Membership, Organization
from qihang.registry.organizations.perms import PEOPLE_ROLES, invitable_roles, may_end, may_grant
from qihang.registry.organizations.services import edit_organization, register_organization
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW
from qihang.registry.reference.identity import explain, parse_uscc
from qihang.registry.reference.regions import region_table
from qihang.registry.reference.scope import region_q
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Chip, Crumb, View
from qihang.web.refusals import show_refusal
from qihang.web.requests import show
from qihang.web.views.manage.forms import CommentForm, EditOrganizationForm, NewOrganizationForm, OrganizationFilter
from qihang.web.views.manage.history import events_of
from qihang.web.views.manage.listing import address, page_of

PEOPLE = tuple(PEOPLE_ROLES)
_STEPS: dict[str, tuple[str, str, bool]] = {
    "suspend": ("暂停以后，这个单位的人都登不进这里的岗位，也不能再加人。办到一半的事留着。", "随时可以恢复。", False),
    "resume": ("恢复以后，原来的人和岗位照旧能用。", "以后还可以再暂停。", False),
    "close": (
        "注销以后，这个单位的人都不能再用这里的岗位，也不能再加人。以前的记录都留着。",
        "注销了不能恢复。",
        True,
    ),
}


@roles(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
def listing(request: HttpRequest) -> HttpResponse:
    """All organisations, by state, kind, region and words."""
    actor = actor_of(request)
    form = OrganizationFilter(request.GET)
    form.is_valid()
    rows = _filtered(actor, form.cleaned_data)
    state = request.GET.get("state", "")
    chosen = rows.filter(state=state) if state in OrganizationState.values else rows
    values = {
        "filter": form,
        "page": page_of(request, chosen.select_related("region").order_by("name", "pk")),
        "views": [
            View("全部", address(request, state=""), rows.count(), current=state not in OrganizationState.values),
            *(
                View(
                    str(item.label), address(request, state=item.value), rows.filter(state=item).count(), state == item
                )
                for item in OrganizationState
            ),
        ],
        "chips": _chips(request, form.cleaned_data),
        "state": state,
        "may_register": actor.role == Role.SYSTEM_ADMIN,
    }
    return show(request, "manage/organizations.html", values)


def _filtered(actor: Actor, wanted: dict[str, Any]) -> Any:
    rows = Organization.objects.visible_to(actor).matching(wanted.get("q") or "")
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    return rows.filter(region_q("region", wanted["region"].code)) if wanted.get("region") else rows


def _chips(request: HttpRequest, wanted: dict[str, Any]) -> list[Chip]:
    words, region = wanted.get("q"), wanted.get("region")
    chips = [Chip(f"“{words}”", address(request, q=""))] if words else []
    return [*chips, *([Chip(f"{region.full_name}和下面的", address(request, region=""))] if region else [])]


@roles(Role.SYSTEM_ADMIN)
def new(request: HttpRequest) -> HttpResponse:
    """Register an organisation. The same form sent twice leads to the one that was made."""
    form = NewOrganizationForm(request.POST or None, initial={"kind": request.GET.get("kind", "")})
    if form.is_valid():
        made = _register_once(request, form)
        if made:
            messages.success(request, f"“{made.name}”登记好了。接着请人进来")
            return HttpResponseRedirect(page_for(actor_of(request), made))
    crumbs = [Crumb("单位和人员", reverse("manage_organizations")), Crumb("登记单位")]
    return show(request, "manage/organization_new.html", {"form": form, "crumbs": crumbs})


def _register_once(request: HttpRequest, form: NewOrganizationForm) -> Organization | None:
    try:
        return register_organization(actor=actor_of(request), fields=form.columns())
    except DomainError as refusal:
        made: Organization | None = Organization.objects.filter(public_id=form.cleaned_data["key"]).first()
        if made is None:
            show_refusal(form, refusal)
        return made


@roles(Role.SYSTEM_ADMIN)
def credit_code(request: HttpRequest) -> HttpResponse:
    """What the server makes of a credit code: whether it holds, who gave it, and who has it already."""
    text = request.GET.get("uscc", "")
    read = parse_uscc(text)
    known = Organization.objects.filter(uscc=read.normalised).first() if read.valid else None
    values = {
        "empty": not text.strip(),
        "read": read,
        "why": explain(read.verdict, "uscc"),
        "office": region_table().full_name(read.region) if read.region else "",
        "known": known if known and str(known.public_id) != request.GET.get("own") else None,
    }
    return show(request, "manage/credit_code.html", values)


@roles(Role.SYSTEM_ADMIN)
def edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Correct what is written of an organisation."""
    organization = find(request, public_id)
    form = EditOrganizationForm(request.POST or None, organization=organization)
    if form.is_valid():
        try:
            edit_organization(actor=actor_of(request), organization=organization, fields=form.columns())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "改好了")
            return HttpResponseRedirect(page_for(actor_of(request), organization))
    values = {"form": form, "organization": organization, "crumbs": crumbs_to(request, organization, "改单位信息")}
    return show(request, "manage/organization_edit.html", values)


@roles(Role.SYSTEM_ADMIN)
def step(request: HttpRequest, public_id: uuid.UUID, step: str) -> HttpResponse:
    """Ask why, then suspend, resume or close."""
    organization = find(request, public_id)
    if step not in _STEPS:
        raise NotFound("没有这一步")
    form = CommentForm(request.POST or None)
    if form.is_valid():
        try:
            ORGANIZATION_WORKFLOW.apply(
                organization, step, actor=actor_of(request), comment=form.cleaned_data["comment"]
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"“{organization.name}”现在是{organization.get_state_display()}")
            return HttpResponseRedirect(page_for(actor_of(request), organization))
    transition = ORGANIZATION_WORKFLOW.transition(step)
    return show(request, "manage/organization_step.html", _step_values(organization, transition, form))


def _step_values(organization: Organization, transition: Transition, form: CommentForm) -> dict[str, Any]:
    what, undo, danger = _STEPS[transition.name]
    return {
        "form": form,
        "organization": organization,
        "label": transition.label,
        "what": what,
        "undo": undo,
        "danger": danger,
        "people": Membership.objects.current().filter(organization=organization).values("user").distinct().count(),
    }


# -- one organisation ------------------------------------------------------------------------------------------------


@roles(*PEOPLE)
def detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """An organisation with its people, open invitations and history."""
    return _detail(request, find(request, public_id))


@roles(*(PEOPLE_ROLES - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}))
def own(request: HttpRequest) -> HttpResponse:
    """The same page of the actor's own organisation."""
    actor = actor_of(request)
    return _detail(request, get_object_or_404(Organization.objects.visible_to(actor), pk=actor.organization_id))


def _detail(request: HttpRequest, organization: Organization) -> HttpResponse:
    actor = actor_of(request)
    people = Membership.objects.visible_to(actor).filter(organization=organization)
    present, gone = people.filter(ended_on__isnull=True), people.filter(ended_on__isnull=False)
    ended = "ended" in request.GET
    rows = (gone.order_by("-ended_on", "-pk") if ended else present.order_by("role", "pk")).select_related(
        "user", "region"
    )
    page = page_of(request, rows)
    values = {
        "organization": organization,
        "crumbs": crumbs_to(request, organization),
        "views": [
            View("在岗", address(request, ended=""), present.count(), current=not ended),
            View("离岗的", address(request, ended="1"), gone.count(), current=ended),
        ],
        "ended": ended,
        "page": page,
        "people": [_person(actor, organization, row) for row in page],
        "waiting": _waiting(actor, organization),
        "may_invite": bool(invitable_roles(actor, organization.kind)) and _is_active(organization),
        "may_grant": may_grant(actor) and _is_active(organization),
        "may_edit": actor.role == Role.SYSTEM_ADMIN,
        "steps": ORGANIZATION_WORKFLOW.possible(organization, actor),
        "events": events_of(organization),
    }
    return show(request, "manage/organization.html", values)


def _is_active(organization: Organization) -> bool:
    return bool(organization.state == OrganizationState.ACTIVE)


def _person(actor: Actor, organization: Organization, row: Membership) -> dict[str, Any]:
    endable = row.ended_on is None and may_end(actor, row.role) and row.pk != actor.membership_id
    others = [role for role in invitable_roles(actor, organization.kind) if role != row.role]
    return {"row": row, "endable": endable, "changeable": endable and bool(others) and _is_active(organization)}


def _waiting(actor: Actor, organization: Organization) -> list[dict[str, Any]]:
    rows = Invitation.objects.visible_to(actor).waiting().filter(organization=organization).select_related("region")
    open_now = set(rows.open().values_list("pk", flat=True))
    mine = invitable_roles(actor, organization.kind)
    return [{"row": row, "open": row.pk in open_now, "mine": row.role in mine} for row in rows]


# -- shared with the people's pages ----------------------------------------------------------------------------------


def find(request: HttpRequest, public_id: uuid.UUID) -> Organization:
    """The organisation of an address, within the actor's sight."""
    rows = Organization.objects.visible_to(actor_of(request)).select_related("region")
    organization: Organization | None = rows.filter(public_id=public_id).first()
    if organization is None:
        raise NotFound("没有这个单位，或者不归您管")
    return organization


def page_for(actor: Actor, organization: Organization) -> str:
    """Where the actor sees this organisation."""
    if actor.role in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}:
        return reverse("manage_organization", args=[organization.public_id])
    return reverse("own_people")


def crumbs_to(request: HttpRequest, organization: Organization, here: str = "") -> list[Crumb]:
    """List, organisation, page: as far as the actor has them."""
    actor = actor_of(request)
    above = actor.role in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
    way = [Crumb("单位和人员", reverse("manage_organizations"))] if above else []
    if not here:
        return [*way, Crumb(organization.label)] if above else []
    label = organization.label if above else "本单位人员"
    return [*way, Crumb(label, page_for(actor, organization)), Crumb(here)]
