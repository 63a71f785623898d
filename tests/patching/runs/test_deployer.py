"""The deployer refuses whatever two trusted people did not sign, and carries out nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from duecare.errors import BadInput, Refused
from duecare.ledger import canonical
from duecare.patching.deployer.bundles import MOST, verify_bundle
from duecare.patching.deployer.carrying import BUNDLE, STOP
from duecare.patching.deployer.journal import Journal
from duecare.patching.deployer.own_files import HOME, Place
from duecare.patching.deployer.people import Trusted, distrust, read_people, trust
from duecare.patching.deployer.playing import Account, Told, play
from duecare.patching.runs.orders import Order, Stop, write_order
from duecare.reaching.known import fingerprint, learn, line_for
from tests.patching.runs.deploying import NOW, Handed, Workshop, host, order, sent, window
from tests.program.authenticator import ORIGIN, Authenticator, authenticator_data, client_data, new_key

ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIJ" + "A" * 42


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def refused(shop: Workshop, data: bytes, of: Order | None = None) -> str:
    """That these bytes are refused, nothing was played, and what the server is told."""
    shop.hand_over(of or order(), data)
    shop.deployer().pass_once()
    assert shop.played == []
    lines = [line for line in shop.lines() if line["what"] == "refused"]
    assert len(lines) == 1, shop.lines()
    assert lines[0]["run"] == (of or order()).run
    return str(lines[0]["words"])


class TestWhatIsSigned:
    def test_an_order_that_two_trusted_people_signed_is_carried_out_once(self, shop: Workshop) -> None:
        file = shop.hand_over(order())
        shop.deployer().pass_once()
        shop.deployer().pass_once()
        assert shop.played == [("hostkey0001",)]
        assert [line["what"] for line in shop.lines()] == ["accepted", "begun", "host", "over"]
        assert (shop.lines()[0]["asked_by"], shop.lines()[0]["approved_by"]) == ("Ada", "Bo")
        assert file.exists(), "what the server put there is left alone"

    def test_a_changed_byte_of_the_order_is_refused(self, shop: Workshop) -> None:
        handed = Handed(write_order(order()))
        data = handed.by(shop.ada, shop.bo).replace(b"1.0-2", b"1.0-3")
        assert "names another order" in refused(shop, data)

    @pytest.mark.parametrize("part", ["salt", "payload"])
    def test_a_changed_entry_is_refused(self, shop: Workshop, part: str) -> None:
        handed = Handed(write_order(order()))
        signed = json.loads(handed.by(shop.ada, shop.bo))
        other = Handed(handed.document, payload=handed.payload.replace(b'"schema":1', b'"schema":2'))
        signed[part] = {"salt": other.salt.hex(), "payload": other.payload.decode()}[part]
        assert "No passkey that is trusted here" in refused(shop, canonical.encode(signed))

    def test_an_entry_that_was_ended_is_refused(self, shop: Workshop) -> None:
        handed = Handed(write_order(order()))
        ended = handed.payload.replace(b'"ended_at":null', b'"ended_at":"2026-03-03T00:00:00.000000Z"')
        data = Handed(handed.document, payload=ended).by(shop.ada, shop.bo)
        assert "names another order" in refused(shop, data)

    def test_a_bundle_under_another_runs_name_is_refused(self, shop: Workshop) -> None:
        data = Handed(write_order(order())).by(shop.ada, shop.bo)
        assert "another run" in refused(shop, data, order(run="runkey0002"))

    @pytest.mark.parametrize("missing", ["asked", "approved"])
    def test_one_signature_only_is_refused(self, shop: Workshop, missing: str) -> None:
        told = json.loads(Handed(write_order(order())).by(shop.ada, shop.bo))
        del told[missing]
        assert "no order that Duecare hands over" in refused(shop, canonical.encode(told))

    @pytest.mark.parametrize("missing", ["asked", "approved"])
    def test_an_empty_signature_is_refused(self, shop: Workshop, missing: str) -> None:
        told = json.loads(Handed(write_order(order())).by(shop.ada, shop.bo))
        told[missing] |= {"signature": ""}
        assert "cannot be read" in refused(shop, canonical.encode(told))

    def test_the_same_person_twice_is_refused_also_with_two_passkeys(self, shop: Workshop) -> None:
        second = Authenticator(new_key("EdDSA"), "c2Vjb25k")
        trust(shop.place, Trusted("Ada", ORIGIN, second.pem, True))
        data = Handed(write_order(order())).by(shop.ada, second)
        assert "Ada asked and approved" in refused(shop, data)

    def test_one_passkey_for_both_words_is_refused(self, shop: Workshop) -> None:
        assert "asked and approved" in refused(shop, Handed(write_order(order())).by(shop.bo, shop.bo))

    @pytest.mark.parametrize("whose", ["asked", "approved"])
    def test_a_key_that_is_not_on_the_list_is_refused(self, shop: Workshop, whose: str) -> None:
        stranger = Authenticator(new_key("ES256"), "c3RyYW5nZXI")
        pair = {"asked": (stranger, shop.bo), "approved": (shop.ada, stranger)}[whose]
        words = refused(shop, Handed(write_order(order())).by(*pair))
        assert f"No passkey that is trusted here signed that this was {whose}" in words

    def test_two_requests_are_no_approval_and_a_refusal_is_none_either(self, shop: Workshop) -> None:
        handed = Handed(write_order(order()))
        told = json.loads(handed.by(shop.ada, shop.bo))
        for decision in ("asked", "refused"):
            told["approved"] = sent(shop.bo, decision, handed.commitment)
            with pytest.raises(Refused, match="signed that this was approved"):
                verify_bundle(canonical.encode(told), read_people(shop.place))

    def test_who_may_only_ask_does_not_approve(self, shop: Workshop) -> None:
        cleo = Authenticator(new_key("ES256"), "Y2xlbw")
        trust(shop.place, Trusted("Cleo", ORIGIN, cleo.pem, False))
        assert "may ask for orders" in refused(shop, Handed(write_order(order())).by(shop.ada, cleo))

    @pytest.mark.parametrize("fault", ["unverified", "another site", "another origin"])
    def test_a_signature_of_nobody_present_or_from_elsewhere_is_refused(
        self, shop: Workshop, fault: str
    ) -> None:
        from duecare.program import signing

        handed = Handed(write_order(order()))
        told = json.loads(handed.by(shop.ada, shop.bo))
        challenge = signing.challenge("approved", handed.commitment)
        data = {
            "unverified": authenticator_data(flags=signing.UP),
            "another site": authenticator_data("evil.example"),
        }
        client = client_data(challenge, origin="https://evil.example") if fault == "another origin" else b""
        made = shop.bo.assertion(challenge, data.get(fault, b""), client)
        told["approved"] |= {
            "authenticator_data": signing.encode(made.authenticator_data),
            "client_data": signing.encode(made.client_data),
            "signature": signing.encode(made.signature),
        }
        with pytest.raises(Refused):
            verify_bundle(canonical.encode(told), read_people(shop.place))

    @pytest.mark.parametrize(
        ("name", "to"),
        [
            ("lamp;reboot", "1.0-2"), ("--allow-unauthenticated", "1.0-2"), ("../../tmp/x", "1.0-2"),
            ("lamp", "1.0-2 evil"),
        ],
    )  # fmt: skip
    def test_what_is_not_typed_is_refused_although_two_people_signed_it(
        self, shop: Workshop, name: str, to: str
    ) -> None:
        told = json.loads(write_order(order()))
        told["hosts"][0]["packages"][0] |= {"name": name, "to": to}
        data = Handed(canonical.encode(told)).by(shop.ada, shop.bo)
        assert "$.hosts[0].packages[0]." in refused(shop, data)


class TestWhen:
    def test_an_order_whose_time_is_over_is_refused(self, shop: Workshop) -> None:
        late = order(window=window(not_before=NOW - timedelta(days=9), not_after=NOW - timedelta(days=1)))
        assert "time is over" in refused(shop, Handed(write_order(late)).by(shop.ada, shop.bo))

    def test_before_its_window_nothing_is_begun_and_then_it_is(self, shop: Workshop) -> None:
        shop.hand_over(order(window=window(not_before=NOW + timedelta(hours=5))))
        shop.deployer().pass_once()
        assert shop.played == []
        assert [line["what"] for line in shop.lines()] == ["accepted"]
        shop.now = NOW + timedelta(hours=5)
        shop.deployer().pass_once()
        assert shop.played == [("hostkey0001",)]

    def test_an_order_is_not_carried_out_again_in_whatever_bundle_it_comes(self, shop: Workshop) -> None:
        shop.hand_over(order())
        shop.deployer().pass_once()
        again = Handed(write_order(order())).by(shop.ada, shop.bo)  # another salt, other signatures
        shop.hand_over(order(), again)
        shop.deployer().pass_once()
        assert len(shop.played) == 1
        (told,) = [line for line in shop.lines() if line["what"] == "refused"]
        assert "taken up before" in told["words"]

    def test_a_run_that_is_withdrawn_stops_between_batches(self, shop: Workshop) -> None:
        hosts = tuple(host(number) for number in range(1, 4))
        shop.hand_over(order(*hosts, rings=tuple((one.key,) for one in hosts), rest_minutes=10))
        shop.deployer().pass_once()
        (shop.between.orders / f"runkey0001{STOP}").touch()
        shop.now += timedelta(hours=1)
        shop.deployer().pass_once()
        assert len(shop.played) == 1
        assert shop.lines()[-1]["words"] == "stopped: it was withdrawn"

    def test_who_is_no_longer_trusted_stops_what_they_signed(self, shop: Workshop) -> None:
        shop.hand_over(order(window=window(not_before=NOW + timedelta(hours=5))))
        shop.deployer().pass_once()
        distrust(shop.place, next(one.fingerprint for one in read_people(shop.place) if one.name == "Bo"))
        shop.now += timedelta(hours=6)
        shop.deployer().pass_once()
        assert shop.played == []
        assert shop.lines()[-1]["what"] == "over"
        assert "No passkey" in shop.lines()[-1]["words"]

    def test_after_too_many_failures_nothing_more_is_begun(self, shop: Workshop) -> None:
        hosts = tuple(host(number) for number in range(1, 4))
        shop.fails = {hosts[0].key}
        shop.hand_over(order(*hosts, rings=tuple((one.key,) for one in hosts), stop=Stop(0, 0)))
        shop.deployer().pass_once()
        shop.now += timedelta(hours=1)
        shop.deployer().pass_once()
        assert shop.played == [(hosts[0].key,)]
        assert shop.lines()[-1]["words"] == "stopped: 1 of the 1 hosts of ring 1 failed"

    def test_a_host_that_was_begun_with_and_never_heard_of_again_has_failed(self, shop: Workshop) -> None:
        def crash(*_words: Any) -> dict[str, Told]:
            raise KeyboardInterrupt

        shop.hand_over(order())
        with pytest.raises(KeyboardInterrupt):
            shop.deployer(play=crash).pass_once()
        shop.deployer().pass_once()
        assert shop.played == []
        assert "ring 1 failed" in shop.lines()[-1]["words"]

    def test_a_pass_that_was_cut_short_before_its_first_line_is_taken_up_again(self, shop: Workshop) -> None:
        shop.hand_over(order())

        def cut_short(*_words: Any, **_more: Any) -> None:
            raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Journal, "write", cut_short)
            with pytest.raises(KeyboardInterrupt):
                shop.deployer().pass_once()
        assert (shop.place.runs / "runkey0001" / "bundle.json").exists()
        assert shop.lines() == []
        shop.deployer().pass_once()
        assert [line["what"] for line in shop.lines()] == ["accepted", "begun", "host", "over"]
        assert len(shop.played) == 1

    def test_two_passes_do_not_go_on_at_once(self, shop: Workshop) -> None:
        def again(*_words: Any) -> dict[str, Told]:
            with pytest.raises(Refused, match="Another pass"):
                shop.deployer().pass_once()
            return {"hostkey0001": Told("installed", "", {})}

        shop.hand_over(order())
        shop.deployer(play=again).pass_once()
        assert shop.lines()[-1]["what"] == "over"


class TestFiles:
    def test_a_link_a_pipe_a_directory_and_a_huge_file_are_refused_and_the_next_is_read(
        self, shop: Workshop
    ) -> None:
        good = Handed(write_order(order())).by(shop.ada, shop.bo)
        (shop.base / "elsewhere").write_bytes(good)
        (shop.between.orders / f"linkedrun1{BUNDLE}").symlink_to(shop.base / "elsewhere")
        os.mkfifo(shop.between.orders / f"pipedrun01{BUNDLE}")
        (shop.between.orders / f"folderrun1{BUNDLE}").mkdir()
        with (shop.between.orders / f"hugerun001{BUNDLE}").open("wb") as file:
            file.truncate(MOST + 1)
        (shop.between.orders / f"..{BUNDLE}").write_bytes(good)
        shop.hand_over(order(), good)
        shop.deployer().pass_once()
        shop.deployer().pass_once()
        told = {line["run"]: line for line in shop.lines() if line["what"] == "refused"}
        assert set(told) == {"linkedrun1", "pipedrun01", "folderrun1", "hugerun001"}
        assert shop.played == [("hostkey0001",)]

    @pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"a":1,"a":2}', b"\xff", b"[" * 100_000])
    def test_what_is_no_bundle_is_refused(self, shop: Workshop, data: bytes) -> None:
        assert refused(shop, data)

    def test_others_cannot_read_or_change_what_is_the_deployers(self, shop: Workshop) -> None:
        assert shop.place.path.stat().st_mode & 0o77 == 0
        assert shop.place.people.stat().st_mode & 0o77 == 0
        shop.place.people.chmod(0o664)
        with pytest.raises(Refused, match="Others on this machine"):
            shop.place.prepare()
        shop.place.people.chmod(0o600)
        shop.place.people.rename(shop.base / "people")
        shop.place.people.symlink_to(shop.base / "people")
        with pytest.raises(Refused, match="is a link"):
            shop.place.prepare()

    def test_a_path_that_ssh_would_read_otherwise_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="blank"):
            Place(tmp_path / "my deployer").prepare()


class TestTrust:
    def test_one_key_is_of_one_person(self, shop: Workshop) -> None:
        with pytest.raises(Refused, match="of Ada"):
            trust(shop.place, Trusted("Bea", ORIGIN, shop.ada.pem, True))
        with pytest.raises(BadInput):
            trust(shop.place, Trusted("Bea", ORIGIN, "no key", True))
        with pytest.raises(BadInput, match="where somebody signs"):
            trust(shop.place, Trusted("Bea", "clinic.example", Authenticator(new_key("EdDSA")).pem, True))
        assert [one.name for one in read_people(shop.place)] == ["Ada", "Bo"]

    def test_a_host_is_known_by_its_key_and_address_alone(self, shop: Workshop) -> None:
        line = f"ssh-ed25519 {ED25519} root@web-1"
        found = learn(shop.place, "web-1.clinic.example", 22, line)
        learn(shop.place, "web-1.clinic.example", 22, line)
        assert len(shop.place.known_hosts.read_text().splitlines()) == 1
        assert line_for(shop.place, "web-1.clinic.example", 22, found).startswith(
            "web-1.clinic.example ssh-ed25519 "
        )
        for other in (host(), host(host_key=found, port=2222), host(host_key=found, address="web-2.example")):
            with pytest.raises(Refused, match="not known"):
                line_for(shop.place, other.address, other.port, other.host_key)
        for address, key in (
            ("-x", line),
            ("web-1", "ssh-dss AAAA"),
            ("web-1", "ssh-ed25519 !"),
            ("web-1", ""),
        ):
            with pytest.raises(BadInput):
                learn(shop.place, address, 22, key)
        assert fingerprint(ED25519) == found

    def test_a_host_whose_key_is_not_known_fails_before_anything_is_connected_to(
        self, shop: Workshop
    ) -> None:
        told = play(order(), ("hostkey0001",), shop.place, shop.base / "work", Account("root", False))
        assert told["hostkey0001"].outcome == "failed"
        assert "not known" in told["hostkey0001"].words
        assert not (shop.base / "work").exists()


class TestCommand:
    def test_it_does_not_run_as_root_and_says_so(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "duecare.patching.deployer.command", "people"],
            capture_output=True, text=True, check=False, env=os.environ | {HOME: str(tmp_path / "deploy")},
        )  # fmt: skip
        if os.geteuid() == 0:
            assert (done.returncode, done.stderr) == (
                2,
                "duecare-deploy: duecare-deploy does not run as root. "
                "Give it a user of its own, and run it as that.\n",
            )
        else:
            assert done.returncode == 0

    def test_it_loads_neither_django_nor_ansible(self) -> None:
        words = (
            "import sys, duecare.patching.deployer.command; "
            "print([one for one in ('django', 'ansible') if one in sys.modules])"
        )
        assert (
            subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout
            == "[]\n"
        )
