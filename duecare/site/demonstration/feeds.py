"""The files of advisories that the clinic carries in on a day, in the formats of OSV and CISA's KEV. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any


def files(told: Mapping[str, Any], day: int, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, as it was at `now`, which is that day of the story."""

    def at(other: int) -> str:
        return (now + timedelta(days=other - day)).strftime("%Y-%m-%dT%H:%M:%SZ")

    known = [one for one in told["advisories"] if one["day"] <= day]
    yield "Advisories.jsonl", "".join(f"{json.dumps(_osv(one, at))}\n" for one in known).encode()
    listed = [
        {"cveID": cve, "dateAdded": at(since)[:10]}
        for cve, since in told["exploited"].items()
        if since <= day
    ]
    catalogue = {
        "title": "Made up for a demonstration",
        "catalogVersion": at(day)[:10],
        "dateReleased": at(day),
        "count": len(listed),
        "vulnerabilities": listed,
    }
    yield "Exploited.json", json.dumps(catalogue).encode()


def _osv(one: Mapping[str, Any], at: Any) -> dict[str, Any]:
    """An advisory of the OSV schema, 1.6."""
    events = [{"introduced": "0"}, *([{"fixed": one["fixed"]}] if one["fixed"] else [])]
    return {
        "id": one["id"],
        "modified": at(one["day"]),
        "published": at(one["day"]),
        "aliases": [one["cve"]],
        "summary": one["summary"],
        "affected": [
            {
                "package": {"ecosystem": one["ecosystem"], "name": one["name"]},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
                "database_specific": {"severity": one["severity"]},
            }
        ],
        "database_specific": {"severity": one["severity"]},
    }
