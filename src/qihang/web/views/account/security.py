"""Second factors that are typed in: switching them on and off, and the codes on paper."""

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache

from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.models import Totp
from qihang.foundation.accounts.services import factors
from qihang.foundation.core.errors import DomainError
from qihang.web import sessions
from qihang.web.middleware import required_roles, without_second_factor
from qihang.web.navigation import actor_of
from qihang.web.refusals import show_refusal
from qihang.web.requests import account_of, passkey_site, show
from qihang.web.step_up import step_up
from qihang.web.views.account.forms import TotpForm


@without_second_factor
def overview(request: HttpRequest) -> HttpResponse:
    """What protects the account beside its password."""
    user = account_of(request)
    kinds = factors.factors_of(user)
    values = {
        "totp": Totp.objects.filter(user=user, confirmed_at__isnull=False).first(),
        "passkeys": user.passkeys.select_related("use"),
        "codes_left": user.recovery_codes.filter(used_at__isnull=True).count(),
        "has_factor": bool(kinds - {Method.RECOVERY_CODE}),
        "needed": actor_of(request).role in required_roles(),
        "possible": passkey_site(request).can_have_passkeys,
    }
    return show(request, "account/security.html", values)


@never_cache
@without_second_factor
@step_up
def totp(request: HttpRequest) -> HttpResponse:
    """Scan, type the first code, done. POST without a code starts afresh."""
    user = account_of(request)
    if request.method == "POST" and "code" not in request.POST:
        factors.start_totp(actor=actor_of(request), user=user)
        return HttpResponseRedirect(reverse("account_totp"))
    waiting = Totp.objects.filter(user=user, confirmed_at__isnull=True).select_related("user").first()
    if waiting is None:
        return HttpResponseRedirect(reverse("account_security"))
    form = TotpForm(request.POST or None)
    if form.is_valid():
        try:
            codes = factors.confirm_totp(actor=actor_of(request), user=user, code=form.cleaned_data["code"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            sessions.factors_changed(request)
            messages.success(request, "动态码启用了。以后登录要多填一个 6 位数")
            return show_codes(request, codes) if codes else HttpResponseRedirect(reverse("account_security"))
    secret = waiting.secret.plain()
    values = {
        "form": form,
        "picture": _picture(factors.totp_address(waiting)),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }
    return show(request, "account/totp.html", values)


def _picture(text: str) -> SafeString:
    """A QR code as an SVG for the page; its content is ours alone."""
    svg = segno.make(text, error="m").svg_inline(scale=5, border=4, svgclass=None, lineclass=None, omitsize=False)
    return mark_safe(svg)  # noqa: S308 - made by segno from our own text


@step_up
def stop_totp(request: HttpRequest) -> HttpResponse:
    """Ask, then switch the code generator off."""
    if request.method == "POST":
        factors.stop_totp(actor=actor_of(request), user=account_of(request))
        sessions.factors_changed(request)
        messages.success(request, "动态码停用了")
        return HttpResponseRedirect(reverse("account_security"))
    return show(request, "account/totp_stop.html")


@step_up
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ask, then make ten new codes; the old ones stop working."""
    if request.method == "POST":
        codes = factors.renew_recovery_codes(actor=actor_of(request), user=account_of(request))
        return show_codes(request, codes)
    return show(request, "account/codes_renew.html")


def show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """The only time these codes are seen."""
    response = show(request, "account/codes.html", {"codes": codes})
    response.headers["Cache-Control"] = "no-store"
    return response
