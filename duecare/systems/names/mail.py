"""What receivers of mail learn about a domain of ours: SPF, DMARC and the DKIM keys that were named.

Only DNS is asked, through the function that is passed in. DMARC of a domain without a record of its own is
that of the nearest domain above it, found by walking up instead of by a list of public suffixes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from duecare.program.outgoing import NoAnswer
from duecare.systems.names.interface import (
    MOST,
    MOST_LOOKUPS,
    Ask,
    NoSuchName,
    Section,
    absent,
    partial,
    plain,
    read,
    unreadable,
)
from duecare.systems.names.records import (
    dmarc_records,
    parse_dkim,
    parse_dmarc,
    parse_spf,
    spf_records,
)
from duecare.words import gettext as _

STEPS_UP = 4
"""Domains above one that are asked for DMARC."""


def look_at_mail(domain: str, selectors: Sequence[str], ask: Ask) -> dict[str, Section]:
    """The sections `spf`, `dmarc` and `dkim` of a domain. What could not be learnt is told in them.

    That a domain of ours does not exist says more about the name servers than about the domain.
    """
    try:
        records = ask(domain)
    except (NoAnswer, NoSuchName) as error:
        return dict.fromkeys(("spf", "dmarc", "dkim"), unreadable(domain, error.what))
    return {
        "spf": _spf(spf_records(records), ask),
        "dmarc": _dmarc(domain, ask),
        "dkim": _dkim(domain, selectors, ask),
    }


def _records(name: str, ask: Ask) -> tuple[str, ...]:
    """The records of a name that need not exist. Raises NoAnswer."""
    try:
        return ask(name)
    except NoSuchName:
        return ()


# ── SPF ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Walk:
    """What following the includes of a record has shown."""

    ask: Ask
    lookups: int = 0
    fault: str = ""
    problems: list[tuple[str, str]] = field(default_factory=list)

    def follow(self, text: str) -> str | None:
        """Count what a record makes receivers ask, and return what it says of everybody else.

        It goes no further than it has to: a loop of includes ends with the eleventh.
        """
        spf = parse_spf(text)
        self.fault = self.fault or spf.fault
        self.lookups += spf.lookups
        for domain in spf.includes:
            self._into(domain)
        return self._into(spf.redirect) if spf.redirect else spf.all

    def _into(self, domain: str) -> str | None:
        if self.lookups > MOST_LOOKUPS:
            return None
        if "%" in domain:
            self.problems.append((plain(domain), _("it depends on who sends, so it could not be followed")))
            return None
        try:
            records = spf_records(_records(domain, self.ask))
        except NoAnswer as error:
            self.problems.append((plain(domain), error.what))
            return None
        if len(records) != 1:
            self.fault = self.fault or _("%(value)s has %(count)s SPF records (expected 1)") % {
                "value": plain(domain)[:100],
                "count": len(records),
            }
            return None
        return self.follow(records[0])


def _spf(records: Sequence[str], ask: Ask) -> Section:
    shown = [plain(text) for text in records[:MOST]]
    if len(records) != 1:
        return read(records=shown, everybody=None, lookups=None, sends=None, fault="")
    walk = _Walk(ask)
    everybody = walk.follow(records[0])
    return partial(
        walk.problems,
        records=shown,
        everybody=everybody,
        lookups=walk.lookups,
        sends=parse_spf(records[0]).permits,
        fault=walk.fault,
    )


# ── DMARC ────────────────────────────────────────────────────────────────────────────────────────────────


def _dmarc(domain: str, ask: Ask) -> Section:
    labels = domain.split(".")
    # Not the top-level domain itself, unless it is what was asked for.
    places = [".".join(labels[start:]) for start in range(max(len(labels) - 1, 1))][: STEPS_UP + 1]
    for place in places:
        try:
            records = dmarc_records(_records(f"_dmarc.{place}", ask))
        except NoAnswer as error:
            return unreadable(f"_dmarc.{place}", error.what)
        if records:
            return _dmarc_found(domain, place, records)
    return read(records=[], place=domain, policy=None, percent=None, reports=None, fault="")


def _dmarc_found(domain: str, place: str, records: Sequence[str]) -> Section:
    told = parse_dmarc(records[0])
    return read(
        records=[plain(text) for text in records[:MOST]],
        place=place,
        policy=told.policy if place == domain else told.subdomain_policy,
        percent=told.percent,
        reports=told.reports,
        fault=plain(told.fault),
    )


# ── DKIM ─────────────────────────────────────────────────────────────────────────────────────────────────


def _dkim(domain: str, selectors: Sequence[str], ask: Ask) -> Section:
    if not selectors:
        return absent(selectors=[], keys=[])
    keys = []
    problems = []
    for selector in selectors:
        place = f"{selector}._domainkey.{domain}"
        try:
            records = _records(place, ask)
        except NoAnswer as error:
            problems.append((place, error.what))
            continue
        keys.append({"selector": selector, **_key(records)})
    if not keys:
        return unreadable(*problems[0])
    return partial(problems, selectors=list(selectors), keys=keys)


def _key(records: Sequence[str]) -> Section:
    if len(records) != 1:
        fault = (
            _("there are %(count)s records (expected 1)") % {"count": len(records)}
            if records
            else _("there is no record")
        )
        return {"kind": "", "bits": None, "revoked": False, "testing": False, "fault": fault}
    told = asdict(parse_dkim(records[0]))
    return {**told, "kind": plain(told["kind"])[:20], "fault": plain(told["fault"])}
