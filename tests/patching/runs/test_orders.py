"""Orders: what is typed and what is refused, windows over midnight and summer time, rings, the stop rule."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.ledger import canonical
from duecare.patching.runs.orders import (
    Manager,
    Package,
    Stop,
    in_rings,
    is_package,
    parse_order,
    write_order,
)
from duecare.patching.runs.rings import BATCH, Came, Next, Over, Wait, decide
from duecare.patching.runs.windows import Window
from duecare.reaching.addresses import is_address
from tests.patching.runs.deploying import NOW, host, order, window


def told(**changes: Any) -> bytes:
    """The document of an order with changes at the top."""
    return canonical.encode(json.loads(write_order(order())) | changes)


class TestTyped:
    def test_an_order_reads_as_it_was_written(self) -> None:
        made = order(
            host(1), host(2, manager=Manager.DNF, packages=(Package("kernel", "1:5-1", "1:5-2.el9"),))
        )
        assert parse_order(write_order(made)) == made

    @pytest.mark.parametrize(
        ("manager", "name", "version"),
        [
            (Manager.APT, "openssl", "3.0.11-1~deb12u2"), (Manager.APT, "libstdc++6", "1:2.3+dfsg-4"),
            (Manager.APT, "g++", "4:12.2.0-3"), (Manager.APT, "0ad", "0.0.26~rc1"),
            (Manager.DNF, "kernel-core", "0:5.14.0-362.el9"),
            (Manager.DNF, "NetworkManager", "1.44.0-3.el9_3"),
            (Manager.DNF, "gcc-c++", "11.4.1-2.1.el9"), (Manager.DNF, "x", "1^git2-1"),
            (Manager.APK, "busybox", "1.36.1-r29"), (Manager.APK, "libsigc++", "2.12.1_rc2-r0"),
            (Manager.APK, "openssl1.1-compat", "1.1.1w-r1"), (Manager.APK, "ca-certificates", "20240705-r0"),
        ],
    )  # fmt: skip
    def test_names_and_versions_of_distributions_pass(
        self, manager: Manager, name: str, version: str
    ) -> None:
        assert is_package(manager, name, version) or len(name) < 2

    @pytest.mark.parametrize("manager", list(Manager))
    @pytest.mark.parametrize(
        "name",
        [
            "", "a;id", "--option", "-y", "../x", "a b", "a=1", "a/b", "a*", "a?", "[a]", "{{x}}", "a\n",
            "a$b", "a|b", "a`b`", "a,b", "@group", "http://x", "./x.deb", "a" * 101, "ä", "a-",
        ],
    )  # fmt: skip
    def test_no_other_name_passes(self, manager: Manager, name: str) -> None:
        assert not is_package(manager, name, "1.0-r1")
        with pytest.raises(BadInput, match=r"hosts\[0\].packages\[0\].name"):
            write_order(order(host(manager=manager, packages=(Package(name, "1.0-r1", "1.0-r2"),))))

    @pytest.mark.parametrize("manager", list(Manager))
    @pytest.mark.parametrize(
        "version",
        [
            "", "1.0-2;id", "--allow-downgrades", "../1", "1 2", "1.0-2*", "1.0-[2]", "{{ 1 }}-2", "1.0-2\n",
            "1.0-$(id)", "1.0-2-", "1.0-2+", "1" * 400 + "-1", ":1-1", "x:1-1", "1.0-2/sid", "１.0-1",
        ],
    )  # fmt: skip
    def test_no_other_version_passes(self, manager: Manager, version: str) -> None:
        taken = is_package(manager, "lamp", version)
        assert not taken or (manager is Manager.DNF and version in {"1.0-2+"})
        if not taken:
            with pytest.raises(BadInput, match=r"hosts\[0\].packages\[0\].to"):
                write_order(order(host(manager=manager, packages=(Package("lamp", "1.0-r1", version),))))

    @given(st.text(max_size=30), st.text(max_size=30))
    def test_what_passes_holds_nothing_that_a_shell_a_template_or_an_option_is_made_of(
        self, name: str, version: str
    ) -> None:
        for manager in Manager:
            if is_package(manager, name, version):
                assert not set(name + version) & set(" \t\n;&|<>$`'\"\\(){}[]*?#!%,=/@")
                assert (name + version).isascii()
                assert name[0] not in "-+."
                assert version[0] not in "-+."

    @given(st.text(max_size=40))
    def test_an_address_is_no_option_and_holds_no_user_or_zone(self, text: str) -> None:
        if is_address(text):
            assert text[0] != "-"
            assert not set(text) & set("@%/ \t\n;'\"")

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"format": "duecare-patch-order/2"}, "format"),
            ({"run": "../x"}, "run"),
            ({"title": "two\nlines"}, "title"),
            ({"hosts": []}, "hosts"),
            ({"rings": [["hostkey0001"], ["hostkey0001"]]}, "rings"),
            ({"rings": [["hostkey0009"]]}, "rings"),
            ({"rest_minutes": True}, "rest_minutes"),
            ({"rest_minutes": -1}, "rest_minutes"),
            ({"reboot": 1}, "reboot"),
            ({"stop": {"hosts": 0, "share": 101}}, "stop.share"),
            ({"stop": {"hosts": 0}}, "stop"),
            ({"more": 1}, "exactly"),
            ({"window": {}}, "window"),
            ({"left_out": [{"host": "", "package": "", "why": ""}]}, "left_out"),
        ],
    )
    def test_what_is_wrong_is_named_by_its_place(self, changes: dict[str, Any], place: str) -> None:
        with pytest.raises(BadInput, match=place.replace(".", r"\.")):
            parse_order(told(**changes))

    def test_bytes_that_are_not_canonical_are_refused(self) -> None:
        data = write_order(order())
        for other in (
            data + b" ",
            data.replace(b'{"', b'{ "', 1),
            data.replace(b'"reboot"', b'"reboot":true,"reboot"'),
        ):
            with pytest.raises(BadInput):
                parse_order(other)


class TestWindows:
    NIGHT = window(
        zone="Europe/Berlin", days=frozenset({1}), begins=time(22), ends=time(4),
        not_before=datetime(2026, 3, 1, tzinfo=UTC), not_after=datetime(2026, 4, 12, tzinfo=UTC),
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("moment", "is_open"),
        [
            ("2026-03-03T20:59:59Z", False), ("2026-03-03T21:00:00Z", True), ("2026-03-04T02:59:59Z", True),
            ("2026-03-04T03:00:00Z", False), ("2026-03-04T21:30:00Z", False), ("2026-03-03T02:00:00Z", False),
            # in summer an hour earlier by UTC
            ("2026-03-31T20:00:00Z", True), ("2026-04-01T02:00:00Z", False),
        ],
    )  # fmt: skip
    def test_a_night_belongs_to_the_day_on_which_it_begins(self, moment: str, is_open: bool) -> None:
        now = datetime.fromisoformat(moment)
        assert self.NIGHT.open_at(now) is is_open
        opens = self.NIGHT.opens(now)
        assert opens is not None
        assert (opens == now) is is_open

    @given(
        st.integers(0, 60 * 24 * 60),
        st.sets(st.integers(0, 6), min_size=1),
        st.times(),
        st.times(),
    )
    def test_it_opens_at_the_first_moment_at_which_it_is_open(
        self, minutes: int, days: set[int], begins: time, ends: time
    ) -> None:
        whole = begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
        one = Window(
            datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC), "Europe/Berlin",
            frozenset(days), *whole,
        )  # fmt: skip
        now = datetime(2026, 2, 20, tzinfo=UTC) + timedelta(minutes=minutes)
        opens = one.opens(now)
        if one.open_at(now):
            assert opens == now
        elif opens is not None:
            assert opens > now
            assert one.open_at(opens)
            for back in (timedelta(minutes=1), (opens - now) / 2):
                assert not one.open_at(max(opens - back, now))

    def test_it_never_opens_again_after_its_end(self) -> None:
        assert window().opens(NOW + timedelta(days=8)) is None


class TestRings:
    HOSTS = tuple(host(number) for number in range(1, 31))
    KEYS = tuple(one.key for one in HOSTS)

    def made(self, **changes: Any) -> Any:
        rings = in_rings(self.KEYS, 1, 3)
        return order(*self.HOSTS, **({"rings": rings, "rest_minutes": 30, "stop": Stop(1, 50)} | changes))

    def came(self, keys: tuple[str, ...], failed: int = 0, at: datetime = NOW) -> dict[str, Came]:
        return {key: Came(number >= failed, at) for number, key in enumerate(keys)}

    def test_one_ring_after_the_other_with_a_rest_between_and_never_more_than_a_batch(self) -> None:
        made = self.made()
        assert [len(ring) for ring in made.rings] == [1, 3, 26]
        assert decide(made, {}, NOW) == Next(0, self.KEYS[:1])
        first = self.came(self.KEYS[:1])
        assert decide(made, first, NOW) == Wait(NOW + timedelta(minutes=30))
        later = NOW + timedelta(minutes=30)
        assert decide(made, first, later) == Next(1, self.KEYS[1:4])
        second = first | self.came(self.KEYS[1:4], at=later)
        assert decide(made, second, later + timedelta(minutes=30)) == Next(2, self.KEYS[4 : 4 + BATCH])
        third = second | self.came(self.KEYS[4:24], at=later)
        assert decide(made, third, later) == Next(2, self.KEYS[24:])
        assert decide(made, self.came(self.KEYS), NOW) == Over("")

    @pytest.mark.parametrize(
        ("hosts", "share", "failed", "goes_on"),
        [
            (0, 100, 0, True), (0, 100, 1, False), (1, 100, 1, True), (3, 50, 1, True), (3, 50, 2, False),
            (3, 0, 1, False),
        ],
    )  # fmt: skip
    def test_it_stops_when_more_fail_than_was_allowed(
        self, hosts: int, share: int, failed: int, goes_on: bool
    ) -> None:
        made = self.made(stop=Stop(hosts, share))
        came = self.came(self.KEYS[:1]) | self.came(self.KEYS[1:4], failed)
        step = decide(made, came, NOW + timedelta(hours=1))
        assert isinstance(step, Next) is goes_on
        if isinstance(step, Over):
            assert step.why == f"stopped: {failed} of the 3 hosts of ring 2 failed"

    def test_nothing_is_begun_out_of_the_window_or_after_its_end(self) -> None:
        made = self.made(window=window(begins=time(22), ends=time(4)))
        assert decide(made, {}, NOW) == Wait(NOW + timedelta(hours=1))
        step = decide(made, {}, NOW + timedelta(days=9))
        assert isinstance(step, Over)
        assert "time was over" in step.why

    @given(st.sets(st.integers(0, 29)), st.integers(0, 3), st.integers(0, 100))
    def test_carried_to_its_end_every_host_has_one_turn_or_it_stopped(
        self, bad: set[int], hosts: int, share: int
    ) -> None:
        made, came, now = self.made(stop=Stop(hosts, share)), dict[str, Came](), NOW
        while not isinstance(step := decide(made, came, now), Over):
            if isinstance(step, Wait):
                assert step.until > now
                now = step.until
                continue
            assert not set(step.hosts) & set(came)
            came |= {key: Came(self.KEYS.index(key) not in bad, now) for key in step.hosts}
        if step.why == "":
            assert set(came) == set(self.KEYS)
        else:
            assert any(not one.well for one in came.values())
