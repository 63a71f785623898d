"""Orders, signatures and bundles for tests of the deployer: what server and two people would hand over."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from duecare.ledger import canonical
from duecare.ledger.leaves import commit
from duecare.patching.deployer.bundles import write_bundle
from duecare.patching.deployer.carrying import BUNDLE, Between, Deployer
from duecare.patching.deployer.own_files import Place
from duecare.patching.deployer.people import Trusted, trust
from duecare.patching.deployer.playing import Account, Told
from duecare.patching.runs.orders import Host, Manager, Order, Package, Stop, write_order
from duecare.patching.runs.windows import Window
from duecare.program import signing
from tests.program.authenticator import ORIGIN, Authenticator, new_key

NOW = datetime(2026, 3, 3, 21, 0, tzinfo=UTC)
"""A Tuesday."""
FINGERPRINT = "SHA256:" + "A" * 43
EVERY_DAY = frozenset(range(7))


def window(**changes: Any) -> Window:
    told: dict[str, Any] = {
        "not_before": NOW - timedelta(hours=1), "not_after": NOW + timedelta(days=7), "zone": "UTC",
        "days": EVERY_DAY, "begins": time(0), "ends": time(0),
    }  # fmt: skip
    return Window(**(told | changes))


def host(number: int = 1, **changes: Any) -> Host:
    told: dict[str, Any] = {
        "key": f"hostkey{number:04}", "name": f"web-{number}", "address": f"web-{number}.clinic.example",
        "port": 22, "host_key": FINGERPRINT, "manager": Manager.APT,
        "packages": (Package("duecare-test-lamp", "1.0-1", "1.0-2"),),
    }  # fmt: skip
    return Host(**(told | changes))


def order(*hosts: Host, **changes: Any) -> Order:
    hosts = hosts or (host(),)
    told: dict[str, Any] = {
        "run": "runkey0001", "title": "The lamp", "hosts": hosts,
        "rings": (tuple(one.key for one in hosts),), "rest_minutes": 0, "window": window(),
        "stop": Stop(0, 0), "reboot": False, "left_out": (),
    }  # fmt: skip
    return Order(**(told | changes))


def sent(maker: Authenticator, decision: str, commitment: bytes) -> dict[str, str]:
    told: dict[str, str] = json.loads(maker.sent(signing.challenge(decision, commitment)))
    return told


@dataclass(slots=True)
class Handed:
    """A bundle under way: everything that an attacker could change before it is written."""

    document: bytes
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    payload: bytes = b""

    def __post_init__(self) -> None:
        if not self.payload:
            run = json.loads(self.document)["run"]
            digest = hashlib.sha256(self.document).hexdigest()
            record = {"id": run, "order": digest, "ended_at": None}
            self.payload = canonical.encode({"blobs": [digest], "record": record, "schema": 1})

    @property
    def commitment(self) -> bytes:
        return commit("payload", self.salt, self.payload)

    def by(self, asker: Authenticator, approver: Authenticator) -> bytes:
        return write_bundle(
            self.document,
            self.salt,
            self.payload,
            sent(asker, "asked", self.commitment),
            sent(approver, "approved", self.commitment),
        )


@dataclass(slots=True)
class Workshop:
    """A deployer with two people whom it trusts, and the two directories between."""

    base: Path
    now: datetime = NOW
    ada: Authenticator = field(default_factory=lambda: Authenticator(new_key("ES256"), "YWRh"))
    bo: Authenticator = field(default_factory=lambda: Authenticator(new_key("ES256"), "Ym8"))
    said: list[str] = field(default_factory=list)
    played: list[tuple[str, ...]] = field(default_factory=list)
    fails: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.place.prepare()
        for directory in (self.between.orders, self.between.results):
            directory.mkdir()
        trust(self.place, Trusted("Ada", ORIGIN, self.ada.pem, True))
        trust(self.place, Trusted("Bo", ORIGIN, self.bo.pem, True))

    @property
    def place(self) -> Place:
        return Place(self.base / "deploy")

    @property
    def between(self) -> Between:
        return Between(self.base / "orders", self.base / "results")

    def hand_over(self, of: Order, data: bytes | None = None) -> Path:
        """Put an order where the deployer looks, signed by Ada and Bo, or these bytes in its place."""
        file = self.between.orders / f"{of.run}{BUNDLE}"
        file.write_bytes(Handed(write_order(of)).by(self.ada, self.bo) if data is None else data)
        return file

    def deployer(self, **more: Any) -> Deployer:
        return Deployer(
            self.place, self.between, Account("root", False), lambda: self.now, self.said.append,
            **({"play": self.play} | more),
        )  # fmt: skip

    def play(
        self, of: Order, keys: tuple[str, ...], place: Place, work: Path, account: Account
    ) -> dict[str, Told]:
        """In place of ansible: notes who had a turn, and lets those in `fails` fail."""
        self.played.append(keys)
        return {
            key: Told("failed", "no", {}) if key in self.fails else Told("installed", "", {}) for key in keys
        }

    def lines(self) -> list[dict[str, Any]]:
        """What the server reads, all files together."""
        return [
            json.loads(line)
            for file in sorted(self.between.results.glob("*.jsonl"))
            for line in file.read_text().splitlines()
        ]
