"""Alerts as tools send them: what is taken, and how what cannot be is told by line."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.incidents.alerts.reading import MOST, plain_sign, read_alerts

GOOD = {"source": "EDR", "id": 0, "rule": "Odd", "at": "2026-11-23T14:30:00+01:00"}


def lines(*alerts: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(one) for one in alerts).encode()


def test_an_alert_is_read_with_its_moment_in_utc_and_its_signs_in_plain_form() -> None:
    (one,) = read_alerts(
        lines({**GOOD, "signs": ["evil[.]example", "hxxps://x[.]example/", "evil.example"], "host": "web-1"})
    )
    assert (one.source_id, one.level, one.about_name) == ("0", "medium", "web-1")
    assert one.happened_at == datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
    assert one.signs == ("evil.example", "https://x.example/")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": "2026-11-23T14:30:00"}, "offset or zone required"),
        ({"at": "soon"}, "is no time"),
        ({"level": "awful"}, "expected one of low"),
        ({"rule": ""}, "“rule” is missing"),
        ({"colour": "red"}, "no field “colour”"),
        ({"techniques": ["phishing"]}, "such as T1566.001"),
        ({"signs": "evil.example"}, "expected a list of texts"),
        ({"rule": "x" * 201}, "at most 200 characters"),
        ({"host": "a\u0000b"}, "unprintable"),
        ({"about": "web-1"}, "expected a reference"),
        ({"id": True}, "expected a text"),
    ],
)
def test_one_wrong_line_is_named_and_nothing_is_taken(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_alerts(lines(GOOD, {**GOOD, **change}))
    assert caught.value.what.startswith("line 2: ")
    assert said in caught.value.what


def test_what_is_no_json_too_many_and_none_are_refused() -> None:
    for data in (b'{"source": 1, "source": 2}', b"[1]", b"{" * 50_000, b'{"source": NaN}'):
        with pytest.raises(BadInput, match="line 1"):
            read_alerts(data)
    with pytest.raises(BadInput, match="UTF-8"):
        read_alerts(b"\xff")
    with pytest.raises(BadInput, match="no alert"):
        read_alerts(b"\n\n")
    with pytest.raises(BadInput, match="more than"):
        read_alerts(lines(*[GOOD] * (MOST + 1)))


@given(st.binary(max_size=200))
def test_whatever_is_sent_is_read_or_refused(data: bytes) -> None:
    with suppress(BadInput):
        read_alerts(data)


def test_a_sign_is_brought_to_its_plain_form_once_for_all() -> None:
    assert plain_sign(plain_sign(" hxxp://evil[.]example[:]80 ")) == "http://evil.example:80"
