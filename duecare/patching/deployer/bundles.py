"""What the server hands over: an order, the opened entry that names it, and two signatures over that entry.

Nothing in it is believed. The order's digest has to stand in the entry, the entry has to open its commitment
(docs/ledger-format.md), and two people on the deployer's own list have to have signed that commitment, one
with the word `asked` and the other with `approved` (docs/approvals.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from duecare.errors import BadInput, DuecareError, Refused
from duecare.ledger import canonical
from duecare.ledger.leaves import SALT_SIZE, commit
from duecare.patching.deployer.people import Trusted, signer_of
from duecare.patching.runs.orders import MOST_BYTES, Order, parse_order
from duecare.program import signing

FORMAT = "duecare-patch-bundle/1"
MOST = 2 * MOST_BYTES + (1 << 20)
"""Bytes of a bundle: the order with every quotation mark escaped, the entry and the signatures."""
ASKED, APPROVED = "asked", "approved"
_PARTS = ("credential", "authenticator_data", "client_data", "signature")


@dataclass(frozen=True, slots=True)
class Signed:
    """An order that two people signed."""

    order: Order
    commitment: bytes
    asked_by: str
    approved_by: str


def write_bundle(
    order: bytes, salt: bytes, payload: bytes, asked: Mapping[str, str], approved: Mapping[str, str]
) -> bytes:
    """The bundle; `asked` and `approved` hold the four parts of each assertion, base64url."""
    return canonical.encode(
        {
            "format": FORMAT,
            "order": order.decode(),
            "salt": salt.hex(),
            "payload": payload.decode(),
            ASKED: {name: asked[name] for name in _PARTS},
            APPROVED: {name: approved[name] for name in _PARTS},
        }
    )


def verify_bundle(data: bytes, people: Sequence[Trusted]) -> Signed:
    """The order in a bundle, once everything about it holds but the time.

    Raises BadInput for what cannot be read, Refused saying what does not hold.
    """
    told = canonical.decode(data)
    names = {"format", "order", "salt", "payload", ASKED, APPROVED}
    if not isinstance(told, dict) or told.keys() != names or told["format"] != FORMAT:
        raise BadInput("This is no order that Duecare hands over.", "See docs/deployment.md.")
    if not all(isinstance(told[name], str) for name in ("order", "salt", "payload")):
        raise BadInput("Order, salt and entry have to be texts.", "See docs/deployment.md.")
    document, payload = told["order"].encode(), told["payload"].encode()
    order = parse_order(document)
    _demand_named(payload, order, hashlib.sha256(document).hexdigest())
    commitment = commit("payload", _salt(told["salt"]), payload)
    asked = signer_of(people, _assertion(told[ASKED]), ASKED, commitment)
    approved = signer_of(people, _assertion(told[APPROVED]), APPROVED, commitment)
    if asked.name == approved.name:
        raise Refused(f"{asked.name} asked and approved.", "A second person has to approve.")
    if not approved.decides:
        raise Refused(f"{approved.name} may ask for orders but not approve them.", "Let another approve.")
    return Signed(order, commitment, asked.name, approved.name)


def _demand_named(payload: bytes, order: Order, digest: str) -> None:
    """That the entry is the run's own, still open, and names this very order."""
    try:
        record = canonical.decode(payload)["record"]
        named = (record["id"], record["order"], record["ended_at"])
    except (DuecareError, KeyError, TypeError):
        raise BadInput("The entry of the order cannot be read.", "Have it handed over again.") from None
    if named != (order.run, digest, None):
        raise Refused("The entry that was signed names another order.", "Nothing of it is carried out.")


def _salt(text: str) -> bytes:
    try:
        salt = bytes.fromhex(text)
    except ValueError:
        salt = b""
    if len(salt) != SALT_SIZE:
        raise BadInput("The salt of the entry cannot be read.", "Have it handed over again.")
    return salt


def _assertion(value: Any) -> signing.Assertion:
    if not isinstance(value, dict) or value.keys() != set(_PARTS):
        raise BadInput("A signature lacks one of its four parts.", "Both people sign with a passkey.")
    parts = [signing.decode(value[name], name.replace("_", " ")) for name in _PARTS[1:]]
    return signing.Assertion(str(value["credential"]), *parts)
