"""The same storage of the test's own as for the services behind the pages."""

from tests.delivery.conftest import _own_storage as _own_storage
