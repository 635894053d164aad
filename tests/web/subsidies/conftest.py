import pytest

from tests.delivery.conftest import _own_storage  # noqa: F401  # files and keys of the test's own
from tests.delivery.subsidies.builders import Papers
from tests.delivery.subsidies.conftest import papers  # noqa: F401  # certificates in memory
from tests.web.subsidies.scene import Scene, make_scene


@pytest.fixture
def scene(papers: Papers) -> Scene:  # noqa: F811  # the fixture imported above
    return make_scene(papers)
