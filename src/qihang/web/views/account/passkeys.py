"""Passkeys: signing in with one, proving one, adding and removing them."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.services import passkeys
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.web import ceremonies, sessions
from qihang.web.middleware import without_second_factor
from qihang.web.navigation import actor_of
from qihang.web.refusals import show_refusal
from qihang.web.requests import account_of, next_address, passkey_site, show
from qihang.web.step_up import step_up
from qihang.web.views.account.forms import PasskeyForm, PasskeySignInForm
from qihang.web.views.account.security import show_codes
from qihang.web.views.account.sign_in import enter


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """In by passkey alone: the device has checked the person."""
    form = PasskeySignInForm(request.POST or None)
    if form.is_valid():
        try:
            return enter(request, ceremonies.prove(request, form.cleaned_data["passkey"]), Method.PASSKEY)
        except DomainError as refusal:
            show_refusal(form, refusal)
    values = {"form": form, "next": next_address(request), "possible": passkey_site(request).can_have_passkeys}
    return show(request, "account/passkey_sign_in.html", values)


@login_not_required
@require_POST
def sign_in_options(request: HttpRequest) -> JsonResponse:
    return ceremonies.ask_to_prove(request)


@login_not_required
@require_POST
def second_options(request: HttpRequest) -> JsonResponse:
    waiting = sessions.waiting(request)
    if waiting is None:
        raise NotAllowed("等得太久了，请从登录名和密码重新开始")
    return ceremonies.ask_to_prove(request, waiting.user)


@require_POST
@without_second_factor
def prove_options(request: HttpRequest) -> JsonResponse:
    return ceremonies.ask_to_prove(request, account_of(request))


@without_second_factor
@step_up
def add(request: HttpRequest) -> HttpResponse:
    """Make a passkey on this device or a phone and keep it."""
    form = PasskeyForm(request.POST or None)
    if form.is_valid():
        try:
            _, codes = ceremonies.register(
                request, account_of(request), form.cleaned_data["passkey"], form.cleaned_data["name"]
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            sessions.factors_changed(request)
            messages.success(request, "通行密钥登记好了。下次登录点“用通行密钥”就行")
            return show_codes(request, codes) if codes else HttpResponseRedirect(reverse("account_security"))
    return show(
        request, "account/passkey_add.html", {"form": form, "possible": passkey_site(request).can_have_passkeys}
    )


@require_POST
@without_second_factor
@step_up
def add_options(request: HttpRequest) -> HttpResponse:
    return ceremonies.ask_to_register(request, account_of(request))


@step_up
def remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask, then forget one of one's own passkeys."""
    user = account_of(request)
    passkey = get_object_or_404(user.passkeys, public_id=public_id)
    if request.method == "POST":
        passkeys.remove_passkey(actor=actor_of(request), user=user, public_id=public_id)
        sessions.factors_changed(request)
        messages.success(request, f"通行密钥“{passkey.name}”删掉了")
        return HttpResponseRedirect(reverse("account_security"))
    return show(request, "account/passkey_remove.html", {"passkey": passkey})
