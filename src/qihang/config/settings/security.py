"""Who gets in, and how: limits at the door, how long links, codes and sessions last, who needs a second factor.

Durations are seconds.
"""

import os

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["qihang.foundation.accounts.backends.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "qihang.foundation.accounts.passwords.LongEnough"},
    {"NAME": "qihang.foundation.accounts.passwords.NotCommon"},
    {"NAME": "qihang.foundation.accounts.passwords.NotAboutMe"},
]
LOGIN_URL = "/sign-in/"
SIGN_OUT_URL = "/sign-out/"

# Tries allowed, the time in which they count, and how long none is allowed then. An office shares one address.
SIGN_IN_LIMITS = {
    "account": (5, 900, 900),
    "address": (100, 900, 900),
    "reset": (5, 3600, 3600),
    "sms": (5, 3600, 3600),
    "certificate_check": (20, 900, 900),
}
# How many proxies of ours stand before the server, each adding an address to X-Forwarded-For.
TRUSTED_PROXIES = int(os.environ.get("QIHANG_TRUSTED_PROXIES", "0"))

SMS_CODE_SECONDS = 600
RESET_LINK_SECONDS = 2 * 3600
ENTRY_CODE_SECONDS = 72 * 3600
INVITATION_SECONDS = 7 * 24 * 3600
FIRST_ADMIN_SECONDS = 72 * 3600

# What matters is asked for again when the last proof is older than this.
STEP_UP_SECONDS = 900
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = int(os.environ.get("QIHANG_SESSION_IDLE_SECONDS", str(2 * 3600)))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "qihang.web.errors.csrf_failure"

# Roles that get no further without a second factor: names as in core.roles, separated by commas; "staff" means all
# officers and the three administrators. Empty on a machine of one's own; prod.py sets it for an https address.
MFA_REQUIRED_ROLES = os.environ.get("QIHANG_MFA_ROLES", "")

# Which gateway each channel uses: "local" (a folder on this machine), "smtp", or one that an app registers.
NOTIFICATION_GATEWAYS = {
    "sms": os.environ.get("QIHANG_SMS_GATEWAY", "local"),
    "email": os.environ.get("QIHANG_EMAIL_GATEWAY", "local"),
}
EMAIL_HOST = os.environ.get("QIHANG_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("QIHANG_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("QIHANG_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("QIHANG_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("QIHANG_EMAIL_TLS", "") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("QIHANG_EMAIL_FROM", "qihang@localhost")
