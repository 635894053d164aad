"""Certificates over HTTP: the address of the public check, and a PDF that stays in no cache."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from qihang.delivery.appraisal.printing import VerifyUrl


def verify_url(request: HttpRequest) -> VerifyUrl:
    """Where the code on a paper leads, on the site that the reader is on."""
    return lambda token: request.build_absolute_uri(reverse("check_result", args=[token]))


def pdf_response(name: str, content: bytes) -> HttpResponse:
    """The file to save under its name."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
