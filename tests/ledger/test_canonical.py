"""Canonical JSON: one spelling for each value, and bytes in any other spelling are refused."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from duecare.ledger.canonical import (
    MAX_DEPTH,
    MAX_INT,
    CanonicalError,
    decode,
    encode,
    parse_utc,
    utc_text,
)

texts = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: unicodedata.normalize("NFC", text))
keys = st.text(st.characters(max_codepoint=127))
scalars = st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
)


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


@given(values)
def test_gives_the_bytes_of_rfc_8785(value: Any) -> None:
    assert encode(value) == rfc8785.dumps(value)


@given(values)
def test_decoding_gives_the_value_back(value: Any) -> None:
    assert decode(encode(value)) == value


@given(values, st.randoms(use_true_random=False))
def test_another_spelling_of_the_same_value_is_refused(value: Any, random: Any) -> None:
    other = json.dumps(value, ensure_ascii=random.random() < 0.5, indent=random.choice([None, 1])).encode()
    if other != encode(value):
        with pytest.raises(CanonicalError):
            decode(other)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"record": {"share": 0.5}}, r"^\$\.record\.share: a fraction"),
        ([1, [2, float("nan")]], r"^\$\[1\]\[1\]: a fraction"),
        ({"record": {"größe": 1}}, r"^\$\.record: the key 'größe' is not ASCII"),
        ({"a b": [{1: 2}]}, r'^\$\["a b"\]\[0\]: the key 1 is not ASCII text'),
        ({"n": 2**53}, r"^\$\.n: an integer beyond"),
        ({"n": -(2**53)}, r"^\$\.n: an integer beyond"),
        ({"name": "a\ud800"}, r"^\$\.name: a lone surrogate at character 1"),
        ({"name": "Zu\u0308rich"}, r"^\$\.name: text that is not in Unicode's form NFC"),
        ({"at": datetime(2026, 1, 1)}, r"^\$\.at: a time without a zone"),  # noqa: DTZ001
        ({"raw": b"bytes"}, r"^\$\.raw: a bytes has no canonical form"),
        ({"tags": {"a"}}, r"^\$\.tags: a set has no canonical form"),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_its_place(value: Any, place: str) -> None:
    with pytest.raises(CanonicalError, match=place):
        encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b"-0",
        b"01",
        b"1.0",
        b"1e2",
        b"NaN",
        b"-Infinity",
        b"9007199254740992",
        b"9" * 5000,
        b'"Zu\xcc\x88rich"',
        b'{"\xc3\xa9":1}',
        b'"\xff"',
        b"\xef\xbb\xbf1",
        b"",
        b"{",
        b"[1,]",
    ],
)
def test_bytes_that_encoding_would_not_write_are_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        decode(data)


def test_the_refusal_shows_where_the_bytes_differ() -> None:
    with pytest.raises(CanonicalError, match=r"^byte 6: not canonical, expected b'}' and got b',\"a\":2}'"):
        decode(b'{"a":2,"a":2}')


def test_depth_is_bounded_both_ways() -> None:
    assert decode(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(CanonicalError, match="nested more than 64 deep"):
        encode(nested(MAX_DEPTH + 1))
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(CanonicalError, match="nested more than 64 deep"):
            decode(b"[" * depth + b"]" * depth)


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(CanonicalError, match="nested more than 64 deep"):
        encode(value)


def test_size_is_bounded_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duecare.ledger.canonical.MAX_SIZE", 10)
    assert decode(encode("12345678")) == "12345678"
    with pytest.raises(CanonicalError, match="11 bytes"):
        encode("123456789")
    with pytest.raises(CanonicalError, match="11 bytes"):
        decode(b'"123456789"')


def test_tuples_dates_and_text_enumerations_become_what_json_has() -> None:
    class Kind(StrEnum):
        HOST = "host"

    value = {"kind": Kind.HOST, "on": date(2026, 3, 1), "pair": (1, True), Kind.HOST: None}
    assert encode(value) == b'{"host":null,"kind":"host","on":"2026-03-01","pair":[1,true]}'


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-14, 14))
def test_a_time_is_written_in_utc_with_six_digits_and_read_back(moment: datetime, hours: int) -> None:
    text = utc_text(moment)
    assert len(text) == 27
    assert parse_utc(text) == moment
    assert encode(moment) == f'"{text}"'.encode()
    if 1 < moment.year < 9999:
        assert utc_text(moment.astimezone(timezone(timedelta(hours=hours)))) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T14:17:25Z",
        "2026-11-23T14:17:25.123Z",
        "2026-11-23T14:17:25.123456+00:00",
        "2026-11-23 14:17:25.123456Z",
        "2026-11-23T15:17:25.123456+01:00",
        "2026-02-30T14:17:25.123456Z",
        "2026-11-23T14:17:25.123456",
        "",
    ],
)
def test_a_time_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(CanonicalError):
        parse_utc(text)


def test_a_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(CanonicalError, match="outside the years"):
        utc_text(datetime.min.replace(tzinfo=timezone(timedelta(hours=1))))
    with pytest.raises(CanonicalError, match="outside the years"):
        encode({"at": datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))})
