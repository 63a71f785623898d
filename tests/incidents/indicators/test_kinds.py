"""Indicators are known by their form, made harmless or not, and shown so that nothing opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.incidents.indicators.kinds import KINDS, Found, defanged, read, recognise
from duecare.incidents.indicators.pasted import read_lines
from duecare.incidents.stix.patterns import indicators_in, pattern_of

FORMS = [
    ("198[.]51[.]100[.]7", "ipv4", "198.51.100.7"),
    ("2001:DB8::1", "ipv6", "2001:db8::1"),
    ("evil[dot]example", "domain", "evil.example"),
    ("bücher.example", "domain", "xn--bcher-kva.example"),
    ("hxxps[:]//evil[.]example/a?b=C#d", "url", "https://evil.example/a?b=C#d"),
    ("HXXP://Evil.example:8080", "url", "http://evil.example:8080"),
    ("http://[2001:db8::1]/x", "url", "http://[2001:db8::1]/x"),
    ("bad(at)evil[.]example", "email", "bad@evil.example"),
    ("D41D8CD98F00B204E9800998ECF8427E", "md5", "d41d8cd98f00b204e9800998ecf8427e"),
    ("a" * 40, "sha1", "a" * 40),
    ("B" * 64, "sha256", "b" * 64),
    ("invoice.docm", "file name", "invoice.docm"),
    ("invoice.pdf", "file name", "invoice.pdf"),
]


@pytest.mark.parametrize(("text", "kind", "value"), FORMS)
def test_a_sign_is_recognised_and_shown_harmless_and_read_again(text: str, kind: str, value: str) -> None:
    assert recognise(text) == Found(kind, value)
    shown = defanged(kind, value)
    assert read(shown, kind) == Found(kind, value)
    assert "http" not in shown
    (again,) = indicators_in(pattern_of(kind, value))
    assert again == Found(kind, value)


@pytest.mark.parametrize(
    "text", ["", "localhost", "1.2.3.4.5", "256.1.1.1", "a" * 33, "<script>x</script>", "http://", "a@b",
             "https://evil.example:99999/", "x\u202ey.example", "x" * 2001, "[" + " " * 3_000_000 + "x",
             "javascript:alert(1)"]
)  # fmt: skip
def test_what_is_no_sign_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        recognise(text)


@given(st.text(max_size=80))
def test_whatever_is_recognised_is_recognised_again_from_what_is_shown(text: str) -> None:
    try:
        found = recognise(text)
    except BadInput:
        return
    assert read(found.value, found.kind) == found
    assert read(defanged(found.kind, found.value), found.kind) == found


@given(st.sampled_from(sorted(set(KINDS) - {"other"})), st.text(max_size=60))
def test_a_pattern_gives_back_the_sign_of_which_it_was_made(kind: str, text: str) -> None:
    try:
        found = read(text, kind)
    except BadInput:
        return
    assert indicators_in(pattern_of(found.kind, found.value)) == [found]


def test_many_are_judged_line_by_line() -> None:
    lines = read_lines("evil.example\n\nnonsense\nevil[.]example\n192.0.2.1\n", "", {("ipv4", "192.0.2.1")})
    assert [(one.number, one.found is not None, one.there) for one in lines] == [
        (1, True, False), (3, False, False), (4, True, True), (5, True, True),
    ]  # fmt: skip
    assert "“nonsense”" in lines[1].fault
    with pytest.raises(BadInput, match="nothing in it"):
        read_lines(" \n", "", ())


def test_a_pattern_that_asks_for_more_stays_a_pattern() -> None:
    either = "[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'evil.example'] OR [url:value='http://a.example/']"
    assert [one.kind for one in indicators_in(either)] == ["ipv4", "domain", "url"]
    for other in (
        "[ipv4-addr:value = '192.0.2.1' AND file:name = 'a']",
        "[file:name LIKE 'a%']",
        "[process:pid = 5]",
        "[a:b = '1'] FOLLOWEDBY [a:b = '2']",
        "[ipv4-addr:value = '192.0.2.0/24']",
        "[url:value = 'ldap://evil.example/a']",
    ):
        assert indicators_in(other) == [Found("other", other)]
