"""The door: password, then a second step where the account has one; and out again."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.services import factors
from qihang.foundation.accounts.services.sign_in import check_password
from qihang.foundation.core.errors import DomainError
from qihang.registry.organizations.services import current_memberships
from qihang.web import ceremonies, sessions
from qihang.web.landing import home_of
from qihang.web.middleware import choose_actor, without_second_factor
from qihang.web.refusals import show_refusal
from qihang.web.requests import client_of, next_address, passkey_site, show, visitor_account
from qihang.web.views.account.forms import SecondStepForm, SignInForm


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def password(request: HttpRequest) -> HttpResponse:
    """By login or phone and password; the other ways in are listed beside."""
    account = visitor_account(request)
    if account and request.method == "GET":
        return HttpResponseRedirect(first_page(request, account, next_address(request)))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            user = check_password(**form.cleaned_data, client=client_of(request))
            return enter(request, user, Method.PASSWORD)
        except DomainError as refusal:
            show_refusal(form, refusal)
    values = {"form": form, "next": next_address(request), "passkeys": passkey_site(request).can_have_passkeys}
    return show(request, "account/sign_in.html", values)


def enter(request: HttpRequest, user: User, method: Method) -> HttpResponse:
    """After a first proof: in, or on to the second step."""
    wanted = next_address(request)
    if not sessions.begin(request, user, method, wanted):
        return HttpResponseRedirect(reverse("sign_in_second"))
    return HttpResponseRedirect(first_page(request, user, wanted))


def first_page(request: HttpRequest, user: User, wanted: str) -> str:
    """Where they wanted to go; else the choice between several memberships; else where their role begins."""
    memberships = current_memberships(user)
    if len(memberships) > 1 and sessions.MEMBERSHIP not in request.session:
        return reverse("switch") + (f"?{urlencode({'next': wanted})}" if wanted else "")
    actor = choose_actor(user, memberships, request.session.get(sessions.MEMBERSHIP))
    return wanted or home_of(actor, request)


@login_not_required
@never_cache
@sensitive_post_parameters("code")
def second(request: HttpRequest) -> HttpResponse:
    """The second step: a code, or a passkey."""
    waiting = sessions.waiting(request)
    if waiting is None:
        return HttpResponseRedirect(reverse("sign_in"))
    form = SecondStepForm(request.POST or None)
    if form.is_valid():
        try:
            method = _second_proof(request, waiting.user, form)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            sessions.finish(request, waiting.user, method)
            return HttpResponseRedirect(first_page(request, waiting.user, waiting.next))
    kinds = factors.factors_of(waiting.user)
    values = {
        "form": form,
        "code": Method.TOTP in kinds,
        "passkey": Method.PASSKEY in kinds and passkey_site(request).can_have_passkeys,
    }
    return show(request, "account/second.html", values)


def _second_proof(request: HttpRequest, user: User, form: SecondStepForm) -> Method:
    if form.cleaned_data["passkey"]:
        ceremonies.prove(request, form.cleaned_data["passkey"], user)
        return Method.PASSKEY
    return factors.check_code(user=user, code=form.cleaned_data["code"], client=client_of(request))


@login_not_required
@without_second_factor
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out, by POST; a plain visit asks first."""
    if request.method == "POST":
        sessions.end(request)
        return HttpResponseRedirect("/")
    return show(request, "account/sign_out.html")
