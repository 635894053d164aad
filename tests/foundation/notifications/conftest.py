"""A gateway of the test's own, in the place of both."""

import pytest
from tests.foundation.notifications.telling import Gateway

from qihang.foundation.notifications.ports import gateways


@pytest.fixture
def gateway(settings: object, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    made = Gateway()
    monkeypatch.setitem(gateways._handlers, "test", made)
    settings.NOTIFICATION_GATEWAYS = {"sms": "test", "email": "test"}  # type: ignore[attr-defined]
    return made
