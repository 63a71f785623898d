"""What is refused on import says where and why, and nothing but BadInput ever comes out."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.systems import reports
from duecare.systems.report_schema import SECTIONS
from duecare.systems.reports import read_report
from tests.systems.trees import NOW, alpine, debian, rhel, ubuntu

GOOD = json.dumps(debian().report(), ensure_ascii=False).encode()


def changed(path: str, value: Any) -> bytes:
    """The good report with one value changed; `path` is written like `facts.os.family`."""
    report = json.loads(GOOD)
    *parents, last = path.split(".")
    at = report
    for key in parents:
        at = at[int(key)] if isinstance(at, list) else at[key]
    at[last] = value
    return json.dumps(report).encode()


def refusal(data: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read_report(data, NOW)
    return caught.value.what


@pytest.mark.parametrize("tree", [debian, ubuntu, rhel, alpine])
def test_a_report_of_each_family_is_read(tree: Any) -> None:
    report = read_report(json.dumps(tree().report()).encode(), NOW)
    assert (report.name, report.live, report.as_root, report.collected_at) == ("web-1", True, True, NOW)
    assert set(SECTIONS) <= set(report.facts)


def test_a_mounted_tree_and_an_ordinary_account_give_reports_that_are_read() -> None:
    for tree in (debian, ubuntu, rhel, alpine):
        assert not read_report(json.dumps(tree().mounted().report()).encode(), NOW).live
        assert not read_report(json.dumps(tree().as_user().report()).encode(), NOW).as_root


def test_an_oversized_report_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "SIZE_LIMIT", 1000)
    assert "at most 1,000" in refusal(b"[" * 1001)


@pytest.mark.parametrize("data", [b"[" * 33 + b"]" * 33, b'{"a":' * 5_000_000, b"[" * 40])
def test_deep_nesting_is_refused_without_recursion(data: bytes) -> None:
    assert "deeper than 32" in refusal(data)


def test_brackets_within_text_do_not_count_as_nesting() -> None:
    data = changed("more_as_root", ["[" * 200, '\\"' + "{" * 200])
    assert read_report(data, NOW).name == "web-1"
    assert "breaks off" in refusal(b'{"a": "' + b"[" * 200)


@settings(deadline=None)
@given(st.integers(1, len(GOOD) - 1))
def test_a_truncated_report_is_called_truncated_at_its_last_byte(size: int) -> None:
    assert refusal(GOOD[:size]) == f"The report breaks off after byte {size:,}."


def test_an_empty_file_is_called_empty() -> None:
    assert refusal(b"") == "The file is empty."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfe{}", "Byte 1 is not UTF-8"),
        (b"not json", "Byte 1 is not as JSON demands"),
        (b'{"format": "duecare-report/1",, }', "Byte 31"),
        ('{"ä": "ö",, }'.encode(), "Byte 13"),
        (b"[]", "not an object"),
        (b"{}", "$.format: expected duecare-report/1, got None"),
        (b'{"format": "duecare-report/2"}', "newer format duecare-report/2"),
        (b'{"format": "duecare-report/0"}', "got 'duecare-report/0'"),
        (b'{"format": "cyclonedx"}', "got 'cyclonedx'"),
        (b'{"format": "duecare-report/1"}', "$.collector is missing"),
    ],
)
def test_what_is_no_report_is_refused_in_words(data: bytes, words: str) -> None:
    assert words in refusal(data)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("host.key", "ABC", "$.host.key: expected 64 hexadecimal digits"),
        ("host.name", "two words", "$.host.name"),
        ("host.kind", "toaster", "$.host.kind: expected one of server"),
        ("collector.live", 1, "$.collector.live: expected true or false"),
        ("collected_at", "yesterday", "$.collected_at: expected a time"),
        ("collected_at", "2026-02-30T00:00:00Z", "$.collected_at: expected a time"),
        ("facts.os.family", "plan9", "$.facts.os.family: expected one of debian"),
        ("facts.os.state", None, "$.facts.os.state"),
        ("facts.os.support_end", "2026-13-01", "$.facts.os.support_end: expected a date"),
        ("facts.packages.items", {}, "$.facts.packages.items: expected a list"),
        ("facts.packages.items.0.version", 7, "$.facts.packages.items[0].version: expected text"),
        ("facts.accounts.items.1.uid", True, "$.facts.accounts.items[1].uid: expected a whole number"),
        ("facts.accounts.items.1.can_log_in", None, "$.facts.accounts.items[1].can_log_in"),
        ("facts.sshd.settings.port", 22, "$.facts.sshd.settings.port: expected text"),
        ("facts.logging.journald.storage", "tape", "$.facts.logging.journald.storage"),
        ("facts.time.offset_ms", 0.5, "$.facts.time.offset_ms: the number 0.5 is not a whole number"),
        ("facts.time.offset_ms", 2**53, "$.facts.time.offset_ms: the number 9007199254740992 is too large"),
        ("facts.os.name", "a\0b", "$.facts.os.name: the text holds a NUL"),
        ("facts.os.name", "\ud800", "$.facts.os.name: the text holds half of a surrogate pair"),
        ("facts.os.name", "e\u0301", "$.facts.os.name: the text is not in Unicode's form NFC"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_place(path: str, value: Any, words: str) -> None:
    assert words in refusal(changed(path, value))


@pytest.mark.parametrize("name", SECTIONS)
def test_a_report_that_lacks_a_section_or_a_field_of_it_says_which(name: str) -> None:
    report = json.loads(GOOD)
    for field in list(report["facts"][name]):
        value = report["facts"][name].pop(field)
        assert refusal(json.dumps(report).encode()) == f"$.facts.{name}.{field} is missing."
        report["facts"][name][field] = value
    del report["facts"][name]
    assert refusal(json.dumps(report).encode()) == f"$.facts.{name} is missing."


def test_a_field_that_could_not_be_learnt_is_read_as_null() -> None:
    report = json.loads(GOOD)
    for section in report["facts"].values():
        section.update({key: None for key in section if key not in ("state", "problems", "source")})
        section["state"] = "unreadable"
    assert read_report(json.dumps(report).encode(), NOW).facts["os"]["family"] is None


def test_facts_that_a_later_collector_adds_are_let_through() -> None:
    report = json.loads(GOOD)
    report["facts"]["os"]["mood"] = "calm"
    report["facts"]["printers"] = {"state": "read"}
    assert read_report(json.dumps(report).encode(), NOW).facts["os"]["mood"] == "calm"


def test_a_repeated_key_is_refused_with_its_place() -> None:
    text = GOOD.decode()
    assert refusal(f'{text[:-1]}, "facts": {{}}}}'.encode()) == "$: the key 'facts' stands there twice."
    text = text.replace('"os": {', '"os": {"state": "absent", ', 1)
    assert refusal(text.encode()) == "$.facts.os: the key 'state' stands there twice."


def test_a_report_from_the_future_is_refused_beyond_a_day() -> None:
    read_report(GOOD, NOW - timedelta(hours=24))
    with pytest.raises(BadInput, match="ahead of this server's clock"):
        read_report(GOOD, NOW - timedelta(hours=24, seconds=1))


def only_bad_input(data: bytes) -> None:
    with suppress(BadInput):
        read_report(data, datetime(2026, 11, 24, tzinfo=UTC))


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_random_bytes_never_raise_anything_else(data: bytes) -> None:
    only_bad_input(data)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8), st.data()
)
def test_damaged_reports_never_raise_anything_else(
    changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    damaged = bytearray(GOOD)
    for at, byte in changes:
        damaged[at] = byte
    start = data.draw(st.integers(0, len(damaged)))
    only_bad_input(bytes(damaged[:start] + damaged[start + data.draw(st.integers(0, 50)) :]))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.data(), VALUES)
def test_a_report_with_any_value_in_any_place_never_raises_anything_else(
    data: st.DataObject, value: Any
) -> None:
    report: Any = json.loads(GOOD)
    at = report
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], (dict, list)) or not at[key] or data.draw(st.booleans()):
            at[key] = value
            break
        at = at[key]
    only_bad_input(json.dumps(report).encode())
