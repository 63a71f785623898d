"""Installed software held against feeds: what is known since when, which clock runs, and what ends it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from duecare.errors import DuecareError
from duecare.ledger import asof, sealing
from duecare.ledger.viewers import Role
from duecare.patching.advisories.interface import Advisory, Enrichment
from duecare.patching.advisories.loading import Loaded
from duecare.patching.matching.tables import Tables
from duecare.patching.software.models import Installed
from duecare.patching.weaknesses import checks as weak_checks
from duecare.patching.weaknesses import queries as weak_queries
from duecare.patching.weaknesses import views as weak_views
from duecare.patching.weaknesses.clocks import State
from duecare.patching.weaknesses.figures import last_figures, note_figures
from duecare.patching.weaknesses.judging import Source, match
from duecare.patching.weaknesses.models import Matching, Rating, Sighting, Weak
from duecare.patching.weaknesses.placing import reorder
from duecare.patching.weaknesses.queries import Open
from duecare.patching.weaknesses.subjects import unseen, weak_software
from duecare.patching.weaknesses.urgency import Urgency, Weights
from duecare.program.judgement import Judgement, Verdict
from duecare.program.outcomes import judge
from duecare.program.subjects import Subject
from duecare.site import first_run
from duecare.systems.actions import remove_host
from duecare.systems.models import Host
from tests.homes import fresh_home
from tests.patching.advisories_made import advisory, affected, below, events
from tests.patching.fleet import ACTOR, facts, host, report
from tests.people import browser, sign_in
from tests.site.past import clock

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
OLD, MIDDLE, NEW = "3.0.14-1~deb12u2", "3.0.15-1~deb12u1", "3.0.16-1~deb12u1"
OPENSSL = below("Debian:12/openssl", "3.0.16-1~deb12u1")
KEV = Enrichment("CVE-2026-1", kev_added=date(2026, 2, 20))
RATED = Enrichment("CVE-2026-2", cvss=(("nvd", "CVSS:3.1/…", 5.3),))


@pytest.fixture
def home(template: str, tmp_path: Path) -> Iterator[Path]:
    with fresh_home(template, tmp_path) as made:
        cache.clear()
        yield made
        first_run.forget()


def feed(
    advisories: Sequence[Advisory],
    at: datetime,
    *enrichment: Enrichment,
    by_hand: bool = False,
    faults: int = 0,
) -> Source:
    loaded = Loaded(list(advisories), {one.cve: one for one in enrichment})
    return Source("osv", f"snapshot-{at:%j}", at, at, by_hand, faults, loaded)


def hold(at: datetime, *advisories: Advisory, **more: Any) -> None:
    with clock(at):
        match(ACTOR, [feed(advisories, at, KEV, RATED, **more)], Weights(), at)


def told(now: datetime, of: Host | None = None) -> list[Open]:
    rows = Installed.objects.all() if of is None else Installed.objects.filter(host=of)
    return sorted(weak_queries.clocks(rows, now), key=lambda one: (one.host.name, one.clock.of.advisory))


def with_openssl(name: str, at: datetime, version: str = OLD) -> Host:
    with clock(at):
        made = host(name, at)
        report(made, facts([("libssl3:openssl", version)]), at)
    return made


# What is known since when


def test_a_clock_begins_at_our_own_first_sight_and_ends_with_the_report_that_shows_the_fix(
    home: Path,
) -> None:
    web = with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    (one,) = told(START + 3 * DAY)
    assert (one.clock.state, one.clock.began_at, one.fixed) == (State.RUNNING, START + DAY, NEW)
    assert one.clock.of.weak_since == START
    assert one.clock.of.urgency is Urgency.EXPLOITED
    assert one.clock.due_at == START + 8 * DAY
    with clock(START + 9 * DAY):
        report(web, facts([("libssl3:openssl", NEW)]), START + 9 * DAY)
    (one,) = told(START + 10 * DAY)
    assert (one.clock.state, one.undecided) == (State.LATE, True), "the new version was not looked at yet"
    hold(START + 10 * DAY, advisory("CVE-2026-1", OPENSSL))
    (one,) = told(START + 10 * DAY)
    assert (one.clock.state, one.clock.ended_at) == (State.CLOSED_LATE, START + 9 * DAY)
    assert one.clock.days == 8


def test_another_weak_version_in_between_does_not_begin_anew(home: Path) -> None:
    web = with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    with clock(START + 2 * DAY):
        report(web, facts([("libssl3:openssl", MIDDLE)]), START + 2 * DAY)
    hold(START + 2 * DAY, advisory("CVE-2026-1", OPENSSL))
    (one,) = told(START + 3 * DAY)
    assert (one.version, one.clock.of.weak_since, one.clock.began_at) == (MIDDLE, START, START + DAY)


def test_a_fix_that_was_undone_begins_anew(home: Path) -> None:
    web = with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    for days, version in ((2, NEW), (4, OLD)):
        with clock(START + days * DAY):
            report(web, facts([("libssl3:openssl", version)]), START + days * DAY)
        hold(START + days * DAY, advisory("CVE-2026-1", OPENSSL))
    first, second = sorted(told(START + 5 * DAY), key=lambda one: one.clock.of.weak_since)
    assert first.clock.state is State.KEPT
    assert (second.clock.state, second.clock.began_at) == (State.RUNNING, START + 4 * DAY)


def test_a_feed_that_no_longer_says_it_ends_nothing(home: Path) -> None:
    with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    hold(START + 2 * DAY, advisory("CVE-2026-1", OPENSSL, withdrawn=True))
    (one,) = told(START + 20 * DAY)
    assert (one.clock.state, one.unsaid_at) == (State.LATE, START + 2 * DAY)
    hold(START + 3 * DAY, advisory("CVE-2026-1", OPENSSL))
    assert told(START + 20 * DAY)[0].unsaid_at is None


def test_without_a_fix_no_clock_runs_until_one_is_seen(home: Path) -> None:
    with_openssl("web", START)
    everything = affected("Debian:12/openssl", events("introduced 0"))
    hold(START + DAY, advisory("CVE-2026-2", everything))
    (one,) = told(START + 40 * DAY)
    assert (one.clock.state, one.fixed) == (State.NO_FIX, "")
    hold(START + 41 * DAY, advisory("CVE-2026-2", OPENSSL))
    (one,) = told(START + 42 * DAY)
    assert (one.clock.state, one.clock.began_at) == (State.RUNNING, START + 41 * DAY)


def test_software_that_came_later_has_the_fix_seen_when_the_feed_first_showed_it(home: Path) -> None:
    with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    late = with_openssl("late", START + 30 * DAY)
    assert not unseen(), "the same software as on the other host"
    (one,) = told(START + 31 * DAY, late)
    assert one.clock.of.fix_seen_at == START + DAY
    assert one.clock.began_at == START + 30 * DAY, "it could not be mended before it was there"
    assert [one.fix_seen_at for one in Sighting.objects.all()] == [START + DAY]


def test_a_host_that_was_removed_ends_without_proof(home: Path) -> None:
    web = with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    with clock(START + 2 * DAY):
        remove_host(web, ACTOR, "sold", START + 2 * DAY)
    (one,) = told(START + 9 * DAY)
    assert one.clock.state is State.UNPROVEN


def test_a_past_day_reads_as_it_stood(home: Path) -> None:
    web = with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    with clock(START + 5 * DAY):
        report(web, facts([("libssl3:openssl", NEW)]), START + 5 * DAY)
    sealing.seal()
    with asof.viewing(asof.view_at(START + 3 * DAY)):
        (one,) = told(START + 3 * DAY)
        assert (one.clock.state, one.ended_by) == (State.RUNNING, None)
    with asof.viewing(asof.view_at(START + timedelta(hours=1))):
        assert told(START + timedelta(hours=1)) == []


def test_a_feed_that_takes_a_fix_or_its_verdict_back_ends_no_clock(home: Path) -> None:
    web = with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    hold(START + 2 * DAY, advisory("CVE-2026-1", affected("Debian:12/openssl", events("introduced 0"))))
    (one,) = told(START + 20 * DAY)
    assert (one.clock.state, one.clock.began_at, one.fixed) == (State.LATE, START + DAY, NEW)
    hold(
        START + 3 * DAY,
        advisory("CVE-2026-1", affected("Debian:12/openssl", events("introduced not a version!"))),
    )
    (one,) = told(START + 20 * DAY)
    assert (one.clock.state, one.undecided, one.unsaid_at) == (State.LATE, False, START + 3 * DAY)
    now = START + 20 * DAY
    with clock(now):
        report(web, facts([("libssl3:openssl", OLD)]), now)
    hold(now, advisory("CVE-2026-1", affected("Debian:12/openssl", events("introduced 0"))))
    assert answers(now)["web"].verdict is Verdict.UNMET


def test_software_that_was_nowhere_for_a_while_is_looked_at_again(home: Path) -> None:
    web = with_openssl("web", START)
    hold(START, advisory("CVE-2026-2", below("Debian:12/openssl", "3.0.1-1")))
    with clock(START + DAY):
        report(web, facts([("libssl3:openssl", NEW)]), START + DAY)
    hold(START + 2 * DAY, advisory("CVE-2026-1", OPENSSL))  # the old version is nowhere, so not looked at
    assert not unseen()
    back = with_openssl("back", START + 3 * DAY)
    assert unseen()
    assert "not looked at yet" in answers(START + 3 * DAY)["back"].unknown[0].reason
    hold(START + 3 * DAY, advisory("CVE-2026-1", OPENSSL))
    assert [one.clock.of.advisory for one in told(START + 4 * DAY, back)] == ["CVE-2026-1"]


def test_several_versions_at_once_are_one_weakness_until_the_last_is_gone(home: Path) -> None:
    with clock(START):
        web = host("web", START)
        report(web, facts([], [("PyPI", "pip", "18.1"), ("PyPI", "pip", "19.2")]), START)
    pip = advisory("CVE-2026-2", below("PyPI/pip", "21.1"))
    hold(START + DAY, pip)
    (one,) = told(START + 2 * DAY)
    assert one.clock.open
    with clock(START + 3 * DAY):
        report(web, facts([], [("PyPI", "pip", "18.1"), ("PyPI", "pip", "23.0")]), START + 3 * DAY)
    hold(START + 3 * DAY, pip)
    (one,) = told(START + 4 * DAY)
    assert (one.clock.open, one.version) == (True, "18.1")
    with clock(START + 5 * DAY):
        report(web, facts([], [("PyPI", "pip", "23.0")]), START + 5 * DAY)
    (one,) = told(START + 6 * DAY)
    assert (one.clock.state, one.clock.ended_at) == (State.KEPT, START + 5 * DAY)


def test_an_advisory_with_an_endless_id_is_kept_under_a_shorter_one_and_not_dropped(home: Path) -> None:
    with_openssl("web", START)
    hold(START + DAY, advisory("X-" + "1" * 300, OPENSSL), advisory("X-" + "1" * 301, OPENSSL))
    found = [one.clock.of.advisory for one in told(START + 2 * DAY)]
    assert len(set(found)) == 2
    assert all(len(id) == 120 for id in found)


def test_a_join_that_breaks_off_says_so_and_leaves_what_was_found(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    before = list(Weak.objects.values())

    def full(*_more: object) -> None:
        raise duckdb.OutOfMemoryException("no room")

    monkeypatch.setattr(Tables, "join", full)
    with pytest.raises(DuecareError, match="broke off: no room"):
        hold(START + 2 * DAY, advisory("CVE-2026-1", OPENSSL, withdrawn=True))
    assert list(Weak.objects.values()) == before
    assert Matching.objects.get().at == START + DAY


def test_matching_again_changes_nothing(home: Path) -> None:
    with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    before = list(Weak.objects.values())
    hold(START + 2 * DAY, advisory("CVE-2026-1", OPENSSL))
    assert list(Weak.objects.values()) == before
    assert Matching.objects.get().at == START + 2 * DAY


# Checks


def answers(now: datetime) -> dict[str, Judgement]:
    """Of the check of what is exploited, by host."""

    def answer(subject: Subject) -> Judgement:
        (found,) = [one for one in weak_checks_of() if one.id == "patching.exploited_fixed_in_time"]
        return judge(found, subject, 7, now)

    return {subject.name: answer(subject) for subject in weak_software(now)}


def weak_checks_of() -> list[Any]:
    from duecare.program.judgement import checks

    return [one for one in checks() if one.of == weak_checks.WEAK]


def test_late_is_unmet_with_the_package_and_what_to_install(home: Path) -> None:
    web = with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    now = START + 10 * DAY
    with clock(now):
        report(web, facts([("libssl3:openssl", OLD)]), now)
    hold(now, advisory("CVE-2026-1", OPENSSL))
    answer = answers(now)["web"]
    assert answer.verdict is Verdict.UNMET
    (item,) = answer.unmet
    assert item.name == "package libssl3"
    assert f"CVE-2026-1: {OLD} is weak, and {NEW} has been on offer for 9 days" in item.reason


def test_mended_and_young_is_met_and_a_stale_report_unknown(home: Path) -> None:
    with_openssl("web", START, NEW)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    assert answers(START + DAY)["web"].verdict is Verdict.MET
    assert answers(START + 9 * DAY)["web"].verdict is Verdict.UNKNOWN


def test_what_no_feed_speaks_of_is_unknown_and_never_clean(home: Path) -> None:
    with clock(START):
        web = host("web", START)
        report(web, facts([("libssl3:openssl", NEW)], [("npm", "left-pad", "1.0.0")]), START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    answer = answers(START + DAY)["web"]
    assert [item.reason for item in answer.unknown] == ["no feed speaks of npm (1 package)"]


def test_software_that_came_since_was_not_looked_at(home: Path) -> None:
    with_openssl("web", START, NEW)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    new = with_openssl("new", START + DAY, MIDDLE)
    assert unseen()
    reasons = [item.reason for item in answers(START + DAY)[new.name].unknown]
    assert reasons == ["1 package came since and was not looked at yet"]


def test_before_any_feed_came_nothing_is_met(home: Path) -> None:
    with_openssl("web", START, NEW)
    answer = answers(START)["web"]
    assert answer.verdict is Verdict.UNKNOWN
    assert "no feed was taken in" in answer.unknown[0].reason


def test_an_undecided_version_is_unknown_by_name(home: Path) -> None:
    with_openssl("web", START, "not a version!")
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    (item,) = answers(START + DAY)["web"].unknown
    assert (item.name, "is no version" in item.reason) == ("package libssl3", True)


# Figures and pages


def test_figures_count_what_fell_due_and_are_on_the_record_of_that_day(home: Path) -> None:
    mended, left = with_openssl("mended", START), with_openssl("left", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    with clock(START + 3 * DAY):
        report(mended, facts([("libssl3:openssl", NEW)]), START + 3 * DAY)
    now = START + 12 * DAY
    with clock(now):
        report(mended, facts([("libssl3:openssl", NEW)]), now)
    hold(now, advisory("CVE-2026-1", OPENSSL))
    with clock(now):
        noted = note_figures(ACTOR, now)
    assert (noted["kept"], noted["due"], noted["closed"], noted["median_tenths"]) == (1, 2, 1, 20)
    assert (noted["reporting"], noted["known"], noted["silent"]) == (1, 2, 1)
    assert noted["open"]["exploited"] == [0, 1, 0, 0, 0]
    assert [one["name"] for one in noted["worst"]] == [left.name]
    shown = last_figures()
    assert shown is not None
    assert (shown.median, shown.worst[0][1]) == ("2", START + 8 * DAY)
    sealing.seal()
    with asof.viewing(asof.view_at(START + 5 * DAY)):
        assert last_figures() is None


@pytest.fixture
def client(home: Path) -> Client:
    client = browser()
    sign_in(client, Role.OWNER)
    return client


def test_the_list_is_in_the_order_of_work_and_says_why(client: Client) -> None:
    with_openssl("web", START)
    with_openssl("db", START)
    other = below("Debian:12/openssl", MIDDLE)
    hold(START + DAY, advisory("CVE-2026-2", other), advisory("CVE-2026-1", OPENSSL))
    answer = client.get("/patching/weaknesses/", {"format": "json"})
    found = json.loads(answer.getvalue())["rows"]
    assert [(one["id"], one["urgency"], one["hosts"]) for one in found] == [
        ("CVE-2026-1", "Exploited", 2),
        ("CVE-2026-2", "Ordinary", 2),
    ]
    assert found[0]["why"].startswith("exploited in the wild (KEV)")
    page = client.get("/patching/weaknesses/").content.decode()
    assert "CVE-2026-1" in page
    narrowed = client.get("/patching/weaknesses/", {"format": "json", "urgency": "ordinary"})
    assert len(json.loads(narrowed.getvalue())["rows"]) == 1
    for name in ("web", "db"):  # the graver one is mended everywhere, and no longer stands first
        with clock(START + 2 * DAY):
            one = Host.objects.get(name=name)
            report(one, facts([("libssl3:openssl", NEW), ("openssl", "1.0-1")]), START + 2 * DAY)
    hold(START + 2 * DAY, advisory("CVE-2026-2", below("Debian:12/openssl", "1.1-1")), advisory("CVE-2026-1"))
    reorder()  # as after every matching
    found = json.loads(client.get("/patching/weaknesses/", {"format": "json"}).getvalue())["rows"]
    assert [(one["id"], one["hosts"]) for one in found] == [("CVE-2026-2", 2), ("CVE-2026-1", 0)]
    assert (found[1]["points"], found[1]["why"]) == (0, "open nowhere any more")


def test_the_page_of_a_cve_names_every_host_since_when_and_by_which_entries(client: Client) -> None:
    web = with_openssl("web", START)
    hold(START + DAY, advisory("DSA-1-1", OPENSSL, aliases=["CVE-2026-1"]))
    with clock(START + 3 * DAY):
        report(web, facts([("libssl3:openssl", NEW)]), START + 3 * DAY)
    hold(START + 3 * DAY, advisory("DSA-1-1", OPENSSL, aliases=["CVE-2026-1"]))
    for name in ("CVE-2026-1", "DSA-1-1"):
        page = client.get(f"/patching/weaknesses/{name}/").content.decode()
        for part in ("web", OLD, NEW, "Mended in time", "CISA lists it as exploited", "/ledger/"):
            assert part in page
    assert client.get("/patching/weaknesses/CVE-1999-1/").status_code == 404


def test_the_page_of_an_advisory_tells_how_grave_it_was_known_to_be_on_that_day(client: Client) -> None:
    with_openssl("web", START)
    for days, chance in ((1, 0.021), (2, 0.024), (4, 0.9)):
        at = START + days * DAY
        with clock(at):
            epss = Enrichment("CVE-2026-2", epss=chance, cvss=RATED.cvss)
            match(ACTOR, [feed([advisory("CVE-2026-2", OPENSSL)], at, epss)], Weights(), at)
    assert Rating.objects.count() == 2, "less than a per cent is no news"
    sealing.seal()
    page = client.get("/patching/weaknesses/CVE-2026-2/").content.decode()
    assert "How grave it was known to be" in page
    assert page.count("Critical:") == 2
    then = (START + 3 * DAY).isoformat().replace("+00:00", "Z")
    page = client.get(f"/patching/weaknesses/CVE-2026-2/?as_of={then}").content.decode()
    assert "Critical:" not in page
    assert "Ordinary:" in page
    Rating.objects.all().delete()  # as in a home that an earlier release made
    page = client.get(f"/patching/weaknesses/CVE-2026-2/?as_of={then}").content.decode()
    assert "was not kept yet" in page


def test_a_cve_on_many_hosts_is_told_in_pages_where_it_is_open_and_longest_first(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weak_views, "AT_ONCE", 1)
    mended = with_openssl("mended", START)
    for number in (2, 1):
        with_openssl(f"web-{number}", START + timedelta(hours=number))
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    address = "/patching/weaknesses/CVE-2026-1/"
    with clock(START + 2 * DAY):
        report(mended, facts([("libssl3:openssl", NEW)]), START + 2 * DAY)
    assert "Open on 3 hosts ·" in client.get(address).content.decode(), "nobody looked at the new version yet"
    hold(START + 2 * DAY, advisory("CVE-2026-1", OPENSSL))
    shown = [client.get(address, {"page": number}).content.decode() for number in (1, 2, 3)]
    for page, name in zip(shown, ("web-1", "web-2", "mended"), strict=True):
        assert re.findall(r">(web-.|mended)</", page) == [name]
        assert "Open on 2 hosts of 3 that have or had it" in " ".join(page.split())
    assert "page=2" in shown[0]
    assert "page=1" in shown[1]
    assert "Page 3 of 3" in shown[2]


def test_the_pages_of_a_host_and_of_a_package_name_what_is_open(client: Client) -> None:
    web = with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    of_host = f"/patching/software/hosts/{web.pk}/"
    of_package = f"/patching/software/{Installed.objects.get().software.package}/"
    for address in (of_host, of_package):
        page = client.get(address).content.decode()
        assert "/patching/weaknesses/CVE-2026-1/" in page
        assert "Exploited" in page
    with clock(START + 3 * DAY):
        report(web, facts([("libssl3:openssl", NEW)]), START + 3 * DAY)
    hold(START + 3 * DAY, advisory("CVE-2026-1", OPENSSL))
    assert "CVE-2026-1" not in client.get(of_host).content.decode(), "mended: no longer open here"
    assert "0 hosts" in client.get(of_package).content.decode()


def test_strangers_and_members_see_no_weakness(client: Client) -> None:
    with_openssl("web", START)
    hold(START + DAY, advisory("CVE-2026-1", OPENSSL))
    member = browser()
    sign_in(member, Role.MEMBER)
    assert member.get("/patching/weaknesses/").status_code == 404
    assert member.get("/patching/weaknesses/CVE-2026-1/").status_code == 404
