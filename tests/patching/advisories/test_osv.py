"""Records of the OSV schema keep all that they say, and what cannot be read stays undecided."""

from __future__ import annotations

from typing import Any

import pytest

from duecare.patching.advisories.interface import UNKNOWN_MODULE, Affected, Verdict
from tests.patching.advisories.reading import one, read, read_lines, shown


def record(*affected: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "X-1", "modified": "2026-01-02T03:04:05Z", "affected": list(affected), **more}


def package(
    name: str = "demo", ecosystem: str = "PyPI", *events: dict[str, str], **more: Any
) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    return {"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges, **more}


def said(*affected: dict[str, Any], **more: Any) -> Affected:
    (found,) = one(record(*affected, **more)).affected
    return found


def test_events_keep_their_order_and_are_not_judged() -> None:
    found = said(
        package(
            "Demo_Pkg", "PyPI", {"fixed": "2"}, {"introduced": "0"}, {"last_affected": "3"}, {"limit": "4"}
        )
    )
    assert (found.ecosystem, found.release, found.name, found.by_source) == ("PyPI", "", "demo-pkg", False)
    assert shown(found.ranges[0]) == "fixed 2, introduced 0, last_affected 3, limit 4"


def test_a_limit_of_a_star_is_no_limit() -> None:
    found = said(package("demo", "PyPI", {"introduced": "0"}, {"limit": "*"}))
    assert shown(found.ranges[0]) == "introduced 0"


@pytest.mark.parametrize(
    ("ecosystem", "expected"),
    [
        ("Debian:12", ("Debian", "12", True)),
        ("Debian:bookworm", ("Debian", "12", True)),
        ("Alpine:v3.18", ("Alpine", "3.18", True)),
        ("Ubuntu:22.04:LTS", ("Ubuntu", "22.04", True)),
        ("Ubuntu:Pro:18.04:LTS", ("Ubuntu", "Pro:18.04", True)),
        ("AlmaLinux:9", ("AlmaLinux", "9", False)),
        ("Maven:https://example.org/repository", ("Maven", "", False)),
        ("Debian", ("Debian", "", True)),
    ],
)
def test_the_release_is_told_from_the_ecosystem(ecosystem: str, expected: tuple[str, str, bool]) -> None:
    found = said(package("demo", ecosystem, {"introduced": "0"}))
    assert (found.ecosystem, found.release, found.by_source) == expected


def test_versions_one_by_one_stand_beside_ranges() -> None:
    found = said(package("demo", "PyPI", {"introduced": "0"}, {"fixed": "1"}, versions=["2.0", "2.1"]))
    assert found.versions == ("2.0", "2.1")
    assert found.said is Verdict.AFFECTED


def test_aliases_relatives_dates_and_severity_are_kept() -> None:
    advisory = one(
        record(
            package("demo", "PyPI", {"introduced": "0"}),
            aliases=["CVE-2026-0001", "CVE-2026-0001", "GHSA-x"],
            related=["CVE-2026-0002"],
            upstream=["CVE-2026-0003"],
            severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}],
            summary="  A\n flaw ",
            published="2026-01-01T00:00:00Z",
            withdrawn="2026-02-01T00:00:00+01:00",
        )
    )
    assert advisory.aliases == ("CVE-2026-0001", "GHSA-x")
    assert advisory.related == ("CVE-2026-0002", "CVE-2026-0003")
    assert advisory.severity == ("CVSS:3.1/AV:N",)
    assert advisory.summary == "A flaw"
    assert advisory.withdrawn is not None
    assert advisory.withdrawn.isoformat() == "2026-01-31T23:00:00+00:00"


def test_without_a_vector_the_source_s_word_is_the_severity() -> None:
    advisory = one(record(package(), database_specific={"severity": "HIGH"}))
    assert advisory.severity == ("HIGH",)


def test_a_year_before_1970_is_no_time() -> None:
    advisory = one(record(package(), modified="0001-01-01T00:00:00Z", published="0001-01-01T00:00:00Z"))
    assert advisory.modified is None
    assert advisory.published is None


def test_ranges_of_commits_alone_leave_a_package_undecided() -> None:
    commits = {"type": "GIT", "repo": "https://example.org/r", "events": [{"introduced": "0"}]}
    found = said({"package": {"ecosystem": "PyPI", "name": "demo"}, "ranges": [commits]})
    assert (found.said, found.ranges) == (Verdict.UNDECIDED, ())
    assert "commits" in found.note
    without = said({"ranges": [commits]})
    assert (without.ecosystem, without.name, without.said) == (
        "GIT",
        "https://example.org/r",
        Verdict.UNDECIDED,
    )


def test_commits_beside_versions_are_left_aside() -> None:
    commits = {"type": "GIT", "repo": "https://example.org/r", "events": [{"introduced": "0"}]}
    both = package("demo", "PyPI", {"introduced": "0"}, {"fixed": "1"})
    both["ranges"].append(commits)
    found = said(both)
    assert [shown(events) for events in found.ranges] == ["introduced 0, fixed 1"]


def test_neither_ranges_nor_versions_leave_a_package_undecided() -> None:
    assert said(package()).said is Verdict.UNDECIDED


def test_a_range_without_events_is_refused_and_leaves_a_package_undecided() -> None:
    good = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1"}]}
    loaded = read(
        record(
            {
                "package": {"ecosystem": "PyPI", "name": "demo"},
                "ranges": [good, {"type": "ECOSYSTEM", "events": []}],
            }
        )
    )
    (fault,) = loaded.faults
    assert (fault.place, fault.reason) == (
        "feed.json: X-1: affected[0]",
        "a range has no events; the range is refused",
    )
    kept, undecided = loaded.advisories[0].affected
    assert (kept.said, len(kept.ranges)) == (Verdict.AFFECTED, 1)
    assert (undecided.said, undecided.ranges, undecided.name) == (Verdict.UNDECIDED, (), "demo")


def test_an_unknown_event_refuses_its_range() -> None:
    loaded = read(record(package("demo", "PyPI", {"introduced": "0"}, {"sometimes": "1"})))
    assert len(loaded.faults) == 1
    assert loaded.advisories[0].affected[0].said is Verdict.UNDECIDED


def test_a_version_of_ten_megabytes_stays_no_version() -> None:
    loaded = read(record(package("demo", "PyPI", {"introduced": "0"}, {"fixed": "1" * 10_000_000})))
    (fault,) = loaded.faults
    assert "10,000,000 characters" in fault.reason
    (events,) = loaded.advisories[0].affected[0].ranges
    assert len(events[1].version) == 251  # more than any scheme takes


def test_a_package_may_be_called_anything() -> None:
    found = said(package("../../etc/passwd", "npm", {"introduced": "0"}))
    assert found.name == "../../etc/passwd"


def test_go_s_own_ranges_stand_for_one_that_is_open() -> None:
    custom = {"custom_ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.9.0"}]}]}
    found = said(package("k8s.io/x", "Go", {"introduced": "0"}, ecosystem_specific=custom))
    assert [shown(events) for events in found.ranges] == ["introduced 0, fixed 1.9.0"]
    assert found.note
    closed = said(
        package("k8s.io/x", "Go", {"introduced": "0"}, {"fixed": "1.0.0"}, ecosystem_specific=custom)
    )
    assert [shown(events) for events in closed.ranges] == [
        "introduced 0, fixed 1.0.0",
        "introduced 0, fixed 1.9.0",
    ]


@pytest.mark.parametrize(
    ("summary", "version", "module"),
    [
        ("Important: nodejs:18 security update", "1:18.20-1.module_el8.9.0+1+a", "nodejs:18"),
        ("ALSA-2022:5468: php:8.0 security update (Important)", "8.0-1.module_el9+1+a", "php:8.0"),
        ("Moderate: httpd:2.4/mod_http2 security update", "1-1.module_el8+1+a", "httpd:2.4"),
        ("Moderate: container-tools security update", "1-1.module_el8+1+a", UNKNOWN_MODULE),
        ("Moderate: virt:rhel and virt-devel:rhel security update", "1-1.module_el8+1+a", UNKNOWN_MODULE),
        ("Moderate: kernel:4.18.0 security update", "4.18.0-1.el8", ""),
    ],
)
def test_a_module_is_told_by_its_version_and_its_stream_by_the_summary(
    summary: str, version: str, module: str
) -> None:
    found = said(package("demo", "AlmaLinux:8", {"introduced": "0"}, {"fixed": version}), summary=summary)
    assert found.module == module


def test_two_records_of_one_id_in_one_file_are_joined() -> None:
    eight = record(package("demo", "AlmaLinux:8", {"introduced": "0"}))
    nine = record(package("demo", "AlmaLinux:9", {"introduced": "0"}), modified="2026-01-01T00:00:00Z")
    loaded = read_lines(eight, nine, nine)
    (advisory,) = loaded.advisories
    assert [one.release for one in advisory.affected] == ["8", "9"]
    assert loaded.files[0].count == 3


def test_aliases_in_a_circle_are_harmless() -> None:
    first = record(package(), aliases=["X-2", "X-1"])
    second = {**record(package(), aliases=["X-1"]), "id": "X-2"}
    assert [one.aliases for one in read_lines(first, second).advisories] == [("X-2", "X-1"), ("X-1",)]
