"""Certificates for those who hold them, issue them or answer for them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from qihang.delivery.appraisal.enums import CertificateState
from qihang.delivery.appraisal.models import Certificate
from qihang.delivery.appraisal.printing import certificate_pdf, level_of, title_of
from qihang.delivery.appraisal.services import get_certificate, revocation_reason, revoke_certificate
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.web.access import roles
from qihang.web.formats import full_date
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.requests import show
from qihang.web.views.certificates.forms import RevokeForm
from qihang.web.views.certificates.paper import pdf_response, verify_url
from qihang.web.views.station.access import READERS


@roles(Role.PARTICIPANT)
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """The participant's own certificates, newest first."""
    rows = Certificate.objects.visible_to(actor_of(request)).select_related("occupation", "station")
    items = [(row, title_of(row), level_of(row)) for row in rows]
    return render(request, "certificates/own.html", {"items": items})


@roles(Role.PARTICIPANT, *READERS)
@require_GET
def certificate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One certificate, with its paper and its public check."""
    actor = actor_of(request)
    found = get_certificate(actor=actor, public_id=str(public_id))
    revoked = found.state == CertificateState.REVOKED
    values = {
        "certificate": found,
        "title": title_of(found),
        "audience": "participant" if actor.role == Role.PARTICIPANT else "office",
        "revoked": revoked,
        "reason": revocation_reason(found) if revoked else "",
        "may_revoke": actor.role == Role.APPROVER and not revoked,
        "crumbs": _crumbs(found, actor.role),
        "facts": [
            ("持证人", str(found.person.name)),
            ("职业（工种）", found.occupation.name),
            ("等级", level_of(found)),
            ("鉴定站", found.station.name),
            ("鉴定日期", full_date(found.appraised_on)),
            ("发证日期", full_date(found.issued_on)),
        ],
    }
    return show(request, "certificates/certificate.html", values)


def _crumbs(found: Certificate, role: str) -> list[Crumb]:
    if role == Role.PARTICIPANT:
        return [Crumb("我的证书", reverse("certificates")), Crumb(found.number)]
    if found.sitting is None:
        return [Crumb("鉴定", reverse("station")), Crumb(found.number)]
    name = found.sitting.training_class.name
    return [
        Crumb("鉴定", reverse("station")),
        Crumb(name, reverse("station_sitting", args=[found.sitting.public_id])),
        Crumb(found.number),
    ]


@roles(Role.PARTICIPANT, *READERS)
@require_GET
def pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The paper, to save or print."""
    return pdf_response(
        *certificate_pdf(actor=actor_of(request), public_id=str(public_id), verify_url=verify_url(request))
    )


@roles(Role.APPROVER)
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask for the reason, then take the certificate back."""
    actor = actor_of(request)
    found = get_certificate(actor=actor, public_id=str(public_id))
    form = RevokeForm(request.POST or None)
    if form.is_valid():
        try:
            revoke_certificate(actor=actor, certificate=found, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"证书 {found.number} 撤销了，谁来查都看得到")
            return HttpResponseRedirect(reverse("certificate", args=[found.public_id]))
    values = {"certificate": found, "form": form, "back": reverse("certificate", args=[found.public_id])}
    return render(request, "certificates/revoke.html", values)
