"""The one shape into which every feed of advisories is read, before versions are put in order.

Loaders (one module a format) only translate: they neither compare versions nor judge. The shape follows the
OSV schema 1.6 (https://ossf.github.io/osv-schema/), widened by what other formats say and OSV cannot: bounds
that exclude their lower end, and a source's own word that a package is not affected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What follows for one version of one package from one advisory."""

    AFFECTED = "affected"
    FIXED = "fixed"
    """The version is at or after one that the advisory names as fixed."""
    NOT_AFFECTED = "not affected"
    """The source says so, or the version lies outside all ranges and after no fix."""
    UNDECIDED = "undecided"
    """Nothing follows: no order of versions, or the source itself does not know."""


class EventKind(StrEnum):
    """What happens at a version, going up."""

    INTRODUCED = "introduced"
    """Affected from here on, this one included. The version `0` is before all others."""
    AFTER = "after"
    """Affected from here on, this one excluded."""
    FIXED = "fixed"
    """No longer affected, from this one on, since it holds the fix."""
    BELOW = "below"
    """No longer affected, from this one on, but nobody says that it holds a fix."""
    LAST_AFFECTED = "last_affected"
    """The last one that is affected. Where the fix is, nobody says."""
    LIMIT = "limit"
    """Nothing at or after this is spoken of."""


@dataclass(frozen=True, slots=True)
class Event:
    """One bound of a range."""

    kind: EventKind
    version: str


Range = tuple[Event, ...]
"""Events of one range in the order in which they were given, which need not be that of versions."""


UNKNOWN_MODULE = "?"
"""A module is meant, as the versions show, and the advisory does not say which."""


@dataclass(frozen=True, slots=True)
class Affected:
    """What an advisory says about one package."""

    ecosystem: str
    """As OSV names it, without the release: `Debian`, `PyPI`, `crates.io`."""
    release: str
    """Of a distribution: `12`, `8`; empty where the ecosystem has none."""
    name: str
    """In the spelling under which the ecosystem finds it (PyPI: PEP 503)."""
    by_source: bool
    """Whether `name` is that of a source package, from which binary packages are made."""
    ranges: tuple[Range, ...]
    versions: tuple[str, ...] = ()
    """Versions named one by one: affected besides those in `ranges`."""
    module: str = ""
    """The module stream that alone is meant, `nodejs:18`, or UNKNOWN_MODULE; empty for none."""
    said: Verdict = Verdict.AFFECTED
    """Of what lies in `ranges` or `versions`; of the whole package where both are empty."""
    note: str = ""
    """Why, in the source's words, where it says more than ranges."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """One advisory of one feed."""

    id: str
    feed: str
    """Which feed it came from: `osv`, `debian`, `npm`..."""
    aliases: tuple[str, ...]
    """Other names of the same thing, as the source says. They group what is shown and close nothing."""
    related: tuple[str, ...]
    """What it also touches, such as the CVEs of a distribution's erratum."""
    summary: str
    published: datetime | None
    modified: datetime | None
    withdrawn: datetime | None
    """Since when its source no longer holds it true: kept as evidence, matched with nothing."""
    severity: tuple[str, ...]
    """CVSS vectors, or the source's own word."""
    affected: tuple[Affected, ...]


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What others know about one CVE."""

    cve: str
    kev_added: date | None = None
    """The day on which CISA listed it as exploited."""
    kev_due: date | None = None
    kev_ransomware: bool | None = None
    epss: float | None = None
    """Chance of exploitation in the next 30 days, 0 to 1."""
    epss_percentile: float | None = None
    epss_on: date | None = None
    cvss: tuple[tuple[str, str, float | None], ...] = ()
    """(source, vector, base score)."""
    cwe: tuple[str, ...] = ()
    ssvc: tuple[tuple[str, str], ...] = ()
    """CISA's decision points and their values."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A piece of a feed that could not be read, and why. What is skipped is never clean."""

    place: str
    """File, line or record: `all.zip: GHSA-1.json`, `osv.jsonl: line 7`."""
    reason: str
    of: str | None = ""
    """What it could be about: an ecosystem, or a CVE that is rated; empty where that is not known, so that it
    could be about all that its file is about; None where what it leaves open is told as undecided."""
