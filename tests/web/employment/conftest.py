import pytest

from qihang.foundation.accounts.ports import PARTICIPANTS, person_desks
from tests.delivery.conftest import _own_storage  # noqa: F401  # files and keys of the test's own
from tests.web.employment.people import Desk, Scene, make_scene


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setitem(person_desks._handlers, PARTICIPANTS, Desk())
    return make_scene()
