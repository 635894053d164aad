"""For the tests: quick password hashing, fixed secret, no shared cache, warnings are errors (see pyproject)."""

from qihang.config.settings.base import *  # noqa: F403
from qihang.config.settings.base import MIDDLEWARE as PRODUCT_MIDDLEWARE

SECRET_KEY = "tests-only"  # noqa: S105
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
ALLOWED_HOSTS = ["*"]
# The browser keeps a line open to the test server, and with it a thread: it shall not keep a database connection too.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
# No files are collected for the tests, which WhiteNoise warns of; the test server finds them where they lie.
MIDDLEWARE = [name for name in PRODUCT_MIDDLEWARE if not name.startswith("whitenoise.")]
