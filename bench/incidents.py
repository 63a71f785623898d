"""Incidents: how long it takes to say which of a thousand alerts belong together."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta

from bench.figures import Figure, at_most, middle
from duecare.incidents.alerts.correlating import Seen, correlate

ALERTS = 1_000
ROUNDS = 5
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


def run(small: bool) -> list[Figure]:
    """A week of alerts on two hundred hosts, some of which share accounts and signs."""
    count = ALERTS // 10 if small else ALERTS
    alerts = week(count, random.Random(11))
    taken, groups = [], 0
    for _round in range(ROUNDS):
        start = time.perf_counter()
        groups = len(correlate(alerts))
        taken.append(time.perf_counter() - start)
    return [at_most(f"{count:,} alerts correlated into {groups:,} proposed cases", middle(taken), 2, "s")]


def week(count: int, chance: random.Random) -> list[Seen]:
    """Alerts of a week: most of single hosts, some of an attacker who goes from host to host."""
    found = []
    for number in range(count):
        roaming = chance.random() < 0.1
        found.append(
            Seen(
                f"{number:06}",
                BEGAN + timedelta(minutes=chance.randrange(7 * 24 * 60)),
                name=f"host-{chance.randrange(200)}",
                account=f"user-{chance.randrange(400)}" if chance.random() < 0.5 else "SYSTEM",
                signs=(
                    "203.0.113.7" if roaming else f"198.51.100.{chance.randrange(256)}",
                    "192.0.2.53",
                ),
            )
        )
    return found
