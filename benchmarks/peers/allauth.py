"""django-allauth as its quick start has it: ``python -m benchmarks.peers.allauth DATABASE COST``."""

import sys
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import django  # type: ignore[import-not-found, unused-ignore]
from django.conf import settings  # type: ignore[import-not-found, unused-ignore]

from benchmarks.peers import ADDRESS, PASSWORD
from benchmarks.peers.serving import serve

PAGE = "<!doctype html><html lang=en><title>Home</title><h1>Home</h1><p>{{ user.email }}</p></html>"
APPS = ("auth", "contenttypes", "sessions", "messages")


def configure(database: str) -> None:
    """Set what a settings module would."""
    settings.configure(
        SECRET_KEY="only for measuring, never for use",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": _database(database)},
        INSTALLED_APPS=[*(f"django.contrib.{each}" for each in APPS), "allauth", "allauth.account"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        PASSWORD_HASHERS=["benchmarks.peers.hashing.Bcrypt"],
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_SIGNUP_FIELDS=["email*", "password1*", "password2*"],
        ACCOUNT_EMAIL_VERIFICATION="none",
        ACCOUNT_RATE_LIMITS=False,
        LOGIN_REDIRECT_URL="/sessie",
    )
    django.setup()


def _database(database: str) -> dict[str, Any]:
    if not database.startswith("postgresql:"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": database}
    parts = urlsplit(database)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.removeprefix("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parse_qs(parts.query).get("host", [unquote(parts.hostname or "")])[0],
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
    }


def application() -> Any:
    """Make the application, with one account."""
    from allauth.account.models import EmailAddress  # type: ignore[import-not-found, unused-ignore]
    from django.contrib.auth import get_user_model  # type: ignore[import-not-found, unused-ignore]
    from django.core.management import call_command  # type: ignore[import-not-found, unused-ignore]
    from django.core.wsgi import get_wsgi_application  # type: ignore[import-not-found, unused-ignore]

    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_user(username="jan", email=ADDRESS, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    return get_wsgi_application()


def urls() -> list[Any]:
    """Give the routes. Django reads them as ``urlpatterns``."""
    from django.contrib.auth.decorators import login_required  # type: ignore[import-not-found, unused-ignore]
    from django.core import mail  # type: ignore[import-not-found, unused-ignore]
    from django.http import HttpResponse  # type: ignore[import-not-found, unused-ignore]
    from django.template import engines  # type: ignore[import-not-found, unused-ignore]
    from django.urls import include, path  # type: ignore[import-not-found, unused-ignore]

    page = engines["django"].from_string(PAGE)
    return [
        path("accounts/", include("allauth.urls")),
        path("sessie", login_required(lambda request: HttpResponse(page.render({}, request)))),
        path("laatste", lambda _request: HttpResponse(mail.outbox[-1].body)),
    ]


if __name__ == "__main__":
    from benchmarks.peers import hashing

    configure(sys.argv[1])
    hashing.Bcrypt.rounds = int(sys.argv[2])
    urlpatterns = urls()
    serve(application())
