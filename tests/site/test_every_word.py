"""No text escapes translation: every page, as several people, in a language in which what does stands out.

The organisation's own language is the pseudo-language too, so that what checks and actions put into the
record had to pass gettext as well. What may stand outside brackets is data, in the reviewed list below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import available_timezones

import pytest
from django.test import override_settings

from duecare.ledger.viewers import Role
from duecare.site.countries import countries
from tests.pseudo import CODE
from tests.site.addresses import PAGES
from tests.site.answers import BAD
from tests.site.past import Past, organisation
from tests.site.words import outside, read

WHO = ("owner", "member", "auditor", "stranger")
NAMES = (
    "Duecare|Riverside Clinic|Patients|CSV|JSON|Deutsch|English|Pseudo|SHA-256|UTC|macOS|Windows|Alpine",
    # Outcomes of CSF, before the codes of countries.
    r"CSF(?! 2)|(?:GV|ID|PR|DE|RS|RC)\.[A-Z]{2}(?:-\d\d)?",
    # People, and what they wrote.
    r"train",
    r"Mail account taken over|A mail that was real|I typed my password\.?|The screen is odd\.?|Thank you\.",
    r"The sender confirmed it\.|Mailbox of Ada|It was lacking\.|Odd sign-in|EDR|ada",
    r"The bank was told too late\.|No number\.|The bag|The nurses",
    r"Mail account taken over|Mails went out that nobody wrote|T1078|Phone of the director|Safe",
    r"evil\[\.\]example|TLP:[A-Z+]+|ATT&CK|STIX( 2\.1)?",
    r"Mail account taken over|[a-z]{2}(-[a-z0-9]+)+\.[a-z0-9-]+|Niamh saw it\.",
    r"Mail account taken over|Claims desk|All that we run\.|Before we spend|\+49 30 1",
    "owner|bare|manager|approver|auditor|late|early|member|gained|lost|expired|test|terminal:test",
    r"[a-z]+@clinic\.example|Ada Example|Ward|Restore a backup|plan\.txt|we can|Three rooms, all locked\.",
    r"Its maker forbids it\.|It stands alone\.|DE|DE [\d’]+",
    r"What is open|The lost laptop|Whether to notify; asked by letter\.|What was on it|How it was lost",
    r"Nothing that was not encrypted\.|On a train\.|The insurer asks\.|Niamh",
    # The law: places, versions and days of its content, and a contract of the organisation's own.
    r"(?:US|CA)-[A-Z]{2}|EU|GLOBAL|AU|BR|GB|IN|US|JP|CA|SG|ZA|CH|CN|2026-11-23(?:\.\d)?",
    r"own-northwind(?:/1|\.customer)?|cn-incident-reporting|Northwind(?: contract)?|Annex 2",
    r"Counsel says so\.",
    r"Send the report\.|2027-05-14 \(substantive duties; Rules notified 2025-11-13/14\)",
    r"2017-12-31 \(7012\); CMMC phase 1 2025-11-10, phase 2 2026-11-10, full 2028-11-10",
    r"2025-12-03 \(larger\), 2026-06-03 \(smaller\)|2026-01-01 \(SB 446: 30/15 calendar days\)",
    # A law that applies by people's word, and a legal hold, as they wrote it.
    r"Say that a law applies|The dispute( ·)?|Claim of May\.|All letters\.|Counsel",
    # Risk: a scenario with what people believe of it, and a decision, as they were written down.
    r"The laptop with the list is(?: lost)?|A thief|takes a laptop|The list|People have to be told\.|Asked\.",
    r"Two in ten years\.|IRIS, 2025|Nine in ten have it\.|Invoices in our name|Stop paying|We owe it\.",
    r"(?:(?:D-)?[12] )?Do we keep (?:paying by mail|the old till)\?|It costs little\.|Why not insure it\?",
    r"A false invoice that was paid\.|Do nothing\.?|duecare risk replay D-\d|duecare(?!-)|numpy|scipy",
    r"ClamAV:?",
    # Risk: money and shares, and measures as the people who put them down wrote them.
    r"(EUR|→)( −?[\d’]+)?|[\d.,’]+ %,?|R-\d+",
    r"Backups that cannot be altered|Sign-in with a second factor everywhere|Contract with",
    r"Budget of next year",
    r"Copies that nobody can change for thirty days\.|For the board\.",
    # An insurance policy, what its insurer asks and was told, and a claim, as they were written down.
    r"Harbour Mutual|CY-1|Edition 3|War\.|Copies are kept\.|Are disks encrypted\?|All laptops\.|Encrypted\.",
    r"In writing; a call of the hotline is not notice\.|No cover\.|Phones\.|Is there a second factor\?|EUR",
    r"All accounts\.|A second factor\.|The list\.|Nobody looked\.|Renewal of the cyber policy",
    r"Ransom was asked for|(?:\d’\d\. )?Is there a second factor at the gate\?",
    # Services of which lists are, and words that a list may hold.
    "Entra ID|Intune|person, guest, service, unknown",
    # Feeds of advisories, their addresses and what their files say.
    r"OSV, [A-Z][A-Za-z. ]+|OSV, (npm|crates\.io)|OSV|Debian security tracker|EPSS|retire\.js",
    r"FriendsOfPHP|(: )?Nothing here is written in Java\.",
    r"CISA (Known Exploited Vulnerabilities|Vulnrichment)",
    r"https://osv-vulnerabilities\.storage\.googleapis\.com|https://feeds\.example|/?PyPI|/?all\.zip|X-1\.json",
    # Addresses at which this test asks.
    r"http://localhost|localhost(?!/)|127\.0\.0\.1",
    # Hosts and names of ours, and things within them.
    r"db-1|192\.0\.2\.7|duecare-collect@web-1\.clinic\.example:22|SHA256:A{43}|[0-9a-f]{4}( [0-9a-f]{4}){7}",
    r"web-[12](\.clinic\.example)?|The lamp|openssl 3\.0\.11-1 → 3\.0\.11-2|apt",
    r"laptop-7|clinic\.example|nftables|account alice|Debian GNU/Linux 13 \(trixie\)",
    # An advisory, in its source's words and ours about its signals, which are kept as they were said.
    r"CVE-2026-1( ·)?|GHSA-1|osv(: below 9\.9)?|It reads too far\.",
    r"· exploited in the wild \(KEV\)|exploited in the wild \(KEV\)|: CISA lists it as exploited",
    # A product, its supplier, and the list of its components.
    r"Kiosk|Weber|kiosk\.json|glue|package openssl|9\.[89]|10 7|CycloneDX|SPDX|VEX|SBOM|JSON",
    # Software, what it is built from, its versions, and what it is of.
    r"openssl|libssl3t64|openssh(?:-server)?|unattended-upgrades|clamav(?:-daemon)?",
    r"linux-(?:image|signed)-[\w.+-]+|[\d.]+-1~deb13u1",
    r"1:10\.0p1-7|1\.4\.3\+dfsg-1|6\.12\.57[+-]1|2\.12",
    r"Debian(?: 13)?|Ubuntu|AlmaLinux|Rocky Linux|Red Hat|Fedora|dpkg|rpm|apk",
    r"PyPI|npm|Go|crates\.io|Packagist|RubyGems|Maven",
    "[Rr]estic of /usr/bin/restic backup --exclude-caches .*",
    # Frameworks and citations.
    r"CSF 2\.0|CIS 8\.1|SP 800-53|PR\.PS-02|ID\.RA-08|SI-2|SA-22|A\.8\.8|A\.8\.19",
    r"Annex I Part II\(2\)|Art 9\(4\)\(f\)|Req 6|17\.04\(6\)|3\.14\.1",
    # Clocks of the law: days as they are told exactly, versions of the law, citations.
    r"\d{4}-\d\d-\d\d(\.\d)?|6 USC 681b\(a\)\(\d\)|Art 33\(1\), \(4\)",
    # Money, and shares with decimals.
    r"(, )?EUR|\d·\d+",
    # Checks, kinds, keys, digests, addresses; moments and values as the record has them.
    r"[a-z]+\.[a-z_]+|\([a-z]+\.[a-z-]+\)|fe[a-z0-9]{18}|[0-9a-f]{16,}…?|[A-Za-z0-9+/]{40,}=?|https://",
    r"localhost/duecare/\S+|network_security|\{\".*\}|\d{4}-\d\d-\d\dT[\d:.]+Z|imported by hand",
    # Days and times of the pseudo-language, and numbers that Django puts into its own texts: two into its
    # advice on passwords, one into the size of a file.
    r"(\d{4}/)?\d\d?/|\d\d:\d\d|15|256|44",
)
"""Data that may be shown as it is: each alternative is reviewed."""
DATA = re.compile(rf"(?:{'|'.join(NAMES)})(?![\w])")
CASE = "incidents/cases/<str:key>/"
REPORTED = {
    "systems/<str:key>/": ("td", "dd", "p", "b", "caption"),
    f"{CASE}clocks/": ("p", "span", "code", "li"),
    f"{CASE}notices/": ("span",),
    f"{CASE}lessons/": ("li",),
    "incidents/board/": ("code",),
    "risk/calibration/<str:key>/": ("span", "b", "dd"),
    "risk/calibration/": ("p", "dd"),
    "risk/scenarios/": ("td",),
    "risk/scenarios/<str:key>/": ("td", "b"),
    "risk/scenarios/<str:key>/guide/<str:id>/": ("b",),
    "risk/estimates/": ("td",),
    "risk/decisions/<str:key>/": ("dd",),
    "risk/decisions/<str:key>/replay/": ("dd",),
    "risk/insurance/questionnaires/<str:key>/": ("li",),
    "incidents/figures/": ("th",),
    "incidents/exercises/": ("td",),
    "incidents/exercises/stories/<str:id>/": ("p",),
}
"""Pages that show a host's report, numbers of estimates and versions, or citations, ids and numbers of the
law, of stories and of questions, and the elements in which those words stand."""
PLACES = frozenset(available_timezones()) | {name for _code, name in countries()}
"""Zones and countries, as tzdata names them."""
COLUMNS = (
    "happened", "words", "zone, observed", "kind, mark", "techniques, source",
    "event, action, decision, notice, note", "started, detected, reported, contained, eradicated, recovered",
)  # fmt: skip
"""Of a file of events, and what they may hold."""
ALONE = frozenset(("limited", "plan", "costs", "9 10", "trust", "login", "enabled", "mfa", *COLUMNS))
"""Data that is only let pass where it is all that is said: a person, a key, the columns of a file."""


def left(text: str, route: str, element: str) -> str:
    """What of a text neither passed gettext nor is data; empty as it should be."""
    rest = outside(text)
    if rest in PLACES | ALONE or element in (*REPORTED.get(route, ()), "textarea", "cite"):
        return ""
    rest = " ".join(DATA.sub(" ", rest).split())
    return rest if re.search(r"[A-Za-z]{2}|\d\d", rest) else ""


@pytest.fixture(scope="module")
def past(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with (
        override_settings(LANGUAGE_CODE=CODE),
        organisation(template, tmp_path_factory.mktemp("words")) as made,
    ):
        yield made


def answers(past: Past, who: str) -> Iterator[tuple[str, str, str]]:
    """(pattern, address, HTML) of every page as somebody reads it, today and as of a past day, and of every
    form that was sent empty."""
    browser = past.browsers[who]
    for route, page in PAGES.items():
        address = "/" + page.sample.format_map(past.samples)
        told = [browser.get(address + day, HTTP_ACCEPT_LANGUAGE=CODE) for day in ("", f"?as_of={past.then}")]
        if page.post and who == "owner" and page.post[Role.OWNER] == BAD:
            told.append(browser.post(address, HTTP_ACCEPT_LANGUAGE=CODE))
        for answer in told:
            assert answer.status_code < 500, address
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                assert answer.headers["Content-Language"] == CODE, address
                yield route, address, answer.content.decode()


@pytest.mark.parametrize("who", WHO)
def test_every_text_of_every_page_is_translated(past: Past, who: str) -> None:
    found: dict[tuple[str, str], str] = {}
    pages = 0
    for route, address, html in answers(past, who):
        pages += 1
        said, machine = read(html)
        for element, text in said:
            if rest := left(text, route, element):
                found.setdefault((element, rest), address)
        assert not [pair for pair in machine if re.search(r"\d’\d", pair[1])], address
    assert not found, "\n".join(f"{rest!r} in <{element}> of {at}" for (element, rest), at in found.items())
    assert pages > {"stranger": 5, "member": 40}.get(who, 80)
