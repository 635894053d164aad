"""A real browser for the tests of pages: sizes, sign-in, the accessibility check, pictures.

`visit` (in conftest) opens pages and, when the test ends, fails it on any script error, console error or breach of the
content policy that the pages caused.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

PROJECT_ROOT = Path(__file__).resolve().parents[2]
PICTURES = PROJECT_ROOT / "test-results"
AXE = PROJECT_ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZE_COOKIE = "qihang_size"
KEPT_BY_PAGES = "cookies,local_storage,indexeddb,file_systems,websql,service_workers,cache_storage"


@dataclass(frozen=True)
class Viewport:
    """A device: its width and height, and whether its reader chose large text."""

    name: str
    width: int
    height: int
    large: bool = False


DESKTOP = Viewport("desktop", 1440, 900)
PHONE = Viewport("phone", 390, 844)
PHONE_LARGE = Viewport("phone-large", 390, 844, large=True)
NARROW = Viewport("narrow", 320, 640)
VIEWPORTS = (DESKTOP, PHONE, PHONE_LARGE)


@dataclass
class Contexts:
    """Browser contexts that wait to be used again: with an empty profile, but with style sheets, scripts and fonts in
    the cache. Opening a window and loading those costs more than the page of most tests."""

    browser: Browser
    options: dict[str, Any]
    _free: dict[tuple[int, int, bool], list[BrowserContext]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def lent(self, width: int, height: int, scripts: bool) -> Iterator[BrowserContext]:
        """A context of that size that knows nobody; taken back with its pages closed and all it learned forgotten."""
        free = self._free[width, height, scripts]
        context = free.pop() if free else self._make(width, height, scripts)
        yield context
        if not context.pages:
            context.close()
            return
        _forget(context)
        for page in context.pages:
            page.close()
        free.append(context)

    def _make(self, width: int, height: int, scripts: bool) -> BrowserContext:
        size = {"width": width, "height": height}
        return self.browser.new_context(**self.options, viewport=size, java_script_enabled=scripts)


@dataclass
class Visitor:
    """Opens pages of one running server and remembers what went wrong in them."""

    contexts: Contexts
    address: str
    troubles: list[str] = field(default_factory=list)
    _lent: ExitStack = field(default_factory=ExitStack)

    def __call__(
        self,
        path: str = "/",
        *,
        viewport: Viewport = DESKTOP,
        user: Any = None,
        scripts: bool = True,
        session: dict[str, Any] | None = None,
    ) -> Page:
        """A page at `path`, its fonts loaded. `session` sets values such as the active membership beside the user."""
        page = self.context(viewport=viewport, user=user, scripts=scripts, session=session).new_page()
        self._watch(page)
        page.goto(self.address + path)
        settle(page)
        return page

    def context(
        self, *, viewport: Viewport, user: Any = None, scripts: bool = True, session: dict[str, Any] | None = None
    ) -> BrowserContext:
        context = self._lent.enter_context(self.contexts.lent(viewport.width, viewport.height, scripts))
        if viewport.large:
            context.add_cookies([{"name": SIZE_COOKIE, "value": "large", "url": self.address}])
        if user is not None:
            sign_in(context, self.address, user, session)
        return context

    def close(self) -> None:
        """Give the contexts back."""
        self._lent.close()

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.troubles.append(f"script error at {page.url}: {error}"))
        page.on("console", self._hear)
        page.on("response", self._check_origin)

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser writes a line for every answer of 400 and above; tests of refusals ask for those.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.troubles.append(f"console at {message.location.get('url')}: {message.text}")

    def _check_origin(self, response: Response) -> None:
        if not response.url.startswith((self.address, "data:", "blob:")):
            self.troubles.append(f"loaded from outside: {response.url}")


def _forget(context: BrowserContext) -> None:
    """Everything that the pages of a context left behind, but for the cache of files."""
    context.clear_cookies()
    context.clear_permissions()
    session = context.new_cdp_session(context.pages[0])
    for origin in {urlsplit(page.url)._replace(path="", query="", fragment="").geturl() for page in context.pages}:
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": KEPT_BY_PAGES})


def settle(page: Page) -> None:
    """Wait until the page has loaded and its fonts stand (laying it out once makes the browser ask for them)."""
    page.wait_for_load_state("load")
    page.evaluate("async () => { document.body.getBoundingClientRect(); await document.fonts.ready; }")


def sign_in(context: BrowserContext, address: str, user: Any, session: dict[str, Any] | None = None) -> None:
    """Give the browser a session of `user`, without going through the sign-in page."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    if session:
        stored = client.session
        stored.update(session)
        stored.save()
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


def accessibility_findings(page: Page) -> list[str]:
    """What axe finds at WCAG 2.2 AA and its best practices, a line for each node."""
    page.evaluate(AXE.read_text("utf-8"))
    results = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", AXE_TAGS
    )
    return [
        f"{violation['id']}: {violation['help']} — {json.dumps(node['target'], ensure_ascii=False)} {node['html'][:160]}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


def assert_accessible(page: Page) -> None:
    """No finding of axe, no scrolling to the side of the whole page (1.4.10)."""
    findings = accessibility_findings(page)
    assert not findings, f"{page.url}\n" + "\n".join(findings)
    assert_no_side_scroll(page)


def assert_no_side_scroll(page: Page) -> None:
    wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= room, f"{page.url} is {wide} px wide in a window of {room}"


def screenshot(page: Page, name: str) -> Path:
    """The whole page into test-results/NAME.png, the phone's bottom bar laid out at its end."""
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, full_page=True, animations="disabled")
    return path


@contextmanager
def no_leave_question(page: Page) -> Iterator[None]:
    """Answer "yes, leave" should a half-filled form ask."""

    def accept(dialog: Any) -> None:
        dialog.accept()

    page.on("dialog", accept)
    yield
    page.remove_listener("dialog", accept)
