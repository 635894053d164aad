"""Two records of one person: finding the other one, seeing both, proposing, and the second hand's decision."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.registry.participants.finding import find_by_identity
from qihang.registry.participants.merging import Collision, collisions_between
from qihang.registry.participants.models import MergeProposal, Person
from qihang.registry.participants.own_case import OWN_CASE, own_persons
from qihang.registry.participants.proposals import (
    confirm_merge,
    get_proposal,
    propose_merge,
    refuse_merge,
    withdraw_merge,
)
from qihang.registry.participants.workflows import MERGE_WORKFLOW, MERGERS
from qihang.web.access import roles
from qihang.web.formats import full_date
from qihang.web.forms import CardSelect, IdentityInput, PageForm
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.views.office.addresses import way_back
from qihang.web.views.office.decision_forms import WordsInput
from qihang.web.views.office.persons import person_of
from qihang.web.views.office.records import Record, moving, record_of
from qihang.web.views.office.roles import CASE_ROLES
from qihang.web.views.office.timeline import events_of


class OtherForm(PageForm):
    """The number under which the other record was made."""

    identity = forms.CharField(
        label="另一条记录的身份证号",
        help_text="旧证号、少写或写错登记进来的那个号。查到谁会记下来",
        widget=IdentityInput(),
    )


class MergeForm(PageForm):
    """Which record stays, and by what they are one person."""

    keep = forms.ChoiceField(label="留下哪一条", widget=CardSelect())
    comment = forms.CharField(
        label="凭什么看是同一个人",
        help_text="确认的人要照着核，比如“看了户口簿，旧证号是升位前的”",
        max_length=500,
        widget=WordsInput(),
    )

    def __init__(self, data: Any = None, *, first: Person, second: Person, twice: bool) -> None:
        super().__init__(data)
        choices = [
            (str(one.public_id), f"{one.name}　{one.identity_no}，{full_date(one.created_at)}登记")
            for one in (first, second)
        ]
        self.fields["keep"].choices = choices  # type: ignore[attr-defined]
        if twice:
            label = "两次都照实算：我查过，两次都该有，合并后算用过两次"
            self.put_field("both_stand", forms.BooleanField(label=label, required=False))


class WordsForm(PageForm):
    """What the second hand looked at, or why not."""

    def __init__(self, data: Any = None, *, label: str) -> None:
        super().__init__(data)
        self.put_field("comment", forms.CharField(label=label, max_length=500, widget=WordsInput()))


# -- the first hand ---


@roles(*MERGERS)
@never_cache
def find_other(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The other record by its number, which comes by POST; whom it finds is written down."""
    actor = actor_of(request)
    person = person_of(actor, public_id)
    form = OtherForm(request.POST or None)
    if form.is_valid():
        try:
            other = _other(actor, person, form.cleaned_data["identity"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return HttpResponseRedirect(reverse("office_merge_with", args=[person.public_id, other.public_id]))
    values = {"person": person, "form": form, "own": person.pk in own_persons(actor), "crumbs": _crumbs(person)}
    return render(request, "office/merge_find.html", values)


def _other(actor: Actor, person: Person, text: str) -> Person:
    other = find_by_identity(actor=actor, text=text)
    if other.pk == person.pk:
        raise DomainError("这个号码查到的就是这条记录，或者已经并进来了，不用合并", field="identity")
    return other


@roles(*MERGERS)
@never_cache
def propose(request: HttpRequest, public_id: UUID, other_id: UUID) -> HttpResponse:
    """Both side by side; then what will move, once more; then it waits for a colleague."""
    actor = actor_of(request)
    first, second = person_of(actor, public_id), person_of(actor, other_id)
    twice = any(one.may_stand for one in collisions_between(first, second)) if first.pk != second.pk else False
    form = MergeForm(request.POST or None, first=first, second=second, twice=twice)
    if form.is_valid():
        keep, drop = _sides(form, first, second)
        try:
            if "sure" in request.POST:
                return _propose(request, actor, keep, drop, form)
            _add_collisions(form, collisions_between(keep, drop))
        except DomainError as refusal:
            show_refusal(form, refusal)
        if not form.errors:
            return _ask_once_more(request, actor, keep, drop, form)
    values = {
        "pair": [record_of(actor, first), record_of(actor, second)],
        "person": first,
        "form": form,
        "own": OWN_CASE if {first.pk, second.pk} & own_persons(actor) else "",
        "crumbs": _crumbs(first),
    }
    return render(request, "office/merge_with.html", values)


def _sides(form: MergeForm, first: Person, second: Person) -> tuple[Person, Person]:
    stays = first if form.cleaned_data["keep"] == str(first.public_id) else second
    return stays, second if stays is first else first


def _add_collisions(form: MergeForm, found: list[Collision]) -> None:
    """Each in its own line: what may stand waits for the box to be ticked."""
    accepted = form.cleaned_data.get("both_stand", False)
    for one in found:
        if one.may_stand and accepted:
            continue
        form.add_error("both_stand" if one.may_stand else None, one.words)


def _propose(request: HttpRequest, actor: Actor, keep: Person, drop: Person, form: MergeForm) -> HttpResponse:
    given = form.cleaned_data
    proposal = propose_merge(
        actor=actor,
        keep=keep,
        drop=drop,
        reason=given["comment"],
        both_stand=given.get("both_stand", False),
    )
    messages.success(request, "提出来了，等另一个人确认。确认以前，两条记录都不变。")
    return HttpResponseRedirect(reverse("office_merge", args=[proposal.public_id]))


def _ask_once_more(request: HttpRequest, actor: Actor, keep: Person, drop: Person, form: MergeForm) -> HttpResponse:
    record = record_of(actor, drop)
    values = {
        "keep": keep,
        "drop": drop,
        "moving": moving(record),
        "has_account": record.has_account,
        "comment": form.cleaned_data["comment"],
        "both_stand": form.cleaned_data.get("both_stand", False),
        "kept": {name: value for name, value in request.POST.items() if name in form.fields},
    }
    return render(request, "office/merge_sure.html", values)


# -- the second hand ---


@roles(*CASE_ROLES)
@require_safe
def proposal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One proposal: both records, in whose words, what is in the way by now, and what the reader can do."""
    actor = actor_of(request)
    item = get_proposal(actor=actor, public_id=public_id)
    is_open = item.state == MERGE_WORKFLOW.initial
    own = {item.keep_id, item.drop_id} & own_persons(actor)
    steps = {step.name for step in MERGE_WORKFLOW.possible(item, actor)}
    values = {
        "item": item,
        "pair": [record_of(actor, item.keep), record_of(actor, item.drop)],
        "events": events_of(MERGE_WORKFLOW, MERGE_WORKFLOW.history(item)),
        "collisions": _in_the_way(item) if is_open else [],
        "steps": steps,
        "own": OWN_CASE if own and is_open else "",
        "is_open": is_open,
        "crumbs": [
            way_back(request, "我的待办", reverse("office_home")),
            Crumb(f"合并：{item.keep.name}和{item.drop.name}"),
        ],
    }
    return render(request, "office/merge.html", values)


def _in_the_way(item: MergeProposal) -> list[str]:
    found = collisions_between(item.keep, item.drop)
    return [one.words for one in found if not (one.may_stand and item.both_stand)]


Decide = Callable[..., MergeProposal]


@roles(*MERGERS)
@never_cache
def confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Says once more what will move, then merges."""
    words = ("确认合并", "您看了什么（会记进办理经过）", "合并好了。两个号码以后都查到留下的这一条。")
    return _decide(request, public_id, "office/merge_confirm.html", confirm_merge, words)


@roles(*MERGERS)
@never_cache
def refuse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    words = ("不合并", "为什么不合并（提出的人会看到）", "记下了，两条记录都不变。")
    return _decide(request, public_id, "office/merge_refuse.html", refuse_merge, words)


@roles(*MERGERS)
@never_cache
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    words = ("撤回合并", "为什么撤回", "撤回了，两条记录都不变。")
    return _decide(request, public_id, "office/merge_refuse.html", withdraw_merge, words)


def _decide(
    request: HttpRequest, public_id: UUID, template: str, act: Decide, words: tuple[str, str, str]
) -> HttpResponse:
    actor = actor_of(request)
    item = get_proposal(actor=actor, public_id=public_id)
    submit, label, said = words
    form = WordsForm(request.POST or None, label=label)
    if form.is_valid():
        try:
            act(actor=actor, proposal=item, comment=form.cleaned_data["comment"])
        except NotFound:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("office_merge", args=[item.public_id]))
    dropped: Record = record_of(actor, item.drop)
    values = {
        "item": item,
        "form": form,
        "submit": submit,
        "moving": moving(dropped),
        "has_account": dropped.has_account,
        "back": reverse("office_merge", args=[item.public_id]),
    }
    return render(request, template, values)


def _crumbs(person: Person) -> list[Crumb]:
    return [
        Crumb("查人", reverse("office_people")),
        Crumb(str(person.name), reverse("office_person", args=[person.public_id])),
        Crumb("合并两条记录"),
    ]
