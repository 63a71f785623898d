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
from duecare.words import gettext as _

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
        return not_applicable(_("%(why)s, which is a gap of its own") % {"why": facts.section("tls")["why"]})
    ends, begins = (datetime.fromisoformat(certificate[name]) for name in ("not_after", "not_before"))
    left = math.floor((ends - facts.now).total_seconds() / DAY)
    if left < 0:
        return unmet(_("the certificate ended on %(ends)s") % {"ends": format(ends, "%Y-%m-%d")})
    if begins > facts.now:
        return unmet(
            _("the certificate does not begin before %(begins)s") % {"begins": format(begins, "%Y-%m-%d")}
        )
    if not certificate["names_host"]:
        return unmet(
            _("the certificate is for %(value)s")
            % {"value": ", ".join(certificate["names"][:5]) or _("no host at all")}
        )
    if certificate["trusted"] is None:
        return unknown(
            _("whether the certificate is trusted could not be told: %(untrusted_because)s")
            % {"untrusted_because": certificate["untrusted_because"]}
        )
    if not certificate["trusted"]:
        return unmet(
            _("the certificate is not trusted: %(untrusted_because)s")
            % {"untrusted_because": certificate["untrusted_because"]}
        )
    if left < target:
        return unmet(
            _("the certificate ends on %(ends)s, in %(left)s days (expected at least %(target)s)")
            % {"ends": format(ends, "%Y-%m-%d"), "left": left, "target": target}
        )
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
    faults = [
        Item("", _("it accepts %(name)s") % {"name": name}) for name in RETIRED if versions[name]["accepted"]
    ]
    gaps = [
        Item(
            "",
            _("whether it accepts %(name)s could not be told: %(why)s")
            % {"name": name, "why": versions[name]["why"]},
        )
        for name in RETIRED
        if versions[name]["accepted"] is None
    ]
    current = [versions[name]["accepted"] for name in CURRENT]
    if not any(current):
        (gaps if None in current else faults).append(Item("", _("it was not seen to accept TLS 1.2 or 1.3")))
    kind, bits = certificate["key"], certificate["key_bits"]
    if kind in LEAST_BITS and (bits is None or bits < LEAST_BITS[kind]):
        faults.append(
            Item(
                "",
                _("its %(kind)s key has %(bits)s bits (expected at least %(value)s)")
                % {"kind": kind, "bits": bits, "value": LEAST_BITS[kind]},
            )
        )
    if kind == "other":
        gaps.append(Item("", _("its kind of key is not known here")))
    if certificate["signature_hash"] in BROKEN_HASHES:
        faults.append(
            Item(
                "",
                _("its certificate is signed with %(signature_hash)s")
                % {"signature_hash": certificate["signature_hash"].upper()},
            )
        )
    if certificate["signature_hash"] is None:
        gaps.append(Item("", _("how its certificate is signed could not be told")))
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
            _("there is no SPF record")
            if not count
            else _("there are %(count)s SPF records, which makes all void") % {"count": count}
        )
    faults = []
    if section["fault"]:
        faults.append(_("receivers cannot read the SPF record: %(fault)s") % {"fault": section["fault"]})
    if section["lookups"] > MOST_LOOKUPS:
        faults.append(
            _("the SPF record makes receivers ask more than %(most_lookups)s times, which makes it void")
            % {"most_lookups": MOST_LOOKUPS}
        )
    if not faults and section["everybody"] not in ("-", "~") and section.complete:
        said = f"{section['everybody']}all" if section["everybody"] else _("nothing")
        faults.append(
            _("the SPF record says %(said)s of other servers (expected -all or ~all)") % {"said": said}
        )
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
            _("there is no DMARC record")
            if not count
            else _("there are %(count)s DMARC records, which makes all void") % {"count": count}
        )
    if section["fault"]:
        return unmet(_("receivers cannot rely on the DMARC record: %(fault)s") % {"fault": section["fault"]})
    if section["policy"] == "none":
        return unmet(_("the DMARC record lets forged mail through (p=none; expected quarantine or reject)"))
    if section["percent"] < 100:
        return unmet(
            _("the DMARC policy is for %(percent)s of 100 forged mails only")
            % {"percent": section["percent"]}
        )
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
            return not_applicable(_("the SPF record says that the domain sends no mail"))
        return unknown(_("no DKIM selector was named: look in the headers of a mail that was sent"))
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
        return _("the key was withdrawn")
    if key["testing"]:
        return _("it is marked as a test (t=y), so receivers do not count it")
    if key["kind"] == "rsa" and key["bits"] < target:
        return _("the RSA key has %(bits)s bits (expected at least %(target)s)") % {
            "bits": key["bits"],
            "target": target,
        }
    return ""
