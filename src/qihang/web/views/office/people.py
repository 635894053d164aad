"""Finding a person at the counter, looking at their number, and giving them a code to come in with."""

from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qihang.delivery.training.models import Enrolment
from qihang.foundation.accounts.services.entry_codes import issue_entry_code
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.registry.participants.finding import find_by_identity, find_by_name
from qihang.registry.participants.models import Person
from qihang.registry.reference.identity import age_on
from qihang.registry.reference.models import Region
from qihang.registry.reference.scope import region_within
from qihang.web.access import roles
from qihang.web.forms import IdentityInput, PageForm
from qihang.web.navigation import actor_of
from qihang.web.refusals import show_refusal
from qihang.web.requests import next_address
from qihang.web.reveal import reveal_page
from qihang.web.step_up import step_up
from qihang.web.views.office.roles import CASE_ROLES, REVEALERS


class IdentityForm(PageForm):
    """By the card in the officer's hand."""

    by = forms.CharField(initial="identity", widget=forms.HiddenInput)
    identity = forms.CharField(label="身份证号", widget=IdentityInput())


class NameForm(PageForm):
    """By name and county, where there is no card."""

    by = forms.CharField(initial="name", widget=forms.HiddenInput)
    name = forms.CharField(label="姓名", help_text="要和身份证上一字不差", max_length=40)
    region = forms.ChoiceField(label="在哪个市县")

    def __init__(self, data: Any = None, *, actor: Actor) -> None:
        super().__init__(data)
        self.fields["region"].choices = _regions(actor)  # type: ignore[attr-defined]


class SeenForm(PageForm):
    """The officer says that they saw the papers."""

    seen = forms.BooleanField(label="本人来了，我看过身份证原件，是同一个人")


@roles(*CASE_ROLES)
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """Numbers and names come by POST, so that no address holds them; whom it finds is written down."""
    actor = actor_of(request)
    by = request.POST.get("by")
    by_identity = IdentityForm(request.POST if by == "identity" else None)
    by_name = NameForm(request.POST if by == "name" else None, actor=actor)
    form: PageForm = by_name if by == "name" else by_identity
    people: list[Person] | None = None
    if form.is_valid():
        try:
            people = _find(actor, form)
        except DomainError as refusal:
            show_refusal(form, refusal)
    values = {
        "by_identity": by_identity,
        "by_name": by_name,
        "found": None if people is None else _rows(actor, people),
        "page_has_errors": bool(form.is_bound and form.errors),
        "may_code": actor.role in REVEALERS,
    }
    return render(request, "office/people.html", values)


def _find(actor: Actor, form: PageForm) -> list[Person]:
    given = form.cleaned_data
    if isinstance(form, IdentityForm):
        return [find_by_identity(actor=actor, text=given["identity"])]
    return find_by_name(actor=actor, name=given["name"].strip(), region=given["region"])


def _rows(actor: Actor, people: list[Person]) -> list[dict[str, Any]]:
    """Each person with their places within sight. One query for all."""
    places: dict[int, list[Enrolment]] = {person.pk: [] for person in people}
    rows = Enrolment.objects.visible_to(actor).filter(person__in=list(places))
    for place in rows.select_related("training_class__organization").order_by("-pk"):
        places[place.person_id].append(place)
    today = clock.today()
    return [
        {"person": person, "age": age_on(person.birth_date, today), "places": places[person.pk]} for person in people
    ]


def _regions(actor: Actor) -> list[tuple[str, str]]:
    """The actor's own place and those below."""
    if not actor.region:
        return []
    below = Region.objects.children_of(actor.region).in_force().order_by("code").values_list("code", "name")
    own = (actor.region, actor.region_label or actor.region)
    return [own, *((code, name) for code, name in below if region_within(code, actor.region))]


@roles(*REVEALERS)
@require_POST
@step_up
def reveal_identity(request: HttpRequest, public_id: str) -> HttpResponse:
    """The whole number, for a reason that is kept."""
    person = _person(request, public_id)
    back = next_address(request, reverse("office_people"))
    return reveal_page(request, obj=person, field="identity_no", label="身份证号", back=back)


@roles(*REVEALERS)
@never_cache
@step_up
def entry_code(request: HttpRequest, public_id: str) -> HttpResponse:
    """A slip with ten digits for somebody at the counter. Shown once."""
    person = _person(request, public_id)
    form = SeenForm(request.POST or None)
    back = next_address(request, reverse("office_people"))
    if form.is_valid():
        try:
            code = issue_entry_code(actor=actor_of(request), subject_id=person.pk)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return render(request, "office/entry_code.html", {"person": person, "code": code, "back": back})
    return render(request, "office/entry_code_ask.html", {"person": person, "form": form, "back": back})


def _person(request: HttpRequest, public_id: str) -> Person:
    return cast("Person", get_object_or_404(Person.objects.visible_to(actor_of(request)), public_id=public_id))
