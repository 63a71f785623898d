"""What others know about CVEs: CISA's KEV and Vulnrichment, FIRST's EPSS, and CVE records of their own.

- KEV: https://www.cisa.gov/known-exploited-vulnerabilities-catalog, one JSON document.
- EPSS: https://www.first.org/epss/data_stats, CSV after a comment that names the day.
- Vulnrichment: https://github.com/cisagov/vulnrichment, CVE JSON 5 records
  (https://github.com/CVEProject/cve-schema) whose container of CISA-ADP holds the SSVC decision points and
  CVSS; or what was extracted from them, a line a CVE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from duecare.patching.advisories import bounds
from duecare.patching.advisories.found import Found, Unreadable, day, moment, words
from duecare.patching.advisories.interface import Enrichment
from duecare.words import gettext as _

_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
Score = tuple[str, str, float | None]


def cve_of(text: str | None) -> str:
    """A CVE's id. Raises Unreadable for what is none."""
    if text is None or _CVE.fullmatch(text) is None:
        raise Unreadable(_("%(text)s is no CVE") % {"text": repr((text or "")[:60])})
    return text


# ── KEV ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Catalogue(msgspec.Struct):
    vulnerabilities: list[msgspec.Raw]
    dateReleased: str | None = None
    count: int | None = None


class _Exploited(msgspec.Struct):
    cveID: str
    dateAdded: str
    dueDate: str | None = None
    knownRansomwareCampaignUse: str | None = None
    cwes: list[str] | None = None


_catalogue = msgspec.json.Decoder(_Catalogue).decode
_exploited = msgspec.json.Decoder(_Exploited).decode


class _Called(msgspec.Struct):
    cveID: Any = None


_named = msgspec.json.Decoder(_Called).decode


def _called(raw: msgspec.Raw) -> str:
    """The CVE that an entry is about, if nothing else of it can be used; empty for none."""
    return _own(_named(raw).cveID)


def _own(text: object) -> str:
    return text if isinstance(text, str) and _CVE.fullmatch(text) else ""


def read_kev(data: bytes, place: str, found: Found) -> None:
    """Take in the catalogue; an entry that cannot be read is a fault. Its age is the day of its release."""
    catalogue = _catalogue(data)
    released = moment(catalogue.dateReleased)
    found.seen(released)
    for index, raw in enumerate(catalogue.vulnerabilities):
        where = f"{place}: vulnerabilities[{index}]" if place else f"vulnerabilities[{index}]"
        told = ""
        try:
            told = _called(raw)
            one = _exploited(raw)
            added = day(one.dateAdded)
            if added is None:
                raise Unreadable(_("%(date)s is no day") % {"date": repr(one.dateAdded[:40])})
            what = Enrichment(
                cve_of(one.cveID),
                kev_added=added,
                kev_due=day(one.dueDate),
                kev_ransomware=True if one.knownRansomwareCampaignUse == "Known" else None,
                cwe=tuple(one.cwes or ()),
            )
        except (Unreadable, msgspec.DecodeError) as error:
            found.fault(where, error, of=told)
            continue
        found.know(what)
    if catalogue.count is not None and catalogue.count != len(catalogue.vulnerabilities):
        found.fault(
            place,
            _("it says that it has %(said)s entries, and has %(count)s")
            % {"said": catalogue.count, "count": len(catalogue.vulnerabilities)},
        )


# ── EPSS ─────────────────────────────────────────────────────────────────────────────────────────────────

_SCORED = re.compile(rb"score_date:(\d{4}-\d\d-\d\dT?[\d:]*[+-]?[\d:]*Z?)")
EPSS_HEAD = b"cve,epss,percentile"


def read_epss(lines: Iterable[bytes], place: str, found: Found) -> None:
    """Take in the scores of one day, line by line."""
    on: date | None = None
    headed = False
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        if not line:
            continue
        if line.startswith(b"#"):
            said = _SCORED.search(line)
            if said is not None:
                found.seen(moment(said[1].decode()))
                on = day(said[1].decode())
            continue
        if line.lower() == EPSS_HEAD and not headed:
            headed = True
            continue
        try:
            found.know(_scored(line, on))
        except (Unreadable, UnicodeDecodeError) as error:
            cve = _own(line.partition(b",")[0].decode(errors="replace"))
            found.fault(f"{place}: line {number}" if place else f"line {number}", error, of=cve)


def _scored(line: bytes, on: date | None) -> Enrichment:
    parts = line.decode().split(",")
    try:
        cve, epss, percentile = parts[0], float(parts[1]), float(parts[2])
    except (ValueError, IndexError):
        epss = percentile = -1.0
        cve = parts[0]
    if len(parts) != 3 or not 0 <= epss <= 1 or not 0 <= percentile <= 1:
        raise Unreadable(_("not of the form CVE,chance,percentile with numbers from 0 to 1"))
    return Enrichment(cve_of(cve), epss=epss, epss_percentile=percentile, epss_on=on)


# ── Vulnrichment, extracted ──────────────────────────────────────────────────────────────────────────────


class _Extracted(msgspec.Struct):
    cve: str
    cvss: list[tuple[str, str, float | None]] | None = None
    cwe: list[str] | None = None
    ssvc: dict[str, str] | None = None
    ssvc_at: str | None = None


_extracted = msgspec.json.Decoder(_Extracted).decode


def read_extracted(data: bytes, place: str, found: Found) -> None:
    """Take in one line. Raises Unreadable or msgspec.DecodeError."""
    one = _extracted(data)
    found.seen(moment(one.ssvc_at))
    found.know(
        Enrichment(
            cve_of(one.cve),
            cvss=tuple(one.cvss or ())[: bounds.LISTED],
            cwe=tuple(one.cwe or ())[: bounds.LISTED],
            ssvc=tuple((one.ssvc or {}).items()),
        )
    )


# ── CVE JSON 5 ───────────────────────────────────────────────────────────────────────────────────────────


class _Meta(msgspec.Struct):
    cveId: str
    dateUpdated: str | None = None


class _Provider(msgspec.Struct):
    shortName: str | None = None


class _Weakness(msgspec.Struct):
    cweId: str | None = None


class _Problem(msgspec.Struct):
    descriptions: list[_Weakness] = []


class _Cvss(msgspec.Struct):
    vectorString: str | None = None
    baseScore: float | None = None


class _Other(msgspec.Struct):
    type: str | None = None
    content: dict[str, Any] = {}


class _Metric(
    msgspec.Struct,
    rename={"cvss4": "cvssV4_0", "cvss31": "cvssV3_1", "cvss3": "cvssV3_0", "cvss2": "cvssV2_0"},
):
    cvss4: _Cvss | None = None
    cvss31: _Cvss | None = None
    cvss3: _Cvss | None = None
    cvss2: _Cvss | None = None
    other: _Other | None = None


class _Container(msgspec.Struct):
    providerMetadata: _Provider | None = None
    problemTypes: list[_Problem] | None = None
    metrics: list[_Metric] | None = None


class _Containers(msgspec.Struct):
    cna: _Container | None = None
    adp: list[_Container] | None = None


class _CveRecord(msgspec.Struct):
    cveMetadata: _Meta
    containers: _Containers


_cve_record = msgspec.json.Decoder(_CveRecord).decode


def read_cve(data: bytes, place: str, found: Found) -> None:
    """Take in what a CVE record says of severity and exploitation. Raises Unreadable or DecodeError.

    Its lists of affected products name no packages and are not read.
    """
    record = _cve_record(data)
    cve = cve_of(record.cveMetadata.cveId)
    cvss: list[Score] = []
    cwe: dict[str, None] = {}
    ssvc: dict[str, str] = {}
    kev: dict[str, str] = {}
    containers = [("cna", record.containers.cna)]
    for each in record.containers.adp or ():
        who = (each.providerMetadata and each.providerMetadata.shortName) or ""
        containers.append((f"adp:{who}", each))
    for source, container in containers:
        if container is None:
            continue
        for problem in container.problemTypes or ():
            cwe.update((one.cweId, None) for one in problem.descriptions if one.cweId)
        for metric in container.metrics or ():
            for score in (metric.cvss4, metric.cvss31, metric.cvss3, metric.cvss2):
                if score is not None and score.vectorString:
                    cvss.append((source, words(score.vectorString), score.baseScore))
            if source == "adp:CISA-ADP" and metric.other is not None:
                _cisa(metric.other, ssvc, kev)
    found.seen(moment(record.cveMetadata.dateUpdated))
    found.know(
        Enrichment(
            cve,
            kev_added=day(kev.get("dateAdded")),
            cvss=tuple(cvss),
            cwe=tuple(cwe),
            ssvc=tuple(ssvc.items()),
        )
    )


def _cisa(other: _Other, ssvc: dict[str, str], kev: dict[str, str]) -> None:
    """The decision points, and the day of listing, in the forms of CISA's container."""
    if other.type == "ssvc":
        for option in other.content.get("options") or ():
            if isinstance(option, dict):
                ssvc.update((words(str(key)), words(str(value))) for key, value in option.items())
    elif other.type == "kev":
        kev.update((key, value) for key, value in other.content.items() if isinstance(value, str))
