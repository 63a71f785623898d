"""Hosts with software, written straight into the record: taking in real reports is tested elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.patching.software.following import follow
from duecare.program.judgement import Grade
from duecare.systems.models import Host, Report
from tests.systems.healthy import healthy

ACTOR = "terminal:test"


def host(name: str, at: datetime) -> Host:
    """A host that was just added."""
    with recording(ACTOR, "add a host"):
        made: Host = Host.objects.create(
            id=new_key(), name=name, key=name.encode().hex().ljust(64, "0"), kind="server", family="debian",
            system="Debian GNU/Linux 12", first_seen_at=at,
        )  # fmt: skip
    return made


def facts(
    system: Iterable[tuple[str, str]] = (),
    languages: Iterable[tuple[str, str, str]] | None = None,
    *,
    state: str = "read",
    languages_state: str = "read",
    os: tuple[str, str] = ("debian", "12"),
    manager: str = "dpkg",
) -> dict[str, Any]:
    """The sections that tell of software: (name or name:source, version), (ecosystem, name, version)."""
    items = [
        {
            "name": name.partition(":")[0],
            "version": version,
            "architecture": "amd64",
            "source": name.partition(":")[2] or name,
            "source_version": version,
        }
        for name, version in system
    ]
    told = healthy()
    told["os"] |= {"id": os[0], "version": os[1]}
    told["packages"] |= {
        "state": state,
        "manager": manager,
        "items": items if state != "unreadable" else None,
    }
    if languages is not None:
        told["language_packages"] = {
            "state": languages_state,
            "problems": [],
            "source": "",
            "owned": 0,
            "items": [
                {"ecosystem": ecosystem, "name": name, "version": version, "path": "/srv", "how": "installed"}
                for ecosystem, name, version in languages
            ],
        }
    return told


def report(
    of: Host, told: dict[str, Any], at: datetime, gathered: datetime | None = None, *, followed: bool = True
) -> Report:
    """A report of a host that came in at a moment, which the tables follow unless told otherwise."""
    digest = blobs.keep(json.dumps({"facts": told, "n": new_key()}).encode())
    gathered = gathered or at
    before = of.reports.filter(newest=True).first()
    newest = before is None or gathered > before.collected_at
    with recording(ACTOR, "take in a report"):
        if newest and before is not None:
            before.newest = False
            before.save()
        made: Report = Report.objects.create(
            host=of, collected_at=gathered, received_at=at, grade=Grade.IMPORTED.value, collector="1",
            as_root=True, live=True, unreadable=0, newest=newest, report=digest,
        )  # fmt: skip
    if followed:
        follow(of)
    return made
