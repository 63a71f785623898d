"""Patch runs on the record: drawing up, two signatures, handing over, results, and what shows an update."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.models import Head
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key as new_record_key
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.patching.deployer.people import Trusted, trust
from duecare.patching.runs import exchange
from duecare.patching.runs.actions import ASKED, Draft, ask_for, draft_run, say_how_reached, withdraw_run
from duecare.patching.runs.choosing import Which
from duecare.patching.runs.models import PatchAsk, PatchResult, PatchRun
from duecare.patching.runs.orders import Stop
from duecare.patching.runs.queries import (
    Condition,
    condition_of,
    find_run,
    in_condition,
    order_of,
    reference,
    rows,
    states,
)
from duecare.patching.runs.windows import Window
from duecare.program import signing
from duecare.program.approval_actions import Signed, approve
from duecare.program.approval_queries import version_of
from duecare.program.judgement import Grade
from duecare.program.models import Approval, Decided, Finding, Passkey
from duecare.site import configuration, worker
from duecare.systems.actions import take_in_report
from duecare.systems.models import Host
from tests.patching.runs.deploying import FINGERPRINT, Workshop
from tests.people import browser, sign_in
from tests.program.authenticator import ORIGIN, SITE, Authenticator, new_key
from tests.systems.trees import debian

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(autouse=True)
def cheap_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a passkey."""

    viewer: Viewer
    maker: Authenticator
    client: Any

    def sign(self, key: str, decision: str) -> Signed:
        expected = signing.challenge(decision, version_of(reference(key), self.viewer).commitment)
        return Signed(self.maker.assertion(expected), frozenset({ORIGIN}), SITE)

    def ask(self, key: str) -> PatchAsk:
        entry = version_of(reference(key), self.viewer).entry
        return ask_for(self.viewer, key, entry, self.sign(key, ASKED), utc_now())

    def approve(self, key: str, signed: Signed | None = None, **more: Any) -> Approval:
        entry = version_of(reference(key), self.viewer).entry
        told = {"decided": Decided.APPROVED, "words": "", "signed": signed or self.sign(key, "approved")}
        return approve(self.viewer, reference(key), entry, now=utc_now(), **(told | more))


def person(role: Role) -> Person:
    client = browser()
    viewer = sign_in(client, role)
    maker = Authenticator(new_key("ES256"), signing.encode(new_record_key().encode()))
    with recording(viewer.actor, "register a passkey"):
        Passkey.objects.create(
            id=new_record_key(), person_id=viewer.person, name="blue key",
            credential=maker.credential, public_key=maker.pem, made_at=utc_now(),
        )  # fmt: skip
    return Person(viewer, maker, client)


def report(
    at: datetime, name: str = "web-1", installed: str = "1.0-1", offered: str = "1.0-2", **more: Any
) -> bytes:
    """A report of a host on which one update of our own waits, or none if it is installed."""
    told = debian().report(at)
    told["host"].update(name=name, key=name.encode().hex().ljust(64, "0"))
    facts = told["facts"]
    facts["packages"]["items"] = [
        {"name": "duecare-test-lamp", "version": installed, "architecture": "all", "source": None,
         "source_version": None}
    ]  # fmt: skip
    update = {
        "name": "duecare-test-lamp", "architecture": "all", "installed": installed, "offered": offered,
        "origin": "Clinic", "security": True, "first_seen": None, "first_seen_by": None,
    } | more  # fmt: skip
    facts["updates"]["items"] = [update] if installed != offered else []
    return json.dumps(told).encode()


def bring(at: datetime, name: str = "web-1", new_host: bool = True, **more: Any) -> Host:
    return take_in_report(
        report(at, name, **more), "terminal:test", at, Grade.IMPORTED, new_host=new_host
    ).host  # fmt: skip


def draft(*hosts: Host, **changes: Any) -> Draft:
    now = utc_now()
    window = Window(
        now - timedelta(hours=1), now + timedelta(days=7), "UTC", frozenset(range(7)), time(0), time(0)
    )
    told: dict[str, Any] = {
        "title": "The lamp", "hosts": [one.pk for one in hosts],
        "which": Which.SECURITY, "names": frozenset(),
        "window": window, "first_ring": 1, "second_ring": 5, "rest_minutes": 0, "stop": Stop(0, 0),
        "reboot": False,
    }  # fmt: skip
    return Draft(**(told | changes))


@pytest.fixture
def ann() -> Person:
    return person(Role.MANAGER)


@pytest.fixture
def ben() -> Person:
    return person(Role.OWNER)


@pytest.fixture
def host(ben: Person) -> Host:
    made = bring(utc_now())
    say_how_reached(ben.viewer, made, "web-1.clinic.example", 22, FINGERPRINT, utc_now())
    return made


def condition(key: str, viewer: Viewer) -> Condition:
    """Where a run stands, asked of a row and of the database alike."""
    now = utc_now()
    found = condition_of(find_run(key, viewer), now)
    for one in Condition:
        assert rows(viewer).filter(in_condition(one, now), pk=key).exists() == (one is found), one
    return found


def size() -> int:
    return Head.objects.get().size


class TestDrawingUp:
    def test_an_order_names_what_waits_and_what_is_left_out_and_why(
        self, ann: Person, ben: Person, host: Host
    ) -> None:
        now = utc_now()
        silent = bring(now - timedelta(days=4), "web-2")
        say_how_reached(ben.viewer, silent, "192.0.2.7", 2222, FINGERPRINT, now)
        unreached = bring(now, "web-3")
        odd = bring(now, "web-4", offered="1.0-2; reboot")
        say_how_reached(ben.viewer, odd, "2001:db8::7", 22, FINGERPRINT, now)
        unlabelled = bring(now, "web-5", security=None)
        say_how_reached(ben.viewer, unlabelled, "web-5", 22, FINGERPRINT, now)
        made = draft_run(ann.viewer, draft(host, silent, unreached, odd, unlabelled), now)
        order = order_of(made)
        (one,) = order.hosts
        assert (one.name, one.packages[0].name, one.packages[0].version) == (
            "web-1", "duecare-test-lamp", "1.0-2",
        )  # fmt: skip
        why = {left.host: left.why for left in order.left_out}
        assert why["web-2"] == "silent for 4 days"
        assert "how it is reached" in why["web-3"]
        assert "not written as apt writes them" in why["web-4"]
        assert "does not say whether it is for security" in why["web-5"]
        assert condition(made.pk, ann.viewer) is Condition.DRAFT

    def test_nothing_is_drawn_up_when_nothing_is_left_to_install(self, ann: Person, host: Host) -> None:
        before = size()
        with pytest.raises(BadInput, match="Nothing is left to install"):
            draft_run(ann.viewer, draft(host, which=Which.NAMED, names=frozenset({"other"})), utc_now())
        with pytest.raises(BadInput, match="no host was chosen"):
            draft_run(ann.viewer, draft(), utc_now())
        assert size() == before

    @pytest.mark.parametrize(
        ("address", "port", "key"),
        [
            ("-oProxyCommand=id", 22, FINGERPRINT), ("web 1", 22, FINGERPRINT), ("a@b", 22, FINGERPRINT),
            ("fe80::1%eth0", 22, FINGERPRINT), ("web-1", 0, FINGERPRINT), ("web-1", 22, "MD5:00"),
        ],
    )  # fmt: skip
    def test_only_a_typed_address_is_noted(
        self, ben: Person, host: Host, address: str, port: int, key: str
    ) -> None:
        before = size()
        with pytest.raises(BadInput):
            say_how_reached(ben.viewer, host, address, port, key, utc_now())
        assert size() == before


class TestTwoSignatures:
    def test_a_run_is_approved_when_two_people_signed_the_same_entry(
        self, ann: Person, ben: Person, host: Host
    ) -> None:
        made = draft_run(ann.viewer, draft(host), utc_now())
        asked = ann.ask(made.pk)
        assert condition(made.pk, ann.viewer) is Condition.ASKED
        approval = ben.approve(made.pk)
        assert (asked.entry, asked.commitment) == (approval.entry, approval.commitment)
        assert condition(made.pk, ann.viewer) is Condition.APPROVED

    def test_it_is_not_decided_on_before_it_was_asked_for(self, ann: Person, ben: Person, host: Host) -> None:
        made = draft_run(ann.viewer, draft(host), utc_now())
        with pytest.raises(Refused, match="not signed it yet"):
            ben.approve(made.pk)

    def test_nobody_asks_for_what_another_drew_up_or_asks_twice(
        self, ann: Person, ben: Person, host: Host
    ) -> None:
        made = draft_run(ann.viewer, draft(host), utc_now())
        with pytest.raises(Refused, match="Whoever drew up"):
            ben.ask(made.pk)
        ann.ask(made.pk)
        with pytest.raises(Refused, match="asked for already"):
            ann.ask(made.pk)

    def test_asking_takes_a_passkey_and_the_word_asked(self, ann: Person, ben: Person, host: Host) -> None:
        made = draft_run(ann.viewer, draft(host), utc_now())
        entry = version_of(reference(made.pk), ann.viewer).entry
        before = size()
        with pytest.raises(BadInput, match="You have a passkey"):
            ask_for(ann.viewer, made.pk, entry, None, utc_now())
        with pytest.raises(Refused, match="another decision"):
            ask_for(ann.viewer, made.pk, entry, ann.sign(made.pk, "approved"), utc_now())
        with pytest.raises(BadInput, match="changed meanwhile"):
            ask_for(ann.viewer, made.pk, entry - 1, ann.sign(made.pk, ASKED), utc_now())
        with recording("terminal:test", "end a passkey"):
            Passkey.objects.filter(person=ann.viewer.person).update(ended_at=utc_now())
        with pytest.raises(Refused, match="with a passkey only"):
            ask_for(ann.viewer, made.pk, entry, None, utc_now())
        assert size() == before + 2
        assert not PatchAsk.objects.exists()

    def test_nobody_approves_alone_or_without_a_passkey(self, ben: Person, host: Host) -> None:
        made = draft_run(ben.viewer, draft(host), utc_now())
        ben.ask(made.pk)
        with pytest.raises(Refused, match="always takes two people"):
            ben.approve(made.pk)
        assert ben.client.get(f"/approvals/{reference(made.pk)}/decide/").status_code == 403
        other = sign_in(browser(), Role.APPROVER)
        entry = version_of(reference(made.pk), other).entry
        with pytest.raises(Refused, match="passkey only"):
            approve(other, reference(made.pk), entry, Decided.APPROVED, "", None, utc_now())
        assert not Approval.objects.exists()
        refused = approve(other, reference(made.pk), entry, Decided.REFUSED, "not today", None, utc_now())
        assert refused.passkey is None
        assert condition(made.pk, ben.viewer) is Condition.REFUSED

    def test_a_member_sees_none_and_an_auditor_changes_none(self, ann: Person, host: Host) -> None:
        made = draft_run(ann.viewer, draft(host), utc_now())
        member, auditor = browser(), browser()
        viewer = sign_in(member, Role.MEMBER)
        sign_in(auditor, Role.AUDITOR)
        with pytest.raises(NotFound):
            find_run(made.pk, viewer)
        assert member.get(f"/patching/runs/{made.pk}/").status_code == 404
        assert auditor.get(f"/patching/runs/{made.pk}/").status_code == 200
        assert auditor.get(f"/patching/runs/{made.pk}/withdraw/").status_code == 403


@pytest.fixture
def shop(tmp_path: Path, ann: Person, ben: Person) -> Workshop:
    """A deployer that trusts Ann and Ben."""
    made = Workshop(tmp_path / "elsewhere", utc_now(), Authenticator(new_key("EdDSA")), ben.maker)
    trust(made.place, Trusted("Ann", ORIGIN, ann.maker.pem, False))
    return made


@pytest.fixture
def approved(ann: Person, ben: Person, host: Host) -> PatchRun:
    made = draft_run(ann.viewer, draft(host), utc_now())
    ann.ask(made.pk)
    ben.approve(made.pk)
    return made


class TestHandingOver:
    def test_the_deployer_takes_up_what_two_people_signed_on_our_pages(
        self, ann: Person, approved: PatchRun, shop: Workshop
    ) -> None:
        assert exchange.hand_over(shop.between.orders, utc_now()) == 1
        assert exchange.hand_over(shop.between.orders, utc_now()) == 0
        shop.now = utc_now()
        shop.deployer().pass_once()
        assert [line["what"] for line in shop.lines()] == ["accepted", "begun", "host", "over"], shop.said
        taken = exchange.take_in(shop.between.results)
        assert (taken.lines, taken.faults) == (3, ())
        assert exchange.take_in(shop.between.results).lines == 0
        assert condition(approved.pk, ann.viewer) is Condition.DONE
        exchange.hand_over(shop.between.orders, utc_now())
        assert not list(shop.between.orders.iterdir())

    def test_drafts_and_runs_with_one_signature_are_not_handed_over(
        self, ann: Person, host: Host, shop: Workshop
    ) -> None:
        made = draft_run(ann.viewer, draft(host), utc_now())
        assert exchange.hand_over(shop.between.orders, utc_now()) == 0
        ann.ask(made.pk)
        assert exchange.hand_over(shop.between.orders, utc_now()) == 0

    def test_a_run_that_is_withdrawn_is_taken_away_and_stopped(
        self, ann: Person, ben: Person, approved: PatchRun, shop: Workshop
    ) -> None:
        exchange.hand_over(shop.between.orders, utc_now())
        held = {file.name: file.read_bytes() for file in shop.between.orders.iterdir()}
        withdraw_run(ben.viewer, approved.pk, "the lamp is sold", utc_now())
        assert exchange.hand_over(shop.between.orders, utc_now()) == 0
        assert [one.suffix for one in shop.between.orders.iterdir()] == [".stop"]
        assert condition(approved.pk, ann.viewer) is Condition.ENDED
        for name, data in held.items():  # the deployer had read it just before
            (shop.between.orders / name).write_bytes(data)
        shop.now = utc_now()
        shop.deployer().pass_once()
        assert shop.played == []
        with pytest.raises(Refused, match="has ended"):
            withdraw_run(ben.viewer, approved.pk, "again", utc_now())

    def test_a_run_whose_time_is_over_is_expired_and_not_handed_over(
        self, ann: Person, approved: PatchRun, shop: Workshop
    ) -> None:
        later = utc_now() + timedelta(days=8)
        assert exchange.hand_over(shop.between.orders, later) == 0
        assert condition_of(find_run(approved.pk, ann.viewer), later) is Condition.EXPIRED

    def test_a_directory_that_is_not_there_is_said(self, approved: PatchRun, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="cannot be written"):
            exchange.hand_over(tmp_path / "none", utc_now())
        with pytest.raises(BadInput, match="cannot be read"):
            exchange.take_in(tmp_path / "none")


class TestResults:
    def test_a_result_closes_nothing_and_only_the_next_report_shows_the_update(
        self, ann: Person, host: Host, approved: PatchRun, shop: Workshop
    ) -> None:
        with recording("terminal:test", "find"):
            finding = Finding.objects.create(
                id=new_record_key(), check_id="patching.security_updates_in_time", safeguard="patching",
                subject=f"systems.host:{host.pk}", subject_name="web-1", reason="late", opened_at=utc_now(),
            )  # fmt: skip
        exchange.hand_over(shop.between.orders, utc_now())
        shop.now = utc_now()
        shop.deployer().pass_once()
        exchange.take_in(shop.between.results)
        order = order_of(approved)
        (state,) = states(order, approved, [host.pk], ann.viewer)
        assert state.result is not None
        assert (state.result.outcome, state.shown) == ("installed", "")
        finding.refresh_from_db()
        assert finding.closed_at is None
        bring(utc_now() + timedelta(seconds=5), new_host=False)
        (state,) = states(order, approved, [host.pk], ann.viewer)
        assert (state.shown, state.lacking) == ("no", ("duecare-test-lamp",))
        page = ann.client.get(f"/patching/runs/{approved.pk}/").content.decode()
        assert "its later report lacks duecare-test-lamp" in page
        bring(utc_now() + timedelta(seconds=9), new_host=False, installed="1.0-2")
        (state,) = states(order, approved, [host.pk], ann.viewer)
        assert (state.shown, state.lacking) == ("yes", ())

    def test_what_cannot_be_used_is_named_and_the_rest_taken_in(
        self, ann: Person, approved: PatchRun, tmp_path: Path
    ) -> None:
        key, at = approved.pk, "2026-03-03T21:00:00.000000Z"
        host_key = order_of(approved).hosts[0].key
        good = {
            "n": 1, "run": key, "what": "host", "at": at, "host": host_key, "outcome": "failed",
            "restart": False, "words": "<b>no\x1b[2J" + "é" * 900,
            "versions": {"duecare-test-lamp": "1", "x": "2"},
        }  # fmt: skip
        lines = [
            good, "{", {}, good | {"n": 2, "host": "another"}, good | {"n": 3, "outcome": "fine"},
            good | {"n": -4}, good | {"n": 5, "run": "nobody"}, good | {"n": 6, "at": "yesterday"},
            good | {"n": 7, "versions": []} | {"versions": 3}, {"n": 8, "run": key, "what": "begun"}, good,
        ]  # fmt: skip
        texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
        (tmp_path / f"{key}.jsonl").write_text("\n".join(texts))
        (tmp_path / "linked.jsonl").symlink_to("/etc/passwd")
        (tmp_path / "huge.jsonl").write_bytes(b" " * (exchange.MOST_BYTES + 1))
        taken = exchange.take_in(tmp_path)
        assert taken.lines == 1
        assert len([one for one in taken.faults if one.startswith(f"{key}.jsonl, line ")]) == 8
        assert len(taken.faults) == 10
        made = PatchResult.objects.get()
        assert made.versions == {"duecare-test-lamp": "1"}
        assert len(made.words) == 500
        assert "\x1b" not in made.words
        page = ann.client.get(f"/patching/runs/{key}/").content.decode()
        assert "&lt;b&gt;no" in page
        assert "<b>no" not in page


class TestWorker:
    def test_it_hands_over_and_takes_in_what_the_configuration_names(
        self, ann: Person, approved: PatchRun, shop: Workshop
    ) -> None:
        worker.meet_the_deployer(utc_now())
        assert list(shop.between.orders.iterdir()) == []
        with override_settings(DUECARE_DEPLOYMENT=(shop.between.orders, shop.between.results)):
            worker.meet_the_deployer(utc_now())
            shop.now = utc_now()
            shop.deployer().pass_once()
            before = size()
            worker.meet_the_deployer(utc_now())
            assert size() > before
            before = size()
            worker.meet_the_deployer(utc_now())
            assert size() == before, "nothing happened, so nothing is written"
        assert condition(approved.pk, ann.viewer) is Condition.DONE

    def test_its_directories_are_whole_paths(self) -> None:
        told = configuration.parse({"deployment": {"orders": "/a", "results": "/b"}}, "duecare.toml")
        assert told.deployment == (Path("/a"), Path("/b"))
        with pytest.raises(BadInput, match=r"\[deployment\] results must be the whole path"):
            configuration.parse({"deployment": {"orders": "/a", "results": "b"}}, "duecare.toml")
