import pytest

from tests.delivery.conftest import _own_storage  # noqa: F401  # files and keys of the test's own
from tests.web.employment.people import Scene, make_scene


@pytest.fixture
def scene() -> Scene:
    return make_scene()
