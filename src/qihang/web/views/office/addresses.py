"""Addresses of a list with its filters changed, and the way back to the list somebody came from."""

import uuid

from django.http import HttpRequest

from qihang.web.parts import Crumb
from qihang.web.requests import is_ours


def kept_address(request: HttpRequest, **changes: str) -> str:
    """The present address with some filters set anew, on its first page."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def without(request: HttpRequest, *names: str) -> str:
    """The present address without some filters."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return f"?{query.urlencode()}"


def way_back(request: HttpRequest, label: str, url: str) -> Crumb:
    """The list the reader came from, with its filters where the address carries them as `from`."""
    came = request.GET.get("from", "")
    return Crumb(label, came if is_ours(request, came) and came.startswith(url) else url)


def is_public_id(text: str) -> bool:
    """Whether a posted value has the form of a public id."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
