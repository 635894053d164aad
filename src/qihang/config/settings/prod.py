"""What `./qihang up` serves. Behind an https address cookies and redirects follow it."""

from qihang.config.settings.base import *  # noqa: F403
from qihang.config.settings.base import MFA_REQUIRED_ROLES, PUBLIC_URL

_https = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
if _https and not MFA_REQUIRED_ROLES:
    MFA_REQUIRED_ROLES = "staff"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
