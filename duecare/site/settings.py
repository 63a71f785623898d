"""Django's settings. An installation may set what docs/operations.md says, in `duecare.toml`; no more."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from duecare.errors import BadInput
from duecare.home import Home
from duecare.site import configuration

DUECARE_HOME = Home.from_environment()
DUECARE_HOME.prepare()
_configured = configuration.read(DUECARE_HOME)

SECRET_KEY = DUECARE_HOME.secret()
DEBUG = False

# The port only matters for the printed address; the Host header is matched without it (SECURITY.md 13).
ALLOWED_HOSTS: list[str] = ["localhost", *_configured.hosts]
DUECARE_TLS: bool = _configured.tls
DUECARE_PROXIES: list[str] = list(_configured.proxies)
# What may be reached from here beyond the public internet (SECURITY.md 15).
DUECARE_OUTGOING: list[str] = list(_configured.outgoing)
# Through whom people may sign in, and the secret by which that provider knows us; never in duecare.toml.
DUECARE_DEPLOYMENT = _configured.deployment
DUECARE_PULLING = _configured.pulling
DUECARE_OPENID = _configured.openid
DUECARE_OPENID_SECRET: str = os.environ.get("DUECARE_OPENID_SECRET") or DUECARE_HOME.openid_secret()
if DUECARE_OPENID and not DUECARE_OPENID_SECRET:
    raise BadInput(
        f"{DUECARE_HOME.configuration}: [openid] is set, and nobody has said by which secret it knows us.",
        f"Put it into {DUECARE_HOME.keys / 'openid-secret'}, or into DUECARE_OPENID_SECRET.",
    )
DUECARE_DOMAIN: str = _configured.hosts[0] if _configured.hosts else "localhost"

INSTALLED_APPS = [
    # First, so that its sign-in pages stand in for those of allauth.
    "duecare.site",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "duecare.ledger",
    "duecare.web",
    "duecare.program",
    "duecare.systems",
    "duecare.access",
    "duecare.patching",
    "duecare.detection",
    "duecare.continuity",
    "duecare.incidents",
    "duecare.law",
    "duecare.risk",
    "duecare.assurance",
    *os.environ.get("DUECARE_TEST_APPS", "").split(),
]

MIDDLEWARE = [
    "duecare.site.doors.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "duecare.web.views.ExplainErrors",
    "duecare.site.doors.FirstRun",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "duecare.site.languages.Language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "duecare.site.doors.SignedIn",
    "duecare.site.doors.AsOf",
]

ROOT_URLCONF = "duecare.site.urls"
WSGI_APPLICATION = "duecare.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "duecare.site.shell.shell",
            ]
        },
    }
]


def _database() -> dict[str, Any]:
    """SQLite in the home directory, or the PostgreSQL that the configuration names.

    The URL may come from the environment, so that a password need not be in a file.
    """
    url = os.environ.get("DUECARE_DATABASE") or _configured.database
    if not url:
        return {
            "ENGINE": "duecare.ledger.backends.sqlite3",
            "NAME": str(DUECARE_HOME.database),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # A deleted value leaves no trace, an act survives a loss of power, REPLACE fires triggers.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
                "PRAGMA recursive_triggers=ON; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536; "
                "PRAGMA mmap_size=1073741824; PRAGMA wal_autocheckpoint=4000;",
            },
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise BadInput(
            f"The database address begins with {parts.scheme!r}.", "Use postgresql://user@host/name, or none."
        )
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "duecare.ledger.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {
    "default": _database(),
    "as_of": {"ENGINE": "duecare.ledger.backends.as_of", "NAME": "chosen by the view in force"},
}
DATABASE_ROUTERS = ["duecare.ledger.asof.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "site.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# SP 800-63B-4 section 3.1.1.2: length and a blocklist, no composition rules, no rotation.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "duecare.site.passwords.NotTooLong"},
    {"NAME": "duecare.site.passwords.NotBlocked"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "duecare.site.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
# The doors have put the caller's address in place already, from listed proxies only.
ALLAUTH_TRUSTED_PROXY_COUNT = 0
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey also signs approvals, so it has to know who uses it, not only that somebody does.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_FORMS = {
    "add_webauthn": "duecare.site.passkeys.AddPasskeyForm",
    "edit_webauthn": "duecare.site.passkeys.RenamePasskeyForm",
}
MFA_TOTP_ISSUER = "Duecare"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = DUECARE_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "duecare.web.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_TEMP_DIR = str(DUECARE_HOME.scratch)

# The organisation's; each person may choose another of those that are installed (site/languages.py).
LANGUAGE_CODE = _configured.language
LANGUAGES = list(configuration.LANGUAGES)
LOCALE_PATHS = [str(Path(__file__).parents[1] / "locale")]
FORMAT_MODULE_PATH = "duecare.web.formats"
USE_THOUSAND_SEPARATOR = True
NUMBER_GROUPING = 3
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
# Served straight from the installed packages: nothing to collect, nothing that can go stale.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS = [
    "fields.W903",
]
