"""Settings shared by every way of running; deployment differences come from the environment, secrets never do."""

import os
from pathlib import Path

import django_stubs_ext

from qihang.config.settings.environment import data_home, database_settings, secret_key, site_settings
from qihang.config.settings.security import *  # noqa: F403

# Lets models and managers name their types (`models.Field[int, int]`) at run time too.
django_stubs_ext.monkeypatch()

PROJECT_ROOT = Path(__file__).resolve().parents[4]
SOURCE_ROOT = PROJECT_ROOT / "src" / "qihang"
QIHANG_HOME = data_home(PROJECT_ROOT)

SECRET_KEY = secret_key(QIHANG_HOME)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("QIHANG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
PUBLIC_URL = os.environ.get("QIHANG_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "pgtrigger",
    "procrastinate.contrib.django",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "qihang.foundation.core",
    "qihang.foundation.jobs",
    "qihang.foundation.accounts",
    "qihang.foundation.documents",
    "qihang.foundation.imports",
    "qihang.foundation.notices",
    "qihang.foundation.notifications",
    "qihang.registry.reference",
    "qihang.registry.organizations",
    "qihang.registry.participants",
    "qihang.registry.policy",
    "qihang.registry.benefits",
    "qihang.delivery.training",
    "qihang.delivery.appraisal",
    "qihang.delivery.employment",
    "qihang.delivery.subsidies",
    "qihang.startup.firms",
    "qihang.oversight.indicators",
    "qihang.exchange",
    "qihang.demo",
    "qihang.web",
    "django.forms",  # last: our own widget templates come first
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "qihang.web.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "qihang.web.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "qihang.web.middleware.ActorMiddleware",
    "qihang.web.middleware.PlainTextMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "qihang.web.errors.RefusalMiddleware",
]

ROOT_URLCONF = "qihang.config.urls"
WSGI_APPLICATION = "qihang.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE_ROOT / "web" / "templates"],  # before those of packages
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.static",
                "qihang.web.templatetags.ui",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qihang.web.context.site",
                "qihang.web.context.display",
                "qihang.web.context.navigation",
            ],
        },
    }
]

# A component sees what it is given and what the context processors give, never its page's values by accident.
COTTON_ISOLATE_BY_DEFAULT = True
FORM_RENDERER = "qihang.web.forms.PageRenderer"

DATABASES = {"default": database_settings(QIHANG_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = QIHANG_HOME / "static"
FILES_ROOT = QIHANG_HOME / "files"
KEYS_ROOT = QIHANG_HOME / "keys"
OUTBOX_ROOT = QIHANG_HOME / "outbox"

# Personal data: "aes-256-gcm" or "sm4-gcm". Each stored value remembers its own; the setting may change at any time.
ENCRYPTION_ALGORITHM = os.environ.get("QIHANG_ENCRYPTION", "aes-256-gcm")

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",  # marks within style sheets; a photograph shown before it is sent
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

# The province whose platform this is.
PROVINCE_CODE = os.environ.get("QIHANG_PROVINCE", "460000")
# Who runs this deployment: qihang.web.site.Site, from QIHANG_SITE_OWNER and so on.
SITE = site_settings()
# A deadline this near turns amber.
DUE_SOON_WORKING_DAYS = int(os.environ.get("QIHANG_DUE_SOON_WORKING_DAYS", "2"))
# The component gallery is for developers; in production these roles may look at it too.
KIT_ROLES = ("system_admin",)
