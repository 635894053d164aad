"""The front page: what this is, and the ways in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from qihang.web.requests import show


@login_not_required
def front(request: HttpRequest) -> HttpResponse:
    """For anyone; who is signed in finds the way to their own account."""
    return show(request, "public/home.html", {"signed_in": request.user.is_authenticated})
