"""Who teaches a class: chosen from the trainers of the institution."""

import uuid
from collections import Counter
from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.teaching import past_teachings, set_trainers, trainers_for, trainers_of
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.perms import invitable_roles
from qihang.web.access import roles
from qihang.web.forms import PageForm
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.views.provider.access import class_of, crumbs_of


class TrainersForm(PageForm):
    trainers = forms.TypedMultipleChoiceField(
        label="任课教师",
        coerce=uuid.UUID,
        required=False,
        help_text="可以选几位，一个也不选就是还没有定",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, trainers: Sequence[Membership], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["trainers"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(str(one.public_id), label) for one, label in _named(trainers)]


def _named(trainers: Sequence[Membership]) -> list[tuple[Membership, str]]:
    """Each with a name that tells them apart: namesakes with their log-ins."""
    bearers = Counter(one.user.name for one in trainers)
    unique = {one.pk: one.user.name for one in trainers if bearers[one.user.name] == 1}
    return [(one, unique.get(one.pk) or f"{one.user.name}（{one.user.login}）") for one in trainers]


@roles(*PROVIDERS)
def choose(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The trainers of the institution, those of the class ticked."""
    item, actor = class_of(request, public_id), actor_of(request)
    back = reverse("class_page", args=[item.public_id])
    if item.state == ClassState.CANCELLED:
        messages.warning(request, "这个班不办了，不用再定任课教师")
        return HttpResponseRedirect(back)
    known = list(trainers_for(item))
    chosen = {"trainers": [str(one.public_id) for one in trainers_of(item)]}
    form = TrainersForm(request.POST if request.method == "POST" else None, trainers=known, initial=chosen)
    if form.is_valid():
        try:
            set_now = set_trainers(actor=actor, item=item, trainers=form.cleaned_data["trainers"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _said(set_now))
            return HttpResponseRedirect(back)
    return render(
        request,
        "provider/trainers.html",
        {
            "item": item,
            "form": form,
            "known": known,
            "back": back,
            "crumbs": crumbs_of(request, item, Crumb("任课教师")),
            "invite_url": _invite_url(actor, item.organization),
            "past": past_teachings(item),
        },
    )


def _said(trainers: Sequence[Membership]) -> str:
    names = "、".join(one.user.name for one in trainers)
    return f"任课教师定好了：{names}" if names else "改好了，这个班现在没有任课教师"


def _invite_url(actor: Actor, organization: Organization) -> str:
    """Where this hand asks a trainer in; empty for one that may not."""
    if Role.TRAINER not in invitable_roles(actor, organization.kind):
        return ""
    return f"{reverse('manage_invite', args=[organization.public_id])}?{urlencode({'role': Role.TRAINER})}"
