from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qihang.foundation.core import clock
from qihang.foundation.core.keyring import keyring
from tests.delivery.builders import Cast, ground, make_cast
from tests.web.office.desk import TODAY


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEYS_ROOT = tmp_path / "keys"
    keyring.forget()
    yield
    keyring.forget()


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """A county's people on the first Monday of March."""
    ground()
    with clock.travel_to(TODAY):
        yield make_cast()
