"""What every template may use beside its view's own values."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from qihang.web.navigation import Navigation, navigation_for
from qihang.web.site import Site, current_site

SIZE_COOKIE = "qihang_size"
SIZES = {"std": "标准", "large": "大字"}
USUAL_SIZE = "std"


@dataclass(frozen=True, slots=True)
class Display:
    """How the reader wants the pages: written into <html> by the server, so that nothing jumps."""

    size: str = USUAL_SIZE

    @property
    def choices(self) -> list[tuple[str, str]]:
        return list(SIZES.items())


def text_size(request: HttpRequest) -> str:
    """The account's choice where there is one, else the device's, else the usual size."""
    user = getattr(request, "user", None)
    for size in (getattr(user, "text_size", ""), request.COOKIES.get(SIZE_COOKIE, "")):
        if size in SIZES:
            return str(size)
    return USUAL_SIZE


def site(request: HttpRequest) -> dict[str, Site]:
    return {"site": current_site()}


def display(request: HttpRequest) -> dict[str, Display]:
    return {"display": Display(size=text_size(request))}


def navigation(request: HttpRequest) -> dict[str, Navigation]:
    """Lazy: counts are asked for only when a layout shows the menu."""
    return {"navigation": SimpleLazyObject(lambda: navigation_for(request))}  # type: ignore[dict-item]  # stands in for a Navigation
