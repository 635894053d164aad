"""In by a code sent to a phone that its owner once proved."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.services.codes import request_sign_in_code, sign_in_by_code
from qihang.foundation.core.errors import DomainError
from qihang.web.refusals import show_refusal
from qihang.web.requests import client_of, next_address, show
from qihang.web.views.account.forms import OneTimeCodeForm, PhoneForm
from qihang.web.views.account.sign_in import enter

_PHONE = "sign_in_phone"


@login_not_required
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Which phone? The answer never tells whether anybody has it."""
    form = PhoneForm(request.POST or None)
    if form.is_valid():
        try:
            request_sign_in_code(phone=form.cleaned_data["phone"], client=client_of(request))
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            request.session[_PHONE] = form.cleaned_data["phone"]
            wanted = next_address(request)
            query = f"?{urlencode({'next': wanted})}" if wanted else ""
            return HttpResponseRedirect(reverse("sign_in_sms_code") + query)
    return show(request, "account/sms.html", {"form": form, "next": next_address(request)})


@login_not_required
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """The code that came."""
    phone = request.session.get(_PHONE)
    if not phone:
        return HttpResponseRedirect(reverse("sign_in_sms"))
    form = OneTimeCodeForm(request.POST or None)
    if form.is_valid():
        try:
            user = sign_in_by_code(phone=phone, code=form.cleaned_data["code"], client=client_of(request))
            return enter(request, user, Method.SMS_CODE)
        except DomainError as refusal:
            show_refusal(form, refusal)
    return show(request, "account/sms_code.html", {"form": form, "next": next_address(request)})
