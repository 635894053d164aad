"""What an account says of its owner, and how to change it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from qihang.foundation.accounts.services.accounts import set_email
from qihang.foundation.accounts.services.codes import begin_phone, prove_phone
from qihang.foundation.accounts.services.factors import factors_of
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.services import set_identity
from qihang.web.landing import home_of
from qihang.web.middleware import memberships_of
from qihang.web.navigation import actor_of
from qihang.web.refusals import show_refusal
from qihang.web.requests import account_of, client_of, show
from qihang.web.step_up import step_up
from qihang.web.views.account.forms import EmailForm, IdentityForm, OneTimeCodeForm, PhoneForm

_PHONE = "phone_to_prove"


def overview(request: HttpRequest) -> HttpResponse:
    """My account at a glance."""
    user = account_of(request)
    values = {"account": user, "memberships": memberships_of(request), "secured": bool(factors_of(user))}
    return show(request, "account/overview.html", values)


def _after(request: HttpRequest) -> str:
    """Trainees are asked for their number when they first come in, and go on to their own page."""
    actor = actor_of(request)
    return home_of(actor, request) if actor.role == Role.PARTICIPANT else reverse("account")


@step_up
def phone(request: HttpRequest) -> HttpResponse:
    """Which number is yours? A code goes there."""
    user = account_of(request)
    form = PhoneForm(request.POST if "phone" in request.POST else None)
    if form.is_valid():
        try:
            number = begin_phone(user=user, phone=form.cleaned_data["phone"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            request.session[_PHONE] = number
            return HttpResponseRedirect(reverse("account_phone_code"))
    return show(request, "account/phone.html", {"form": form, "account": user, "later": _after(request)})


def phone_code(request: HttpRequest) -> HttpResponse:
    """The code that came there."""
    number = request.session.get(_PHONE)
    if not number:
        return HttpResponseRedirect(reverse("account_phone"))
    form = OneTimeCodeForm(request.POST or None)
    if form.is_valid():
        try:
            prove_phone(
                actor=actor_of(request),
                user=account_of(request),
                phone=number,
                code=form.cleaned_data["code"],
                client=client_of(request),
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            del request.session[_PHONE]
            messages.success(request, "手机号核对好了。以后可以用它登录，也可以用它找回密码")
            return HttpResponseRedirect(_after(request))
    return show(request, "account/phone_code.html", {"form": form, "number": number})


@step_up
def email(request: HttpRequest) -> HttpResponse:
    """Where letters go."""
    user = account_of(request)
    form = EmailForm(request.POST if "email" in request.POST else None, initial={"email": user.email})
    if form.is_valid():
        set_email(actor=actor_of(request), user=user, email=form.cleaned_data["email"])
        messages.success(request, "邮箱存好了")
        return HttpResponseRedirect(reverse("account"))
    return show(request, "account/email.html", {"form": form})


@step_up
def identity(request: HttpRequest) -> HttpResponse:
    """The owner's identity number, written down once."""
    user = account_of(request)
    form = IdentityForm(request.POST if "identity_no" in request.POST else None)
    if form.is_valid():
        try:
            set_identity(actor=actor_of(request), user=user, identity_no=form.cleaned_data["identity_no"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "身份证号登记好了")
            return HttpResponseRedirect(reverse("account"))
    return show(request, "account/identity.html", {"form": form, "account": user})
