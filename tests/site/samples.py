"""Things that pages are about and that no other fixture makes: written into an organisation, and their keys.

The organisation has a host called web-1 that reported which software it has.
"""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.patching.bills.actions import add_product, take_bill
from duecare.patching.bills.models import Bill, Product
from duecare.patching.feeds.drop_actions import drop
from duecare.patching.feeds.models import Feed, FeedDrop, FeedSnapshot, State, Verified
from duecare.patching.runs import orders
from duecare.patching.runs.actions import say_how_reached
from duecare.patching.runs.models import PatchRun
from duecare.patching.runs.windows import Window
from duecare.patching.software.models import Software
from duecare.patching.weaknesses.models import Advisory, AdvisoryName, Matching, Weak
from duecare.systems import enrolment_actions
from duecare.systems.envelopes import Shown
from duecare.systems.fleet_models import Enrolment
from duecare.systems.models import Host
from duecare.systems.pull_actions import take_in
from duecare.systems.puller.passes import PASSED, Came, Line, Pass, write_pass
from duecare.web.recorded import recorded

TERMINAL = "terminal:test"


def draw_up(owner: Viewer, at: datetime) -> None:
    """An update of a feed that waits, a dropped feed, an advisory, and a patch run that the owner drew up."""
    _set_an_update_aside(at)
    _drop_a_feed(at)
    _find_weak(at)
    _order_updates(owner, at)
    _take_a_bill(owner, at)


def keys() -> dict[str, str]:
    """Their keys, by the names that samples of addresses use."""
    return {
        "enrolment": Enrolment.objects.get().pk,
        "dropped feed": FeedDrop.objects.get().feed.feed,
        "feed update": FeedSnapshot.objects.get(state=State.WAITING).pk,
        "product": Product.objects.get(name="Kiosk").pk,
        "bill": Bill.objects.get(product__name="Kiosk").pk,
        "patch run": PatchRun.objects.get().pk,
    }


def enrol(at: datetime) -> None:
    """A computer that showed a key, and waits for a decision."""
    _offered, token = enrolment_actions.offer(TERMINAL, "db-1", at)
    enrolment_actions.answer(Shown(token, "ab" * 32, "db-1", "cd" * 32), "192.0.2.7", at)


def _take_a_bill(owner: Viewer, at: datetime) -> None:
    """A product with the list of its components: the openssl that is weak, and a part without a purl."""
    product = add_product(owner.actor, at, name="Kiosk", own=False, supplier="Weber")
    purl = "pkg:deb/debian/openssl@9.8?distro=debian-13"
    parts = [{"name": "openssl", "purl": purl}, {"name": "glue", "version": "1"}]
    about = {"component": {"name": "x", "version": "2.12"}}
    told = {"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": about, "components": parts}
    with NamedTemporaryFile() as file:
        file.write(json.dumps(told).encode())
        file.flush()
        take_bill(product, owner.actor, Path(file.name), "kiosk.json", at)
    inside = Software.objects.get(version="9.8")
    inside.first_looked = inside.looked = 1
    inside.save()
    Weak.objects.create(
        software=inside, advisory_id="CVE-2026-1", undecided=False, fixed="9.9", why="osv: below 9.9",
        since=at, since_index=1, fix_seen_at=at,
    )  # fmt: skip


def pull(at: datetime, name: str = "web-1") -> None:
    """A pass of the puller that could not reach a host, which is the only one on its list."""
    line = Line(
        name, f"{name}.clinic.example", 22, "duecare-collect", f"SHA256:{'A' * 43}", Came.UNREACHABLE, "", ""
    )
    told = Pass(f"{at:%Y%m%dT%H%M%SZ}-00000000", at, at, (line,))
    with TemporaryDirectory() as directory:
        (Path(directory) / f"{told.key}{PASSED}").write_bytes(write_pass(told))
        take_in(Path(directory), at)


def _set_an_update_aside(at: datetime) -> None:
    """A feed of advisories with an update that takes much away."""
    with recording(TERMINAL, recorded("take in what the feed %(name)s brought", name="OSV, PyPI")):
        feed = Feed.objects.create(id=new_key(), feed="osv-pypi", tried_at=at)
        FeedSnapshot.objects.create(
            id=new_key(), feed=feed, fetched_at=at, confirmed_at=at, address="https://feeds.example/all.zip",
            verified=Verified.TLS.value, by_hand=False, file=blobs.keep(b"-"), size=1, format="OSV", count=3,
            faults=1, fault_list=blobs.keep(b'[["all.zip: X-1.json", "it is encrypted"]]'),
            was_known=9, withdrawn=6, state=State.WAITING.value,
        )  # fmt: skip


def _drop_a_feed(at: datetime) -> None:
    """A feed that was switched on once, and dropped."""
    with recording(TERMINAL, recorded("fetch the feed %(name)s each day", name="OSV, Maven")):
        Feed.objects.create(id=new_key(), feed="osv-maven", daily=True)
    drop("osv-maven", TERMINAL, "Nothing here is written in Java.", at)


def _find_weak(at: datetime) -> None:
    """An advisory about the openssl of every host."""
    made = Advisory.objects.create(
        id="CVE-2026-1", feeds=["osv"], aliases=["GHSA-1"], called="CVE-2026-1 GHSA-1",
        summary="It reads too far.", published=at,
        urgency="exploited", urgent_because="CISA lists it as exploited", points=70,
        ranked_because="exploited in the wild (KEV)", kev=True,
    )  # fmt: skip
    AdvisoryName.objects.create(name=made.pk, advisory=made)
    for one in Software.objects.filter(name="openssl"):
        Weak.objects.create(
            software=one, advisory=made, undecided=False, fixed="9.9", why="osv: below 9.9", since=at,
            since_index=1, fix_seen_at=at,
        )  # fmt: skip
    matching, _new = Matching.objects.get_or_create(id=1, defaults={"at": at, "index": 1, "software": 1})
    Software.objects.update(first_looked=1, looked=matching.index)


def _order_updates(owner: Viewer, at: datetime) -> None:
    """A patch run that the owner drew up, of an update that another report would have told."""
    host = Host.objects.get(name="web-1")
    reach = say_how_reached(owner, host, "web-1.clinic.example", 22, f"SHA256:{'A' * 43}", at)
    ordered = orders.Host(
        host.pk, host.name, reach.address, reach.port, reach.host_key, orders.Manager.APT,
        (orders.Package("openssl", "3.0.11-1", "3.0.11-2"),),
    )  # fmt: skip
    window = Window(at, at + timedelta(days=50), "UTC", frozenset({0, 5}), time(22), time(4))
    key = new_key()
    order = orders.Order(
        key, "The lamp", (ordered,), ((host.pk,),), 5, window, orders.Stop(0, 0), False,
        (orders.LeftOut("laptop-7", "", "It stands alone."),),
    )  # fmt: skip
    digest = blobs.keep(orders.write_order(order))
    with recording(owner.actor, recorded("draw up the patch run %(title)s", title=order.title)):
        PatchRun.objects.create(
            id=key, title=order.title, order=digest, hosts=1, packages=1, left_out=1,
            not_before=window.not_before, not_after=window.not_after, made_by=owner.actor, made_at=at,
        )  # fmt: skip
