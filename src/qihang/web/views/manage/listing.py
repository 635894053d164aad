"""What the lists of this family share: pages that survive a wrong number, and addresses that keep their filters."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 30


def page_of(request: HttpRequest, rows: "QuerySet[Any]", size: int = PAGE_SIZE) -> "Page[Any]":
    """The page that the address asks for; the first or the last where it asks for none that there is."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def address(request: HttpRequest, **changes: object) -> str:
    """This list with some of its filters changed; "" takes one out. Always from its first page."""
    kept = {name: value for name, value in request.GET.items() if name != "page"}
    query = {name: str(value) for name, value in {**kept, **changes}.items() if value not in ("", None)}
    return f"{request.path}?{urlencode(query)}" if query else request.path
