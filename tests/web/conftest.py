import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.web.browser import Contexts, Visitor

# Playwright runs an event loop in the test's thread; Django would take every query there for a mistake.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session", autouse=True)
def delete_output_dir() -> None:
    """Playwright would empty test-results at each worker's start, with the other workers' pictures in it."""


@pytest.fixture(scope="session")
def browser_contexts(browser: Browser, browser_context_args: dict[str, Any]) -> Contexts:
    return Contexts(browser, browser_context_args)


@pytest.fixture
def visit(live_server: Any, browser_contexts: Contexts) -> Iterator[Visitor]:
    """Open pages of the test server: `visit("/kit/", viewport=PHONE, user=user)`."""
    visitor = Visitor(browser_contexts, live_server.url)
    yield visitor
    visitor.close()
    assert not visitor.troubles, "\n".join(visitor.troubles)
