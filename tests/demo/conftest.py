import datetime as dt
from collections.abc import Iterator

import pytest

from qihang.foundation.core import clock
from qihang.foundation.core.keyring import keyring

TODAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    keyring.forget()
    with clock.travel_to(TODAY):
        yield
    keyring.forget()
