"""Two hands settle one class at the same moment. First the race is shown, then that the class's lock prevents it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import IntegrityError, connection
from tests.delivery.builders import ground, make_cast
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.delivery.subsidies.builders import Papers, completed_class
from tests.delivery.subsidies.conftest import papers  # noqa: F401
from tests.factories import SYSTEM

from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.services import Settlement, settle_class
from qihang.delivery.subsidies.workflows import EARNED_TRANCHE_WORKFLOW
from qihang.delivery.training.models import TrainingClass
from qihang.registry.policy.models import Decision

pytestmark = pytest.mark.django_db(transaction=True)

# Seconds: without the lock both come, however slow the machine; with it the first one waits in vain.
_BOTH_COME, _NOBODY_WILL_COME = 60, 2


@pytest.fixture
def item(papers: Papers) -> TrainingClass:  # noqa: F811
    """A class of two with certificates, not settled yet; another one has brought the rule's bases in."""
    ground()
    cast = make_cast()
    before, earlier = completed_class(cast, name="上一期")
    item, places = completed_class(cast, people=2)
    papers.issue(*earlier, *places)
    settle_class(actor=SYSTEM, item=before)
    return item


@pytest.fixture
def meeting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, item: TrainingClass) -> Iterator[None]:
    """Whoever is about to write what was earned waits so many seconds for the other to be too.

    After `item`, which settles a class alone: a barrier that broke waiting for nobody holds up nobody again.
    """
    barrier = Barrier(2, timeout=request.param)
    original = EARNED_TRANCHE_WORKFLOW.enter_many

    def wait_then_enter(objects: Any, **arguments: Any) -> int:
        if objects:
            with suppress(BrokenBarrierError):
                barrier.wait()
        return original(objects, **arguments)

    monkeypatch.setattr(EARNED_TRANCHE_WORKFLOW, "enter_many", wait_then_enter)
    yield
    barrier.abort()


def settle_twice(item: TrainingClass) -> list[Settlement | IntegrityError]:
    def work(_: int) -> Settlement | IntegrityError:
        try:
            return settle_class(actor=SYSTEM, item=item)
        except IntegrityError as clash:
            return clash
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, range(2)))


@pytest.mark.parametrize("meeting", [_BOTH_COME], indirect=True)
@pytest.mark.usefixtures("meeting")
def test_without_the_lock_the_second_breaks_on_the_constraint(
    item: TrainingClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = type(TrainingClass.objects.all())
    monkeypatch.setattr(manager, "select_for_update", lambda self, **options: self)
    outcomes = settle_twice(item)
    assert sum(isinstance(one, IntegrityError) for one in outcomes) == 1
    assert EarnedTranche.objects.earned().of_class(item).count() == 2


@pytest.mark.parametrize("meeting", [_NOBODY_WILL_COME], indirect=True)
@pytest.mark.usefixtures("meeting")
def test_with_it_the_second_finds_everything_settled(item: TrainingClass) -> None:
    outcomes = settle_twice(item)
    assert sorted((one.earned, one.decided) for one in outcomes if isinstance(one, Settlement)) == [(0, 0), (2, 4)]
    assert EarnedTranche.objects.earned().of_class(item).count() == 2
    assert Decision.objects.standing().filter(benefit__startswith="training_tranche").count() == 6
