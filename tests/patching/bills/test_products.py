"""Products and their bills: what one contains since when, what is weak in it, and what undoing takes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from typer.testing import CliRunner

from duecare.cli import app
from duecare.errors import BadInput, DuecareError, Refused
from duecare.ledger import asof, sealing
from duecare.ledger.viewers import Role, Viewer
from duecare.patching.advisories.interface import Advisory
from duecare.patching.advisories.loading import Loaded
from duecare.patching.bills import actions, following, queries
from duecare.patching.bills.checks import PRODUCTS
from duecare.patching.bills.lists import reach
from duecare.patching.bills.models import Bill, BillReflected, Contained, Product
from duecare.patching.bills.subjects import products as product_subjects
from duecare.patching.software.following import rebuild as rebuild_hosts
from duecare.patching.software.models import Software
from duecare.patching.weaknesses.clocks import State
from duecare.patching.weaknesses.judging import Source, match
from duecare.patching.weaknesses.queries import Open, clocks_of_products
from duecare.patching.weaknesses.subjects import unseen
from duecare.patching.weaknesses.urgency import Weights
from duecare.program.judgement import Verdict, checks
from duecare.program.outcomes import judge
from duecare.site import first_run
from tests.homes import fresh_home
from tests.patching.advisories_made import advisory, below
from tests.site.past import clock

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ACTOR = "terminal:test"
OWNER = Viewer(ACTOR, "owner", frozenset({Role.OWNER}))
LOG4J = advisory("GHSA-1", below("Maven/org.apache.logging.log4j:log4j-core", "2.17.1"), aliases=["CVE-1"])


@pytest.fixture
def home(template: str, tmp_path: Path) -> Iterator[Path]:
    with fresh_home(template, tmp_path) as made:
        cache.clear()
        yield made
        first_run.forget()


def log4j(version: str) -> str:
    return f"pkg:maven/org.apache.logging.log4j/log4j-core@{version}"


def written(*purls: str, at: datetime | None = None, **more: Any) -> bytes:
    """A CycloneDX list of components with these purls; what is none is a name."""
    parts = [
        {"name": purl.rpartition("/")[2], **({"purl": purl} if ":" in purl else {"version": "1"})}
        for purl in purls
    ]
    stated = {"timestamp": at.isoformat().replace("+00:00", "Z")} if at else {}
    about = {"component": {"name": "x", "version": "7.1"}, "tools": [{"name": "builder", "version": "2"}]}
    told = {"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {**about, **stated}}
    return json.dumps({**told, "components": parts, **more}).encode()


def product(name: str = "Booking", at: datetime = START) -> Product:
    with clock(at):
        return actions.add_product(ACTOR, at, name=name, own=True)


def take(of: Product, at: datetime, data: bytes, home: Path) -> Bill:
    file = home / "bill.json"
    file.write_bytes(data)
    with clock(at):
        return actions.take_bill(of, ACTOR, file, "bill.json", at)


def hold(at: datetime, *told: Advisory) -> None:
    with clock(at):
        match(ACTOR, [Source("osv", f"s-{at:%j}", at, at, False, 0, Loaded(list(told), {}))], Weights(), at)


def contents(of: Product) -> dict[str, str]:
    rows = Contained.objects.filter(queries.is_contained(), product=of).select_related("software")
    return {row.software.name: row.software.version for row in rows}


def told(now: datetime) -> list[Open]:
    return list(clocks_of_products(Contained.objects.all(), now))


def table() -> list[tuple[Any, ...]]:
    columns = (
        "product", "software__digest", "since", "until", "since_index", "until_index", "told_index",
        "void_index",
    )  # fmt: skip
    return sorted(Contained.objects.values_list(*columns), key=str)


def test_a_newer_bill_takes_the_place_of_the_older_and_ends_the_clock(home: Path) -> None:
    booking = product()
    bill = take(booking, START, written(log4j("2.14.0"), "pkg:npm/react@18.0.0", "ours"), home)
    assert (bill.format, bill.version, bill.tool) == ("CycloneDX 1.5", "7.1", "builder 2")
    assert (bill.components, bill.without_purl, bill.unmatched) == (3, 1, 1)
    assert unseen()
    hold(START + DAY, LOG4J)
    assert not unseen(), "software that only a product contains is held against advisories too"
    (one,) = told(START + 2 * DAY)
    assert (one.host.name, one.clock.state, one.clock.began_at) == ("Booking", State.RUNNING, START + DAY)
    assert one.clock.of.weak_since == START
    take(booking, START + 5 * DAY, written(log4j("2.17.1"), "pkg:npm/react@18.0.0"), home)
    assert contents(booking) == {"org.apache.logging.log4j:log4j-core": "2.17.1", "react": "18.0.0"}
    (one,) = told(START + 6 * DAY)
    assert one.undecided, "the new version was not looked at yet"
    hold(START + 6 * DAY, LOG4J)
    (one,) = told(START + 6 * DAY)
    assert (one.clock.state, one.clock.ended_at) == (State.KEPT, START + 5 * DAY)
    sealing.seal()
    with asof.viewing(asof.view_at(START + 3 * DAY)):
        assert contents(booking)["org.apache.logging.log4j:log4j-core"] == "2.14.0"
        assert told(START + 3 * DAY)[0].clock.state is State.RUNNING


def test_an_undone_bill_never_was_and_a_past_day_still_reads_as_it_stood(home: Path) -> None:
    booking = product()
    take(booking, START, written(log4j("2.14.0"), "pkg:npm/a@1.0.0"), home)
    hold(START + DAY, LOG4J)
    wrong = take(booking, START + 2 * DAY, written("pkg:npm/b@1.0.0"), home)
    hold(START + 2 * DAY, LOG4J)
    assert told(START + 3 * DAY)[0].clock.state is State.KEPT
    with clock(START + 4 * DAY):
        actions.undo_bill(wrong, ACTOR, "the test system's", START + 4 * DAY)
    hold(START + 4 * DAY, LOG4J)
    assert contents(booking).keys() == {"org.apache.logging.log4j:log4j-core", "a"}
    (one,) = told(START + 5 * DAY)
    assert (one.clock.state, one.clock.began_at) == (State.RUNNING, START + DAY), "it has run on"
    sealing.seal()
    with asof.viewing(asof.view_at(START + 3 * DAY)):
        assert contents(booking).keys() == {"b"}
        assert told(START + 3 * DAY)[0].clock.state is State.KEPT
    with clock(START + 5 * DAY), pytest.raises(Refused, match="undone before"):
        actions.undo_bill(wrong, ACTOR, "again", START + 5 * DAY)
    take(booking, START + 6 * DAY, written("pkg:npm/b@1.0.0"), home)
    before = table()
    assert following.rebuild() == 4
    assert table() == before


def test_a_product_that_ended_ends_without_proof_and_can_be_taken_back(home: Path) -> None:
    booking = product()
    take(booking, START, written(log4j("2.14.0")), home)
    hold(START + DAY, LOG4J)
    with clock(START + 2 * DAY):
        actions.end_product(booking, ACTOR, "switched off", START + 2 * DAY)
    booking.refresh_from_db()
    assert told(START + 3 * DAY)[0].clock.state is State.UNPROVEN
    with pytest.raises(Refused, match="ended on"):
        take(booking, START + 3 * DAY, written("pkg:npm/b@1.0.0"), home)
    with clock(START + 3 * DAY):
        actions.resume_product(booking, ACTOR)
    (one,) = told(START + 30 * DAY)
    assert one.clock.began_at == START + DAY
    assert one.clock.open
    before = table()
    following.rebuild()
    assert table() == before


REFUSED = [
    (b'{"bomFormat": "CycloneDX", "components": [{"name": "a"}, {"na', BadInput, "breaks off"),
    (written(), BadInput, "names no component"),
    (written("pkg:npm/a@1.0.0", at=START), Refused, "This very file was taken in"),
    (written("pkg:npm/a@2.0.0", at=START - DAY), Refused, "before the one that is here"),
]


def test_what_cannot_be_taken_in_is_refused_and_changes_nothing(home: Path) -> None:
    booking = product()
    take(booking, START, written("pkg:npm/a@1.0.0", at=START), home)
    for data, error, words in REFUSED:
        with pytest.raises(error, match=words):
            take(booking, START + DAY, data, home)
    assert contents(booking) == {"a": "1.0.0"}
    assert Bill.objects.count() == BillReflected.objects.count() == 1


def test_a_component_that_cannot_be_read_is_counted_with_its_place(home: Path) -> None:
    data = written("pkg:npm/a@1.0.0", "npm:a@1", "pkg:generic/ours@1", "pkg:npm/versionless", "a")
    bill = take(product(), START, data, home)
    assert (bill.unreadable, bill.unknown_type, bill.without_version, bill.without_purl) == (1, 1, 1, 1)
    assert bill.fault.startswith("components[1].purl: 'npm:a@1' is not a package URL")
    surrogates = written("pkg:npm/b@1.0.0", vulnerabilities=[{"id": "CVE-1", "analysis": {"state": "x"}}, {}])
    surrogates = surrogates.replace(b'"name": "b@1.0.0"', b'"name": "\\ud800\\u0000"')
    assert take(product("Other"), START, surrogates, home).statements == 1


def answers(now: datetime, check: str) -> dict[str, Any]:
    (wanted,) = (one for one in checks() if one.id == check)
    target = 90 if wanted.target else None
    return {
        one.name: judge(wanted, one, target, now) for one in product_subjects(now) if wanted.of == PRODUCTS
    }


def test_an_old_bill_or_none_is_a_gap_and_what_is_weak_then_is_unknown(home: Path) -> None:
    product("Empty")
    old, young = product("Old"), product("Young")
    bill = take(old, START, written("pkg:npm/a@1.0.0", at=START - 2 * DAY), home)
    take(young, START + 80 * DAY, written(log4j("2.14.0")), home)
    hold(START + 80 * DAY, LOG4J, advisory("X", below("npm/b", "1.0.0")))
    now = START + 90 * DAY
    current, mended = "patching.bills_current", "patching.products_mended_in_time"
    assert {name: one.verdict for name, one in answers(now, current).items()} == {
        "Empty": Verdict.UNMET, "Old": Verdict.UNMET, "Young": Verdict.MET,
    }  # fmt: skip
    assert {name: one.verdict for name, one in answers(START + 81 * DAY, mended).items()} == {
        "Empty": Verdict.UNKNOWN, "Old": Verdict.MET, "Young": Verdict.UNKNOWN,
    }, "without a list of exploited weaknesses, what is in time might be late"  # fmt: skip
    assert answers(now, mended)["Old"].verdict is Verdict.UNKNOWN
    late = answers(START + 170 * DAY, mended)["Young"]
    assert late.verdict is Verdict.UNMET
    assert "2.17.1 has been on offer for 90 days" in late.unmet[0].reason
    rows = Contained.objects.filter(software__name__startswith="org.apache")
    found = reach(OWNER, rows, now, 10)
    assert (found.products, found.found, found.unknown, found.without) == (3, 1, 2, 0)
    with clock(now):
        actions.confirm_bill(bill, ACTOR, now)
    assert answers(now, current)["Old"].verdict is Verdict.MET
    assert reach(OWNER, rows, now, 10).unknown == 1
    with clock(now):
        take(old, now, written("pkg:npm/a@1.0.0", "in-house glue", at=now), home)
    assert (found := reach(OWNER, rows, now, 10)).unknown == 2, "what its glue is, nobody can tell"
    assert found.without == 0


def test_a_bill_that_could_not_be_read_leaves_its_product_unknown_until_it_is_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = product()
    with monkeypatch.context() as patch:
        patch.setattr(following, "_contents", lambda file: None)  # as if its process had been ended
        take(booking, START, written("pkg:npm/a@1.0.0"), home)
    hold(START, advisory("X", below("npm/b", "1.0.0")))
    mended = "patching.products_mended_in_time"
    (answer,) = answers(START + DAY, mended).values()
    assert answer.verdict is Verdict.UNKNOWN
    assert "was not read" in answer.unknown[0].reason
    following.rebuild()
    hold(START, advisory("X", below("npm/b", "1.0.0")))
    (answer,) = answers(START + DAY, mended).values()
    assert answer.verdict is Verdict.MET


def test_what_was_missed_is_made_up_for_and_unused_software_goes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = product()
    with monkeypatch.context() as patch:
        patch.setattr(actions, "follow", lambda product: 0)
        take(booking, START, written("pkg:npm/a@1.0.0"), home)
        take(booking, START + DAY, written("pkg:npm/b@1.0.0"), home)
    assert contents(booking) == {}
    assert (following.catch_up(), following.catch_up()) == (2, 0)
    assert contents(booking) == {"b": "1.0.0"}
    Contained.objects.all().delete()
    BillReflected.objects.filter(index=max(BillReflected.objects.values_list("index", flat=True))).delete()
    following.rebuild()
    rebuild_hosts()
    assert set(Software.objects.values_list("name", flat=True)) == {"a", "b"}, "the past has it"


def test_the_command_takes_a_bill_in(home: Path) -> None:
    file = home / "list.json"
    file.write_bytes(written("pkg:npm/a@1.0.0", "b"))
    run = CliRunner()
    missing = run.invoke(app, ["import", "bill", "Booking", str(file)])
    assert isinstance(missing.exception, DuecareError)
    done = run.invoke(app, ["import", "bill", "Booking", str(file), "--new-product", "--supplier", "Maker"])
    assert done.exit_code == 0, done.output
    assert "2 components (CycloneDX 1.5)" in done.stderr
    assert "1 can be held against no advisory" in done.stderr
    made = Product.objects.get()
    assert (made.supplier, contents(made)) == ("Maker", {"a": "1.0.0", "b": "1"})
