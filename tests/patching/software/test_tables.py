"""The tables of software follow the reports of hosts, and made anew they are the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.patching.software import following as software
from duecare.patching.software.following import catch_up, follow, missed, rebuild
from duecare.patching.software.installed import Triple, key_of, language_part, system_part
from duecare.patching.software.models import Installed, Reflected, Software
from duecare.program.judgement import Grade
from duecare.systems.actions import remove_host, take_in_report
from duecare.systems.models import Host, Report
from duecare.systems.reports import read_report
from tests.homes import fresh_home
from tests.patching.fleet import ACTOR, facts, host, report
from tests.systems.test_isolated import report as whole_report
from tests.systems.trees import alpine, debian, rhel, ubuntu

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rows() -> list[tuple[Any, ...]]:
    """All that the tables hold, but for the keys of their rows."""
    installed = Installed.objects.values_list(
        "host", "software__digest", "since", "until", "since_index", "until_index"
    )
    reflected = Reflected.objects.values_list(
        "index", "host", "report", "at", "told_at", "counted", "system", "languages"
    )
    return [*sorted(map(str, installed)), *sorted(map(str, reflected))]


def there(of: Host) -> set[tuple[str, str]]:
    """What a host has now."""
    found = Installed.objects.filter(host=of, until=None)
    return set(found.values_list("software__name", "software__version"))


def index_of(one: Report) -> int:
    found: int = Entry.objects.get(subject=one.pk, action="created").index
    return found


@pytest.mark.usefixtures("home")
class TestFollowing:
    def test_a_report_that_is_taken_in_is_followed_at_once(self) -> None:
        taken = take_in_report(whole_report(), ACTOR, utc_now(), Grade.IMPORTED, new_host=True)
        told = read_report(whole_report(), utc_now()).facts["packages"]["items"]
        assert there(taken.host) == {(item["name"], item["version"]) for item in told}
        assert Reflected.objects.get().index == index_of(taken.report)
        assert missed() == []

    def test_only_what_changed_costs_rows(self) -> None:
        one = host("web-1", START)
        first = report(one, facts([("a", "1"), ("b", "1"), ("c", "1")]), START)
        second = report(one, facts([("a", "1"), ("b", "2")]), START + HOUR)
        assert Installed.objects.count() == 4
        gone = Installed.objects.get(software__name="b", software__version="1")
        assert (gone.since, gone.until) == (START, START + HOUR)
        assert (gone.since_index, gone.until_index) == (index_of(first), index_of(second))
        assert there(one) == {("a", "1"), ("b", "2")}
        report(one, facts([("a", "1"), ("b", "2")]), START + 2 * HOUR)
        assert Installed.objects.count() == 4

    def test_software_stands_there_once_for_however_many_hosts(self) -> None:
        for name in ("web-1", "web-2"):
            report(host(name, START), facts([("a", "1")], [("PyPI", "Flask_X", "3.0")]), START)
        assert (Software.objects.count(), Installed.objects.count()) == (2, 4)
        told = Software.objects.get(name="a")
        assert (told.ecosystem, told.release, bytes(told.key or b"")) == (
            "Debian",
            "12",
            key_of("Debian", "1"),
        )
        assert Software.objects.get(ecosystem="PyPI").name == "flask-x"

    def test_what_was_not_read_whole_ends_nothing(self) -> None:
        one = host("web-1", START)
        report(one, facts([("a", "1")], [("npm", "x", "1.0.0")]), START)
        report(one, facts(state="unreadable"), START + HOUR)
        report(one, facts([("b", "1")], [], state="partial", languages_state="partial"), START + 2 * HOUR)
        assert there(one) == {("a", "1"), ("b", "1"), ("x", "1.0.0")}
        flags = Reflected.objects.order_by("index").values_list("system", "languages")
        assert list(flags) == [(True, True), (False, False), (False, False)]
        report(one, facts([("b", "1")], []), START + 3 * HOUR)
        assert there(one) == {("b", "1")}

    def test_a_report_of_an_older_state_changes_nothing(self) -> None:
        one = host("web-1", START)
        report(one, facts([("a", "2")]), START, gathered=START)
        late = report(one, facts([("a", "1")]), START + HOUR, gathered=START - HOUR)
        assert there(one) == {("a", "2")}
        assert not Reflected.objects.get(report=late.pk).counted
        assert not late.newest

    def test_a_removed_host_has_no_software_from_then_on(self) -> None:
        one = host("web-1", START)
        report(one, facts([("a", "1")]), START)
        remove_host(one, ACTOR, "sold", START + HOUR)
        (row,) = Installed.objects.all()
        assert row.until == START + HOUR
        assert row.until_index == Entry.objects.filter(subject=one.pk, kind="systems.host").last().index  # type: ignore[union-attr]
        assert missed() == []

    def test_a_follower_that_fails_stops_no_report_and_is_made_up_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(software, "_apply", lambda *arguments: 1 / 0)
            taken = take_in_report(whole_report(), ACTOR, utc_now(), Grade.IMPORTED, new_host=True)
        assert (Report.objects.count(), Installed.objects.count(), Reflected.objects.count()) == (1, 0, 0)
        assert missed() == [taken.host]
        assert catch_up() == 1
        assert there(taken.host)

    def test_a_report_whose_blob_is_gone_tells_nothing_and_ends_nothing(self, home: Path) -> None:
        one = host("web-1", START)
        report(one, facts([("a", "1")]), START)
        lost = report(one, facts([("b", "1")]), START + HOUR, followed=False)
        (home / "blobs" / lost.report[:2] / lost.report[2:]).unlink()
        assert follow(one) == 1
        assert there(one) == {("a", "1")}

    def test_a_damaged_key_is_put_right_when_the_tables_are_made_anew(self) -> None:
        report(host("web-1", START), facts([("a", "1")]), START)
        Software.objects.update(key=b"wrong")
        assert rebuild() == 1
        assert bytes(Software.objects.get().key or b"") == key_of("Debian", "1")


PACKAGES = st.frozensets(st.tuples(st.sampled_from("abc"), st.sampled_from(["1", "2", "2-1"])), max_size=4)
STEP = st.fixed_dictionaries(
    {
        "host": st.integers(0, 1),
        "system": PACKAGES,
        "languages": st.none() | PACKAGES,
        "state": st.sampled_from(["read", "read", "read", "partial", "unreadable"]),
        "languages_state": st.sampled_from(["read", "partial"]),
        "gathered": st.integers(-5, 5),
        "followed": st.booleans(),
    }
)


@pytest.fixture(scope="module")
def homes(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with fresh_home(template, tmp_path_factory.mktemp("tables")) as home:
        yield home


@settings(max_examples=25)
@given(steps=st.lists(STEP, max_size=8), removed=st.booleans())
def test_made_anew_the_tables_are_what_they_were_however_reports_came_in(
    homes: Path, steps: list[dict[str, Any]], removed: bool
) -> None:
    hosts = [host(f"web-{number}-{len(Host.objects.all())}", START) for number in range(2)]
    for number, step in enumerate(steps):
        languages = step["languages"]
        told = facts(
            step["system"],
            None if languages is None else [("npm", *one) for one in languages],
            state=step["state"],
            languages_state=step["languages_state"],
        )
        at = START + number * HOUR
        report(hosts[step["host"]], told, at, at + step["gathered"] * HOUR, followed=step["followed"])
    if removed:
        remove_host(hosts[0], ACTOR, "sold", START + 50 * HOUR)
    assert {one.pk for one in missed()} <= {one.pk for one in hosts}
    catch_up()
    before = rows()
    assert missed() == []
    for one in hosts:
        software._make_anew(one)  # as `rebuild` does for every host
    assert rows() == before
    for one in hosts:
        newest = Reflected.objects.filter(host=one, counted=True).exclude(report=None).last()
        marked = one.reports.filter(newest=True).first()
        assert (newest.report_id if newest else None) == (marked.pk if marked else None)


def test_one_missed_in_between_is_put_where_it_belongs(homes: Path) -> None:
    one = host("late", START)
    missed_one = report(one, facts([("a", "1")]), START, followed=False)
    report(one, facts([("a", "2")]), START + HOUR)
    Reflected.objects.filter(report=missed_one.pk).delete()
    assert follow(one) == 1
    before = rows()
    assert rebuild() == Reflected.objects.count()
    assert rows() == before


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (debian(), Triple("Debian", "13", "libssl3t64", "openssl", "3.5.4-1~deb13u1", "")),
        (ubuntu(), Triple("Ubuntu", "24.04", "openssl", "", "3.0.13-0ubuntu3.6", "")),
        (rhel(), None),
        (alpine(), None),
    ],
)
def test_packages_are_named_as_advisories_name_them(tree: Any, expected: Triple | None) -> None:
    part = system_part(tree.report()["facts"])
    assert part.whole
    if expected is not None:
        assert expected in part.found
    names = {(one.ecosystem, one.release) for one in part.found}
    assert names <= {("Debian", "13"), ("Ubuntu", "24.04"), ("Rocky Linux", "9"), ("Alpine", "v3.22")}
    assert all(key_of(one.ecosystem, one.version) is not None for one in part.found)


def test_a_language_package_cannot_pass_for_one_of_the_system() -> None:
    told = facts([], [("Debian", "openssl", "9"), ("npm", "a", "1.0.0")])
    assert {one.ecosystem for one in language_part(told).found} == {"npm"}


def test_text_beyond_all_measure_is_cut_and_undecided() -> None:
    (one,) = system_part(facts([("a", "1" * 4000)])).found
    assert len(one.version) == 250
    assert key_of(one.ecosystem, one.version) is None


def test_a_system_that_has_no_name_here_is_ordered_by_its_package_manager() -> None:
    (one,) = system_part(facts([("a", "1")], os=("kali", "2026"))).found
    assert (one.ecosystem, one.release) == ("dpkg", "")
    (one,) = system_part(facts([("a", "1")], os=("windows", "11"), manager="registry")).found
    assert (one.ecosystem, key_of(*one[::4])) == ("Windows", None)


def test_an_act_of_many_reports_is_followed_when_somebody_looks(homes: Path) -> None:
    one = host("bulk", START)
    report(one, facts([("a", "1")]), START, followed=False)
    with recording(ACTOR, "rename"):
        one.name = "bulk-2"
        one.save()
    assert catch_up() == 1
    assert there(one) == {("a", "1")}
