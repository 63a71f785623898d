"""Whom the deployer trusts: people with the public keys of their passkeys, put here by hand.

The server cannot add to this list. One person may have several passkeys, all under the same name; one passkey
is of one person. So two signatures under two names are of two people, as far as whoever keeps this list knows
them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization

from duecare.errors import BadInput, DuecareError, Refused
from duecare.home import write_private
from duecare.patching.deployer.own_files import Place
from duecare.program import signing

MOST = 1000


@dataclass(frozen=True, slots=True)
class Trusted:
    """A passkey of a person."""

    name: str
    origin: str
    """Where its owner signs, such as `https://duecare.clinic.example`: what a browser writes into it."""
    key: str
    """SubjectPublicKeyInfo, PEM."""
    decides: bool
    """Whether it may approve; whoever may not can only ask."""

    @property
    def site(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the key's DER, hex: the same as `openssl pkey -pubin -outform DER | sha256sum` gives."""
        der = signing.load_key(self.key).public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(der).hexdigest()


def read_people(place: Place) -> tuple[Trusted, ...]:
    """Everybody on the list. Raises BadInput if it cannot be read."""
    if not place.people.exists():
        return ()
    try:
        found = tuple(Trusted(**row) for row in json.loads(place.people.read_text()))
    except (ValueError, TypeError) as error:
        raise BadInput(f"{place.people} cannot be read: {error}.", "Put back the last good copy.") from None
    for one in found:
        _check(one)
    return found


def trust(place: Place, one: Trusted) -> None:
    """Add a passkey to the list. Raises Refused if it is there already, BadInput if it cannot be used."""
    _check(one)
    known = read_people(place)
    for other in known:
        if other.fingerprint == one.fingerprint:
            raise Refused(f"That key is on the list already, of {other.name}.", "One key is of one person.")
    if len(known) >= MOST:
        raise Refused(f"The list holds {MOST} keys already.", "Remove those that are no longer used.")
    _write(place, [*known, one])


def distrust(place: Place, fingerprint: str) -> Trusted:
    """Remove a passkey from the list; orders that it signed and that are still open stop. Raises BadInput."""
    known = read_people(place)
    gone = [one for one in known if one.fingerprint == fingerprint.lower()]
    if not gone:
        raise BadInput(
            f"No key on the list has the fingerprint {fingerprint}.", "See `duecare-deploy people`."
        )
    _write(place, [one for one in known if one not in gone])
    return gone[0]


def signer_of(
    people: Sequence[Trusted], assertion: signing.Assertion, decision: str, commitment: bytes
) -> Trusted:
    """Whose passkey signed this decision over this commitment. Raises Refused if nobody's on the list did."""
    expected = signing.challenge(decision, commitment)
    for one in people:
        try:
            signing.check(assertion, one.key, expected, (one.origin,), one.site)
        except DuecareError:
            continue
        return one
    raise Refused(
        f"No passkey that is trusted here signed that this was {decision}.",
        "Compare `duecare-deploy people` with who signed; an order that was changed is never carried out.",
    )


def _check(one: Trusted) -> None:
    if not isinstance(one.name, str) or not 0 < len(one.name) <= 100 or not one.name.isprintable():
        raise BadInput("A trusted key needs the name of its person.", "Use at most 100 characters.")
    parts = urlsplit(one.origin)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path or parts.query:
        raise BadInput(
            f"{one.origin!r} is not where somebody signs.", "Write it as https://duecare.clinic.example."
        )
    signing.load_key(one.key)


def _write(place: Place, people: Sequence[Trusted]) -> None:
    write_private(place.people, json.dumps([asdict(one) for one in people], indent=1).encode())
