"""Looking behind a mask: by POST, with a reason, after a recent proof, and written down."""

from collections.abc import Callable, Mapping

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse

from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.privacy import reveal
from qihang.web.forms import PageForm
from qihang.web.navigation import actor_of
from qihang.web.refusals import show_refusal
from qihang.web.requests import show


class ReasonForm(PageForm):
    reason = forms.CharField(label="为什么要看", help_text="会和您的名字一起记下来，本人可以查", max_length=200)


def reveal_page(request: HttpRequest, *, obj: models.Model, field: str, label: str, back: str) -> HttpResponse:
    """The plain value of `obj.field` once a reason is given, and the way `back`.

    For views that are POST-only, found `obj` through its `visible_to`, and stand under `@step_up`:

        @roles(Role.INTAKE_OFFICER)
        @require_POST
        @step_up
        def reveal_identity(request, public_id):
            person = get_object_or_404(Person.objects.visible_to(actor_of(request)), public_id=public_id)
            return reveal_page(request, obj=person, field="identity_no", label="身份证号", back=person_url)
    """

    def read(reason: str) -> str:
        return reveal(actor=actor_of(request), obj=obj, field=field, reason=reason)

    return reveal_with(request, read=read, label=label, back=back)


def reveal_with(
    request: HttpRequest,
    *,
    read: Callable[[str], str],
    label: str,
    back: str,
    kept: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The same for what is no field of a row: `read(reason)` gives the plain text and writes the look down.

    `kept` are the fields by which the page knows what is asked for; they come along with the reason.
    """
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    for name, text in (kept or {}).items():
        form.fields[name] = forms.CharField(initial=text, widget=forms.HiddenInput())
    value = None
    if form.is_valid():
        try:
            value = read(form.cleaned_data["reason"])
        except (NotAllowed, NotFound):
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
    response = show(request, "account/reveal.html", {"form": form, "value": value, "label": label, "back": back})
    response.headers["Cache-Control"] = "no-store"
    return response
