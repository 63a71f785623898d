"""Enrolling this computer and pushing its reports: the one module of the collector that opens a connection.

It is loaded only where --enrol or --push asks for it. TLS is checked against the system's roots, or against
the one file that --ca names; without TLS it talks to this very computer alone. No redirect is followed and no
proxy of the environment is used.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.client
import json
import re
import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .envelope import enrolment_message, fingerprint, push_message, receipt_fault
from .keeping import Kept, new_key, public_half, sign

SECONDS = 60.0
ANSWER_LIMIT = 1 << 20
TRIES = 8
"""How often a report is pushed to a server that is busy."""
LONGEST_WAIT = 120
LOCAL = ("localhost", "127.0.0.1", "::1")


class NotDone(Exception):
    """The server could not be reached, or said no; the text says which, and what to do."""


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    content: Any
    """JSON, or None if it was none."""
    retry_after: int


class Server:
    """A Duecare that this computer reports to, by the address of its first page."""

    def __init__(self, url: str, ca: Path | None = None) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if (
            parts.scheme not in ("https", "http")
            or not host
            or parts.username
            or parts.query
            or parts.fragment
        ):
            raise ValueError(f"{url!r} is no address of a Duecare; write it as https://duecare.example.org")
        if parts.scheme == "http" and host not in LOCAL:
            raise ValueError(f"{url!r}: without TLS only this very computer is talked to; use https")
        self.url = f"{parts.scheme}://{parts.netloc.lower()}"
        self._secure, self._host, self._port = parts.scheme == "https", host, parts.port
        self._context = ssl.create_default_context(cafile=str(ca) if ca else None) if self._secure else None
        if self._context is not None:
            self._context.minimum_version = ssl.TLSVersion.TLSv1_2

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Raises NotDone if there is no answer."""
        connection: http.client.HTTPConnection
        if self._context is not None:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=SECONDS, context=self._context
            )
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS)
        try:
            # Who refuses a report need not read it whole; the answer says why.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", path, body, {"Accept": "application/json", **headers})
            got = connection.getresponse()
            data = got.read(ANSWER_LIMIT + 1)
            wait = got.getheader("Retry-After") or ""
        except ssl.SSLCertVerificationError as error:
            raise NotDone(
                f"{self.url}: its certificate is not trusted ({error.verify_message}). If its authority is "
                "your own, name its certificate with --ca."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise NotDone(f"{self.url} cannot be reached: {error or type(error).__name__}.") from error
        finally:
            connection.close()
        try:
            content = json.loads(data) if len(data) <= ANSWER_LIMIT else None
        except (ValueError, RecursionError):
            content = None
        return Answer(got.status, content, int(wait) if re.fullmatch("[0-9]{1,4}", wait) else 10)


def enrol(server: Server, kept: Kept, token: str, host: Mapping[str, Any], *, anew: bool) -> str:
    """Make a key and show it to the server; what to tell the person. Raises NotDone, or ValueError."""
    kept.prepare()
    if kept.has_key() and not anew:
        raise ValueError(
            f"{kept.place} holds a key already; --new-key replaces it and is enrolled in its place"
        )
    key = new_key(server.url, host["name"])
    public = public_half(key)
    told = {
        "format": "duecare-enrolment/1",
        "token": token,
        "public_key": public.hex(),
        "name": host["name"],
        "key": host["key"],
        "signature": sign(key, enrolment_message(token, public, host["name"], host["key"])),
    }
    answer = server.post("/collect/enrol/", json.dumps(told).encode(), {"Content-Type": "application/json"})
    if answer.status != 202:
        raise NotDone(_why(answer))
    kept.write(key)
    return (
        f"{host['name']} is enrolled at {server.url} once somebody there has approved it.\n"
        f"Its key's fingerprint: {fingerprint(public)}\n"
        "Who approves should see the same. Reports are refused until then."
    )


def push(
    server: Server, kept: Kept, report: bytes, *, wait: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Sign the report, send it, and keep the receipt, which is given back; in a prepared directory.

    Raises NotDone, or ValueError.
    """
    key = kept.load()
    if key.get("server") != server.url:
        raise ValueError(f"this computer is enrolled at {key.get('server')}, not at {server.url}")
    digest, body = hashlib.sha256(report), gzip.compress(report, 6, mtime=0)
    answer = _send(server, kept, body, digest.digest())
    for _attempt in range(TRIES - 1):
        if answer.status not in (429, 503):
            break
        wait(min(answer.retry_after, LONGEST_WAIT))
        answer = _send(server, kept, body, digest.digest())
    if answer.status != 201:
        raise NotDone(_why(answer))
    receipt = answer.content.get("receipt") if isinstance(answer.content, dict) else None
    fault = receipt_fault(receipt, digest.hexdigest())
    if not isinstance(receipt, dict) or fault:
        raise NotDone(f"The server took the report, but its receipt does not hold: {fault}.")
    kept.add_receipt(receipt)
    return receipt


def _send(server: Server, kept: Kept, body: bytes, digest: bytes) -> Answer:
    asked = server.post("/collect/challenge/", b"", {})
    challenge = asked.content.get("challenge") if isinstance(asked.content, dict) else None
    if asked.status != 200 or not isinstance(challenge, str):
        return asked
    key = kept.next_counter()
    signature = sign(key, push_message(challenge, key["counter"], digest))
    headers = {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        "Duecare-Key": public_half(key).hex(),
        "Duecare-Challenge": challenge,
        "Duecare-Counter": str(key["counter"]),
        "Duecare-Digest": digest.hex(),
        "Duecare-Signature": signature,
    }
    return server.post("/collect/report/", body, headers)


def _why(answer: Answer) -> str:
    """What the server said, without anything that could steer the terminal."""
    told = answer.content.get("error") if isinstance(answer.content, dict) else None
    if not isinstance(told, dict):
        return f"The server answered {answer.status}, which no Duecare in use does; is the address right?"
    text = f"{told.get('what', '')} {told.get('next_step', '')}".strip()[:1000]
    return "".join(one if one.isprintable() else "?" for one in text)
