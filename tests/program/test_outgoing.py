"""The one way out: what may be reached, what is refused, and that nothing can hold it up or fill it.

The servers are real, on this machine; only the resolver is ours, because names must lead where a test wants.
"""

from __future__ import annotations

import ast
import socket
import time
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import duecare
from duecare.errors import BadInput, Refused
from duecare.program.outgoing import NoAnswer, Outgoing, read_url, way_out
from duecare.program.outgoing_rules import Rules, read_rules
from duecare.site import configuration
from tests.program.others import Authority, head_of, http, listening, saying, secured

HERE = read_rules(["127.0.0.0/8"])
QUICK = 0.5
"""Seconds that a test waits for what never comes."""


def leading(**where: str | Sequence[str]) -> Outgoing:
    """A way out on which names lead to these addresses, `_` in a name for a dot; 127.0.0.0/8 is allowed."""
    return Outgoing(HERE, resolve=_resolver(where))


def _resolver(where: dict[str, str | Sequence[str]]):  # type: ignore[no-untyped-def]
    def resolve(host: str) -> list[str]:
        found = where.get(host.replace(".", "_"))
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [found] if isinstance(found, str) else list(found)

    return resolve


# ── Which addresses ──────────────────────────────────────────────────────────────────────────────────────

NOT_PUBLIC = (
    *("0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "100::1"),
    *("2001:db8::1", "2001::1", "2002:7f00:1::1", "::127.0.0.1", "64:ff9b:1::1", "fec0::1", "5f00::1"),
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808"),
)
PUBLIC = ("8.8.8.8", "1.1.1.1", "172.32.0.1", "192.167.255.255", "100.128.0.1", "2606:4700::1111", "2a00::1")


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_of_the_public_internet_is_refused(address: str) -> None:
    assert not Rules().permits(ip_address(address))
    with pytest.raises(Refused, match="not an address of the public internet"):
        Outgoing(resolve=lambda host: [address]).addresses("sneaky.example")


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_of_the_public_internet_is_not(address: str) -> None:
    assert Rules().permits(ip_address(address))


@given(st.ip_addresses())
def test_nothing_is_permitted_that_pythons_own_list_calls_private(address: object) -> None:
    one = ip_address(str(address))
    if Rules().permits(one):
        kinds = ("private", "loopback", "link_local", "multicast", "reserved", "unspecified")
        assert [kind for kind in kinds if getattr(one, f"is_{kind}")] == []


def test_a_listed_network_is_permitted_and_nothing_beside_it() -> None:
    rules = read_rules(["10.0.0.0/8", "fd00::/8", "192.168.1.7"])
    assert all(rules.permits(ip_address(one)) for one in ("10.255.0.1", "fd00::1", "192.168.1.7"))
    assert not any(rules.permits(ip_address(one)) for one in ("192.168.1.8", "127.0.0.1", "fc00::1"))


def test_an_address_wrapped_in_another_needs_both_listed() -> None:
    translator = read_rules(["64:ff9b::/96"])
    assert translator.permits(ip_address("64:ff9b::808:808"))
    assert not translator.permits(ip_address("64:ff9b::7f00:1"))
    assert not read_rules(["127.0.0.0/8"]).permits(ip_address("::ffff:127.0.0.1"))


def test_a_listed_host_is_reached_wherever_it_leads_and_only_under_its_exact_name() -> None:
    out = Outgoing(read_rules(["mail.internal.example"]), resolve=lambda host: ["10.0.0.5"])
    assert out.addresses("Mail.Internal.Example.") == ["10.0.0.5"]
    with pytest.raises(Refused):
        out.addresses("other.internal.example")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "::1", "localhost"]
)
def test_no_spelling_of_this_machine_gets_through_the_real_resolver(host: str) -> None:
    with pytest.raises((Refused, NoAnswer)):
        Outgoing().connect(host, 80, seconds=5)


def test_of_several_addresses_only_the_permitted_ones_are_used() -> None:
    out = Outgoing(resolve=lambda host: ["127.0.0.1", "8.8.8.8"])
    assert out.addresses("mixed.example") == ["8.8.8.8"]


# ── Connections ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_connection_is_made_to_the_address_that_was_judged() -> None:
    """A resolver that answers differently the second time (rebinding) is never asked a second time."""
    answers = iter([["127.0.0.2"], ["127.0.0.3"]])
    with listening(saying(b"")) as port, socket.create_server(("127.0.0.2", port)):
        sock = Outgoing(read_rules(["127.0.0.2"]), resolve=lambda host: next(answers)).connect(
            "a.example", port
        )
        with sock:
            assert sock.getpeername()[0] == "127.0.0.2"
    assert next(answers) == ["127.0.0.3"]


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    with listening(saying(http(b"here"))) as port:
        out = leading(a_example=["127.0.0.9", "127.0.0.1"])
        assert out.request("GET", f"http://a.example:{port}/").body == b"here"


def test_a_name_without_an_address_says_so() -> None:
    with pytest.raises(
        NoAnswer, match=r"No address is known for nowhere\.example: Name or service not known"
    ):
        leading().connect("nowhere.example", 443)


def test_a_closed_port_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NoAnswer, match=f"a.example does not answer on port {port}: Connection refused"):
        leading(a_example="127.0.0.1").connect("a.example", port)


def test_a_resolver_that_never_answers_holds_nothing_up() -> None:
    began = time.monotonic()
    with pytest.raises(NoAnswer, match=r"took too long over slow\.example"):
        Outgoing(resolve=lambda host: time.sleep(30) or []).connect("slow.example", 443, seconds=QUICK)
    assert time.monotonic() - began < 5


def test_a_server_is_trusted_by_the_roots_given_and_for_its_own_name_alone(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with listening(secured(authority.server("a.example"), saying(http(b"secret")))) as port:
        where = {"a_example": "127.0.0.1", "b_example": "127.0.0.1"}
        out = Outgoing(HERE, _resolver(where), authority.trust)
        assert out.request("GET", f"https://a.example:{port}/").body == b"secret"
        with pytest.raises(NoAnswer, match="Hostname mismatch"):
            out.request("GET", f"https://b.example:{port}/")
        with pytest.raises(NoAnswer, match="unable to get local issuer certificate"):
            Outgoing(HERE, _resolver(where)).request("GET", f"https://a.example:{port}/")


def test_a_handshake_that_never_comes_is_cut_off() -> None:
    began = time.monotonic()
    with listening(lambda sock: time.sleep(10)) as port, pytest.raises(NoAnswer, match="too long"):
        leading(a_example="127.0.0.1").connect_tls("a.example", port, seconds=QUICK)
    assert time.monotonic() - began < 5


# ── HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_post_carries_its_body_and_headers_and_gets_status_headers_and_body() -> None:
    got: list[bytes] = []

    with listening(saying(http(b"thanks", "202 Accepted", "X-Told: yes"), got)) as port:
        url = f"http://hook.example:{port}/in?a=1"
        reply = leading(hook_example="127.0.0.1").request(
            "POST", url, body=b"the end", headers={"Content-Type": "text/plain"}
        )
    assert (reply.status, reply.headers["x-told"], reply.body, reply.url) == (202, "yes", b"thanks", url)
    assert got[0].startswith(b"POST /in?a=1 HTTP/1.1\r\n")
    assert f"Host: hook.example:{port}\r\n".encode() in got[0]
    assert b"Content-Type: text/plain\r\n" in got[0]


def test_an_answer_that_is_too_large_is_not_taken() -> None:
    with listening(saying(http(b"x" * 5000))) as port:
        out = leading(a_example="127.0.0.1")
        with pytest.raises(NoAnswer, match="more than 4,999 bytes"):
            out.request("GET", f"http://a.example:{port}/", most=4999)
        assert len(out.request("GET", f"http://a.example:{port}/", most=5000).body) == 5000


def test_an_answer_that_breaks_off_is_not_taken_for_whole() -> None:
    with listening(saying(http(b"x" * 50)[:-20])) as port, pytest.raises(NoAnswer, match="broke off"):
        leading(a_example="127.0.0.1").request("GET", f"http://a.example:{port}/")


def test_an_answer_that_drips_is_cut_off_in_time() -> None:
    def drip(sock: socket.socket) -> None:
        head_of(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            sock.sendall(b"X-More: 1\r\n")
            time.sleep(0.1)

    began = time.monotonic()
    with listening(drip) as port, pytest.raises(NoAnswer, match="too long"):
        leading(a_example="127.0.0.1").request("GET", f"http://a.example:{port}/", seconds=QUICK)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "answer", [b"\x00\x01nothing of the web", b"", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500]
)
def test_what_is_not_http_is_told_as_that(answer: bytes) -> None:
    with (
        listening(saying(answer)) as port,
        pytest.raises(NoAnswer, match="broke off or answered what is not HTTP"),
    ):
        leading(a_example="127.0.0.1").request("GET", f"http://a.example:{port}/")


# ── Redirects ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_redirect_is_followed_and_what_was_confided_to_one_is_not_told_to_another() -> None:
    heads: list[bytes] = []

    def last(sock: socket.socket) -> None:
        heads.append(head_of(sock))
        sock.sendall(http(b"there"))

    with listening(last) as second:
        target = f"http://b.example:{second}/there"
        with listening(saying(http(b"", "302 Found", f"Location: {target}"))) as first:
            out = leading(a_example="127.0.0.1", b_example="127.0.0.1")
            reply = out.request(
                "GET", f"http://a.example:{first}/", headers={"Authorization": "Bearer secret"}
            )
    assert (reply.body, reply.url) == (b"there", target)
    assert b"secret" not in heads[0]


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_to_this_machine_is_refused(method: str, status: str) -> None:
    reached: list[bytes] = []
    with listening(lambda sock: reached.append(head_of(sock))) as inner:
        redirect = http(b"", status, f"Location: http://127.0.0.1:{inner}/latest/meta-data/")
        with listening(saying(redirect)) as port:
            out = Outgoing(
                read_rules(["hook.example"]),
                lambda host: ["127.0.0.1"] if host == "hook.example" else [host],
            )
            with pytest.raises(Refused, match=r"127\.0\.0\.1"):
                out.request(method, f"http://hook.example:{port}/", body=b"x" if method == "POST" else b"")  # type: ignore[arg-type]
    assert reached == []


def test_a_post_is_not_turned_into_something_else() -> None:
    answer = saying(http(b"", "302 Found", "Location: /elsewhere"))
    with listening(answer) as port, pytest.raises(Refused, match="what was sent would be lost"):
        leading(a_example="127.0.0.1").request("POST", f"http://a.example:{port}/", body=b"x")


def test_a_redirect_that_leaves_encryption_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    answer = saying(http(b"", "302 Found", "Location: http://a.example/"))
    with listening(secured(authority.server("a.example"), answer)) as port:
        out = Outgoing(HERE, _resolver({"a_example": "127.0.0.1"}), authority.trust)
        with pytest.raises(Refused, match="without encryption"):
            out.request("GET", f"https://a.example:{port}/")


def test_a_circle_of_redirects_ends() -> None:
    answer = saying(http(b"", "302 Found", "Location: /again"))
    with listening(answer) as port, pytest.raises(Refused, match="again and again"):
        leading(a_example="127.0.0.1").request("GET", f"http://a.example:{port}/")


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://a.example/", "file:///etc/passwd", "gopher://a.example", "//a.example/", "a.example", ""),
        *("http://", "http://a.example:99999/", "http://a.example:x/", "http://[::1/", "http://a b/"),
        *("http://a.example/\r\nHost: b", "http://a.example/é", "http://a.example\\@b.example/"),
        *("http://user:secret@a.example/", "http://user@a.example/"),
    ],
)
def test_what_is_no_plain_web_address_is_refused_before_anything_happens(url: str) -> None:
    with pytest.raises(BadInput) as fault:
        read_url(url)
    assert "secret" not in str(fault.value)


# ── The setting ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_configuration_names_what_may_be_reached() -> None:
    told = configuration.parse({"outgoing": {"allow": ["10.0.0.0/8", "nas.example"]}}, "duecare.toml")
    assert told.outgoing == ("10.0.0.0/8", "nas.example")


@pytest.mark.parametrize(
    "entry", ["10.0.0.1/8", "*.example.org", "https://a.example", "10.0.0", "A.example", ""]
)
def test_an_entry_that_means_nothing_stops_the_start_and_is_named(entry: str) -> None:
    with pytest.raises(BadInput, match=r"duecare.toml: \[outgoing\] allow: '.*' is neither"):
        configuration.parse({"outgoing": {"allow": ["10.0.0.0/8", entry]}}, "duecare.toml")


def test_as_shipped_nothing_but_the_public_internet_is_reached() -> None:
    assert way_out().rules == Rules()


OPENERS = (
    "socket",
    "http.client",
    "urllib.request",
    "smtplib",
    "imaplib",
    "ftplib",
    "poplib",
    "requests",
    "httpx",
)
MAY_OPEN = {
    "program/outgoing.py",
    "program/mail/smtp.py",  # the conversation alone: it is handed a connected socket
    "systems/collector/pushing.py",  # it runs on other computers, and leads to a Duecare
    "systems/names/tls.py",  # for the type of the socket that it is handed
}


def test_no_other_module_of_ours_can_open_a_connection() -> None:
    root = Path(duecare.__file__).parent
    found = set()
    for place in root.rglob("*.py"):
        for node in ast.walk(ast.parse(place.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
            if any(name == one or name.startswith(f"{one}.") for name in names for one in OPENERS):
                found.add(str(place.relative_to(root)))
    assert found <= MAY_OPEN, "connections to others go through duecare/program/outgoing.py"
