"""How pages look to one reader: the size of their text."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from qihang.web.context import SIZE_COOKIE, SIZES

_YEAR = 365 * 24 * 3600


@login_not_required
@require_POST
def set_size(request: HttpRequest) -> HttpResponse:
    """Remember the text size on this device and go back to where the reader was, on our own site only."""
    size = request.POST.get("size", "")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if safe else "/")
    if size in SIZES:
        response.set_cookie(SIZE_COOKIE, size, max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    return response
