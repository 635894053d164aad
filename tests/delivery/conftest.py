"""Files go to a folder of the test's own, and no key outlives the transaction that made it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qihang.foundation.core.keyring import keyring


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    keyring.forget()
    yield
    keyring.forget()
