"""Each other format of advisories, by what its records become."""

from __future__ import annotations

import json

import pytest

from duecare.patching.advisories.interface import Advisory, Verdict
from tests.patching.advisories.reading import one, read, read_lines, shown

NPM = {
    "id": 7,
    "module_name": "Demo",
    "vulnerable_versions": "<=1.5.1 || >=2.0.0 <2.0.3",
    "patched_versions": ">=1.5.2 <2.0.0 || >=2.0.3",
    "cves": ["CVE-2014-7205"],
    "publish_date": "2014-09-27",
    "cvss_vector": "CVSS:3.0/AV:N",
}
CORE = {
    "cve": ["CVE-2022-35256"],
    "path": "vuln/core/100.json",
    "vulnerable": "14.x || 16.x",
    "patched": "^14.20.1",
    "ref": "https://example.org",
}


def ranges(advisory: Advisory) -> list[str]:
    return [shown(events) for said in advisory.affected for events in said.ranges]


def test_npm_ranges_end_with_the_fix_that_is_named() -> None:
    advisory = one(NPM)
    assert (advisory.id, advisory.aliases, advisory.feed) == ("NSWG-ECO-7", ("CVE-2014-7205",), "npm")
    assert (advisory.affected[0].ecosystem, advisory.affected[0].name) == ("npm", "demo")
    assert ranges(advisory) == [
        "introduced 0, last_affected 1.5.1, fixed 1.5.2",
        "introduced 2.0.0, fixed 2.0.3",
    ]


def test_an_end_that_nobody_calls_fixed_is_only_an_end() -> None:
    assert ranges(one({**NPM, "vulnerable_versions": "<3.0.0", "patched_versions": None})) == [
        "introduced 0, below 3.0.0"
    ]


def test_node_itself_is_what_is_vulnerable_less_what_is_patched() -> None:
    advisory = one(CORE)
    assert (advisory.id, advisory.affected[0].ecosystem) == ("NSWG-COR-100", "node")
    assert ranges(advisory) == [
        "introduced 14.0.0-0, fixed 14.20.1",
        "introduced 16.0.0-0, below 17.0.0-0",
    ]


def test_an_index_holds_its_records_by_number() -> None:
    index = {"1": {**NPM, "id": 1}, "2": {**NPM, "id": 2, "vulnerable_versions": "rubbish"}}
    loaded = read_lines({**NPM, "path": "vuln/npm/1.json"}, {**index, "path": "vuln/npm/index.json"})
    assert [advisory.id for advisory in loaded.advisories] == ["NSWG-ECO-1", "NSWG-ECO-2"]
    assert loaded.advisories[1].affected[0].said is Verdict.UNDECIDED
    assert len(loaded.faults) == 1
    assert "'rubbish' is no range of npm's" in loaded.faults[0].reason


PHP = {
    "reference": "composer://Vendor/Demo",
    "title": "A flaw",
    "cve": "CVE-2016-4855",
    "path": "vendor/demo/CVE-2016-4855.yaml",
    "branches": {
        "1.x": {"time": "2016-08-28 23:50:00", "versions": [">=1.0", "<1.20.6"]},
        "2.x": {"time": None, "versions": ["<=2.1", ">2.0"]},
    },
}


def test_php_branches_are_ranges() -> None:
    advisory = one(PHP)
    assert (advisory.id, advisory.affected[0].name) == ("vendor/demo/CVE-2016-4855", "vendor/demo")
    assert ranges(advisory) == ["introduced 1.0, fixed 1.20.6", "last_affected 2.1, after 2.0"]
    assert advisory.published is not None
    assert advisory.published.isoformat() == "2016-08-28T23:50:00+00:00"


@pytest.mark.parametrize("versions", [["~1.0"], [], ["<1", "<2"], None, ["==1", "<2"]])
def test_a_php_branch_that_cannot_be_read_leaves_the_package_undecided(versions: list[str] | None) -> None:
    good = PHP["branches"]["1.x"]  # type: ignore[index]
    loaded = read({**PHP, "branches": {"1.x": good, "odd": {"versions": versions}}})
    assert [said.said for said in loaded.advisories[0].affected] == [Verdict.AFFECTED, Verdict.UNDECIDED]
    assert loaded.faults[0].place == "feed.json: vendor/demo/CVE-2016-4855: odd"


def test_retire_js_names_npm_packages_where_there_are_any() -> None:
    extractors: dict[str, list[str]] = {"func": []}
    loaded = read(
        {
            "jquery": {
                "npmname": "jQuery",
                "extractors": extractors,
                "vulnerabilities": [
                    {"below": "1.6.3", "severity": "medium", "identifiers": {"CVE": ["CVE-2011-4969"]}},
                    {"atOrAbove": "2.0", "below": "2.1", "identifiers": {"CVE": ["CVE-2011-4969"]}},
                    {"severity": "low", "identifiers": {"bug": "1"}},
                ],
            },
            "YUI": {
                "extractors": extractors,
                "vulnerabilities": [{"atOrAbove": "3", "identifiers": {"retid": "9"}}],
            },
        }
    )
    jquery, yui = loaded.advisories
    assert (jquery.id, jquery.affected[0].ecosystem, jquery.affected[0].name) == (
        "CVE-2011-4969",
        "npm",
        "jquery",
    )
    assert ranges(jquery) == ["introduced 0, below 1.6.3", "introduced 2.0, below 2.1"]
    assert (yui.id, yui.affected[0].ecosystem, yui.affected[0].name) == (
        "retire.js/YUI/9",
        "retire.js",
        "YUI",
    )
    assert ranges(yui) == ["introduced 3"]
    assert [fault.place for fault in loaded.faults] == ["feed.json: jquery: 2"]


DSA = b"""\
[17 Mar 2023] DSA-5356-2 sox - regression update
\t[bullseye] - sox 14.4.2+git20190427-2+deb11u2
[16 Apr 2006] DSA-1419-1 openoffice.org - several
\t{CVE-2006-0001 CVE-2006-0002}
\t[sarge] - openoffice.org <not-affected> (Vulnerable code not present)
\t[woody] - hsqldb  1.0-1
\t[etch] - squid <end-of-life>
\tNOTE: words
\tsomething else
[99 Foo 2023] DSA-1 broken - date
"""


def test_debian_s_list_is_read_line_by_line() -> None:
    loaded = read(DSA, "list")
    sox, office, broken = loaded.advisories
    assert (sox.id, sox.summary, sox.feed) == ("DSA-5356-2", "sox - regression update", "debian")
    assert ranges(sox) == ["introduced 0, fixed 14.4.2+git20190427-2+deb11u2"]
    assert [(one.ecosystem, one.release, one.by_source) for one in sox.affected] == [("Debian", "11", True)]
    assert office.related == ("CVE-2006-0001", "CVE-2006-0002")
    assert [(one.release, one.said, len(one.ranges)) for one in office.affected] == [
        ("3.1", Verdict.NOT_AFFECTED, 0),
        ("3.0", Verdict.AFFECTED, 1),
        ("4", Verdict.AFFECTED, 1),
    ]
    assert office.affected[2].note == "<end-of-life>"
    assert broken.published is None
    assert [fault.place for fault in loaded.faults] == ["list: line 9", "list: DSA-1"]


def test_debian_s_list_and_what_was_parsed_from_it_are_the_same() -> None:
    parsed = {
        "id": "DSA-5356-2",
        "date": "2023-03-17",
        "summary": "sox - regression update",
        "cves": [],
        "pkgs": [
            {"release": "bullseye", "source": "sox", "fixed": "14.4.2+git20190427-2+deb11u2", "note": ""}
        ],
    }
    assert one(parsed) == read(DSA, "list").advisories[0]


def test_debian_s_tracker_says_what_is_open_fixed_and_not_known() -> None:
    def release(status: str, **more: str) -> dict[str, str]:
        return {"status": status, **more}

    tracker = {
        "openssl": {
            "CVE-2026-0001": {
                "description": "A flaw",
                "releases": {
                    "bookworm": release("resolved", fixed_version="3.0.1-1", urgency="high"),
                    "trixie": release("open", urgency="not yet assigned", nodsa="Minor issue"),
                    "bullseye": release("resolved", fixed_version="0"),
                    "buster": release("open", urgency="end-of-life"),
                    "sid": release("undetermined"),
                    "stretch": release("pondered"),
                },
            },
            "CVE-2026-0002": {"releases": {"bookworm": {"fixed_version": "1"}}},
        },
        "edk2": {"CVE-2026-0001": {"releases": {"bookworm": release("open")}}},
    }
    loaded = read(tracker)
    advisory, lost = loaded.advisories
    assert advisory.id == "CVE-2026-0001"
    assert advisory.severity == ("high",)
    assert (lost.id, lost.affected[0].name, lost.affected[0].said) == (
        "CVE-2026-0002",
        "openssl",
        Verdict.UNDECIDED,
    ), "what cannot be read is undecided for its package, in every release"
    assert loaded.files[0].unplaced == {}
    told = {
        (one.name, one.release): (one.said, [shown(each) for each in one.ranges], one.note)
        for one in advisory.affected
    }
    assert told == {
        ("openssl", "12"): (Verdict.AFFECTED, ["introduced 0, fixed 3.0.1-1"], ""),
        ("openssl", "13"): (Verdict.AFFECTED, ["introduced 0"], "<unfixed> Minor issue"),
        ("openssl", "11"): (Verdict.NOT_AFFECTED, [], ""),
        ("openssl", "10"): (Verdict.AFFECTED, ["introduced 0"], "<end-of-life>"),
        ("openssl", "sid"): (Verdict.UNDECIDED, [], "Debian has not yet looked whether it is affected"),
        ("openssl", "9"): (Verdict.UNDECIDED, [], "Debian has not yet looked whether it is affected"),
        ("edk2", "12"): (Verdict.AFFECTED, ["introduced 0"], "<unfixed>"),
    }  # fmt: skip
    assert len(loaded.faults) == 2
    assert loaded.files[0].format == "Debian tracker"


VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.org/vex-1",
    "timestamp": "2026-01-01T00:00:00Z",
    "statements": [
        {
            "vulnerability": {"name": "CVE-2026-0001", "aliases": ["GHSA-x"]},
            "products": [{"@id": "pkg:pypi/Demo_Pkg@1.0"}, {"identifiers": {"purl": "pkg:npm/%40a/b"}}],
            "status": "not_affected",
            "justification": "vulnerable_code_not_present",
        },
        {"vulnerability": "CVE-2026-0002", "products": ["pkg:deb/debian/curl"], "status": "fixed"},
        {"vulnerability": "CVE-2026-0003", "products": ["pkg:oci/image"], "status": "affected"},
        {"vulnerability": "CVE-2026-0004", "status": "maybe"},
    ],
}


def test_openvex_statements_speak_of_versions_or_whole_packages() -> None:
    loaded = read(VEX)
    first, second, third = loaded.advisories
    assert first.aliases == ("CVE-2026-0001", "GHSA-x")
    assert [(one.ecosystem, one.name, one.versions, one.said) for one in first.affected] == [
        ("PyPI", "demo-pkg", ("1.0",), Verdict.NOT_AFFECTED),
        ("npm", "@a/b", (), Verdict.NOT_AFFECTED),
    ]
    # Which release of Debian is meant is not said: a word that would close it everywhere closes it nowhere.
    assert [one.said for one in second.affected] == [Verdict.UNDECIDED]
    assert third.affected == ()
    assert [fault.place.rpartition(": ")[2] for fault in loaded.faults] == ["statements[2]", "statements[3]"]


CSAF = {
    "document": {
        "category": "csaf_vex",
        "title": "A flaw",
        "tracking": {
            "id": "RHSA-1",
            "initial_release_date": "2026-01-01T00:00:00Z",
            "current_release_date": "2026-02-01T00:00:00Z",
        },
    },
    "product_tree": {
        "branches": [
            {
                "category": "vendor",
                "name": "V",
                "branches": [
                    {
                        "category": "product_version",
                        "name": "x",
                        "product": {
                            "product_id": "lib",
                            "name": "lib",
                            "product_identification_helper": {
                                "purl": "pkg:rpm/redhat/lib@1.2-3.el9?arch=x86_64&epoch=1"
                            },
                        },
                    },
                    {
                        "category": "product_version_range",
                        "name": "vers:pypi/>=1.0|<2.0",
                        "product": {
                            "product_id": "range",
                            "name": "demo",
                            "product_identification_helper": {"purl": "pkg:pypi/demo"},
                        },
                    },
                    {
                        "category": "product_name",
                        "name": "x",
                        "product": {
                            "product_id": "part",
                            "name": "part",
                            "product_identification_helper": {"purl": "pkg:maven/org.x/part"},
                        },
                    },
                    {"category": "product_name", "name": "x", "product": {"product_id": "os", "name": "os"}},
                ],
            }
        ],
        "relationships": [
            {
                "category": "default_component_of",
                "product_reference": one_part,
                "relates_to_product_reference": "os",
                "full_product_name": {"product_id": f"os:{one_part}", "name": "x"},
            }
            for one_part in ("lib", "part")
        ],
    },
    "vulnerabilities": [
        {
            "cve": "CVE-2026-0001",
            "product_status": {
                "fixed": ["os:lib"],
                "known_affected": ["range"],
                "known_not_affected": ["os:part"],
                "recommended": ["os"],
            },
            "scores": [{"cvss_v3": {"vectorString": "CVSS:3.1/AV:L"}, "products": ["range"]}],
            "threats": [{"category": "impact", "details": "Moderate", "product_ids": ["range"]}],
        }
    ],
}


def test_csaf_names_packages_by_their_urls_and_a_part_of_a_product_only_inside_it() -> None:
    loaded = read(CSAF)
    (advisory,) = loaded.advisories
    assert (advisory.id, advisory.aliases) == ("RHSA-1:CVE-2026-0001", ("CVE-2026-0001",))
    assert advisory.severity == ("CVSS:3.1/AV:L",)
    fixed, affected = advisory.affected
    assert (fixed.ecosystem, fixed.name, fixed.versions, fixed.said) == (
        "Red Hat",
        "lib",
        ("1:1.2-3.el9",),
        Verdict.FIXED,
    )
    assert (affected.name, ranges(advisory), affected.note) == (
        "demo",
        ["introduced 1.0, below 2.0"],
        "impact: Moderate",
    )
    (fault,) = loaded.faults
    assert "1 products without a package URL" in fault.reason


def test_csaf_of_branches_without_end_is_refused() -> None:
    branch: dict[str, object] = {"category": "x", "name": "x"}
    for _ in range(200):
        branch = {"category": "x", "name": "x", "branches": [branch]}
    loaded = read({**CSAF, "product_tree": {"branches": [branch]}})
    assert loaded.advisories == []
    assert "deeper than 50 branches" in loaded.faults[0].reason


def test_what_is_known_of_a_cve_is_joined_from_all_sources() -> None:
    kev = {
        "catalogVersion": "2026.08.07",
        "dateReleased": "2026-08-07T16:45:47.0648Z",
        "count": 2,
        "vulnerabilities": [
            {
                "cveID": "CVE-2026-0001",
                "dateAdded": "2026-08-07",
                "dueDate": "2026-08-10",
                "knownRansomwareCampaignUse": "Known",
                "cwes": ["CWE-77"],
            },
            {"cveID": "CVE-2026-0002", "dateAdded": "soon"},
        ],
    }
    loaded = read(kev)
    assert [fault.place for fault in loaded.faults] == ["feed.json: vulnerabilities[1]"]
    known = loaded.enrichment["CVE-2026-0001"]
    assert (str(known.kev_added), str(known.kev_due), known.kev_ransomware) == (
        "2026-08-07",
        "2026-08-10",
        True,
    )
    assert loaded.files[0].newest is not None


def test_epss_scores_are_of_the_day_that_the_file_names() -> None:
    loaded = read(
        b"#model_version:v2025.03.14,score_date:2026-11-27T00:00:00+0000\ncve,epss,percentile\n"
        b"CVE-2026-0001,0.00042,0.051\nCVE-2026-0002,1.7,0.5\nCVE-2026-0003,0.1\nrubbish,0.1,0.1\n",
        "epss.csv",
    )
    known = loaded.enrichment["CVE-2026-0001"]
    assert (known.epss, known.epss_percentile, str(known.epss_on)) == (0.00042, 0.051, "2026-11-27")
    assert [fault.place for fault in loaded.faults] == [f"epss.csv: line {n}" for n in (4, 5, 6)]
    assert loaded.files[0].newest is not None


def test_a_cve_record_tells_ssvc_from_cisa_alone_and_scores_from_all() -> None:
    def other(kind: str, content: object) -> dict[str, object]:
        return {"other": {"type": kind, "content": content}}

    ssvc = other("ssvc", {"options": [{"Exploitation": "active"}, {"Automatable": "no"}]})
    loaded = read(
        {
            "dataType": "CVE_RECORD",
            "cveMetadata": {"cveId": "CVE-2026-0001", "dateUpdated": "2026-01-01T00:00:00Z"},
            "containers": {
                "cna": {
                    "metrics": [{"cvssV3_1": {"vectorString": "CVSS:3.1/AV:N", "baseScore": 9.8}}],
                    "problemTypes": [{"descriptions": [{"cweId": "CWE-79"}, {"description": "x"}]}],
                },
                "adp": [
                    {
                        "providerMetadata": {"shortName": "CISA-ADP"},
                        "metrics": [ssvc, other("kev", {"dateAdded": "2025-01-02"})],
                    },
                    {
                        "providerMetadata": {"shortName": "other"},
                        "metrics": [other("ssvc", {"options": [{"Exploitation": "none"}]})],
                    },
                ],
            },
        }
    )
    assert loaded.faults == []
    known = loaded.enrichment["CVE-2026-0001"]
    assert known.cvss == (("cna", "CVSS:3.1/AV:N", 9.8),)
    assert known.ssvc == (("Exploitation", "active"), ("Automatable", "no"))
    assert (known.cwe, str(known.kev_added)) == (("CWE-79",), "2025-01-02")


def test_extracted_lines_say_the_same() -> None:
    line = {
        "cve": "CVE-2026-0001",
        "cvss": [["cna", "CVSS:3.1/AV:N", 7]],
        "cwe": ["CWE-1"],
        "ssvc": {"Exploitation": "poc"},
        "ssvc_at": "2026-01-01T00:00:00Z",
    }
    known = read(json.dumps(line).encode()).enrichment["CVE-2026-0001"]
    assert (known.cvss, known.ssvc) == ((("cna", "CVSS:3.1/AV:N", 7.0),), (("Exploitation", "poc"),))
