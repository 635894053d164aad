"""Is this certificate real? Open to all, by number and name or by the code on the paper. Shows no personal number."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from qihang.delivery.appraisal.enums import CertificateState
from qihang.delivery.appraisal.models import Certificate
from qihang.delivery.appraisal.printing import level_of, title_of
from qihang.delivery.appraisal.services import check_certificate, check_token, revocation_reason
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.masks import short_name
from qihang.web.formats import full_date
from qihang.web.refusals import show_refusal
from qihang.web.requests import client_of
from qihang.web.views.certificates.forms import CheckForm

_NOT_FOUND = "没有查到。请照证书再看一眼编号和姓名，要一个字不差；刚发的证书当天就能查到"


@login_not_required
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Number and name; what is found has an address of its own, the one on the paper."""
    form = CheckForm(request.POST or None)
    if form.is_valid():
        try:
            found = check_certificate(**form.cleaned_data, client=client_of(request))
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            if found:
                return HttpResponseRedirect(reverse("check_result", args=[found.token]))
            form.add_error(None, _NOT_FOUND)
    return render(request, "certificates/check.html", {"form": form})


@login_not_required
@never_cache
def result(request: HttpRequest, token: str) -> HttpResponse:
    """What the code on a paper says; 404 where no certificate has it."""
    found = check_token(token=token)
    if found is None:
        return render(request, "certificates/unknown.html", status=404)
    revoked = found.state == CertificateState.REVOKED
    values = {
        "certificate": found,
        "title": title_of(found),
        "revoked": revoked,
        "reason": revocation_reason(found) if revoked else "",
        "facts": public_facts(found),
    }
    return render(request, "certificates/result.html", values)


def public_facts(certificate: Certificate) -> list[tuple[str, str]]:
    """What anybody may read of a certificate."""
    return [
        ("持证人", short_name(certificate.person.name.plain())),
        ("职业（工种）", certificate.occupation.name),
        ("等级", level_of(certificate)),
        ("鉴定站", certificate.station.name),
        ("鉴定日期", full_date(certificate.appraised_on)),
        ("发证日期", full_date(certificate.issued_on)),
    ]
