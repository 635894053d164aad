"""Pages for when something does not go: what happened, what is kept, what to do now (guide, section 6)."""

import logging
import secrets
import sys
from collections.abc import Callable
from traceback import format_exc

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.template.response import TemplateResponse
from django.views.decorators.csrf import requires_csrf_token

from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.jobs.personal import strip_personal
from qihang.web.navigation import owners_of

logger = logging.getLogger(__name__)
_TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
# The database is away, starting, or asks for another try: nothing is broken, and it passes.
_PASSING = (OperationalError, InterfaceError)
_RETRY_SECONDS = "10"


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, and 413 where the request was too large."""
    if isinstance(exception, _TOO_BIG):
        return render(request, "413.html", {"fields": isinstance(exception, TooManyFieldsSent)}, status=413)
    return render(request, "400.html", status=400)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with whose page it is."""
    reason = str(exception) if isinstance(exception, NotAllowed) else ""
    owners = getattr(exception, "owners", None) or owners_of(request.path)
    return render(request, "403.html", {"reason": reason, "owners": owners}, status=403)


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    reason = str(exception) if isinstance(exception, NotFound) else ""
    return render(request, "404.html", {"reason": reason}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, and 503 where the database is away: touches neither it nor the session, for they may be what failed.

    The number on the page is in the log beside the traceback, personal numbers blotted out.
    """
    reference = secrets.token_hex(4)
    passing = isinstance(sys.exc_info()[1], _PASSING)
    logger.error("page failed, reference %s, path %s\n%s", reference, request.path, strip_personal(format_exc()))
    template = loader.get_template("503.html" if passing else "500.html")
    values = {"reference": reference, "again": request.method in {"GET", "HEAD"}}
    answer = HttpResponse(template.render(values), status=503 if passing else 500)
    if passing:
        answer.headers["Retry-After"] = _RETRY_SECONDS
    return answer


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that lay open too long, or a session that ran out meanwhile: what was typed is one step back."""
    user = getattr(request, "user", None)
    expired = settings.SESSION_COOKIE_NAME in request.COOKIES and not getattr(user, "is_authenticated", False)
    template = "session_expired.html" if expired else "403_csrf.html"
    return render(request, template, {"sign_in_url": settings.LOGIN_URL}, status=403)


class RefusalMiddleware:
    """Turns a refusal that a view let through into its page; a view that shows a form catches its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return permission_denied(request, exception)
        if isinstance(exception, NotFound):
            return page_not_found(request, exception)
        if isinstance(exception, DomainError):
            return TemplateResponse(request, "409.html", {"reason": exception.message}, status=409).render()
        return None
