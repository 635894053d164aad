"""How the browser tests start the machine's Chromium, and as whom it browses."""

from typing import Any

import pytest

from qihang.launcher.browser import ARGUMENTS, find_chromium


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that opens a browser says so: the others are run in processes where none was opened."""
    for item in items:
        asks = "browser" in getattr(item, "fixturenames", ())
        if asks != (item.get_closest_marker("browser") is not None):
            raise pytest.UsageError(f"{item.nodeid}: the mark `browser` goes with the fixture of that name")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Overrides the fixture of pytest-playwright, which would look for a browser of its own download."""
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A reader in Hainan; nothing of pytest-playwright's own, such as its recordings, is asked for."""
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
