"""Names of ours: listing, looking, and what an assessment makes of the looks."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from duecare.errors import BadInput, Refused
from duecare.ledger import blobs
from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.program.assessing import assess
from duecare.program.catalogue import catalogue
from duecare.program.judgement import Check, Grade, checks
from duecare.program.models import Finding, Outcome
from duecare.program.outgoing import NoAnswer, Outgoing
from duecare.program.outgoing_rules import read_rules
from duecare.program.subjects import address_of
from duecare.systems.models import Look, Name, NameKind
from duecare.systems.name_actions import (
    Eyes,
    add_name,
    change_name,
    look_at,
    look_at_daily_names,
    remove_name,
)
from duecare.systems.name_checks import MAIL, TLS
from duecare.systems.names.interface import Ask, host_name, selector
from tests.program.others import Authority, listening, secured
from tests.systems.name_servers import asking

pytestmark = pytest.mark.usefixtures("home")
TERMINAL = "terminal:test"
GOOD = {
    "clinic.example": ["v=spf1 mx -all"],
    "_dmarc.clinic.example": ["v=DMARC1; p=reject"],
}


def domain(name: str = "clinic.example", **more: Any) -> Name:
    return add_name(TERMINAL, NameKind.MAIL, name, utc_now(), **more)


def host(port: int = 443, name: str = "www.clinic.example", **more: Any) -> Name:
    return add_name(TERMINAL, NameKind.TLS, name, utc_now(), port=port, **more)


def eyes(ask: Ask | None = None, authority: Authority | None = None) -> Eyes:
    """Eyes that see 127.0.0.1 under every name, and the name servers that are given."""

    def nobody() -> Ask:
        raise NoAnswer("This machine has no name servers.")

    out = Outgoing(read_rules(["127.0.0.0/8"]), lambda name: ["127.0.0.1"])
    if authority is not None:
        out = Outgoing(out.rules, out.resolve, authority.trust)
    return Eyes(out, (lambda: ask) if ask else nobody)


def verdicts() -> dict[str, str]:
    assess(TERMINAL, utc_now())
    return {row.pk: row.verdict for row in Outcome.objects.filter(pk__regex="tls|mail_")}


# ── Listing ──────────────────────────────────────────────────────────────────────────────────────────────


def test_adding_a_name_looks_at_nothing() -> None:
    name = domain()
    assert (name.looks.count(), name.daily) == (0, False)


def test_a_name_is_listed_once_until_it_is_removed() -> None:
    host(443)
    host(8443)
    first = domain()
    with pytest.raises(Refused, match=r"clinic\.example is listed already"):
        domain("Clinic.Example.")
    remove_name(first, TERMINAL, "we sold it", utc_now())
    assert domain().pk != first.pk


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("WWW.Clinic.Example.", "www.clinic.example"),
        (" clinic.example ", "clinic.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("nas", "nas"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_host_name_is_kept_as_dns_has_it(typed: str, meant: str) -> None:
    assert host_name(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        *("", ".", "a..b", "https://a.example", "a.example/", "a.example:443", "*.a.example", "-a.example"),
        *(
            "a_b.example",
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "::1",
            "[::1]",
            "a b.example",
            "a" * 64 + ".example",
        ),
        *(
            "a." * 127 + "example",
            "straße.example",
            "user@a.example",
            "a.example\0",
            "a.example\n.b",
            "☃" * 70,
        ),
    ],
)
def test_what_is_no_host_name_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        host_name(typed)


@pytest.mark.parametrize("typed", ["", "s1 s2", "*", "a" * 101, "s1.", "é", "s1/x"])
def test_what_is_no_selector_is_refused(typed: str) -> None:
    assert selector(" S1.Mail ") == "s1.mail"
    with pytest.raises(BadInput):
        selector(typed)


@pytest.mark.parametrize("port", [None, 0, 65536, -1])
def test_a_host_needs_a_port(port: int | None) -> None:
    with pytest.raises(BadInput, match="expected a port"):
        add_name(TERMINAL, NameKind.TLS, "a.example", utc_now(), port=port)
    assert not Name.objects.exists()


def test_a_name_is_removed_for_a_reason_and_then_left_alone() -> None:
    name = domain(daily=True)
    with pytest.raises(BadInput):
        remove_name(name, TERMINAL, "  ", utc_now())
    remove_name(name, TERMINAL, "we sold it", utc_now())
    name.refresh_from_db()
    for act in (
        lambda: look_at(name, TERMINAL, utc_now(), eyes()),
        lambda: change_name(name, TERMINAL, daily=False),
        lambda: remove_name(name, TERMINAL, "again", utc_now()),
    ):
        with pytest.raises(Refused, match="we sold it"):
            act()
    assert look_at_daily_names(TERMINAL, utc_now, eyes()) == 0


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_look_at_a_domain_is_recorded_with_what_was_seen() -> None:
    now = utc_now()
    with asking(GOOD) as ask:
        look = look_at(domain(), TERMINAL, now, eyes(ask))
    told = json.loads(blobs.fetch(look.look))
    assert (look.newest, look.fault, look.unreadable, look.grade) == (True, "", 0, Grade.OWN)
    assert told["facts"]["dmarc"]["records"] == ["v=DMARC1; p=reject"]
    assert (told["format"], told["name"], told["kind"]) == ("duecare-look/1", "clinic.example", "mail")
    assert Entry.objects.filter(kind="systems.look", subject=look.pk).count() == 1


def test_a_look_at_a_host_keeps_when_its_certificate_ends(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    ends = (utc_now() + timedelta(days=40)).replace(microsecond=0)
    with listening(secured(authority.server("www.clinic.example", ends=ends))) as port:
        look = look_at(host(port), TERMINAL, utc_now(), eyes(authority=authority))
    assert look.expires_at == ends


def test_the_newest_look_is_marked_and_the_older_ones_stay() -> None:
    name, now = domain(), utc_now()
    first = look_at(name, TERMINAL, now, eyes())
    second = look_at(name, TERMINAL, now + timedelta(hours=1), eyes())
    assert list(Look.objects.filter(newest=True)) == [second]
    assert Look.objects.filter(pk=first.pk).exists()


def test_a_look_that_saw_nothing_is_recorded_with_the_reason() -> None:
    look = look_at(domain(), TERMINAL, utc_now(), eyes())
    assert look.fault == "This machine has no name servers."
    refused = Outgoing(resolve=lambda name: ["169.254.169.254"])
    look = look_at(host(), TERMINAL, utc_now(), Eyes(refused))
    assert "169.254.169.254, which is not an address of the public internet" in look.fault


def test_only_names_for_which_it_was_asked_are_looked_at_daily() -> None:
    quiet, daily = domain("quiet.example"), domain("daily.example")
    change_name(daily, TERMINAL, daily=True, selectors=["s1", "S1", "s2"])
    assert look_at_daily_names(TERMINAL, utc_now, eyes()) == 1
    daily.refresh_from_db()
    assert (quiet.looks.count(), daily.looks.count(), daily.selectors) == (0, 1, ["s1", "s2"])


# ── What an assessment makes of it ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("check", [one for one in checks() if one.of in (TLS, MAIL)], ids=lambda one: one.id)
def test_a_check_of_names_tests_a_safeguard_that_exists(check: Check) -> None:
    assert check.safeguard in catalogue()
    assert check.question.endswith("?")
    assert check.advice.endswith(".")


def test_without_names_nothing_is_met() -> None:
    assert set(verdicts().values()) == {"unknown"}


def test_a_name_that_nobody_looked_at_is_unknown() -> None:
    domain()
    host()
    found = verdicts()
    assert set(found.values()) == {"unknown"}
    assert Outcome.objects.get(pk="systems.mail_spf").example == "nobody has looked at it yet"


def test_what_is_seen_becomes_outcomes_and_findings_that_lead_to_the_name() -> None:
    name = domain()
    with asking({**GOOD, "clinic.example": ["v=spf1 mx +all"]}) as ask:
        look_at(name, TERMINAL, utc_now(), eyes(ask))
    found = verdicts()
    assert (found["systems.mail_spf"], found["systems.mail_dmarc"]) == ("unmet", "met")
    assert found["systems.tls_modern"] == "unknown", "a mail domain says nothing about TLS"
    finding = Finding.objects.get(check_id="systems.mail_spf", closed_at=None)
    assert (finding.subject, finding.subject_name) == (f"systems.name:{name.pk}", "clinic.example")
    assert address_of(finding.subject) == f"/systems/names/{name.pk}/"


def test_a_finding_stays_open_while_nobody_answers_and_closes_on_what_is_seen() -> None:
    name = domain()
    with asking({"clinic.example": ["v=spf1 +all"]}) as ask:
        look_at(name, TERMINAL, utc_now(), eyes(ask))
    verdicts()
    look_at(name, TERMINAL, utc_now(), eyes())
    assert verdicts()["systems.mail_spf"] == "unknown"
    assert Finding.objects.filter(check_id="systems.mail_spf", closed_at=None).exists()
    with asking(GOOD) as ask:
        look_at(name, TERMINAL, utc_now(), eyes(ask))
    assert verdicts()["systems.mail_spf"] == "met"
    assert not Finding.objects.filter(check_id="systems.mail_spf", closed_at=None).exists()


def test_a_look_whose_blob_is_gone_or_altered_is_unknown(home: Path) -> None:
    with asking(GOOD) as ask:
        look = look_at(domain(), TERMINAL, utc_now(), eyes(ask))
    place = home / "blobs" / look.look[:2] / look.look[2:]
    place.write_bytes(place.read_bytes().replace(b"-all", b"~all"))
    assert verdicts()["systems.mail_spf"] == "unknown"
