"""Finding back in: a code to the phone, a link to the mailbox, or a link from the counter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from qihang.foundation.accounts.errors import Expired
from qihang.foundation.accounts.services.passwords import (
    find_reset_link,
    request_reset,
    reset_by_code,
    reset_by_link,
)
from qihang.foundation.core.errors import DomainError
from qihang.web.refusals import show_refusal
from qihang.web.requests import client_of, show
from qihang.web.views.account.forms import IdentifierForm, NewPasswordForm, ResetByCodeForm

_IDENTIFIER = "reset_identifier"
_DONE = "新密码设好了，用它登录吧"


@login_not_required
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Whose account? The answer never tells whether there is one."""
    form = IdentifierForm(request.POST or None)
    if form.is_valid():
        identifier = form.cleaned_data["identifier"]
        link = request.build_absolute_uri(reverse("reset", args=["TOKEN"])).replace("TOKEN", "{token}")
        try:
            request_reset(identifier=identifier, client=client_of(request), link=link)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            request.session[_IDENTIFIER] = identifier
            return HttpResponseRedirect(reverse("forgot_code"))
    return show(request, "account/forgot.html", {"form": form})


@login_not_required
@never_cache
@sensitive_post_parameters("password", "code")
def code(request: HttpRequest) -> HttpResponse:
    """The code that came, and the new password."""
    identifier = request.session.get(_IDENTIFIER)
    if not identifier:
        return HttpResponseRedirect(reverse("forgot"))
    form = ResetByCodeForm(request.POST or None)
    if form.is_valid():
        try:
            reset_by_code(identifier=identifier, client=client_of(request), **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            del request.session[_IDENTIFIER]
            return _to_sign_in(request)
    return show(request, "account/forgot_code.html", {"form": form})


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a reset link. Looking at it uses nothing up."""
    try:
        owner = find_reset_link(token).user
    except Expired as refusal:
        return show(request, "account/link_gone.html", {"reason": refusal.message}, status=410)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            reset_by_link(token=token, password=form.cleaned_data["password"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return _to_sign_in(request)
    return show(request, "account/reset.html", {"form": form, "owner": owner})


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    messages.success(request, _DONE)
    return HttpResponseRedirect(reverse("sign_in"))
