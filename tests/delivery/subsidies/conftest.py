import datetime as dt
from collections.abc import Iterator

import pytest
from tests.delivery.builders import Cast, ground, make_cast
from tests.delivery.subsidies.builders import Papers

from qihang.delivery.subsidies.ports import certified
from qihang.foundation.core import clock


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> Papers:
    """The certificates that these tests issue."""
    register = Papers()
    monkeypatch.setitem(certified._handlers, "certificates", register)
    return register


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(dt.date(2026, 12, 1)):
        yield make_cast()
