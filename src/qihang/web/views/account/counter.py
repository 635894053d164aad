"""In by the code that a counter printed: the first time, or when everything is forgotten."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.models import EntryCode
from qihang.foundation.accounts.services.entry_codes import check_entry_code, newcomer_of, use_entry_code
from qihang.foundation.core.errors import DomainError
from qihang.web import sessions
from qihang.web.refusals import show_refusal
from qihang.web.requests import client_of, show
from qihang.web.views.account.forms import CounterCodeForm, NewcomerForm, ReturningForm

_CODE = "entry_code"


@login_not_required
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """The digits on the slip."""
    form = CounterCodeForm(request.POST or None)
    if form.is_valid():
        try:
            found = check_entry_code(code=form.cleaned_data["code"], client=client_of(request))
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            request.session[_CODE] = found.pk
            return HttpResponseRedirect(reverse("sign_in_counter_account"))
    return show(request, "account/counter.html", {"form": form})


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def account(request: HttpRequest) -> HttpResponse:
    """A login and a password of their own; then they are in."""
    found = EntryCode.objects.filter(pk=request.session.get(_CODE, 0)).first()
    if found is None:
        return HttpResponseRedirect(reverse("sign_in_counter"))
    newcomer = newcomer_of(found)
    kind = ReturningForm if newcomer.account else NewcomerForm
    form = kind(request.POST or None)
    if form.is_valid():
        try:
            user = use_entry_code(
                code_id=found.pk,
                login=form.cleaned_data.get("login", ""),
                password=form.cleaned_data["password"],
                client=client_of(request),
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            del request.session[_CODE]
            if not sessions.begin(request, user, Method.ENTRY_CODE, reverse("account_phone")):
                return HttpResponseRedirect(reverse("sign_in_second"))
            messages.success(request, "登录好了。再把手机号核对一下，以后忘了密码自己就能找回")
            return HttpResponseRedirect(reverse("account_phone"))
    return show(request, "account/counter_account.html", {"form": form, "newcomer": newcomer})
