"""A whole Duecare for browser tests: `duecare start` on a port of this machine, with a home of its own.

Nothing of the tests' own settings reaches it: it is started as a person would start it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

DUECARE = Path(sys.executable).with_name("duecare")
PASSWORD = "seven grey herons over the slipway"
CLAIM = {
    "organisation": "Harbour Clinic",
    "computers": "120",
    "name": "Maeve Brennan",
    "email": "maeve@clinic.example",
    "password": PASSWORD,
}
"""What the first owner says in the claim, besides the token."""
PATIENCE = 180
"""Seconds within which a start has to answer."""
STEP = 30
"""Seconds for which a code is good."""
TYPING = 8
"""Seconds within which a code has arrived at the server."""


@dataclass(frozen=True, slots=True)
class Served:
    """A Duecare that answers."""

    address: str
    home: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What a command of `duecare` on this home says."""
        return subprocess.run(
            [str(DUECARE), *words], env=environment(self.home), capture_output=True, text=True, check=False
        )

    @property
    def said(self) -> str:
        """What the start wrote to the terminal, both streams."""
        return _log(self.home).read_text()

    @property
    def token_file(self) -> Path:
        """Where the start says that the token of the first run lies."""
        found = re.search(r"in the file (\S+)", self.said)
        assert found, self.said
        return Path(found[1])


def environment(home: Path, apps: str = "") -> dict[str, str]:
    """This process's environment without what the tests set, for a Duecare at `home`; with the tests' own
    `apps` if they are named."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("DUECARE_", "DJANGO_"))}
    more = {"DUECARE_TEST_APPS": apps, "PYTHONPATH": str(Path(__file__).parents[2])} if apps else {}
    return {**ours, **more, "DUECARE_HOME": str(home)}


def _log(home: Path) -> Path:
    return home.with_name(f"{home.name}.log")


@contextmanager
def serving(home: Path, *options: str, apps: str = "") -> Iterator[Served]:
    """`duecare start` with these options, once it answers; stopped at the end as by a supervisor."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    served = Served(f"http://localhost:{port}", home)
    with _log(home).open("w") as log:
        words = [str(DUECARE), "start", "--port", str(port), *options]
        process = subprocess.Popen(words, env=environment(home, apps), stdout=log, stderr=log)
    try:
        _await_answer(served, process)
        yield served
    finally:
        process.terminate()
        process.wait(20)


def _await_answer(served: Served, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, f"duecare start ended with {process.returncode}: {served.said}"
        try:
            with urlopen(f"{served.address}/healthz", timeout=5):  # noqa: S310  (an address of this machine)
                return
        except OSError:  # not there yet, or slow on a busy machine
            time.sleep(0.1)
    raise AssertionError(f"duecare start does not answer: {served.said}")


def code(secret: str) -> str:
    """What a code generator shows (RFC 6238 with every authenticator's defaults: SHA-1, 30 s, 6 digits).

    Like a person, waits for the next code when this one is about to change.
    """
    left = STEP - time.time() % STEP
    if left < TYPING:
        time.sleep(left)
    step = int(time.time() // STEP)
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def sign_in(page: Any, address: str, email: str, second: Callable[[], str] | None = None) -> None:
    """Sign in with the password, and with what `second` gives then if the account wants a second factor."""
    page.goto(f"{address}/account/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    if second is not None:
        page.get_by_role("heading", name="Second factor").wait_for()
        page.locator("[name=code]").fill(second())
        page.keyboard.press("Enter")
    page.locator(".person").wait_for()


def claim(page: Any, token: str, **changes: str) -> None:
    """Fill the form of the claim and send it."""
    for name, value in {**CLAIM, "token": token, **changes}.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=zone]").select_option("UTC")
    page.get_by_role("button", name="Become the owner").click()


@dataclass(frozen=True, slots=True)
class Passkeys:
    """Chromium's own virtual authenticator. It works on `localhost` only, as passkeys do."""

    devtools: Any
    id: str

    def uses_it(self, willing: bool) -> None:
        """Whether the person puts a finger on the sensor."""
        told = {"authenticatorId": self.id, "isUserVerified": willing}
        self.devtools.send("WebAuthn.setUserVerified", told)

    @property
    def credentials(self) -> list[dict[str, Any]]:
        told = self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        found: list[dict[str, Any]] = told["credentials"]
        return found


def passkey_in(page: Any) -> Passkeys:
    """Give the page's machine an authenticator that keeps passkeys and whose owner is willing."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Passkeys(devtools, made["authenticatorId"])
