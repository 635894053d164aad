"""The toy as a registered kind, under values that the test gives."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.foundation.imports.toy import STORED_TOY

from qihang.foundation.core.keyring import keyring
from qihang.foundation.imports.ports import import_kinds, import_values


@pytest.fixture
def values() -> dict[str, object]:
    """Parameters in force; nobody has set any."""
    return {}


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEYS_ROOT = tmp_path / "keys"
    keyring.forget()
    yield
    keyring.forget()


@pytest.fixture
def toy(values: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(import_values._handlers, "values", lambda region: lambda key, on: values.get(key))
    import_kinds.register("toy", STORED_TOY)
    yield
    import_kinds._handlers.pop("toy")
