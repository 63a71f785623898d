"""TLS of a host, as real servers on this machine answer and as the checks judge it."""

from __future__ import annotations

import socket
import ssl
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

import duecare.systems.checks  # noqa: F401  (registers the checks)
from duecare.ledger.records import utc_now
from duecare.program.judgement import Facts, Grade, Judgement, Verdict, find_check
from duecare.program.outcomes import judge
from duecare.program.outgoing import Outgoing
from duecare.program.outgoing_rules import read_rules
from duecare.program.subjects import Subject
from duecare.program.targets import definitions
from duecare.systems.names import tls
from duecare.systems.names.certificates import names_host
from duecare.systems.names.interface import Section
from duecare.systems.names.tls import look_at_tls
from tests.program.others import Authority, Serve, http, listening, secured

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
CERTIFICATE, MODERN = "systems.tls_certificate_valid", "systems.tls_modern"
HOST = "www.clinic.example"
VERSION = ssl.TLSVersion


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def out(authority: Authority, address: str = "127.0.0.1") -> Outgoing:
    return Outgoing(read_rules(["127.0.0.0/8"]), lambda host: [address], authority.trust)


def looked(authority: Authority, serve: Serve, host: str = HOST) -> dict[str, Section]:
    with listening(serve) as port:
        return look_at_tls(host, port, out(authority))


def answer(id: str, sections: dict[str, Section], *, later: timedelta = timedelta()) -> Judgement:
    check = find_check(id)
    assert check is not None
    target = definitions()[check.target].default if check.target else None
    now = utc_now() + later
    return judge(check, Subject("a:b", "b", Grade.OWN, Facts(now, now, sections)), target, now)


def expect(judgement: Judgement, verdict: Verdict, words: str) -> None:
    told = judgement.not_applicable or "; ".join(
        f"{one.name} {one.reason}" for one in (*judgement.unmet, *judgement.unknown)
    )
    assert (judgement.verdict, words in told) == (verdict, True), (judgement.verdict, told)


def bounded(context: ssl.SSLContext, least: ssl.TLSVersion, most: ssl.TLSVersion) -> ssl.SSLContext:
    """The server's context, for these versions of TLS alone."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = least, most
    return context


def accepted(sections: dict[str, Section]) -> dict[str, bool | None]:
    return {one["version"]: one["accepted"] for one in sections["tls"]["versions"]}


# ── The certificate ──────────────────────────────────────────────────────────────────────────────────────


def test_a_good_certificate_meets_the_check_until_too_few_days_are_left(authority: Authority) -> None:
    sections = looked(authority, secured(authority.server(HOST, "clinic.example")))
    facts = sections["certificate"]
    assert (facts["trusted"], facts["names"], facts["key"]) == (True, [HOST, "clinic.example"], "EC")
    expect(answer(CERTIFICATE, sections), MET, "")
    expect(answer(CERTIFICATE, sections, later=timedelta(days=69)), MET, "")
    expect(
        answer(CERTIFICATE, sections, later=timedelta(days=70)), UNMET, "in 20 days (expected at least 21)"
    )
    expect(answer(CERTIFICATE, sections, later=timedelta(days=91)), UNMET, "the certificate ended on")


def test_a_certificate_that_ended_is_seen_with_its_date(authority: Authority) -> None:
    ended = utc_now() - timedelta(days=3)
    sections = looked(authority, secured(authority.server(HOST, ends=ended)))
    assert sections["certificate"]["trusted"] is False
    assert "expired" in sections["certificate"]["untrusted_because"]
    expect(answer(CERTIFICATE, sections), UNMET, f"the certificate ended on {ended:%Y-%m-%d}")


def test_a_certificate_that_has_not_begun_is_unmet(authority: Authority) -> None:
    begins = utc_now() + timedelta(days=2)
    expect(
        answer(CERTIFICATE, looked(authority, secured(authority.server(HOST, begins=begins)))),
        UNMET,
        "does not begin before",
    )


def test_a_certificate_for_another_name_is_unmet_and_says_for_which(authority: Authority) -> None:
    sections = looked(authority, secured(authority.server("shop.example", "other.example")))
    expect(answer(CERTIFICATE, sections), UNMET, "is for shop.example, other.example")


def test_a_certificate_that_nobody_signed_is_unmet(authority: Authority) -> None:
    sections = looked(authority, secured(authority.server(HOST, self_signed=True)))
    expect(answer(CERTIFICATE, sections), UNMET, "not trusted: self-signed certificate")


def test_a_certificate_of_an_authority_that_nobody_knows_is_unmet(tmp_path: Path) -> None:
    stranger = Authority(tmp_path)
    sections = looked(Authority(tmp_path), secured(stranger.server(HOST)))
    expect(answer(CERTIFICATE, sections), UNMET, "not trusted: ")


def test_without_any_roots_on_this_machine_trust_is_unknown(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority, "trust", lambda: _rootless())
    paths = ssl.get_default_verify_paths()._replace(capath=None)
    monkeypatch.setattr(tls.ssl, "get_default_verify_paths", lambda: paths)
    sections = looked(authority, secured(authority.server(HOST)))
    expect(answer(CERTIFICATE, sections), UNKNOWN, "no list of certificate authorities")


def _rootless() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.mark.parametrize(
    ("names", "host", "names_it"),
    [
        (["www.clinic.example"], "www.clinic.example", True),
        (["WWW.Clinic.Example."], "www.clinic.example", True),
        (["*.clinic.example"], "www.clinic.example", True),
        (["*.clinic.example"], "clinic.example", False),
        (["*.clinic.example"], "a.b.clinic.example", False),
        (["w*.clinic.example"], "www.clinic.example", False),
        (["*.*.example"], "www.clinic.example", False),
        (["*"], "localhost", False),
        (["clinic.example"], "www.clinic.example", False),
        ([], "clinic.example", False),
    ],
)
def test_which_names_a_certificate_stands_for(names: list[str], host: str, names_it: bool) -> None:
    assert names_host(names, host) is names_it


# ── Versions, keys ───────────────────────────────────────────────────────────────────────────────────────


def test_a_server_of_today_accepts_two_versions_and_refuses_two(authority: Authority) -> None:
    server = bounded(authority.server(HOST), VERSION.TLSv1_2, VERSION.TLSv1_3)
    sections = looked(authority, secured(server))
    assert accepted(sections) == {"TLS 1.0": False, "TLS 1.1": False, "TLS 1.2": True, "TLS 1.3": True}
    expect(answer(MODERN, sections), MET, "")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_server_that_still_speaks_the_old_versions_is_unmet(authority: Authority) -> None:
    server = bounded(authority.server(HOST), VERSION.TLSv1, VERSION.TLSv1_3)
    sections = looked(authority, secured(server))
    assert accepted(sections) == dict.fromkeys(("TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"), True)
    expect(answer(MODERN, sections), UNMET, "it accepts TLS 1.0; it accepts TLS 1.1")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_server_that_speaks_old_versions_alone_is_seen_all_the_same(authority: Authority) -> None:
    server = bounded(authority.server(HOST), VERSION.TLSv1_1, VERSION.TLSv1_1)
    sections = looked(authority, secured(server))
    assert accepted(sections) == {"TLS 1.0": False, "TLS 1.1": True, "TLS 1.2": False, "TLS 1.3": False}
    expect(answer(MODERN, sections), UNMET, "not seen to accept TLS 1.2 or 1.3")
    expect(answer(CERTIFICATE, sections), UNKNOWN, "a present-day client failed")


def test_a_version_that_this_machine_cannot_offer_is_unknown(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tls._open_to_all

    def without_the_oldest(version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        if version is VERSION.TLSv1:
            raise ValueError("Unsupported protocol version 0x301")
        return real(version)

    monkeypatch.setattr(tls, "_open_to_all", without_the_oldest)
    sections = looked(authority, secured(authority.server(HOST)))
    assert accepted(sections)["TLS 1.0"] is None
    expect(answer(MODERN, sections), UNKNOWN, "this machine's OpenSSL cannot offer it")


def test_a_server_that_is_gone_after_the_first_connection_leaves_versions_unknown(
    authority: Authority,
) -> None:
    connections = []
    good = secured(authority.server(HOST))

    def once(sock: socket.socket) -> None:
        connections.append(1)
        if len(connections) == 1:
            good(sock)
        else:
            time.sleep(20)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tls, "STEP", 0.3)
        sections = looked(authority, once)
    assert [found for found in accepted(sections).values() if found is None] == [None] * 3
    expect(answer(MODERN, sections), UNKNOWN, "took too long")


def without_a_word(context: ssl.SSLContext, most: int = 100) -> Serve:
    """A server that breaks off at an old version instead of refusing it, and at anything after so many."""
    connections: list[int] = []

    def serve(sock: socket.socket) -> None:
        connections.append(1)
        offered = sock.recv(11, socket.MSG_PEEK)[9:11]
        if offered == b"\x03\x03" and len(connections) <= most:
            secured(context)(sock)

    return serve


def test_a_server_that_breaks_off_at_old_versions_refuses_them(authority: Authority) -> None:
    sections = looked(authority, without_a_word(authority.server(HOST)))
    assert accepted(sections) == {"TLS 1.0": False, "TLS 1.1": False, "TLS 1.2": True, "TLS 1.3": True}
    expect(answer(MODERN, sections), MET, "")


def test_a_server_that_has_had_enough_of_us_has_refused_nothing(authority: Authority) -> None:
    sections = looked(authority, without_a_word(authority.server(HOST), most=1))
    assert accepted(sections) == {"TLS 1.0": None, "TLS 1.1": None, "TLS 1.2": None, "TLS 1.3": True}
    expect(answer(MODERN, sections), UNKNOWN, "did not answer any more")


@pytest.mark.parametrize(
    ("key", "verdict", "words"),
    [
        (rsa.generate_private_key(65537, 2048), MET, ""),
        (rsa.generate_private_key(65537, 1024), UNMET, "its RSA key has 1024 bits"),  # noqa: S505
        (ec.generate_private_key(ec.SECP384R1()), MET, ""),
    ],
)
def test_the_length_of_the_key_counts(authority: Authority, key: Any, verdict: Verdict, words: str) -> None:
    expect(answer(MODERN, looked(authority, secured(authority.server(HOST, key=key)))), verdict, words)


# ── What stands in the way ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("id", [CERTIFICATE, MODERN])
def test_nobody_there_is_unknown_with_the_reason(authority: Authority, id: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    expect(answer(id, look_at_tls(HOST, port, out(authority))), UNKNOWN, "Connection refused")


@pytest.mark.parametrize("id", [CERTIFICATE, MODERN])
def test_an_address_that_may_not_be_reached_is_unknown_with_the_reason(authority: Authority, id: str) -> None:
    sections = look_at_tls(HOST, 443, out(authority, "10.0.0.1"))
    expect(answer(id, sections), UNKNOWN, "leads to 10.0.0.1, which is not an address of the public internet")


def plainly(sock: socket.socket) -> None:
    """What a website without encryption does with a handshake."""
    sock.recv(4096)
    sock.sendall(http(b"", "400 Bad Request"))


@pytest.mark.parametrize("serve", [plainly, lambda sock: None, lambda sock: sock.sendall(b"\x16")])
def test_what_answers_without_tls_is_unknown(authority: Authority, serve: Serve) -> None:
    expect(answer(CERTIFICATE, looked(authority, serve)), UNKNOWN, "no handshake came about")


def test_a_look_is_over_in_time_whatever_the_server_does(authority: Authority) -> None:
    began = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tls, "STEP", 0.3)
        sections = looked(authority, lambda sock: time.sleep(20))
    assert time.monotonic() - began < 5
    expect(answer(MODERN, sections), UNKNOWN, "took too long")


# ── STARTTLS ─────────────────────────────────────────────────────────────────────────────────────────────


def mail_server(
    context: ssl.SSLContext | None, greeting: bytes = b"220 mail.clinic.example ESMTP\r\n"
) -> Serve:
    """A mail server that offers STARTTLS if it has a context."""

    def serve(sock: socket.socket) -> None:
        sock.sendall(greeting)
        if not sock.recv(1000).startswith(b"EHLO"):
            return
        offer = b"250-STARTTLS\r\n" if context else b""
        sock.sendall(b"250-mail.clinic.example\r\n" + offer + b"250 SIZE 1000\r\n")
        if context and sock.recv(1000).strip() == b"STARTTLS":
            sock.sendall(b"220 go on\r\n")
            secured(context)(sock)

    return serve


@pytest.fixture
def as_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any port is one of mail: those below 1024 cannot be opened by everybody."""
    monkeypatch.setattr(tls, "STARTTLS_PORTS", range(1, 65536))


@pytest.mark.usefixtures("as_mail")
def test_a_mail_server_is_looked_at_after_starttls(authority: Authority) -> None:
    sections = looked(authority, mail_server(authority.server(HOST)))
    expect(answer(CERTIFICATE, sections), MET, "")
    expect(answer(MODERN, sections), MET, "")


@pytest.mark.usefixtures("as_mail")
def test_a_mail_server_without_encryption_is_a_gap(authority: Authority) -> None:
    sections = looked(authority, mail_server(None))
    expect(answer(MODERN, sections), UNMET, "the mail server offers no encryption (STARTTLS)")
    expect(answer(CERTIFICATE, sections), ASIDE, "a gap of its own")


@pytest.mark.usefixtures("as_mail")
@pytest.mark.parametrize("greeting", [b"554 go away\r\n", b"\xff\xfe\r\n", b"\r\n", b"220-more\r\n" * 200])
def test_a_mail_server_that_answers_oddly_is_unknown(authority: Authority, greeting: bytes) -> None:
    expect(answer(MODERN, looked(authority, mail_server(None, greeting))), UNKNOWN, "")


def test_dates_in_a_look_are_what_datetime_reads(authority: Authority) -> None:
    certificate = looked(authority, secured(authority.server(HOST)))["certificate"]
    begins, ends = (datetime.fromisoformat(certificate[name]) for name in ("not_before", "not_after"))
    assert timedelta(days=190) <= ends - begins < timedelta(days=191)
