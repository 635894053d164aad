"""Which roles a view is for. A refused person learns whose page it is and whom to ask."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse

from qihang.foundation.core.errors import NotAllowed
from qihang.foundation.core.roles import Role
from qihang.web.navigation import actor_of

V = TypeVar("V", bound=Callable[..., HttpResponse])


class WrongRole(NotAllowed):
    """The page is another role's; `owners` are the labels of those it is for."""

    def __init__(self, owners: list[str]) -> None:
        super().__init__("")
        self.owners = owners


def roles(*allowed: Role) -> Callable[[V], V]:
    """Let only actors in one of these roles in. What they may see there is the queryset's business."""

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if actor_of(request).role not in allowed:
                raise WrongRole([role.label for role in allowed])
            return view(request, *args, **kwargs)

        guarded.roles = frozenset(allowed)  # type: ignore[attr-defined]  # the permission matrix reads it
        return cast("V", guarded)

    return decorate
