import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.web.browser import Visitor

# Playwright runs an event loop in the test's thread; Django would take every query there for a mistake.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The machine's own Chromium; QIHANG_CHROMIUM names another."""
    return {"executable_path": os.environ.get("QIHANG_CHROMIUM", "/usr/bin/chromium"), "args": CHROMIUM_SWITCHES}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture
def visit(live_server: Any, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Visitor]:
    """Open pages of the test server: `visit("/kit/", viewport=PHONE, user=user)`."""
    visitor = Visitor(browser, live_server.url, browser_context_args)
    yield visitor
    visitor.close()
    assert not visitor.troubles, "\n".join(visitor.troubles)
