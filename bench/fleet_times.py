"""The process in which the pages of a fleet are timed: it fills DUECARE_HOME, or finds it filled.

Two rounds of reports, each followed as reports are that come in, and each held against all advisories. In the
second, one package in ten has become the next newer one. Hosts, reports and matchings are written at days of
simulated server time, so that a past day has its own answers.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from bench import estate, generator
from bench.page_times import as_of, ask, timed_page
from duecare.ledger import blobs, sealing
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.patching.advisories.loading import load_directory
from duecare.patching.matching.triples import Triple
from duecare.patching.software.following import follow
from duecare.patching.software.models import Installed, Software
from duecare.patching.weaknesses.figures import note_figures
from duecare.patching.weaknesses.judging import Source, match
from duecare.patching.weaknesses.models import Advisory, Weak
from duecare.patching.weaknesses.queries import weights
from duecare.program.judgement import Grade
from duecare.site import people, setup
from duecare.site.models import User
from duecare.systems.models import Host, Report
from tests.systems.trees import NOW, debian

FEEDS = Path(__file__).parents[2] / "shared" / "data" / "advisories"
HOSTS, PACKAGES, FEW = 5_000, 400, 100
ASKED, ASKED_SMALL = 20, 5
DAYS = 200
"""How long the record goes back: the first reports came then, the second a few days ago."""
SECOND = 3
CHANGED = 0.1
"""Of the packages of a host, between its two reports."""
EVERYWHERE = frozenset(("openssl", "urllib3"))
OF_MANAGER = {"Debian": ("debian", "dpkg"), "AlmaLinux": ("almalinux", "rpm")}


def main(small: bool) -> None:
    """Fill the home, or take it as it was left, time everything, and print the result as JSON."""
    filled = settings.DUECARE_HOME.path / "bench.json"
    if not filled.exists():
        filled.write_text(json.dumps(_fill(FEW if small else HOSTS)))
    made = json.loads(filled.read_text())
    asked = ASKED_SMALL if small else ASKED
    owner = User.objects.get(pk=made["owner"])
    Authenticator.objects.get_or_create(
        user=owner, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "not used"}}
    )
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(owner)
    pages = addresses()
    day = (utc_now() - timedelta(days=DAYS // 2)).date().isoformat()
    ask(browser, as_of("/", day))  # whose replay is built then
    now = [asdict(timed_page(name, browser, address, asked)) for name, address in pages.items()]
    past = [asdict(timed_page(name, browser, as_of(address, day), asked)) for name, address in pages.items()]
    print(json.dumps({**made, "now": now, "past": past}))


# ── Filling ──────────────────────────────────────────────────────────────────────────────────────────────


def _fill(count: int) -> dict[str, Any]:
    setup.set_up()
    say = _say()
    chance = Random(5)
    advisories = load_directory(FEEDS).advisories
    made = generator.make(advisories, count, PACKAGES, everywhere=EVERYWHERE)
    del advisories
    first = utc_now() - timedelta(days=DAYS)
    clock = estate.Clock(first)
    with patch("duecare.ledger.recording.utc_now", clock):
        owner = people.claim(
            "Example Works", "Europe/Vienna", count, "Ada Example", "ada@works.example",
            "seven grey herons over the slipway",
        )  # fmt: skip
        hosts = _install(made, clock.now)
        say("hosts")
        held = [list(one) for one in made.hosts]
        follow_first = _report(hosts, held, made, clock)
        say("first reports")
        clock.now = first + timedelta(days=1)
        match_first = _timed(lambda: _match(clock.now))
        say("first matching")
        clock.now = utc_now() - timedelta(days=SECOND)
        changes = _age(held, made, chance)
        follow_next = _report(hosts, held, made, clock)
        say("second reports")
        clock.now += timedelta(hours=6)
        match_next = _timed(lambda: _match(clock.now))
        say("second matching")
        noted = _timed(lambda: note_figures(estate.SERVER, clock.now))
        say("figures")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sealing.checkpoint()
    return {
        "owner": owner.pk,
        "hosts": len(hosts),
        "installed": Installed.objects.count(),
        "software": Software.objects.count(),
        "advisories": Advisory.objects.count(),
        "weak": Weak.objects.count(),
        "follow_first": follow_first,
        "follow_next": follow_next,
        "changes": changes / len(hosts),
        "match_first": match_first,
        "match_next": match_next,
        "match_megabytes": megabytes,
        "figures": noted,
        "clocks": Installed.objects.filter(software__weak__isnull=False).count(),
    }


def _say() -> Callable[[str], None]:
    begun = time.perf_counter()

    def say(what: str) -> None:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        took = time.perf_counter() - begun
        print(f"  {what}: after {took:,.0f} s, {memory:,} MB", file=sys.stderr, flush=True)

    return say


def _timed(work: Callable[[], object]) -> dict[str, float]:
    begun, working = time.perf_counter(), time.process_time()
    work()
    return {"seconds": time.perf_counter() - begun, "processor": time.process_time() - working}


def _install(made: generator.Fleet, now: datetime) -> list[Host]:
    hosts = []
    for number, held in enumerate(made.hosts):
        of = _distribution(made, held)
        hosts.append(
            Host(
                id=new_key(),
                name=f"{of.ecosystem.lower()}-{of.release}-{number:04}",
                key=f"{number:064x}",
                kind="server",
                family="debian" if of.ecosystem == "Debian" else "rhel",
                system=f"{of.ecosystem} {of.release}",
                first_seen_at=now,
            )
        )
    for start in range(0, len(hosts), 1000):
        with recording(estate.SERVER, "import hosts"):
            Host.objects.bulk_create(hosts[start : start + 1000])
    return hosts


def _distribution(made: generator.Fleet, held: Iterable[int]) -> Triple:
    return next(made.triples[one] for one in held if made.triples[one].ecosystem in OF_MANAGER)


def _report(
    hosts: Sequence[Host], held: Sequence[Sequence[int]], made: generator.Fleet, clock: estate.Clock
) -> float:
    """A report of each host comes in and is followed; the seconds of following one, on the average."""
    base = debian().report(NOW)
    spent = 0.0
    for start in range(0, len(hosts), 500):
        part = hosts[start : start + 500]
        reports = []
        for place, host in enumerate(part, start):
            told = json.dumps(_told(base, [made.triples[one] for one in held[place]])).encode()
            reports.append(
                Report(
                    id=new_key(),
                    host=host,
                    collected_at=clock.now,
                    received_at=clock.now,
                    grade=Grade.IMPORTED.value,
                    collector="1",
                    as_root=True,
                    live=True,
                    unreadable=0,
                    newest=True,
                    report=blobs.keep(told),
                )
            )
        with recording(estate.SERVER, "take in reports of hosts", valid_at=clock.now):
            Report.objects.filter(host__in=part, newest=True).update(newest=False)
            Report.objects.bulk_create(reports)
        begun = time.perf_counter()
        for host in part:
            follow(host)
        spent += time.perf_counter() - begun
    return spent / len(hosts)


def _told(base: dict[str, Any], held: Iterable[Triple]) -> dict[str, Any]:
    """The report of the fixture computer with other software."""
    system, languages = [], []
    for one in held:
        if one.ecosystem in OF_MANAGER:
            of = one
            system.append(
                {
                    "name": one.name, "version": one.version, "architecture": "amd64",
                    "source": one.source or one.name, "source_version": one.source_version,
                }
            )  # fmt: skip
        else:
            languages.append(
                {
                    "ecosystem": one.ecosystem, "name": one.name, "version": one.version, "path": "/srv",
                    "how": "installed",
                }
            )  # fmt: skip
    id, manager = OF_MANAGER[of.ecosystem]
    facts = dict(base["facts"])
    facts["os"] = {**facts["os"], "id": id, "version": of.release}
    facts["packages"] = {**facts["packages"], "state": "read", "manager": manager, "items": system}
    facts["language_packages"] = {
        "state": "read", "problems": [], "source": "", "owned": 0, "items": languages
    }  # fmt: skip
    return {**base, "facts": facts}


def _age(held: Sequence[list[int]], made: generator.Fleet, chance: Random) -> int:
    """Some packages of each host become the next newer one; how many did."""
    count = 0
    for packages in held:
        for place, one in enumerate(packages):
            after = made.triples[one + 1] if one + 1 < len(made.triples) else None
            before = made.triples[one]
            if after is None or (after.ecosystem, after.release, after.name) != (
                before.ecosystem,
                before.release,
                before.name,
            ):
                continue
            if chance.random() < CHANGED:
                packages[place] = one + 1
                count += 1
    return count


def _match(now: datetime) -> None:
    loaded = load_directory(FEEDS)
    source = Source("pack", "snapshot", now, now, False, len(loaded.faults), loaded)
    match(estate.SERVER, [source], weights(), now)


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────


def addresses() -> dict[str, str]:
    """Every page of patching and of hosts that a person presses, by name, with every filter."""
    there = Installed.objects.filter(until_index=None)
    most = there.values("software__weak__advisory").exclude(software__weak=None)
    worst = most.annotate(n=Count("host", distinct=True)).order_by("-n")[0]["software__weak__advisory"]
    cve = Advisory.objects.get(pk=worst).names.filter(name__startswith="CVE-").first()
    openssl = Software.objects.filter(name="openssl", ecosystem="Debian")[0]
    python = Software.objects.filter(name="urllib3", ecosystem="PyPI")[0]
    host = Host.objects.order_by("name")[0]
    few = Advisory.objects.order_by("points")[0]
    day = (utc_now() - timedelta(days=DAYS // 3)).date().isoformat()

    def asked(**words: str) -> str:
        return f"{reverse('software-asked')}?{urlencode(words)}"

    weaknesses, software, hosts = reverse("weaknesses"), reverse("software"), reverse("hosts")
    package, of_host = reverse("package", args=[openssl.package]), reverse("host-software", args=[host.pk])
    return {
        "weaknesses": weaknesses,
        "weaknesses, open": f"{weaknesses}?state=open",
        "weaknesses, closed": f"{weaknesses}?state=closed",
        "weaknesses, of a class": f"{weaknesses}?urgency=exploited",
        "weaknesses, of the lowest class": f"{weaknesses}?urgency=ordinary",
        "weaknesses, with a fix": f"{weaknesses}?fix=yes",
        "weaknesses, without": f"{weaknesses}?fix=no",
        "weaknesses, by a CVE": f"{weaknesses}?name={cve or worst}",
        "weaknesses, searched": f"{weaknesses}?q=overflow",
        "weaknesses, nothing found": f"{weaknesses}?q=zzzznothing",
        "weaknesses, by points": f"{weaknesses}?sort=-points",
        "weaknesses, by name": f"{weaknesses}?sort=id",
        "weaknesses, CSV, first rows": f"{weaknesses}?format=csv",
        "the CVE on every host": reverse("advisory", args=[cve.name if cve else worst]),
        "the same, a later page": f"{reverse('advisory', args=[cve.name if cve else worst])}?page=7",
        "an advisory of few points": reverse("advisory", args=[few.pk]),
        "software": software,
        "software, by name": f"{software}?name=openssl",
        "software, of an ecosystem": f"{software}?ecosystem=PyPI",
        "software, of a release": f"{software}?release=11",
        "software, undecided": f"{software}?order=undecided",
        "software, decided": f"{software}?order=decided",
        "software, searched": f"{software}?q=ssl",
        "software, nothing found": f"{software}?q=zzzznothing",
        "software, by ecosystem": f"{software}?sort=ecosystem",
        "software, CSV, first rows": f"{software}?format=csv",
        "openssl": package,
        "openssl, there": f"{package}?state=there",
        "openssl, gone": f"{package}?state=gone",
        "openssl, a version": f"{package}?version={openssl.version}",
        "openssl, a host": f"{package}?host={host.name}",
        "openssl, by host": f"{package}?sort=host",
        "openssl, CSV, first rows": f"{package}?format=csv",
        "a package on every host": reverse("package", args=[python.package]),
        "software of a host": of_host,
        "software of a host, gone": f"{of_host}?state=gone",
        "software of a host, of an ecosystem": f"{of_host}?ecosystem=npm",
        "software of a host, searched": f"{of_host}?q=ssl",
        "software of a host, CSV, first rows": f"{of_host}?format=csv",
        "who runs what": reverse("software-asked"),
        "who runs openssl": asked(name="openssl"),
        "who runs openssl below": asked(name="openssl", below="1.1.1n-0+deb11u4"),
        "who ran openssl below, on a day": asked(name="openssl", below="1.1.1n-0+deb11u4", on=day),
        "who ran urllib3, on a day": asked(name="urllib3", on=day),
        "feeds": reverse("feeds"),
        "patch runs": reverse("patch-runs"),
        "a new patch run": reverse("patch-run-new"),
        "hosts": hosts,
        "hosts, by name": f"{hosts}?name=debian-11",
        "hosts, of a family": f"{hosts}?family=rhel",
        "hosts, removed": f"{hosts}?state=removed",
        "hosts, silent": f"{hosts}?silent={day}",
        "hosts, by last report": f"{hosts}?sort=-reported",
        "hosts, by system": f"{hosts}?sort=system",
        "hosts, CSV, first rows": f"{hosts}?format=csv",
        "one host": reverse("host", args=[host.pk]),
    }
