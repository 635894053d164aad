"""What the tests send stays in a folder of the test run."""

import pytest


@pytest.fixture(autouse=True)
def _outbox(settings: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Point the local gateway away from the developer's own outbox."""
    settings.OUTBOX_ROOT = tmp_path_factory.getbasetemp() / "outbox"  # type: ignore[attr-defined]
