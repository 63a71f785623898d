"""The pages of software: what is there, where it is, and who ran what below a version on a day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from duecare.ledger.viewers import Role, Viewer
from duecare.patching.software.following import package_key
from duecare.program.search import search
from duecare.site import first_run
from duecare.systems.actions import remove_host
from duecare.systems.models import Host
from tests.homes import fresh_home
from tests.patching.fleet import ACTOR, facts, host, report
from tests.people import browser, sign_in
from tests.site.past import clock

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
"""When the first report came in."""
LATE = START + 40 * DAY
OLD, NEW, PATCHED = "3.0.14-1~deb12u2", "3.0.15-1~deb12u1", "3.0.16-1~deb12u1"


@pytest.fixture(scope="module")
def fleet(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Hosts of which each had openssl in another way."""
    with fresh_home(template, tmp_path_factory.mktemp("software")) as home:
        cache.clear()
        _history()
        yield home
        first_run.forget()


def _history() -> None:
    with clock(START):
        hosts = {name: host(name, START) for name in ("steady", "mended", "silent", "odd", "sold", "blind")}
        for name in ("steady", "mended", "silent", "sold"):
            report(hosts[name], facts([("openssl", OLD), ("libssl3:openssl", OLD)]), START)
        report(hosts["odd"], facts([("openssl", "not a version!")], [("npm", "../../x", "1.0.0")]), START)
        report(hosts["blind"], facts([], state="unreadable"), START)
    with clock(START + 2 * DAY):
        report(hosts["mended"], facts([("openssl", NEW)]), START + 2 * DAY)
        for name in ("steady", "odd"):
            again = [("openssl", OLD if name == "steady" else "not a version!")]
            report(hosts[name], facts(again, [("npm", "../../x", "1.0.0")]), START + 2 * DAY)
    with clock(START + 3 * DAY):
        remove_host(hosts["sold"], ACTOR, "sold", START + 3 * DAY)
    with clock(LATE):
        without = host("without", LATE)
        report(without, facts([("bash", "5.2-1")]), LATE)
        report(hosts["steady"], facts([("openssl", PATCHED)]), LATE)


@pytest.fixture
def client(fleet: Path) -> Client:
    client = browser()
    sign_in(client, Role.OWNER)
    return client


def rows(client: Client, address: str, **query: str) -> list[dict[str, Any]]:
    answer = client.get(address, {**query, "format": "json"})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = json.loads(answer.getvalue())["rows"]
    return found


def text(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def asked(client: Client, **query: str) -> dict[str, tuple[str, str]]:
    """By host and name: the answer, and whether that was known on the day."""
    found = rows(client, "/patching/software/asked/", **query)
    return {f"{one['host']} {one['name']}": (one["answer"], one["known"]) for one in found}


class TestWhoRanWhat:
    def test_which_hosts_ran_it_below_a_version_on_a_day_long_past(self, client: Client) -> None:
        assert asked(client, name="openssl", below="3.0.15", on="2026-03-02") == {
            "mended openssl": ("below", "known"),
            "mended libssl3": ("below", "known"),
            "odd openssl": ("undecided", "known"),
            "silent openssl": ("below", "known"),
            "silent libssl3": ("below", "known"),
            "sold openssl": ("below", "known"),
            "sold libssl3": ("below", "known"),
            "steady openssl": ("below", "known"),
            "steady libssl3": ("below", "known"),
        }

    def test_after_a_report_that_shows_the_newer_version_a_host_is_no_longer_named(
        self, client: Client
    ) -> None:
        answer = asked(client, name="openssl", below="3.0.15", on="2026-03-03")
        assert "mended openssl" not in answer
        assert answer["steady openssl"] == ("below", "known")

    def test_a_host_that_stopped_reporting_is_said_to_be_not_known_since(self, client: Client) -> None:
        answer = asked(client, name="openssl", below="3.0.15", on="2026-03-20")
        assert answer["silent openssl"] == ("below", "unknown")
        assert "sold openssl" not in answer

    def test_a_host_of_which_nothing_is_known_is_never_counted_as_being_without(self, client: Client) -> None:
        page = text(client, "/patching/software/asked/", name="openssl", below="3.0.15", on="2026-04-10")
        assert "it never told" in page  # blind
        counts = self.reach(client, name="openssl", below="3.0.15", on="2026-04-10")
        # steady is patched and without is without; mended and odd last told in March.
        assert (counts["hosts"], counts["found"], counts["without"], counts["unknown"]) == (6, 2, 2, 2)
        assert {one["name"]: one["since"] is None for one in counts["named"]} == {
            "blind": True,
            "mended": False,
        }

    def reach(self, client: Client, **query: str) -> dict[str, Any]:
        from duecare.patching.software import queries, views
        from duecare.patching.software.models import Installed

        viewer = Viewer("terminal:x", "x", frozenset({Role.OWNER}))
        listing = views.asked_listing(viewer, query, LATE + DAY)
        from django.http import QueryDict
        from django.utils.http import urlencode

        asked = listing.read(QueryDict(urlencode(query)), Installed)
        narrowed = listing.narrow(views.asked_rows(viewer, query, LATE + DAY), asked)
        found = queries.reach(narrowed, query["name"], views.moment_of(query, LATE + DAY))
        return {
            "hosts": found.hosts,
            "found": found.found,
            "without": found.without,
            "unknown": found.unknown,
            "named": [{"name": one.name, "since": since} for one, since in found.named],
        }

    def test_without_a_day_it_is_asked_of_today_and_without_a_version_who_has_it_at_all(
        self, client: Client
    ) -> None:
        answer = asked(client, name="openssl")
        assert answer["mended openssl"] == ("there", "unknown")
        assert set(answer) == {
            "mended openssl", "odd openssl", "silent libssl3", "silent openssl", "steady openssl",
        }  # fmt: skip

    def test_without_a_name_the_page_asks_for_it(self, client: Client) -> None:
        assert "Say which software" in text(client, "/patching/software/asked/")
        answer = client.get("/patching/software/asked/", {"below": "3"})  # an empty list would look clean
        assert answer.status_code == 400
        assert "does not say which software" in answer.content.decode()

    def test_the_list_leads_there_when_it_is_asked_so(self, client: Client) -> None:
        answer = client.get("/patching/software/", {"name": "openssl", "below": "3.0.15", "on": "2026-03-03"})
        assert answer.status_code == 302
        assert answer["Location"].startswith("/patching/software/asked/?name=openssl&below=3.0.15")

    @pytest.mark.parametrize("on", ["3 March", "2026-13-01"])
    def test_a_day_that_is_none_is_refused_with_what_would_be_understood(
        self, client: Client, on: str
    ) -> None:
        answer = client.get("/patching/software/asked/", {"name": "openssl", "on": on})
        assert answer.status_code == 400
        assert "Write it as 2026-03-01" in answer.content.decode()

    def test_on_a_past_day_it_is_answered_by_what_was_recorded_by_then(self, client: Client) -> None:
        found = rows(client, "/patching/software/asked/", name="openssl", as_of="2026-03-01")
        assert {one["host"] for one in found} == {"mended", "odd", "silent", "sold", "steady"}
        assert {one["version"] for one in found} == {OLD, "not a version!"}


class TestLists:
    def test_software_stands_there_with_its_hosts(self, client: Client) -> None:
        found = {(one["name"], one["version"]): one for one in rows(client, "/patching/software/")}
        assert found["openssl", OLD]["hosts"] == 1
        assert found["libssl3", OLD]["source"] == "openssl"
        assert found["bash", "5.2-1"]["ecosystem"] == "Debian"
        assert found["openssl", PATCHED]["release"] == "12"

    def test_on_a_past_day_it_is_what_was_there_then(self, client: Client) -> None:
        found = {
            (one["name"], one["version"]): one["hosts"]
            for one in rows(client, "/patching/software/", as_of="2026-03-01")
        }
        assert found == {
            ("../../x", "1.0.0"): 1,
            ("libssl3", OLD): 4,
            ("openssl", OLD): 4,
            ("openssl", "not a version!"): 1,
        }

    def test_it_is_filtered(self, client: Client) -> None:
        names = {one["name"] for one in rows(client, "/patching/software/", ecosystem="npm")}
        assert names == {"../../x"}
        undecided = rows(client, "/patching/software/", order="undecided")
        assert [one["version"] for one in undecided] == ["not a version!"]
        assert "order undecided" in text(client, "/patching/software/", order="undecided")

    def test_a_package_tells_its_versions_and_its_hosts_then_and_now(self, client: Client) -> None:
        address = f"/patching/software/{package_key('Debian', 'openssl')}/"
        now = {(one["host"], one["version"]) for one in rows(client, address, state="there")}
        assert now == {("mended", NEW), ("odd", "not a version!"), ("silent", OLD), ("steady", PATCHED)}
        gone = {one["host"]: one["until"] for one in rows(client, address, state="gone")}
        assert set(gone) == {"mended", "steady", "sold"}
        then = rows(client, address, as_of="2026-03-01")
        assert {(one["version"], one["until"]) for one in then} == {(OLD, None), ("not a version!", None)}
        page = text(client, address)
        assert page.index(PATCHED) < page.index(NEW) < page.index(OLD)
        assert "order undecided" in page

    def test_a_package_whose_name_climbs_folders_has_an_address_like_any_other(self, client: Client) -> None:
        (row,) = rows(client, "/patching/software/", ecosystem="npm")
        address = f"/patching/software/{package_key('npm', row['name'])}/"
        assert f'href="{address}"' in text(client, "/patching/software/", ecosystem="npm")
        assert "../../x" in text(client, address)

    def test_a_host_tells_what_it_has_and_had(self, client: Client) -> None:
        one = Host.objects.get(name="steady")
        address = reverse("host-software", args=[one.pk])
        assert address in text(client, reverse("host", args=[one.pk]))
        assert {(row["name"], row["version"]) for row in rows(client, address, state="there")} == {
            ("openssl", PATCHED),
            ("../../x", "1.0.0"),  # of packages of languages its last report told nothing
        }
        assert {row["name"] for row in rows(client, address, state="gone")} == {"openssl", "libssl3"}
        assert "never told in full" in text(
            client, reverse("host-software", args=[Host.objects.get(name="blind").pk])
        )

    def test_before_its_first_report_a_package_is_not_there(self, client: Client) -> None:
        address = f"/patching/software/{package_key('Debian', 'bash')}/"
        assert client.get(address).status_code == 200
        assert client.get(address, {"as_of": "2026-03-02"}).status_code == 404

    def test_it_is_found_by_its_name_and_by_what_it_is_built_from(self, fleet: Path) -> None:
        viewer = Viewer("terminal:x", "x", frozenset({Role.OWNER}))
        (group,) = search("openssl", viewer, "software").groups
        assert [(hit.title, hit.url) for hit in group.hits] == [
            ("openssl", f"/patching/software/{package_key('Debian', 'openssl')}/"),
            ("libssl3", f"/patching/software/{package_key('Debian', 'libssl3')}/"),
        ]


def test_who_is_there_for_patching_alone_sees_names_of_hosts_without_their_pages(fleet: Path) -> None:
    client = browser()
    sign_in(client, Role.MANAGER, areas=["patching"])
    page = text(client, "/patching/software/asked/", name="openssl", below="3.0.15")
    assert "silent" in page
    assert 'href="/systems/' not in page


def test_who_is_there_for_another_area_sees_none_of_it(fleet: Path) -> None:
    client = browser()
    sign_in(client, Role.MANAGER, areas=["systems"])
    one = Host.objects.get(name="steady")
    for address in (
        "/patching/software/",
        "/patching/software/asked/",
        f"/patching/software/hosts/{one.pk}/",
    ):
        assert client.get(address).status_code == 404
    assert "/patching/" not in text(client, reverse("host", args=[one.pk]))
