"""Django's settings. Variables are read strictly; docs/configuration.md lists them."""

import os
import secrets
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from opsportal.database import parse_database_url, sqlite_database
from opsportal.env import EMAIL_ADDRESS, HOST, Environment, parse_bind_address
from opsportal.handing_over import RELEASES
from opsportal.lib.mail_server import server_from
from opsportal.sso import configuration as sso
from opsportal.throttling.limits import DEFAULTS, parse_limits
from opsportal.version import VERSION

# Also for rooms below, which do not import this one.
PORTAL_VERSION = VERSION
BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = Environment(os.environ)

# --- Where things are ---------------------------------------------------------------------------
DATA_DIR = ENVIRONMENT.path("OPSPORTAL_DATA_DIR", BASE_DIR / "var")
RUN_DIR = DATA_DIR / "run"
BROKER_SOCKET = RUN_DIR / "broker.sock"
SECRET_KEY_FILE = DATA_DIR / "secret_key"
FORMER_KEYS_FILE = DATA_DIR / "former_secret_keys"

# --- Secrets ------------------------------------------------------------------------------------


def _secret_key() -> str:
    """The variable, else the file that set-up made, else one that lasts as long as the process."""
    given = ENVIRONMENT.text("SECRET_KEY")
    if given:
        return given
    try:
        return SECRET_KEY_FILE.read_text(encoding="ascii").strip() or secrets.token_urlsafe(50)
    except (OSError, UnicodeDecodeError):
        return secrets.token_urlsafe(50)


SECRET_KEY = _secret_key()


def _former_keys() -> list[str]:
    """Those that `manage.py rotate-keys --new` has replaced."""
    try:
        return FORMER_KEYS_FILE.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []


FORMER_KEYS = _former_keys()
SECRET_KEY_FALLBACKS = [*ENVIRONMENT.words("SECRET_KEY_FALLBACKS", []), *FORMER_KEYS]

# --- The web ------------------------------------------------------------------------------------
DEBUG = ENVIRONMENT.boolean("DEBUG", default=False)
BIND_ADDRESS = ENVIRONMENT.parsed(
    "OPSPORTAL_BIND", "127.0.0.1", parse_bind_address, "use an address such as 127.0.0.1 or 0.0.0.0"
)
PORT = ENVIRONMENT.integer("PORT", 8000, minimum=1, maximum=65535)
# How people reach the portal: for the links in messages.
PUBLIC_URL = ENVIRONMENT.web_address("OPSPORTAL_PUBLIC_URL", f"http://127.0.0.1:{PORT}")
HTTPS = ENVIRONMENT.boolean("OPSPORTAL_HTTPS", default=PUBLIC_URL.startswith("https://"))
HOST_NAME = ENVIRONMENT.text("OPSPORTAL_HOST_NAME", socket.gethostname())
ALLOWED_HOSTS = ENVIRONMENT.words_like(
    "ALLOWED_HOSTS",
    ["localhost", "127.0.0.1", "[::1]", HOST_NAME],
    HOST,
    "give names such as ops.example.com, without scheme and port, separated by commas",
)
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.words("CSRF_TRUSTED_ORIGINS", [])
METRICS_ALLOWED_NETWORKS = ENVIRONMENT.words("METRICS_ALLOWED_NETWORKS", [])

ROOT_URLCONF = "opsportal.urls"
WSGI_APPLICATION = "opsportal.wsgi.application"
ASGI_APPLICATION = "opsportal.asgi.application"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

INSTALLED_APPS = [
    "opsportal.apps.OpsPortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_celery_beat",
    "axes",
    "opsportal.apps.OpsPortalConfig",
    "opsportal.access.apps.AccessConfig",
    "opsportal.audit.apps.AuditConfig",
    "opsportal.mail.apps.MailConfig",
    "opsportal.statuspage.apps.StatusPageConfig",
    "opsportal.boards.apps.BoardsConfig",
    "opsportal.reports.apps.ReportsConfig",
    "monitoring",
    "alerts",
    "backups",
]

MIDDLEWARE = [
    "monitoring.middleware.TrafficMiddleware",
    "opsportal.logs.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "opsportal.throttling.middleware.ThrottlingMiddleware",
    "opsportal.shortcut.ShortcutMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "opsportal.audit.middleware.AuditMiddleware",
    "opsportal.access.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Security -----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
# Nothing that a page of the portal could ever ask for.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        *("accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture"),
        *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection"),
        *("magnetometer", "microphone", "midi", "payment", "publickey-credentials-get"),
        *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
    )
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_SSL_REDIRECT = HTTPS
# Asked from within, past the proxy: by a load balancer, a kubelet, a scraper.
SECURE_REDIRECT_EXEMPT = [r"^api/health(/|$)", r"^metrics/?$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Whether browsers may keep a list of the domain is its owner's decision, not a program's.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if not HTTPS and BIND_ADDRESS in {"127.0.0.1", "::1", "localhost"}:
    # HSTS, redirect, secure cookies: nothing leaves the machine, and no certificate is there.
    SILENCED_SYSTEM_CHECKS += [f"security.W0{each}" for each in ("04", "08", "12", "16")]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/"
LOGIN_PATHS = ("/admin/login", "/account/second-factor", "/sso/")

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"django.contrib.auth.password_validation.{name}Validator",
        "OPTIONS": {"min_length": 12} if name == "MinimumLength" else {},
    }
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# --- Single sign-on -----------------------------------------------------------------------------
OIDC = sso.read(ENVIRONMENT)
if OIDC:
    INSTALLED_APPS += sso.APPS
    MIDDLEWARE += [sso.MIDDLEWARE]
    AUTHENTICATION_BACKENDS += [sso.BACKEND]
    globals().update(sso.allauth_settings(OIDC))

# A name from one address: a stranger elsewhere cannot lock out whose name it is.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_CLIENT_IP_CALLABLE = "opsportal.access.lockout.address_of"
AXES_VERBOSE = False
# Who logged in stands in the audit log.
AXES_DISABLE_ACCESS_LOG = True

# Whose X-Forwarded-For is believed.
TRUSTED_PROXIES = ENVIRONMENT.words(
    "OPSPORTAL_TRUSTED_PROXIES", ["127.0.0.1", "::1"] if HTTPS else []
)
RATE_LIMITS = ENVIRONMENT.parsed(
    "OPSPORTAL_RATE_LIMITS", parse_limits(DEFAULTS), parse_limits, f"use {DEFAULTS}, or off"
)

# --- Data ---------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES: dict[str, dict[str, Any]] = {
    "default": ENVIRONMENT.parsed(
        "DATABASE_URL",
        sqlite_database(DATA_DIR / "opsportal.sqlite3"),
        parse_database_url,
        "use postgresql://USER:PASSWORD@HOST:PORT/NAME or sqlite:////absolute/path.sqlite3",
    ),
}

# --- Language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "opsportal.formats"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files -------------------------------------------------------------------------------
STATIC_URL = "/static/"
# Of a deployed release its own: the one before it still serves while they are collected.
IS_RELEASE = BASE_DIR.parent == (DATA_DIR / RELEASES).resolve()
STATIC_ROOT = ENVIRONMENT.path(
    "OPSPORTAL_STATIC_DIR", BASE_DIR / ".static" if IS_RELEASE else DATA_DIR / "static"
)
# Compressing each file twice would double the time of set-up.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "opsportal.static_storage.StaticStorage"},
}

# --- Background work ----------------------------------------------------------------------------


def _broker_url(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("it is not a Redis URL")
    return value


# In the form that redis-py reads; Celery's name for the same thing is derived from it.
REDIS_URL = ENVIRONMENT.parsed(
    "REDIS_URL", f"unix://{BROKER_SOCKET}", _broker_url, "use redis://HOST:PORT/0 or unix:///PATH"
)
EMBEDDED_BROKER = f"unix://{BROKER_SOCKET}" == REDIS_URL

# Celery's own settings stand in opsportal/celery.py; these two are the tests' seams.
WORKER_THREADS = ENVIRONMENT.integer("OPSPORTAL_WORKER_THREADS", 8, minimum=1, maximum=256)
WEB_WORKERS = ENVIRONMENT.integer("OPSPORTAL_WEB_WORKERS", 1, minimum=1, maximum=64)
WEB_THREADS = ENVIRONMENT.integer("OPSPORTAL_WEB_THREADS", 8, minimum=1, maximum=256)

# --- What the portal may connect to ---------------------------------------------------------------
# An operations portal watches internal services; one that strangers may add checks to should not.
PRIVATE_ADDRESSES_ALLOWED = ENVIRONMENT.boolean("OPSPORTAL_PRIVATE_ADDRESSES", default=True)
ALLOWED_ADDRESSES = ENVIRONMENT.words("OPSPORTAL_ALLOWED_ADDRESSES", [])

# For so long all dashboards that show the same share one look at the store.
DASHBOARD_SHARED_SECONDS = 2
# Where processes of this machine share what charts have drawn (opsportal.dashboard.past).
DASHBOARD_PAST_DIR: Path | None = RUN_DIR / "charts"

# --- Traffic ------------------------------------------------------------------------------------
TRAFFIC = {
    "SERVICE": "opsportal",
    "EXCLUDE": [
        r"^/api/health(/|$)",
        r"^/static/",
        r"^/metrics/?$",
        r"^/dashboard/(pulse|stream)$",
    ],
}


def _mail_server(value: str) -> str:
    server_from(value)
    return value


# --- Checks that set-up makes -------------------------------------------------------------------
SLACK_WEBHOOK_URL = ENVIRONMENT.web_address("SLACK_WEBHOOK_URL")
_MAIL_HINT = "give e-mail addresses, separated by commas"
ALERT_EMAIL_TO = ", ".join(ENVIRONMENT.words_like("ALERT_EMAIL_TO", [], EMAIL_ADDRESS, _MAIL_HINT))
EMAIL_URL = ENVIRONMENT.parsed(
    "EMAIL_URL", "", _mail_server, "use smtp://USER:PASSWORD@HOST:PORT or smtps://…"
)
# Hears from the portal for as long as it evaluates thresholds.
DEAD_MANS_SWITCH_URL = ENVIRONMENT.web_address("OPSPORTAL_DEAD_MANS_SWITCH_URL")
TRADIER_TOKEN = ENVIRONMENT.text("TRADIER_TOKEN")
ALPACA_KEY_ID = ENVIRONMENT.text("ALPACA_KEY_ID")
ALPACA_SECRET_KEY = ENVIRONMENT.text("ALPACA_SECRET_KEY")
ENVIRONMENT.together("ALPACA_KEY_ID", "ALPACA_SECRET_KEY")

# --- The first administrator ----------------------------------------------------------------------
ADMINISTRATOR_EMAIL = ", ".join(
    ENVIRONMENT.words_like("DJANGO_SUPERUSER_EMAIL", [], EMAIL_ADDRESS, "give an e-mail address")
)

# --- The destination that set-up gives to the default plan ----------------------------------------
BACKUP_S3_BUCKET = ENVIRONMENT.text("BACKUP_S3_BUCKET")
AWS_S3_ENDPOINT_URL = ENVIRONMENT.web_address("AWS_S3_ENDPOINT_URL")
AWS_REGION = ENVIRONMENT.text("AWS_REGION") or ENVIRONMENT.text("AWS_DEFAULT_REGION")
AWS_ACCESS_KEY_ID = ENVIRONMENT.text("AWS_ACCESS_KEY_ID")
AWS_SECRET_ACCESS_KEY = ENVIRONMENT.text("AWS_SECRET_ACCESS_KEY")
ENVIRONMENT.together("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "opsportal.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["opsportal.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "opsportal.pagination.Pages",
    "EXCEPTION_HANDLER": "opsportal.exceptions.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OpsPortal",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["opsportal.openapi.without_trailing_slash"],
    "SCHEMA_PATH_PREFIX": "/api(/v1)?",
    "SERVE_PERMISSIONS": ["opsportal.permissions.HasScope"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "opsportal.openapi.with_examples",
    ],
    "ENUM_NAME_OVERRIDES": {
        "CheckStatusEnum": "monitoring.models.CheckStatus",
        "CheckKindEnum": "monitoring.probes.registry.LABELS.items",
        "PingKindEnum": "monitoring.models.Ping.Kind",
        "AnnotationKindEnum": "monitoring.models.Annotation.Kind",
        "BackupStatusEnum": "backups.models.BackupStatus",
    },
}

# --- Logs ---------------------------------------------------------------------------------------


def _log_format(value: str) -> str:
    if value not in {"text", "json"}:
        raise ValueError(f"{value!r} is no format of logs")
    return value


LOG_FORMAT = ENVIRONMENT.parsed("OPSPORTAL_LOG_FORMAT", "text", _log_format, "use text or json")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "opsportal.logs.formats.TextFormatter"},
        "json": {"()": "opsportal.logs.formats.JsonFormatter"},
    },
    "filters": {"no_verdicts": {"()": "opsportal.logs.verdicts.NotAVerdict"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.request": {"filters": ["no_verdicts"]},
        # opsportal.access.lockout says the same in one line.
        "axes": {"level": "ERROR"},
    },
}
