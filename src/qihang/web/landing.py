"""Where somebody begins after signing in: the first entry of their own menu."""

from django.http import HttpRequest

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.web.navigation import Navigation, Place


def home_of(actor: Actor, request: HttpRequest) -> str:
    """The first office entry of the role; for participants the first of their own pages in the bottom bar."""
    menus = Navigation(actor, request.path)
    if actor.role in {Role.VISITOR, Role.PARTICIPANT}:
        own = [link for link in menus[Place.PORTAL_BAR] if link.url != "/"]
        return own[0].url if own and actor.role == Role.PARTICIPANT else "/"
    return menus.home
