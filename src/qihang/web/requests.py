"""What views take from a request: who, from where, back to where, in which layout."""

import re
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from qihang.foundation.accounts.clients import Client
from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.services.passkeys import Site
from qihang.foundation.core.roles import Role
from qihang.web.navigation import actor_of
from qihang.web.site import current_site

# Who works in the portal's layout; everyone else has a desk.
_PORTAL_ROLES = frozenset({Role.VISITOR, Role.PARTICIPANT})
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>[\d.]+):\d+")


def account_of(request: HttpRequest) -> User:
    """The signed-in account. Only for views that need one (LoginRequiredMiddleware sees to it)."""
    assert isinstance(request.user, User)
    return request.user


def visitor_account(request: HttpRequest) -> User | None:
    """The signed-in account, or None on a page that is open to all."""
    return None if isinstance(request.user, AnonymousUser) else account_of(request)


def client_of(request: HttpRequest) -> Client:
    """Address and browser. Behind our own proxies the address is the one that the outermost of them saw."""
    address = _address_in(request.META.get("REMOTE_ADDR") or "")
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        address = _address_in(hops[-settings.TRUSTED_PROXIES]) or address
    return Client(address, request.headers.get("User-Agent", "").replace("\0", ""))


def _address_in(text: str) -> str | None:
    """The network address that a proxy wrote, some with a port and some in brackets; None for what is none."""
    found = _WITH_PORT.fullmatch(text)
    plain = found["six"] or found["four"] if found else text
    try:
        return str(ip_address(plain.partition("%")[0]))
    except ValueError:
        return None


def passkey_site(request: HttpRequest) -> Site:
    """The address at which the visitor sees us: passkeys are bound to it."""
    return Site(origin=f"{request.scheme}://{request.get_host()}", name=current_site().name)


def next_address(request: HttpRequest, otherwise: str = "") -> str:
    """Where the visitor wanted to go, on our own site only."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_ours(request, wanted) else otherwise


def is_ours(request: HttpRequest, address: str) -> bool:
    """Whether `address` leads to our own site."""
    return bool(address) and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def show(request: HttpRequest, template: str, values: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """A page that both sides use, in the layout of the actor's own side (`{% extends layout %}`)."""
    portal = actor_of(request).role in _PORTAL_ROLES
    layout = "portal_base.html" if portal else "office_base.html"
    return render(request, template, {"layout": layout, **(values or {})}, status=status)
