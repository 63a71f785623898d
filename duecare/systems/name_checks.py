"""Checks of what others see of our names: TLS of our hosts, mail records of our domains.

Each is a pure function over a look (`names/`). A look that met no answer is unknown; so is a version of TLS
that this machine cannot offer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from duecare.program.judgement import (
    Facts,
    Item,
    Judgement,
    check,
    judged,
    met,
    not_applicable,
    unknown,
    unmet,
)
from duecare.systems.evidence import SLOW, each
from duecare.systems.names.interface import MOST_LOOKUPS

TLS, MAIL = "named hosts", "mail domains"
"""The sources of subjects."""
RETIRED = ("TLS 1.0", "TLS 1.1")
"""RFC 8996."""
CURRENT = ("TLS 1.2", "TLS 1.3")
BROKEN_HASHES = ("md5", "sha1")
LEAST_BITS: Mapping[str, int] = {"RSA": 2048, "DSA": 2048, "EC": 224}
"""NIST SP 800-57 Part 1, table 2: a strength of 112 bits."""
DAY = 86400


@check(
    "systems.tls_certificate_valid",
    safeguard="encryption_transit",
    question="Does each named host show a certificate that is trusted, names it, and lasts long enough?",
    advice="Renew the certificate, and let that happen by itself (ACME).",
    fresh_for=SLOW,
    of=TLS,
    counts=TLS,
    target="certificate_days",
)
def tls_certificate_valid(facts: Facts, target: int) -> Judgement:
    """Days count from the moment of judging: a certificate ends on its date whether or not one looks."""
    certificate = facts.section("certificate")
    if certificate.absent:
        return not_applicable(f"{facts.section('tls')['why']}, which is a gap of its own")
    ends, begins = (datetime.fromisoformat(certificate[name]) for name in ("not_after", "not_before"))
    left = math.floor((ends - facts.now).total_seconds() / DAY)
    if left < 0:
        return unmet(f"the certificate ended on {ends:%Y-%m-%d}")
    if begins > facts.now:
        return unmet(f"the certificate does not begin before {begins:%Y-%m-%d}")
    if not certificate["names_host"]:
        return unmet(f"the certificate is for {', '.join(certificate['names'][:5]) or 'no host at all'}")
    if certificate["trusted"] is None:
        return unknown(
            f"whether the certificate is trusted could not be told: {certificate['untrusted_because']}"
        )
    if not certificate["trusted"]:
        return unmet(f"the certificate is not trusted: {certificate['untrusted_because']}")
    if left < target:
        return unmet(f"the certificate ends on {ends:%Y-%m-%d}, in {left} days (expected at least {target})")
    return met()


@check(
    "systems.tls_modern",
    safeguard="encryption_transit",
    question="Does each named host speak present-day TLS alone, with a key and a signature that hold?",
    advice="Switch off TLS 1.0 and 1.1 in the server's settings; get a certificate with a present-day key.",
    fresh_for=SLOW,
    of=TLS,
    counts=TLS,
)
def tls_modern(facts: Facts, _target: None) -> Judgement:
    section, certificate = facts.section("tls"), facts.section("certificate")
    if not section["offered"]:
        return unmet(section["why"])
    versions = {one["version"]: one for one in section["versions"]}
    faults = [Item("", f"it accepts {name}") for name in RETIRED if versions[name]["accepted"]]
    gaps = [
        Item("", f"whether it accepts {name} could not be told: {versions[name]['why']}")
        for name in RETIRED
        if versions[name]["accepted"] is None
    ]
    current = [versions[name]["accepted"] for name in CURRENT]
    if not any(current):
        (gaps if None in current else faults).append(Item("", "it was not seen to accept TLS 1.2 or 1.3"))
    kind, bits = certificate["key"], certificate["key_bits"]
    if kind in LEAST_BITS and (bits is None or bits < LEAST_BITS[kind]):
        faults.append(Item("", f"its {kind} key has {bits} bits (expected at least {LEAST_BITS[kind]})"))
    if kind == "other":
        gaps.append(Item("", "its kind of key is not known here"))
    if certificate["signature_hash"] in BROKEN_HASHES:
        faults.append(Item("", f"its certificate is signed with {certificate['signature_hash'].upper()}"))
    if certificate["signature_hash"] is None:
        gaps.append(Item("", "how its certificate is signed could not be told"))
    return judged(1, faults, gaps)


@check(
    "systems.mail_spf",
    safeguard="hardening",
    question="Does DNS say which servers may send each domain's mail, and that others may not (SPF)?",
    advice="Publish one SPF record that ends in -all or ~all and makes receivers ask at most ten times.",
    fresh_for=SLOW,
    of=MAIL,
    counts=MAIL,
)
def mail_spf(facts: Facts, _target: None) -> Judgement:
    section = facts.section("spf")
    count = len(section["records"])
    if count != 1:
        return unmet(
            "there is no SPF record" if not count else f"there are {count} SPF records, which makes all void"
        )
    faults = []
    if section["fault"]:
        faults.append(f"receivers cannot read the SPF record: {section['fault']}")
    if section["lookups"] > MOST_LOOKUPS:
        faults.append(
            f"the SPF record makes receivers ask more than {MOST_LOOKUPS} times, which makes it void"
        )
    if not faults and section["everybody"] not in ("-", "~") and section.complete:
        said = f"{section['everybody']}all" if section["everybody"] else "nothing"
        faults.append(f"the SPF record says {said} of other servers (expected -all or ~all)")
    return each(1, [Item("", fault) for fault in faults], read_from=[section])


@check(
    "systems.mail_dmarc",
    safeguard="hardening",
    question="Does DNS tell receivers to turn away mail that forges each domain (DMARC)?",
    advice="Publish a DMARC record with reports, read them for some weeks, then set p=quarantine or reject.",
    fresh_for=SLOW,
    of=MAIL,
    counts=MAIL,
)
def mail_dmarc(facts: Facts, _target: None) -> Judgement:
    section = facts.section("dmarc")
    count = len(section["records"])
    if count != 1:
        return unmet(
            "there is no DMARC record"
            if not count
            else f"there are {count} DMARC records, which makes all void"
        )
    if section["fault"]:
        return unmet(f"receivers cannot rely on the DMARC record: {section['fault']}")
    if section["policy"] == "none":
        return unmet("the DMARC record lets forged mail through (p=none; expected quarantine or reject)")
    if section["percent"] < 100:
        return unmet(f"the DMARC policy is for {section['percent']} of 100 forged mails only")
    return met()


@check(
    "systems.mail_dkim",
    safeguard="hardening",
    question="Does DNS hold a long enough key under each DKIM selector that was named?",
    advice="Let the mail service make a new key, publish it under a new selector, and name that here.",
    fresh_for=SLOW,
    of=MAIL,
    counts="DKIM keys",
    target="dkim_bits",
)
def mail_dkim(facts: Facts, target: int) -> Judgement:
    """Selectors cannot be found out from DNS, so without a name given there is nothing to look at."""
    section = facts.section("dkim")
    if not section["selectors"]:
        if _sends_nothing(facts):
            return not_applicable("the SPF record says that the domain sends no mail")
        return unknown("no DKIM selector was named: look in the headers of a mail that was sent")
    keys = section["keys"]
    faults = [Item(key["selector"], why) for key in keys if (why := _key_fault(key, target))]
    return each(len(keys), faults, read_from=[section])


def _sends_nothing(facts: Facts) -> bool:
    spf = facts.sections.get("spf", {})
    return spf.get("state") == "read" and spf["sends"] is False and not spf["fault"]


def _key_fault(key: Mapping[str, Any], target: int) -> str:
    """What is wrong with a key; empty if nothing is."""
    if key["fault"]:
        return str(key["fault"])
    if key["revoked"]:
        return "the key was withdrawn"
    if key["testing"]:
        return "it is marked as a test (t=y), so receivers do not count it"
    if key["kind"] == "rsa" and key["bits"] < target:
        return f"the RSA key has {key['bits']} bits (expected at least {target})"
    return ""
