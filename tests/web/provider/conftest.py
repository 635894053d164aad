"""One county's institution with its office, on a day in spring, with the demo's parameters."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qihang.foundation.core import clock
from qihang.foundation.core.keyring import keyring
from tests.delivery.builders import Cast, ground, make_cast

TODAY = dt.date(2026, 3, 30)


@pytest.fixture(autouse=True)
def _own_keys(settings: Any, tmp_path: Path) -> Iterator[None]:
    """No key outlives the transaction that made it."""
    settings.FILES_ROOT = tmp_path / "files"
    keyring.forget()
    yield
    keyring.forget()


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(TODAY):
        yield make_cast()
