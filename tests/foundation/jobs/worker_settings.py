"""Settings of the worker processes that the tests start: the test database, and the sample job."""

from qihang.config.settings.base import INSTALLED_APPS as PRODUCT_APPS
from qihang.config.settings.test import *  # noqa: F403

INSTALLED_APPS = [*PRODUCT_APPS, "tests.foundation.jobs.sample.SampleConfig"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"timed": {"format": "%(asctime)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "timed"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
