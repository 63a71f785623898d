"""Signing in through an OpenID Connect provider: the code flow with PKCE, as its specification asks.

OpenID Connect Core 1.0 (3.1, code flow; 3.1.3.7, what an ID token must show), Discovery 1.0 (4.3), RFC 7636
(PKCE, S256), RFC 9207 (the issuer in the answer). Why not the sign-in library's own: decisions/0010. What
comes back is believed only if the provider's key signed it, for us, now, in answer to this very question.
All connections go through `program/outgoing.py`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import jwt

from duecare.errors import DuecareError, Refused
from duecare.program.outgoing import NoAnswer, Outgoing, read_url
from duecare.site.configuration import OpenId
from duecare.words import gettext as _

WELL_KNOWN = "/.well-known/openid-configuration"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""With a key pair. None, and those with a shared secret, are not among them (RFC 8725, 3.1)."""
LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""
LONGEST = 200
"""Characters of what is taken from a claim; subjects have 255 at most (Core, 2)."""
MOST_GROUPS = 10_000


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider says of itself."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    basic: bool
    """Whether it takes the client's secret in a header."""
    names_itself: bool
    """Whether its answers name it (RFC 9207)."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is remembered between sending somebody to the provider and their return."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Who:
    """Who somebody is by the provider's word."""

    subject: str
    email: str
    """Lower case; empty unless the provider has verified it."""
    name: str
    groups: frozenset[str]


def discover(out: Outgoing, issuer: str) -> Provider:
    """Ask a provider where its parts are. Raises Refused or NoAnswer."""
    told = _json(out.request("GET", issuer.rstrip("/") + WELL_KNOWN), issuer)
    if told.get("issuer") != issuer:
        raise Refused(
            _("The provider at %(issuer)s calls itself %(name)s.")
            % {"issuer": issuer, "name": repr(str(told.get("issuer"))[:LONGEST])},
            _("Write its issuer into duecare.toml exactly as it calls itself."),
        )
    methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        issuer=issuer,
        authorization=_address(told, "authorization_endpoint"),
        token=_address(told, "token_endpoint"),
        keys=_address(told, "jwks_uri"),
        userinfo=_address(told, "userinfo_endpoint") if told.get("userinfo_endpoint") else "",
        basic="client_secret_basic" in methods,
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )


def begin() -> Asking:
    """A new question."""
    return Asking(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def address_to_ask(provider: Provider, settings: OpenId, asking: Asking, back: str) -> str:
    """Where somebody is sent; they come back to the address `back`."""
    challenge = hashlib.sha256(asking.verifier.encode()).digest()
    parameters = {
        "response_type": "code",
        "client_id": settings.client,
        "redirect_uri": back,
        "scope": " ".join(("openid", "profile", "email", *settings.scopes)),
        "state": asking.state,
        "nonce": asking.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return provider.authorization + ("&" if "?" in provider.authorization else "?") + urlencode(parameters)


def finish(
    out: Outgoing, provider: Provider, settings: OpenId, secret: str, asking: Asking, code: str, back: str
) -> Who:
    """Who came back with a code. Raises Refused or NoAnswer saying why nobody can be told."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    form["code_verifier"] = asking.verifier
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if provider.basic:  # RFC 6749, 2.3.1: each part form-encoded, then Basic
        pair = f"{quote_plus(settings.client)}:{quote_plus(secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form |= {"client_id": settings.client, "client_secret": secret}
    told = _json(
        out.request("POST", provider.token, body=urlencode(form).encode(), headers=headers), provider.issuer
    )
    keys = _json(out.request("GET", provider.keys), provider.issuer)
    claims = checked(str(told.get("id_token", "")), keys, provider, settings.client, asking.nonce)
    if settings.groups not in claims and provider.userinfo and isinstance(told.get("access_token"), str):
        bearer = {"Authorization": f"Bearer {told['access_token']}", "Accept": "application/json"}
        more = _json(out.request("GET", provider.userinfo, headers=bearer), provider.issuer)
        if more.get("sub") != claims["sub"]:  # Core, 5.3.2
            raise _unbelieved(_("it speaks of somebody else than the ID token"))
        claims = {**more, **claims}
    return _who(claims, settings)


def checked(
    token: str, keys: Mapping[str, Any], provider: Provider, client: str, nonce: str
) -> dict[str, Any]:
    """The claims of an ID token that holds (Core, 3.1.3.7). Raises Refused saying what does not."""
    try:
        head = jwt.get_unverified_header(token)
        key = _key(keys, str(head.get("kid", "")), str(head.get("alg", "")))
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[head["alg"]],
            audience=client,
            issuer=provider.issuer,
            leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError as error:
        raise _unbelieved(str(error)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise _unbelieved(_("its ID token cannot be read")) from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != client:
        raise _unbelieved(_("its ID token was made for another program"))
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise _unbelieved(_("its ID token answers another question"))
    subject = claims["sub"]  # Core, 2: at most 255 characters, ASCII
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise _unbelieved(_("its ID token names nobody"))
    if not subject.isascii() or not subject.isprintable():
        raise _unbelieved(_("its ID token names somebody by what is not ASCII"))
    return claims


def _key(keys: Mapping[str, Any], kid: str, algorithm: str) -> Any:
    """The provider's key that a token names. Raises Refused for none, or an algorithm that is not taken."""
    if algorithm not in ALGORITHMS:
        raise _unbelieved(
            _("its ID token is signed by %(algorithm)s") % {"algorithm": algorithm[:20] or _("nothing")}
        )
    listed = keys.get("keys")
    for one in listed if isinstance(listed, list) else ():
        if not isinstance(one, dict) or one.get("use", "sig") != "sig":
            continue
        if (not kid or one.get("kid") == kid) and one.get("alg", algorithm) == algorithm:
            return jwt.PyJWK(one, algorithm).key
    raise _unbelieved(_("it has no key by which its ID token could be checked"))


def _who(claims: Mapping[str, Any], settings: OpenId) -> Who:
    groups = claims.get(settings.groups, [])
    groups = groups if isinstance(groups, list) else [groups]
    email = claims.get("email") if claims.get("email_verified") is True else ""
    name = claims.get("name") or claims.get("preferred_username") or ""
    return Who(
        claims["sub"],
        email.strip().lower() if isinstance(email, str) else "",
        "".join(filter(str.isprintable, name))[:LONGEST] if isinstance(name, str) else "",
        frozenset(one for one in groups[:MOST_GROUPS] if isinstance(one, str)),
    )


def _address(told: Mapping[str, Any], name: str) -> str:
    """An address of the provider's; HTTPS, except on this machine itself."""
    address = told.get(name)
    if not isinstance(address, str):
        raise Refused(
            _("The provider does not say where its %(name)s is.") % {"name": name},
            _("Look whether the issuer is right."),
        )
    parts = read_url(address)
    if not parts.tls and parts.host != "localhost":
        raise Refused(
            _("The provider's %(name)s is not reached by HTTPS.") % {"name": name},
            _("Ask whoever runs it why."),
        )
    return address


def _json(reply: Any, issuer: str) -> dict[str, Any]:
    if reply.status != 200:
        raise NoAnswer(
            _("The provider %(issuer)s answered with status %(status)s.")
            % {"issuer": issuer, "status": reply.status},
            _("Try again; if it stays, whoever runs this Duecare looks at its settings."),
        )
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise NoAnswer(
            _("The provider %(issuer)s answered what is not JSON.") % {"issuer": issuer},
            _("Try again later."),
        ) from error
    if not isinstance(told, dict):
        raise NoAnswer(
            _("The provider %(issuer)s answered what is no object.") % {"issuer": issuer},
            _("Try again later."),
        )
    return told


def _unbelieved(why: str) -> DuecareError:
    return Refused(
        _("What the provider answered is not believed: %(why)s.") % {"why": why},
        _("Sign in again from the start."),
    )
