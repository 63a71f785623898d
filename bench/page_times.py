"""The process in which pages are timed: it fills the home that DUECARE_HOME names and asks for every page.

Pages are asked for by Django's test client, through every middleware and as a signed-in owner, once of today
and once of a past day; a few once more over HTTP, from the server that `duecare start` runs.
"""

from __future__ import annotations

import gc
import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connections
from django.db.models import Model
from django.http import StreamingHttpResponse
from django.test import Client

from bench import estate
from duecare.ledger import asof, sealing
from duecare.ledger.models import Entry, Head
from duecare.ledger.recording import recording
from duecare.ledger.records import record_models, utc_now
from duecare.program import assessing
from duecare.program.models import Finding, Outcome, SafeguardException, Statement, Task
from duecare.site import setup
from duecare.site.models import User
from duecare.systems.models import Host
from duecare.web import keyset

ASKED = 40
"""Requests of a page that are timed;"""
ASKED_SMALL = 5
"""so many where the figures are not judged,"""
WARM = 3
"""and before them so many that are not timed."""
SERVED = ("home", "safeguards", "findings", "hosts", "one host", "ledger", "one entry")


@dataclass(frozen=True, slots=True)
class Timed:
    """What one page takes."""

    page: str
    p50: float
    """Milliseconds, as are the next two."""
    p95: float
    processor: float
    """What the thread itself worked, in the middle: on a busy machine the rest of `p50` is waiting."""
    queries: int
    kilobytes: int


def main(small: bool) -> None:
    """Fill the home, or take it as it was left, time everything, and print the result as JSON."""
    size, asked = (estate.SMALL, ASKED_SMALL) if small else (estate.WHOLE, ASKED)
    filled = settings.DUECARE_HOME.path / "bench.json"
    if not filled.exists():
        filled.write_text(json.dumps(_fill(size)))
    made = json.loads(filled.read_text())
    owner = User.objects.get(pk=made["owner"])
    Authenticator.objects.get_or_create(
        user=owner, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "not used"}}
    )
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(owner)
    middle = (utc_now() - timedelta(days=size.days // 2)).date()
    pages, day = addresses(middle), middle.isoformat()
    found = {
        **made,
        "entries": Head.objects.get().size,
        "live": sum(model._base_manager.count() for model in record_models()),
        "now": [asdict(timed_page(name, browser, address, asked)) for name, address in pages.items()],
        "first_view": _first_view(browser, day),
        "past": [
            asdict(timed_page(name, browser, as_of(address, day), asked)) for name, address in pages.items()
        ],
        "served": [asdict(one) for one in _served(browser, pages, asked)],
    }
    print(json.dumps(found))


def _fill(size: estate.Size) -> dict[str, Any]:
    setup.set_up()
    begun = time.perf_counter()
    owner = estate.build(size)
    built = time.perf_counter() - begun
    judged = _assess()
    begun = time.perf_counter()
    estate.top_up(size.entries)
    sealing.checkpoint()
    return {"owner": owner.pk, "seconds": built + time.perf_counter() - begun, **judged}


def _assess() -> dict[str, float]:
    """One assessment of every host: its time, its longest act, and how far the memory of the process rose."""
    acts: list[float] = []

    @contextmanager
    def timed(*arguments: Any, **named: Any) -> Iterator[Any]:
        begun = time.perf_counter()
        with recording(*arguments, **named) as act:
            yield act
        acts.append(time.perf_counter() - begun)

    before = _memory()
    begun, working = time.perf_counter(), time.thread_time()
    with patch("duecare.program.assessing.recording", timed):
        assessing.assess(estate.SERVER, utc_now())
    return {
        "assess": time.perf_counter() - begun,
        "assess_processor": time.thread_time() - working,
        "assess_longest_act": max(acts),
        "assess_megabytes": _memory() - before,
    }


def _memory() -> int:
    """Megabytes, the most that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _first_view(browser: Client, day: str) -> float:
    """Seconds of the first page of a past day, for which the replay is built."""
    for file in settings.DUECARE_HOME.scratch.glob("as-of-*.db"):
        file.unlink()
    begun = time.perf_counter()
    ask(browser, as_of("/", day))
    return time.perf_counter() - begun


def as_of(address: str, day: str) -> str:
    """The same page as of a past day."""
    return f"{address}{'&' if '?' in address else '?'}as_of={day}"


def addresses(middle: date) -> dict[str, str]:
    """Every page that a person reads, by name; lists under each of their filters, far in, and as files.

    `middle` is the day that lists are asked for since and until.
    """
    size = Head.objects.get().size
    outcome = Outcome.objects.order_by("-unmet")[0]
    finding = Finding.objects.exclude(closed_at=None)[0]
    host = finding.subject.partition(":")[2]
    early = Entry.objects.filter(index__lt=size // 3).order_by("-index")
    sign_in = early.filter(kind="site.sign-in")[0]
    act = early.filter(kind="ledger.act", actor=estate.SERVER)[0]
    deep = _place("entries", Entry, "-index", (size // 2, size // 2))
    deep_finding = _place("findings", Finding, "-opened_at", (finding.opened_at, finding.pk))
    deep_host = _place("hosts", Host, "name", ("db-lnz-2500", "k"))
    return {
        "home": "/",
        "first 90 days": "/first-90-days/",
        "safeguards": "/safeguards/",
        "safeguards, CSV": "/safeguards/?format=csv",
        "one safeguard": f"/safeguards/{outcome.safeguard}/",
        "the safeguard of most checks": "/safeguards/patching/",
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
        "findings, deep in": f"/findings/?after={deep_finding}",
        "findings, CSV, first rows": "/findings/?format=csv",
        "one finding": f"/findings/{finding.pk}/",
        "hosts": "/systems/",
        "hosts, by name": "/systems/?name=web-vie",
        "hosts, of a family": "/systems/?family=alpine",
        "hosts, removed": "/systems/?state=removed",
        "hosts, silent": f"/systems/?silent={middle}",
        "hosts, support ends": f"/systems/?support={middle + timedelta(days=900)}",
        "hosts, by last report": "/systems/?sort=-reported",
        "hosts, by system": "/systems/?sort=system",
        "hosts, deep in": f"/systems/?after={deep_host}",
        "hosts, CSV, first rows": "/systems/?format=csv",
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
        "ledger, a kind and an action": "/ledger/?kind=systems.host&action=changed",
        "ledger, a kind and a rare action": "/ledger/?kind=program.finding&action=deleted",
        "ledger, an actor and a rare kind": f"/ledger/?actor={estate.SERVER}&kind=program.profile",
        "ledger, CSV, first rows": "/ledger/?format=csv",
        "one entry": f"/ledger/{sign_in.index}/",
        "one entry, an act of 1,000": f"/ledger/{act.index}/",
        "one proof": f"/ledger/{size // 3}/proof/",
        "duties": "/duties/",
        "tasks": "/tasks/",
        "tasks, open": "/tasks/?state=open",
        "tasks, late": "/tasks/?state=late",
        "tasks, ended": "/tasks/?state=ended",
        "tasks, somebody's": "/tasks/?owner=ken",
        "tasks, of a safeguard": "/tasks/?safeguard=backups",
        "tasks, due until": f"/tasks/?until={middle}",
        "tasks, CSV, first rows": "/tasks/?format=csv",
        "one task": f"/tasks/{Task.objects.filter(ended_at=None)[0].pk}/",
        "statements": "/statements/",
        "one question": "/statements/physical.rooms/",
        "one statement": f"/statements/made/{Statement.objects.filter(ended_at=None)[0].pk}/",
        "exceptions": "/exceptions/",
        "one exception": f"/exceptions/{SafeguardException.objects.all()[0].pk}/",
        "names of ours": "/systems/names/",
        "reports": "/reports/",
        "search, a host": "/search/?q=web-vie-0016",
        "search, very many": "/search/?q=e",
        "search, two words": "/search/?q=seen+again",
        "search, nothing": "/search/?q=zzzznothing",
        "search, one kind": "/search/?q=web&in=hosts",
        "search, before a word": "/search/",
        "settings": "/settings/",
        "account": "/account/",
    }


def _place(name: str, model: type[Model], sort: str, key: keyset.Key) -> str:
    """A place in a list, as its own links write it."""
    return keyset.write_cursor(name, keyset.total_order(model, (sort,)), key)


def timed_page(name: str, browser: Client, address: str, asked: int) -> Timed:
    with heard() as statements:
        length = ask(browser, address)
    for _ in range(WARM):
        ask(browser, address)
    gc.collect()
    taken, worked = [], []
    for _ in range(asked):
        begun, working = time.perf_counter(), time.thread_time()
        ask(browser, address)
        taken.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.thread_time() - working))
    late = quantiles(taken, n=20)[-1]
    return Timed(name, median(taken), late, median(worked), len(statements), length // 1024)


def ask(browser: Client, address: str) -> int:
    """Ask for a page; the bytes of its answer, of a file those of its head and its first rows."""
    response: Any = browser.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code} {response.get('Location', '')}"
    if isinstance(response, StreamingHttpResponse):
        parts = iter(response)
        length = len(next(parts)) + len(next(parts, b""))
        response.close()
        return length
    return len(response.content)


@contextmanager
def heard() -> Iterator[list[str]]:
    """The SQL that is run meanwhile, on the live tables and on those of a past day."""
    statements: list[str] = []

    def hear(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, parameters, many, context)

    with ExitStack() as stack:
        for alias in (asof.LIVE, asof.ALIAS):
            stack.enter_context(connections[alias].execute_wrapper(hear))
        yield statements


def _served(browser: Client, pages: Mapping[str, str], asked: int) -> list[Timed]:
    """Some of the pages over one connection that is kept, from the server that is used."""
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
        "duecare.site.wsgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, env={**os.environ}, stdout=subprocess.DEVNULL)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    try:
        connection = _connected(port)
        return [_over(connection, name, pages[name], cookies, asked) for name in SERVED]
    finally:
        server.terminate()
        server.wait(10)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def _connected(port: int) -> http.client.HTTPConnection:
    for _ in range(100):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.connect()
        except OSError:
            time.sleep(0.1)
        else:
            return connection
    raise TimeoutError("the server did not come up within 10 s")


def _over(connection: http.client.HTTPConnection, name: str, address: str, cookies: str, asked: int) -> Timed:
    taken: list[float] = []
    length = 0
    for _ in range(WARM + asked):
        begun = time.perf_counter()
        connection.request("GET", address, headers={"Host": "localhost", "Cookie": cookies})
        response = connection.getresponse()
        length = len(response.read())
        assert response.status == 200, f"{address}: {response.status}"
        taken.append(1000 * (time.perf_counter() - begun))
    taken = taken[WARM:]
    return Timed(name, median(taken), quantiles(taken, n=20)[-1], 0, 0, length // 1024)
