"""The process in which pages are timed: it fills the home that DUECARE_HOME names and asks for every page.

Run by `pages.py`, which chooses the home before Django reads it. Pages are asked for in this process, by
Django's test client, through every middleware and as a signed-in owner; a few once more over HTTP.
"""

from __future__ import annotations

import gc
import http.client
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch

import django

django.setup()

from allauth.mfa.models import Authenticator
from django.db import connections
from django.http import StreamingHttpResponse
from django.test import Client

from bench import estate
from duecare.ledger import asof, sealing
from duecare.ledger.models import Entry, Head
from duecare.ledger.records import record_models, utc_now
from duecare.program import assessing
from duecare.program.models import Finding, Outcome
from duecare.site import setup
from duecare.site.models import User
from duecare.systems.models import Host
from duecare.web import keyset

ASKED = 40
WARM = 3
LIMIT_MS = 150
QUERIES = 30
PORT = 8719


@dataclass(frozen=True, slots=True)
class Timed:
    """How long one page takes."""

    page: str
    p50: float
    """Milliseconds."""
    p95: float
    cpu: float
    """Processor milliseconds of this process, the median: what is left of `p50` on an idle machine."""
    queries: int
    kilobytes: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """What judging every host takes."""

    seconds: float
    longest_act: float
    megabytes: int
    """The most memory that this process has held."""


def main() -> None:
    """Fill or reuse the home, time everything, and write the result as JSON to the file named."""
    size = estate.SMALL if sys.argv[1] == "small" else estate.WHOLE
    kept = django.conf.settings.DUECARE_HOME.path / "bench.json"
    if not kept.exists():
        setup.set_up()
        begun = time.perf_counter()
        owner = estate.build(size)
        seeded = time.perf_counter() - begun
        judged = _assess()
        estate.top_up(size.entries)
        sealing.checkpoint()
        kept.write_text(json.dumps({"seconds": seeded, "assessment": asdict(judged), "owner": owner.pk}))
    made = json.loads(kept.read_text())
    result = {
        **made,
        "entries": Head.objects.get().size,
        "live": sum(model._base_manager.count() for model in record_models()),
        **_time_pages(User.objects.get(pk=made["owner"])),
    }
    with open(sys.argv[2], "w") as file:
        json.dump(result, file)


def _assess() -> Assessment:
    """One assessment of every host, with the longest time that one of its acts held the lock."""
    acts: list[float] = []
    recording = assessing.recording

    @contextmanager
    def timed(*arguments: Any, **named: Any) -> Iterator[Any]:
        begun = time.perf_counter()
        with recording(*arguments, **named) as act:
            yield act
        acts.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    with patch("duecare.program.assessing.recording", timed):
        assessing.assess(estate.SERVER, utc_now())
    seconds = time.perf_counter() - begun
    return Assessment(seconds, max(acts), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def _time_pages(owner: User) -> dict[str, Any]:
    Authenticator.objects.get_or_create(
        user=owner, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "not used"}}
    )
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(owner)
    pages = _addresses()
    now = [_timed(name, browser, address) for name, address in pages.items()]
    day = (utc_now() - timedelta(days=estate.DAYS // 2)).date().isoformat()
    for file in django.conf.settings.DUECARE_HOME.scratch.glob("as-of-*.db"):
        file.unlink()
    begun = time.perf_counter()
    assert browser.get(f"/?as_of={day}").status_code == 200
    first = time.perf_counter() - begun
    past = [
        _timed(name, browser, f"{address}{'&' if '?' in address else '?'}as_of={day}")
        for name, address in pages.items()
    ]
    return {
        "now": [asdict(one) for one in now],
        "past": [asdict(one) for one in past],
        "first_view": first,
        "served": [asdict(one) for one in _served(browser, pages)],
    }


def _addresses() -> dict[str, str]:
    """Every page that a person reads, by name; lists with their filters, far in, and as files."""
    size = Head.objects.get().size
    outcome = Outcome.objects.order_by("-unmet")[0]
    finding = Finding.objects.exclude(closed_at=None)[0]
    host = finding.subject.partition(":")[2]
    early = Entry.objects.filter(index__lt=size // 3).order_by("-index")
    sign_in = early.filter(kind="site.sign-in")[0]
    act = early.filter(kind="ledger.act", actor="server")[0]
    middle = (utc_now() - timedelta(days=estate.DAYS // 2)).date()
    deep = keyset.write_cursor("entries", keyset.total_order(Entry, ("-index",)), (size // 2, size // 2))
    return {
        "home": "/",
        "safeguards": "/safeguards/",
        "safeguards, CSV": "/safeguards/?format=csv",
        "one safeguard": f"/safeguards/{outcome.safeguard}/",
        "one check": f"/checks/{outcome.pk}/",
        "one check, a later page": f"/checks/{outcome.pk}/?page=7",
        "one area": "/areas/patching/",
        "findings": "/findings/",
        "findings, open": "/findings/?state=open",
        "findings, closed": "/findings/?state=closed",
        "findings, of a safeguard": f"/findings/?safeguard={outcome.safeguard}",
        "findings, open, of a safeguard": f"/findings/?state=open&safeguard={outcome.safeguard}",
        "findings, of a check": f"/findings/?check={outcome.pk}",
        "findings, of no check": "/findings/?check=none.such",
        "findings, opened since": f"/findings/?since={middle}",
        "findings, opened until": f"/findings/?until={middle}",
        "findings, oldest first": "/findings/?sort=opened",
        "findings, next page": "/findings/?state=open",
        "findings, CSV": "/findings/?format=csv",
        "one finding": f"/findings/{finding.pk}/",
        "hosts": "/systems/",
        "hosts, by name": "/systems/?name=web-vie",
        "hosts, of a family": "/systems/?family=alpine",
        "hosts, removed": "/systems/?state=removed",
        "hosts, silent": f"/systems/?silent={middle}",
        "hosts, support ends": f"/systems/?support={middle + timedelta(days=900)}",
        "hosts, by last report": "/systems/?sort=-reported",
        "hosts, by system": "/systems/?sort=system",
        "hosts, CSV": "/systems/?format=csv",
        "one host": f"/systems/{host}/",
        "ledger": "/ledger/",
        "ledger, deep in": f"/ledger/?after={deep}",
        "ledger, of a kind": "/ledger/?kind=site.sign-in",
        "ledger, of a rare kind": "/ledger/?kind=program.profile",
        "ledger, of an action": "/ledger/?action=noted",
        "ledger, of a rare action": "/ledger/?action=deleted",
        "ledger, by an actor": f"/ledger/?actor={sign_in.actor}",
        "ledger, by a name": "/ledger/?actor=Ada+Example",
        "ledger, by part of a name": "/ledger/?actor=ken",
        "ledger, about a host": f"/ledger/?subject={host}",
        "ledger, one act": f"/ledger/?act={act.index}",
        "ledger, since": f"/ledger/?since={middle}",
        "ledger, until": f"/ledger/?until={middle}",
        "ledger, oldest first": "/ledger/?sort=number",
        "ledger, a kind and a day": f"/ledger/?kind=program.finding&until={middle}",
        "ledger, an action and a kind": "/ledger/?kind=systems.host&action=changed",
        "ledger, CSV": "/ledger/?format=csv",
        "one entry": f"/ledger/{sign_in.index}/",
        "one entry, an act of 1,000": f"/ledger/{act.index}/",
        "one proof": f"/ledger/{size // 3}/proof/",
        "settings": "/settings/",
        "account": "/account/",
    }


def _timed(name: str, browser: Client, address: str) -> Timed:
    """The times of `ASKED` requests after some to warm up; of a file, until its first rows."""
    if name.endswith("next page"):
        address = _next(browser, address)
    queries, kilobytes = _counted(lambda: _ask(browser, address))
    for _ in range(WARM):
        _ask(browser, address)
    gc.collect()
    taken, worked = [], []
    for _ in range(ASKED):
        begun, working = time.perf_counter(), time.thread_time()
        _ask(browser, address)
        taken.append(time.perf_counter() - begun)
        worked.append(time.thread_time() - working)
    cuts = quantiles(taken, n=20)
    return Timed(name, cuts[9] * 1000, cuts[18] * 1000, median(worked) * 1000, queries, kilobytes)


def _ask(browser: Client, address: str) -> int:
    """Ask for a page; the bytes of its answer, or of the first parts of a stream."""
    response: Any = browser.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code} {response.get('Location', '')}"
    if isinstance(response, StreamingHttpResponse):
        parts = iter(response)
        length = len(next(parts)) + len(next(parts, b""))
        response.close()
        return length
    return len(response.content)


def _next(browser: Client, address: str) -> str:
    found = re.search(r'href="([^"]*after=[^"]*)"', browser.get(address).content.decode())
    assert found is not None, f"{address} has no next page"
    return address.partition("?")[0] + found[1].replace("&amp;", "&")


def _counted(ask: Callable[[], int]) -> tuple[int, int]:
    """How many queries a request makes, on the live tables and on a past day's, and its kilobytes."""
    count = 0

    def counting(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        return execute(sql, parameters, many, context)

    with ExitStack() as stack:
        for alias in ("default", asof.ALIAS):
            stack.enter_context(connections[alias].execute_wrapper(counting))
        length = ask()
    return count, length // 1024


def _served(browser: Client, pages: dict[str, str]) -> list[Timed]:
    """Some of the pages over HTTP on a connection that is kept, from the server that is used."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "duecare.site.settings"}
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT),
        "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
        "duecare.site.wsgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=environment)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    try:
        connection = _connected()
        return [
            _over(connection, name, pages[name], cookies)
            for name in ("home", "safeguards", "findings", "hosts", "one host", "ledger", "one entry")
        ]
    finally:
        server.terminate()
        server.wait(10)


def _connected() -> http.client.HTTPConnection:
    for _ in range(100):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        try:
            connection.connect()
        except OSError:
            time.sleep(0.1)
        else:
            return connection
    raise TimeoutError("the server did not come up within 10 s")


def _over(connection: http.client.HTTPConnection, name: str, address: str, cookies: str) -> Timed:
    taken: list[float] = []
    length = 0
    for _ in range(WARM + ASKED):
        begun = time.perf_counter()
        connection.request("GET", address, headers={"Host": "localhost", "Cookie": cookies})
        response = connection.getresponse()
        length = len(response.read())
        assert response.status == 200, f"{address}: {response.status}"
        taken.append(time.perf_counter() - begun)
    cuts = quantiles(taken[WARM:], n=20)
    return Timed(name, cuts[9] * 1000, cuts[18] * 1000, 0, 0, length // 1024)


if __name__ == "__main__":
    main()
