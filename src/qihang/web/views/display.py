"""How pages look to one reader: the size of their text."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.preferences import set_large_text
from qihang.web.context import SIZE_COOKIE, SIZES
from qihang.web.navigation import actor_of

_YEAR = 365 * 24 * 3600


@login_not_required
@require_POST
def set_size(request: HttpRequest) -> HttpResponse:
    """Remember the text size, on this device and for the account, and go back to where the reader was.

    Only addresses of our own site are gone back to.
    """
    size = request.POST.get("size", "")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if safe else "/")
    if size in SIZES:
        if isinstance(request.user, User):
            set_large_text(actor=actor_of(request), user=request.user, large=size == "large")
        response.set_cookie(
            SIZE_COOKIE, size, max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return response
