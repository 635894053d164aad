"""Two classes want the same person at the same moment. First the race is shown, then that the lock prevents it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection
from tests.factories import SYSTEM
from tests.registry.benefits.builders import decision_for, make_person, request_for

from qihang.registry.benefits import services
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.services import Request, Reserved, reserve_many
from qihang.registry.policy.services import load_demo_parameters

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def requests() -> list[Request]:
    """One person, decided on once; two classes that both build on it."""
    load_demo_parameters()
    decision = decision_for(make_person())
    return [request_for(decision, "class-one"), request_for(decision, "class-two")]


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Barrier]:
    """Whoever has read the record waits until the other has read it too, or until it is plain that nobody will."""
    barrier = Barrier(2, timeout=2)
    original = services.uses_before

    def read_then_wait(**arguments: Any) -> Any:
        found = original(**arguments)
        with suppress(BrokenBarrierError):
            barrier.wait()
        return found

    monkeypatch.setattr(services, "uses_before", read_then_wait)
    yield barrier
    barrier.abort()


def reserve_at_once(requests: list[Request]) -> list[Reserved]:
    def work(request: Request) -> Reserved:
        try:
            return reserve_many(actor=SYSTEM, requests=[request])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, requests))


@pytest.mark.usefixtures("meeting")
def test_without_the_lock_one_person_gets_two_places(requests: list[Request], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "lock_persons", lambda ids: None)
    outcomes = reserve_at_once(requests)
    assert sum(len(outcome.uses) for outcome in outcomes) == 2
    assert BenefitUse.objects.counted().count() == 2


@pytest.mark.usefixtures("meeting")
def test_with_it_the_second_is_told_to_decide_again(requests: list[Request]) -> None:
    outcomes = reserve_at_once(requests)
    assert sum(len(outcome.uses) for outcome in outcomes) == 1
    assert [reason for outcome in outcomes for reason in outcome.refused.values()] == [
        "判定以后，这个人的享受记录又有变化，请重新判定"
    ]
    assert BenefitUse.objects.counted().count() == 1


def test_two_batches_in_opposite_order_do_not_wait_crosswise() -> None:
    load_demo_parameters()
    decisions = [decision_for(make_person()) for _ in range(20)]
    batches = [
        [request_for(decision, f"one-{decision.pk}") for decision in decisions],
        [request_for(decision, f"two-{decision.pk}") for decision in reversed(decisions)],
    ]

    def work(batch: list[Request]) -> Reserved:
        try:
            return reserve_many(actor=SYSTEM, requests=batch)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(work, batches))
    assert sorted(len(outcome.uses) for outcome in outcomes) == [0, 20]
