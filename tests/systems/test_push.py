"""Reports that hosts push: whose they are says the key, what stands against one, and what is kept of it."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.cache import cache
from django.test import Client

from duecare.ledger import blobs, verifying
from duecare.ledger.models import Entry, Head, Payload
from duecare.ledger.proving import prove
from duecare.ledger.records import utc_now
from duecare.program.assessing import assess
from duecare.program.judgement import Grade
from duecare.program.models import Finding
from duecare.systems import challenges, enrolment_actions, push_views
from duecare.systems.actions import remove_host, take_in_report
from duecare.systems.collector.envelope import push_message, receipt_fault
from duecare.systems.collector.pushing import NotDone
from duecare.systems.fleet_checks import KEYS_ALONE
from duecare.systems.fleet_models import HostKey, KeyDoubt, ReportSignature, UsedChallenge
from duecare.systems.models import Host, Report
from tests.site.api_server import served
from tests.systems.fleet import TERMINAL, Computer, machine_id, told

STRANGER = "No report is taken in under this key."


@pytest.fixture
def place(home: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An address that answers, and a directory for what computers keep."""
    from duecare.ledger.viewers import Role
    from tests.people import browser, sign_in

    cache.clear()
    sign_in(browser(), Role.OWNER)  # claimed, or nothing is served
    with served() as address:
        yield address, tmp_path


@pytest.fixture
def web(place: tuple[str, Path]) -> Computer:
    """An enrolled computer."""
    computer = Computer.at(*place)
    computer.enrolled()
    return computer


def envelope(computer: Computer, data: bytes, **changed: str) -> dict[str, str]:
    """The headers of a push, signed by hand; `changed` after signing."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(computer.key()["seed"]))
    counter = int(changed.pop("counter", computer.key()["counter"] + 1))
    challenge = changed.pop("challenge", "") or challenges.make_challenge(utc_now())
    digest = hashlib.sha256(data)
    signature = key.sign(push_message(challenge, counter, digest.digest()))
    headers = {
        "Duecare-Key": key.public_key().public_bytes_raw().hex(),
        "Duecare-Challenge": challenge,
        "Duecare-Counter": str(counter),
        "Duecare-Digest": digest.hexdigest(),
        "Duecare-Signature": signature.hex(),
    }
    return headers | {name.replace("_", "-"): value for name, value in changed.items()}


def sends(address: str, data: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and content of the answer to a push."""
    request = Request(f"{address}/collect/report/", data, headers, method="POST")  # noqa: S310
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def why(answer: tuple[int, dict[str, Any]]) -> str:
    assert answer[0] in (400, 403, 429), answer
    return str(answer[1]["error"]["what"])


# ── What is taken in ─────────────────────────────────────────────────────────────────────────────────────


def test_a_pushed_report_is_the_hosts_and_graded_as_signed_by_it(web: Computer) -> None:
    data = told("web-1")
    receipt = web.pushes(data)
    report = Report.objects.get()
    assert (report.host.name, report.grade, report.newest) == ("web-1", Grade.SIGNED, True)
    assert blobs.fetch(report.report) == data
    head = Entry.objects.get(index=receipt["act"])
    assert head.actor == "host:web-1"
    assert Entry.objects.filter(head=head.index).count() == 4  # the act, the host, the report, its signature


def test_the_signature_on_the_record_holds_without_this_server(web: Computer) -> None:
    web.pushes()
    kept = ReportSignature.objects.select_related("report", "key").get()
    message = push_message(kept.challenge, kept.counter, bytes.fromhex(kept.report.report))
    from duecare.systems.envelopes import signed_by

    assert signed_by(kept.key.public_key, kept.signature, message)


def test_the_receipt_names_the_entry_and_opens_it(web: Computer) -> None:
    data = told("web-1")
    receipt = web.pushes(data)
    proof = prove(receipt["index"]).as_json()
    assert proof["leaf_hash"] == receipt["leaf_hash"]
    assert proof["openings"] == receipt["openings"]
    assert receipt_fault(receipt, hashlib.sha256(data).hexdigest()) == ""
    kept = [json.loads(line) for line in (web.kept.place / "receipts.jsonl").read_text().splitlines()]
    assert kept == [receipt]


@pytest.mark.parametrize(
    ("place_of", "value", "fault"),
    [
        ("leaf_hash", "00" * 32, "leaf hash"),
        ("index", "7", "names no entry"),
        ("openings", {}, "lacks a part"),
        ("leaf", None, "lacks a part"),
    ],
)
def test_a_receipt_that_was_altered_does_not_hold(
    web: Computer, place_of: str, value: object, fault: str
) -> None:
    data = told("web-1")
    receipt = web.pushes(data) | {place_of: value}
    assert fault in receipt_fault(receipt, hashlib.sha256(data).hexdigest())
    assert receipt_fault([], "") == "it is not an object"


def test_a_receipt_for_another_report_does_not_hold(web: Computer) -> None:
    assert receipt_fault(web.pushes(), "00" * 32) == "it is for another report"


def test_counters_rise_and_the_newest_report_is_marked(web: Computer) -> None:
    for hours in (3, 2, 1):
        web.pushes(told("web-1", at=utc_now() - timedelta(hours=hours)))
    assert list(ReportSignature.objects.order_by("counter").values_list("counter", flat=True)) == [1, 2, 3]
    assert Report.objects.get(newest=True).signed.counter == 3
    assert not verifying.verify(live=True).faults


def test_a_host_that_was_imported_before_goes_on_under_its_key(place: tuple[str, Path]) -> None:
    take_in_report(told("web-1"), TERMINAL, utc_now(), Grade.IMPORTED, new_host=True)
    computer = Computer.at(*place)
    host = computer.enrolled()
    computer.pushes(told("web-1", at=utc_now() + timedelta(seconds=2)))
    assert Host.objects.get() == host
    assert host.reports.get(newest=True).grade == Grade.SIGNED


def test_a_file_carried_by_hand_does_not_rename_a_host_that_signs(web: Computer) -> None:
    data = told("other", host__key=machine_id("web-1"))
    take_in_report(data, TERMINAL, utc_now(), Grade.IMPORTED)
    assert Host.objects.get().name == "web-1"


def test_a_name_may_be_short_here_and_long_there(place: tuple[str, Path]) -> None:
    computer = Computer.at(*place)
    computer.enrolled()
    computer.pushes(told("WEB-1.clinic.example", host__key=machine_id("web-1")))
    assert Host.objects.get().name == "web-1"


def test_a_report_may_come_as_it_is_or_packed(web: Computer) -> None:
    address, data = web.server.url, told("web-1")
    assert sends(address, data, envelope(web, data))[0] == 201
    other = told("web-1", at=utc_now() + timedelta(seconds=2))
    headers = envelope(web, other, counter="7", Content_Encoding="gzip")
    assert sends(address, gzip.compress(other), headers)[0] == 201


# ── Whose it is ──────────────────────────────────────────────────────────────────────────────────────────


def intact(size: int) -> bool:
    """Whether no report was taken in since the log had that size."""
    return not Entry.objects.filter(kind="systems.report", index__gte=size).exists()


@pytest.mark.parametrize("other", ["web-2", "db-1"])
def test_a_report_that_names_another_host_is_refused_and_is_a_finding(
    place: tuple[str, Path], web: Computer, other: str
) -> None:
    if other == "db-1":
        Computer.at(*place, "db-1").enrolled()
    size = Head.objects.get().size
    with pytest.raises(NotDone, match=f"calls itself '{other}', but the key is that of web-1"):
        web.pushes(told(other))
    assert intact(size)
    finding = Finding.objects.get(check_id=KEYS_ALONE)
    assert (finding.subject_name, finding.item, finding.closed_at) == ("web-1", "identity", None)
    assert other in finding.reason
    web.pushes()  # what it says of itself still counts


def test_a_report_of_another_machine_under_the_same_name_is_refused_too(web: Computer) -> None:
    with pytest.raises(NotDone, match="of another machine than web-1"):
        web.pushes(told("web-1", host__key=machine_id("copy")))
    assert Finding.objects.get(check_id=KEYS_ALONE).item == "identity"


@pytest.mark.parametrize("counter", ["1", "2"])
def test_a_counter_that_does_not_rise_is_refused_and_is_a_finding(web: Computer, counter: str) -> None:
    web.pushes()
    web.pushes(told("web-1", at=utc_now() + timedelta(seconds=2)))
    size = Head.objects.get().size
    data = told("web-1", at=utc_now() + timedelta(seconds=4))
    answer = sends(web.server.url, data, envelope(web, data, counter=counter))
    assert "there may be a copy of this computer" in why(answer)
    assert intact(size)
    finding = Finding.objects.get(check_id=KEYS_ALONE)
    assert (finding.item, f"counter {counter} came after 2" in finding.reason) == ("counter", True)


def test_a_doubt_lasts_until_a_new_key_and_is_kept_once(web: Computer) -> None:
    web.pushes()
    for seconds in (2, 4):
        data = told("web-1", at=utc_now() + timedelta(seconds=seconds))
        assert "copy" in why(sends(web.server.url, data, envelope(web, data, counter="1")))
    assert KeyDoubt.objects.count() == 1
    assess(TERMINAL, utc_now())
    assert Finding.objects.filter(check_id=KEYS_ALONE, closed_at=None).count() == 1
    web.enrolled(anew=True)
    assess(TERMINAL, utc_now())
    assert Finding.objects.get(check_id=KEYS_ALONE).closed_because
    web.pushes(told("web-1", at=utc_now() + timedelta(seconds=6)))


def test_a_key_that_was_replaced_or_ended_and_a_host_that_was_removed_are_told_so(
    place: tuple[str, Path], web: Computer
) -> None:
    before = web.key()
    web.enrolled(anew=True)
    after = web.key()
    (web.kept.place / "key.json").write_text(json.dumps(before))
    with pytest.raises(NotDone, match="This key no longer counts"):
        web.pushes()
    (web.kept.place / "key.json").write_text(json.dumps(after))
    web.pushes()
    host = Host.objects.get()
    enrolment_actions.end_key(host, TERMINAL, utc_now(), "stolen")
    with pytest.raises(NotDone, match="This key no longer counts"):
        web.pushes()
    remove_host(host, TERMINAL, "sold", utc_now())
    with pytest.raises(NotDone, match="removed from what is looked at"):
        web.pushes()
    assert Report.objects.count() == 1


def test_until_somebody_approved_and_once_somebody_refused_reports_are_refused(
    place: tuple[str, Path],
) -> None:
    computer = Computer.at(*place)
    offered, token = enrolment_actions.offer(TERMINAL, "web-1", utc_now())
    computer.shows(token)
    with pytest.raises(NotDone, match="Nobody has approved this computer yet"):
        computer.pushes()
    enrolment_actions.refuse(offered, TERMINAL, utc_now(), "not ours")
    with pytest.raises(NotDone, match="was not admitted"):
        computer.pushes()
    assert not Host.objects.exists()


# ── Strangers ────────────────────────────────────────────────────────────────────────────────────────────


def test_strangers_are_told_the_same_whatever_there_is(place: tuple[str, Path], web: Computer) -> None:
    data = told("web-1")
    forged = envelope(web, data, Duecare_Signature="11" * 64)
    unknown = envelope(web, data, Duecare_Key="d7" * 32)
    whole = envelope(web, data)
    nobody = Ed25519PrivateKey.generate()
    message = push_message(whole["Duecare-Challenge"], 1, hashlib.sha256(data).digest())
    own = whole | {
        "Duecare-Key": nobody.public_key().public_bytes_raw().hex(),
        "Duecare-Counter": "1",
        "Duecare-Signature": nobody.sign(message).hex(),
    }
    answers = [sends(web.server.url, data, headers) for headers in (forged, unknown, own)]
    assert [answer[0] for answer in answers] == [403, 403, 403]
    assert {json.dumps(answer[1]) for answer in answers} == {json.dumps(answers[0][1])}
    assert why(answers[0]) == STRANGER


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Duecare_Key", ""),
        ("Duecare_Key", "D7" * 32),
        ("Duecare_Counter", "0"),
        ("Duecare_Counter", "-1"),
        ("Duecare_Counter", "9" * 16),
        ("Duecare_Counter", "1e3"),
        ("Duecare_Digest", "x"),
        ("Duecare_Signature", "11" * 63),
    ],
)
def test_an_envelope_that_is_none_is_refused(web: Computer, name: str, value: str) -> None:
    data = told("web-1")
    answer = sends(web.server.url, data, envelope(web, data, **{name: value}))
    assert answer[0] == 400
    assert "not what a collector sends" in why(answer)


def test_what_was_signed_is_what_counts(web: Computer) -> None:
    data = told("web-1")
    for changed in ({"Duecare_Counter": "9"}, {"Duecare_Digest": "00" * 32}):
        assert why(sends(web.server.url, data, envelope(web, data, **changed))) == STRANGER
    other = told("web-1", at=utc_now() - timedelta(hours=1))
    assert "not the one that was signed" in why(sends(web.server.url, other, envelope(web, data)))
    assert not Report.objects.exists()


def test_a_challenge_counts_for_minutes_and_once(web: Computer) -> None:
    data = told("web-1")
    old = challenges.make_challenge(utc_now() - challenges.LASTS)
    for wrong in (old, "1" * 10 + "." + "a" * 32 + "." + "b" * 64, "abc"):
        assert "or is over" in why(sends(web.server.url, data, envelope(web, data, challenge=wrong)))
    fresh = challenges.make_challenge(utc_now())
    assert sends(web.server.url, data, envelope(web, data, challenge=fresh))[0] == 201
    later = told("web-1", at=utc_now() + timedelta(seconds=2))
    again = envelope(web, later, challenge=fresh, counter="5")
    assert "used before" in why(sends(web.server.url, later, again))
    assert not KeyDoubt.objects.exists()
    assert UsedChallenge.objects.count() == 1


def test_the_same_message_sent_twice_is_no_copy(web: Computer) -> None:
    data = told("web-1")
    headers = envelope(web, data)
    assert sends(web.server.url, data, headers)[0] == 201
    assert "used before" in why(sends(web.server.url, data, headers))
    assert not KeyDoubt.objects.exists()


def test_two_reports_under_one_counter_at_the_same_time_give_one(web: Computer) -> None:
    messages = []
    for seconds in (0, 2):
        data = told("web-1", at=utc_now() + timedelta(seconds=seconds))
        messages.append((data, envelope(web, data)))
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda one=one: found.append(sends(web.server.url, *one)[0]))  # type: ignore[misc]
        for one in messages
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [201, 403]
    assert Report.objects.count() == 1


# ── Bad input ────────────────────────────────────────────────────────────────────────────────────────────


def refused(web: Computer, sent: bytes, signed: bytes | None = None, **changed: str) -> str:
    return why(sends(web.server.url, sent, envelope(web, sent if signed is None else signed, **changed)))


def test_what_is_no_report_is_refused_with_the_place_and_changes_nothing(web: Computer) -> None:
    size = Head.objects.get().size
    assert "$.collected_at" in refused(web, told("web-1", at=utc_now() + timedelta(days=3)))
    assert "breaks off" in refused(web, told("web-1")[:2000])
    assert intact(size)
    assert not ReportSignature.objects.exists()
    web.pushes()  # under the counter that was not used up


def test_more_than_a_report_may_be_is_refused_unread(web: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_views, "SIZE_LIMIT", 100_000)
    large = b" " * 100_001
    assert "at most 100,000 are taken" in refused(web, large)
    packed = {"Content_Encoding": "gzip"}
    assert "Unpacked, the report has more" in refused(web, gzip.compress(large), large, **packed)
    data = told("web-1")
    for wrong in (gzip.compress(data)[:-4], gzip.compress(data) + b"x", data):
        assert "packed wrongly" in refused(web, wrong, data, **packed)
    assert "or packed by gzip" in refused(web, data, data, Content_Encoding="br")


def test_the_same_report_is_taken_in_once(web: Computer) -> None:
    data = told("web-1")
    web.pushes(data)
    with pytest.raises(NotDone, match="This very report was taken in before"):
        web.pushes(data)


def test_a_body_of_unknown_length_is_refused(web: Computer) -> None:
    data = told("web-1")
    headers = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in envelope(web, data).items()}
    client = Client(SERVER_NAME="localhost")
    answer = client.generic("POST", "/collect/report/", b"", CONTENT_LENGTH="", **headers)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert "How long the body is" in answer.json()["error"]["what"]


# ── Limits and notes ─────────────────────────────────────────────────────────────────────────────────────


def notes(kind: str) -> list[dict[str, Any]]:
    found = Entry.objects.filter(kind=kind).order_by("index").values_list("index", flat=True)
    return [json.loads(bytes(Payload.objects.get(index=index).data))["note"] for index in found]


def test_refusals_are_on_the_record_the_first_times(web: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_views, "TOLD_AN_HOUR", 2)
    data = told("web-1")
    for _ in range(4):
        assert refused(web, data, Duecare_Signature="11" * 64) == STRANGER
    assert notes("systems.push-refused") == [{"address": "127.0.0.1", "why": STRANGER}] * 2


def test_an_address_and_a_host_may_ask_so_often_and_no_more(
    web: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_views, "PUSHED_AN_HOUR", 1)
    web.pushes()
    data = told("web-1", at=utc_now() + timedelta(seconds=2))
    answer = sends(web.server.url, data, envelope(web, data))
    assert answer[0] == 429
    monkeypatch.setattr(push_views, "ASKED_A_MINUTE", 0)
    assert sends(web.server.url, data, envelope(web, data))[0] == 429


def test_who_comes_while_others_are_read_is_asked_to_come_again(
    web: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = threading.BoundedSemaphore(1)
    busy.acquire()
    monkeypatch.setattr(push_views, "_reading", busy)
    monkeypatch.setattr(push_views, "SECONDS", 0.01)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            busy.release()

    web.pushes(wait=wait)
    assert len(waited) == 2
    assert all(5 <= one < 60 for one in waited)
    assert ReportSignature.objects.get().counter == 3  # never one twice, whatever became of it
    assert HostKey.objects.get().ended_at is None


def test_a_get_changes_nothing_and_a_cookie_says_nothing(place: tuple[str, Path]) -> None:
    client = Client(SERVER_NAME="localhost")
    for path in ("enrol", "challenge", "report"):
        assert client.get(f"/collect/{path}/").status_code == 405
    answer = client.post("/collect/challenge/")
    assert answer.status_code == 200
    assert not answer.cookies
