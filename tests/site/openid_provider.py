"""An OpenID Connect provider in a process of its own: django-oauth-toolkit, with people from a file.

`python -m tests.site.openid_provider PORT DIRECTORY BACK`: `people.json` in the directory says, by name, each
one's claims; it is read anew at every sign-in. At its page to sign in one says who one is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

CLIENT, SECRET = "duecare", "a secret: with + and / in it"


def main(port: int, place: Path, back: str) -> None:
    import django
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    settings.configure(
        SECRET_KEY="provider",
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(place / "provider.db")}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        LOGIN_URL="/login/",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": f"http://localhost:{port}/o",
            "OIDC_RSA_PRIVATE_KEY": key.decode(),
            "SCOPES": {"openid": "who", "profile": "name", "email": "address"},
            "OAUTH2_VALIDATOR_CLASS": validator(place),
            "PKCE_REQUIRED": True,
        },
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.contrib.auth.models import User
    from oauth2_provider.models import Application

    Application.objects.create(
        client_id=CLIENT,
        client_secret=SECRET,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=back,
        algorithm=Application.RS256_ALGORITHM,
        skip_authorization=True,
    )
    for name in json.loads((place / "people.json").read_text()):
        User.objects.create_user(name, password=name)
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Handler(WSGIRequestHandler):
        disable_nagle_algorithm = True

    server = ThreadedWSGIServer(("127.0.0.1", port), Handler)
    server.set_app(get_wsgi_application())
    print("ready", flush=True)
    server.serve_forever()


def validator(place: Path) -> Any:
    """The path of a class, as the toolkit's settings want it; it says what the file says of somebody."""
    Claims.place = place
    return f"{__name__}.ClaimsValidator"


class Claims:
    place = Path()

    @classmethod
    def of(cls, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((cls.place / "people.json").read_text())[name]
        return found


def __getattr__(name: str) -> Any:
    """What needs Django to be set up first."""
    if name == "ClaimsValidator":
        from oauth2_provider.oauth2_validators import OAuth2Validator

        class ClaimsValidator(OAuth2Validator):  # type: ignore[misc]
            oidc_claim_scope = None

            def get_additional_claims(self, request: Any) -> dict[str, Any]:
                return {"sub": f"id-of-{request.user.username}", **Claims.of(request.user.username)}

        return ClaimsValidator
    if name == "urlpatterns":
        from django.contrib.auth import login
        from django.contrib.auth.models import User
        from django.http import HttpResponse, HttpResponseRedirect
        from django.urls import include, path

        def sign_in(request: Any) -> Any:
            if "as" not in request.GET:
                names = User.objects.values_list("username", flat=True)
                links = [f'<a href="?{request.GET.urlencode()}&as={name}">{name}</a>' for name in names]
                return HttpResponse(f"<html lang=en><title>Provider</title>{' '.join(links)}</html>")
            who = User.objects.get(username=request.GET["as"])
            login(request, who)
            return HttpResponseRedirect(request.GET["next"])

        return [path("login/", sign_in), path("o/", include("oauth2_provider.urls"))]
    raise AttributeError(name)


if __name__ == "__main__":
    from tests.site import openid_provider

    openid_provider.main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
