"""SPF, DMARC and DKIM of a domain, as a real name server tells them and as the checks judge them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

import duecare.systems.checks  # noqa: F401  (registers the checks)
from duecare.program.judgement import Facts, Grade, Judgement, Verdict, find_check
from duecare.program.outcomes import judge
from duecare.program.outgoing import NoAnswer
from duecare.program.subjects import Subject
from duecare.program.targets import definitions
from duecare.systems.names.interface import Section
from duecare.systems.names.mail import look_at_mail
from duecare.systems.names.records import parse_dkim, parse_dmarc, parse_spf
from duecare.systems.names.resolving import ask_name_servers
from tests.systems.name_servers import FAILING, SILENT, Zone, asking, serving

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
SPF, DMARC, DKIM = "systems.mail_spf", "systems.mail_dmarc", "systems.mail_dkim"


def looked(zone: Zone, *selectors: str, domain: str = "clinic.example") -> dict[str, Section]:
    """What a look at the domain sees, if the name servers know this."""
    with asking(zone) as ask:
        return look_at_mail(domain, selectors, ask)


def answer(id: str, sections: dict[str, Section], *, now: datetime = NOW) -> Judgement:
    check = find_check(id)
    assert check is not None
    target = definitions()[check.target].default if check.target else None
    return judge(check, Subject("a:b", "b", Grade.OWN, Facts(now, NOW, sections)), target, now)


def expect(judgement: Judgement, verdict: Verdict, words: str) -> None:
    told = judgement.not_applicable or "; ".join(
        f"{one.name} {one.reason}" for one in (*judgement.unmet, *judgement.unknown)
    )
    assert (judgement.verdict, words in told) == (verdict, True), (judgement.verdict, told)


def key_record(bits: int = 2048, **tags: str) -> str:
    # Nothing is signed with it, so any odd number of that length will do.
    key = rsa.RSAPublicNumbers(65537, (1 << (bits - 1)) + 1).public_key()
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "; ".join(f"{k}={v}" for k, v in {"v": "DKIM1", "k": "rsa", **tags}.items()) + (
        f"; p={base64.b64encode(der).decode()}"
    )


# ── SPF ──────────────────────────────────────────────────────────────────────────────────────────────────

CHAIN: Zone = {f"n{n}.example": [f"v=spf1 include:n{n + 1}.example -all"] for n in range(30)}

SPF_CASES: list[tuple[Zone, Verdict, str]] = [
    ({"clinic.example": ["v=spf1 mx -all", "something else"]}, MET, ""),
    ({"clinic.example": ["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a:mail.example/28 ~all"]}, MET, ""),
    ({"clinic.example": ["V=SPF1 MX -ALL"]}, MET, ""),
    ({"clinic.example": ["v=spf1 -all"]}, MET, ""),
    ({"clinic.example": []}, UNMET, "there is no SPF record"),
    ({"_dmarc.clinic.example": []}, UNMET, "there is no SPF record"),
    ({}, UNKNOWN, "there is no name clinic.example"),
    ({"clinic.example": ["v=spf10 -all", "spf2.0/pra -all"]}, UNMET, "there is no SPF record"),
    ({"clinic.example": ["v=spf1 mx -all", "v=spf1 a -all"]}, UNMET, "there are 2 SPF records"),
    ({"clinic.example": ["v=spf1 mx +all"]}, UNMET, "says +all of other servers"),
    ({"clinic.example": ["v=spf1 mx all"]}, UNMET, "says +all of other servers"),
    ({"clinic.example": ["v=spf1 mx ?all"]}, UNMET, "says ?all of other servers"),
    ({"clinic.example": ["v=spf1 mx"]}, UNMET, "says nothing of other servers"),
    (
        {"clinic.example": ["v=spf1 mx ipv4:192.0.2.1 -all"]},
        UNMET,
        "“ipv4:192.0.2.1” is nothing that SPF knows",
    ),
    ({"clinic.example": ["v=spf1 ip4:192.0.2.300 -all"]}, UNMET, "holds no address"),
    ({"clinic.example": ["v=spf1 ip4:2001:db8::1 -all"]}, UNMET, "holds no address"),
    ({"clinic.example": ["v=spf1 include: -all"]}, UNMET, "names no domain"),
    ({"clinic.example": ["v=spf1 include:gone.example -all"]}, UNMET, "gone.example has 0 SPF records"),
    ({"clinic.example": ["v=spf1 redirect=other.example"], "other.example": ["v=spf1 mx -all"]}, MET, ""),
    ({"clinic.example": ["v=spf1 redirect=other.example"], "other.example": ["v=spf1 mx"]}, UNMET, "nothing"),
    ({"clinic.example": ["v=spf1 redirect=void.example -all"]}, MET, ""),
    ({"clinic.example": ["v=spf1 include:ok.example -all"], "ok.example": ["v=spf1 +all"]}, MET, ""),
    ({**CHAIN, "clinic.example": ["v=spf1 include:n0.example -all"]}, UNMET, "more than 10 times"),
    ({**CHAIN, "clinic.example": ["v=spf1 include:n21.example -all"]}, UNMET, "n30.example has 0"),
    ({"clinic.example": ["v=spf1 include:clinic.example -all"]}, UNMET, "more than 10 times"),
    ({"clinic.example": ["v=spf1 " + "a " * 11 + "-all"]}, UNMET, "more than 10 times"),
    ({"clinic.example": ["v=spf1 " + "a " * 10 + "-all"]}, MET, ""),
    ({"clinic.example": ["v=spf1 include:%{d}.example -all"]}, UNKNOWN, "depends on who sends"),
    ({"clinic.example": ["v=spf1 include:bad.example -all"], "bad.example": FAILING}, UNKNOWN, "bad.example"),
    ({"clinic.example": ["v=spf1 redirect=bad.example"], "bad.example": FAILING}, UNKNOWN, "bad.example"),
    ({"clinic.example": FAILING}, UNKNOWN, "all of them failed"),
    ({"clinic.example": ["v=spf1 " + " ".join(f"ip4:192.0.2.{n}" for n in range(250)) + " -all"]}, MET, ""),
]


@pytest.mark.parametrize(("zone", "verdict", "words"), SPF_CASES)
def test_spf(zone: Zone, verdict: Verdict, words: str) -> None:
    expect(answer(SPF, looked(zone)), verdict, words)


def test_questions_are_counted_over_all_includes() -> None:
    zone = {
        "clinic.example": ["v=spf1 a mx include:one.example ip4:192.0.2.1 -all"],
        "one.example": ["v=spf1 include:two.example ptr exists:%{i}.example -all"],
        "two.example": ["v=spf1 ip4:192.0.2.2 -all"],
    }
    assert looked(zone)["spf"]["lookups"] == 6


def test_a_loop_of_includes_makes_few_questions() -> None:
    asked: list[str] = []

    def ask(name: str) -> tuple[str, ...]:
        asked.append(name)
        return ("v=spf1 include:clinic.example include:clinic.example -all",)

    look_at_mail("clinic.example", (), ask)
    assert len([name for name in asked if not name.startswith("_")]) <= 12


# ── DMARC ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("zone", "verdict", "words"),
    [
        ({"_dmarc.clinic.example": ["v=DMARC1; p=reject; rua=mailto:a@clinic.example"]}, MET, ""),
        ({"_dmarc.clinic.example": ["v=DMARC1;p=Quarantine;"]}, MET, ""),
        ({"_dmarc.clinic.example": ["v=DMARC1; p=reject", "unrelated"]}, MET, ""),
        ({"_dmarc.clinic.example": ["v=DMARC1; p=none; rua=mailto:a@b.example"]}, UNMET, "p=none"),
        ({"_dmarc.clinic.example": ["v=DMARC1; p=reject; pct=20"]}, UNMET, "20 of 100"),
        ({"_dmarc.clinic.example": ["v=DMARC1; p=reject; pct=lots"]}, UNMET, "pct=lots is no percentage"),
        ({"_dmarc.clinic.example": ["v=DMARC1; p=strict"]}, UNMET, "it has no policy"),
        ({"_dmarc.clinic.example": ["v=DMARC1; rua=mailto:a@b.example"]}, UNMET, "it has no policy"),
        ({"_dmarc.clinic.example": ["v=DMARC1; p=reject; p=none"]}, UNMET, "p stands there twice"),
        ({"_dmarc.clinic.example": ["v=DMARC1; p=reject", "v=DMARC1; p=none"]}, UNMET, "2 DMARC records"),
        ({"_dmarc.clinic.example": ["p=reject; v=DMARC1"]}, UNMET, "there is no DMARC record"),
        ({"_dmarc.clinic.example": ["v=DMARC10; p=reject"]}, UNMET, "there is no DMARC record"),
        ({"clinic.example": []}, UNMET, "there is no DMARC record"),
        ({}, UNKNOWN, "there is no name clinic.example"),
        ({"_dmarc.clinic.example": FAILING}, UNKNOWN, "all of them failed"),
    ],
)
def test_dmarc(zone: Zone, verdict: Verdict, words: str) -> None:
    expect(answer(DMARC, looked(zone)), verdict, words)


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        ("v=DMARC1; p=reject", MET),
        ("v=DMARC1; p=reject; sp=none", UNMET),
        ("v=DMARC1; p=none; sp=reject", MET),
    ],
)
def test_a_domain_without_a_record_has_that_of_the_one_above(record: str, verdict: Verdict) -> None:
    zone = {"_dmarc.clinic.example": [record], "mail.north.clinic.example": ["v=spf1 -all"]}
    sections = looked(zone, domain="mail.north.clinic.example")
    assert sections["dmarc"]["place"] == "clinic.example"
    assert answer(DMARC, sections).verdict is verdict


# ── DKIM ─────────────────────────────────────────────────────────────────────────────────────────────────

PLACE = "s1._domainkey.clinic.example"
ED = base64.b64encode(
    ed25519.Ed25519PrivateKey.generate()
    .public_key()
    .public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
).decode()


@pytest.mark.parametrize(
    ("records", "verdict", "words"),
    [
        ([key_record()], MET, ""),
        ([key_record().replace("v=DKIM1; k=rsa; ", "")], MET, ""),
        ([key_record(4096)], MET, ""),
        ([f"v=DKIM1; k=ed25519; p={ED}"], MET, ""),
        ([key_record(1024)], UNMET, "s1 the RSA key has 1024 bits (expected at least 2048)"),
        ([key_record(t="y:s")], UNMET, "marked as a test"),
        (["v=DKIM1; p="], UNMET, "the key was withdrawn"),
        (["v=DKIM1; k=rsa"], UNMET, "it holds no key"),
        (["v=DKIM1; p=not*base64"], UNMET, "not in base 64"),
        (["v=DKIM1; p=AAAA"], UNMET, "not one of RSA"),
        (["v=DKIM1; k=ed25519; p=AAAA"], UNMET, "not one of Ed25519"),
        (["v=DKIM1; k=dsa; p=AAAA"], UNMET, "nothing that DKIM knows"),
        (["v=DKIM2; p=AAAA"], UNMET, "another version"),
        ([key_record(), key_record(3072)], UNMET, "there are 2 records"),
        ([], UNMET, "there is no record"),
        (FAILING, UNKNOWN, "all of them failed"),
    ],
)
def test_dkim(records: Any, verdict: Verdict, words: str) -> None:
    expect(answer(DKIM, looked({PLACE: records}, "s1")), verdict, words)


def test_a_long_key_comes_in_several_strings_and_over_tcp() -> None:
    record = key_record(8192)
    assert len(record) > 1232
    (key,) = looked({PLACE: [record]}, "s1")["dkim"]["keys"]
    assert (key["bits"], key["fault"]) == (8192, "")


def test_one_selector_that_could_not_be_read_leaves_what_the_others_show() -> None:
    zone = {PLACE: [key_record(1024)], "s2._domainkey.clinic.example": FAILING}
    found = answer(DKIM, looked(zone, "s1", "s2"))
    assert found.verdict is UNMET
    assert "s2._domainkey" in found.unknown[0].reason


def test_without_a_selector_named_nothing_is_known_of_dkim() -> None:
    expect(
        answer(DKIM, looked({"clinic.example": ["v=spf1 mx -all"]})), UNKNOWN, "no DKIM selector was named"
    )


def test_a_domain_that_sends_no_mail_needs_no_dkim() -> None:
    expect(answer(DKIM, looked({"clinic.example": ["v=spf1 -all"]})), ASIDE, "sends no mail")


# ── The name servers ─────────────────────────────────────────────────────────────────────────────────────


def test_name_servers_that_do_not_answer_make_the_rest_unknown_and_not_for_long() -> None:
    zone = {"clinic.example": ["v=spf1 -all"], "_dmarc.clinic.example": SILENT, PLACE: SILENT}
    moments = iter([0.0, 0.0, 19.5, 30.0])
    with serving(zone) as resolver:
        sections = look_at_mail("clinic.example", ["s1"], ask_name_servers(resolver, lambda: next(moments)))
    for id, words in ((DMARC, "took too long"), (DKIM, "the time for one look was over")):
        expect(answer(id, sections), UNKNOWN, words)


def test_an_old_look_shows_nothing_any_more() -> None:
    zone = {"clinic.example": ["v=spf1 -all"]}
    expect(answer(SPF, looked(zone), now=NOW + timedelta(days=8)), UNKNOWN, "the evidence is 8 days old")


# ── Whatever a record holds ──────────────────────────────────────────────────────────────────────────────

ODD = st.text(max_size=200) | st.lists(
    st.sampled_from(
        ["v=spf1", "v=DMARC1;", "p=", "include:", "all", "=", ";", "%{", ":", "/", "ip4:", "\0", "é"]
    ),
    max_size=12,
).map(" ".join)


@given(ODD)
def test_no_text_breaks_a_parser(text: str) -> None:
    parse_spf(f"v=spf1 {text}")
    parse_dmarc(text)
    parse_dkim(text)


@given(ODD)
def test_nothing_is_met_on_a_record_that_is_odd_unless_a_receiver_would_take_it(text: str) -> None:
    def ask(name: str) -> tuple[str, ...]:
        if name == "clinic.example":
            return (f"v=spf1 {text}",)
        raise NoAnswer("nobody knows")

    sections = look_at_mail("clinic.example", ["s1"], ask)
    assert answer(DMARC, sections).verdict is UNKNOWN
    assert answer(DKIM, sections).verdict is UNKNOWN
    if answer(SPF, sections).verdict is MET:
        assert parse_spf(f"v=spf1 {text}").all in ("-", "~")
