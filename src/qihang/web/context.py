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
    """Large when the account or this device asks for it."""
    if getattr(getattr(request, "user", None), "large_text", False):
        return "large"
    chosen = request.COOKIES.get(SIZE_COOKIE, "")
    return chosen if chosen in SIZES else USUAL_SIZE


def site(request: HttpRequest) -> dict[str, Site]:
    return {"site": current_site()}


def display(request: HttpRequest) -> dict[str, Display]:
    return {"display": Display(size=text_size(request))}


def navigation(request: HttpRequest) -> dict[str, Navigation]:
    """Lazy: counts are asked for only when a layout shows the menu."""
    return {"navigation": SimpleLazyObject(lambda: navigation_for(request))}  # type: ignore[dict-item]  # stands in for a Navigation
