"""For a developer's own machine: tracebacks in the page."""

from qihang.config.settings.base import *  # noqa: F403

DEBUG = True
