"""One thing that an officer does to one person, on a page of its own that says what follows and asks for words first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.web.forms import PageForm
from qihang.web.navigation import actor_of
from qihang.web.refusals import show_refusal


@dataclass(frozen=True, slots=True)
class Act:
    """A page that asks: the question, what follows, the button, the form, and what is then done."""

    title: str
    after: tuple[str, ...]
    undo: str
    submit: str
    form: Callable[[Any], PageForm]
    do: Callable[[Actor, Any, dict[str, Any]], Any]
    danger: bool = False


def act_page(
    request: HttpRequest,
    act: Act,
    thing: Any,
    *,
    words: Mapping[str, str],
    head: str,
    back: str,
    then: Callable[[], HttpResponse],
) -> HttpResponse:
    """Ask, and once it is answered do it and go on with `then`. `words` fill the question, `head` says whose case it is."""
    form = act.form(request.POST or None)
    if form.is_valid():
        try:
            act.do(actor_of(request), thing, form.cleaned_data)
        except (NotAllowed, NotFound):
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return then()
    values = {"act": act, "title": act.title.format(**words), "head": head, "form": form, "back": back}
    return render(request, "office/act.html", values)
