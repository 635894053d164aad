"""Two stations' clerks let certificates be numbered at the same moment, and nobody gets a number twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from tests.delivery.appraisal.builders import (
    SITTING_DAY,
    complete_class,
    make_class,
    make_sitting,
    make_station,
    register,
)
from tests.delivery.builders import ground
from tests.factories import SYSTEM
from tests.identities import resident

from qihang.delivery.appraisal import services
from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.appraisal.services import issue_many
from qihang.foundation.core import clock
from qihang.foundation.core.keyring import keyring

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sittings(settings: Any, tmp_path: Path) -> list[Sitting]:
    """Two classes of five at one station."""
    settings.KEYS_ROOT = tmp_path / "keys"
    keyring.forget()
    ground()
    station = make_station()
    made = []
    for number in range(2):
        people = register({resident(order=10 * number + order): "韩丽" for order in range(1, 6)})
        item = make_class(people, name=f"{number + 1}班")
        made.append(make_sitting(item, station))
        complete_class(item)
    return made


def test_two_hands_at_once(sittings: list[Sitting], monkeypatch: pytest.MonkeyPatch) -> None:
    barrier = Barrier(2, timeout=5)
    original = services._plan

    def plan_together(*given: Any) -> Any:
        plan = original(*given)
        barrier.wait()
        return plan

    monkeypatch.setattr(services, "_plan", plan_together)

    def work(sitting: Sitting) -> list[str]:
        try:
            places = list(sitting.training_class.enrolments.select_related("person"))
            with clock.travel_to(SITTING_DAY):
                return [row.number[-6:] for row in issue_many(actor=SYSTEM, sitting=sitting, enrolments=places)]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        blocks = sorted(pool.map(work, sittings))
    assert blocks == [[f"{n:06d}" for n in range(1, 6)], [f"{n:06d}" for n in range(6, 11)]]
    assert Certificate.objects.values("number").distinct().count() == 10
    keyring.forget()
