"""What was fetched becomes reports: whose each is says the connection, and what failed is told by name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings

from duecare.errors import BadInput, Refused
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.assessing import assess
from duecare.program.judgement import Grade
from duecare.program.models import Finding
from duecare.site import worker
from duecare.systems import enrolment_actions, fleet
from duecare.systems.actions import remove_host, take_in_report
from duecare.systems.envelopes import Shown
from duecare.systems.fleet_checks import PULLED_ALONE
from duecare.systems.models import Host, Report
from duecare.systems.pull_actions import take_in
from duecare.systems.pull_models import Came, PulledHost, PullPass
from duecare.systems.puller import passes
from duecare.systems.puller.fetching import Fetched
from duecare.systems.puller.hosts import Listed, Place, add, forget, read_hosts
from duecare.systems.puller.passes import PASSED, REPORT, Line, Pass, read_pass, write_pass
from duecare.systems.puller.pulling import KEPT, Puller
from tests.people import browser, sign_in
from tests.systems.fleet import TERMINAL, machine_id, told
from tests.systems.puller.keys import HOST_KEY

KEY = "SHA256:" + "A" * 43
OTHER = "SHA256:" + "B" * 43
Lay = Callable[..., None]


def line(name: str, report: bytes = b"", came: str = "", **changes: object) -> Line:
    values = {
        "name": name, "address": f"{name}.clinic.example", "port": 22, "user": "duecare-collect",
        "host_key": KEY, "came": passes.Came(came or ("reported" if report else "unreachable")), "words": "",
        "report": hashlib.sha256(report).hexdigest() if report else "",
    }  # fmt: skip
    return Line(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def pulled(home: object, tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    """Puts a pass of these hosts, each with what it sent, where the server looks; the faults of it."""
    directory = tmp_path / "reports"
    directory.mkdir()

    def lay(*hosts: Line, at: datetime | None = None, **sent: bytes) -> tuple[str, ...]:
        moment = at or utc_now()
        lines = [*hosts, *(line(name.replace("_", "-"), data) for name, data in sent.items())]
        for data in sent.values():
            (directory / f"{hashlib.sha256(data).hexdigest()}{REPORT}").write_bytes(data)
        number = len(list(directory.glob(f"*{PASSED}")))
        made = Pass(f"{moment:%Y%m%dT%H%M%SZ}-{number:08x}", moment, moment, tuple(lines))
        (directory / f"{made.key}{PASSED}").write_bytes(write_pass(made))
        return take_in(directory, utc_now()).faults

    return lay


def test_what_is_fetched_is_recorded_and_what_failed_is_told_and_silent(
    pulled: Callable[..., tuple[str, ...]], tmp_path: Path
) -> None:
    long_ago = utc_now() - timedelta(days=9)
    dead = line("dead", words="Connection refused")
    (fault,) = pulled(dead, web_1=told("web-1"), rubbish=b"hello\n")
    assert fault.startswith("rubbish: Byte 1 is not as JSON demands")
    report = Report.objects.get()
    assert (report.host.name, report.host.key, report.grade) == ("web-1", machine_id("web-1"), Grade.OWN)
    came = dict(PulledHost.objects.values_list("name", "came"))
    assert came == {"web-1": Came.REPORTED, "dead": Came.UNREACHABLE, "rubbish": Came.UNUSABLE}
    assert fleet.figures() == (3, 0)  # all three are known
    before = [PulledHost.objects.count(), Report.objects.count()]
    assert take_in(tmp_path / "reports", utc_now()).passes == 0
    assert [PulledHost.objects.count(), Report.objects.count()] == before
    told_again = PulledHost.objects.get(name="dead")
    pulled(dead)
    assert PulledHost.objects.get(name="dead").since == told_again.since
    assert PulledHost.objects.get(name="web-1").came == Came.UNLISTED
    with_silence = [one for one in fleet.known_hosts(long_ago + timedelta(days=18)) if one.name == "dead"]
    assert with_silence[0].facts is not None
    client = browser()
    sign_in(client, Role.MANAGER)
    page = shown(client, "/systems/pulled/")
    assert "Connection refused" in page
    assert "0 reports from 1 on the puller’s list" in page
    assert ">dead</a>" in shown(client, "/systems/pulled/?came=failed")
    host = Host.objects.get(name="dead")
    assert "Could not be reached" in shown(client, f"/systems/{host.pk}/")


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_report_of_another_computer_is_a_finding_on_the_host_that_was_connected_to(
    pulled: Callable[..., tuple[str, ...]],
) -> None:
    earlier = utc_now() - timedelta(minutes=5)
    pulled(web_1=told("web-1", at=earlier), web_2=told("web-2", at=earlier))
    forged = told("web-2", host__key=machine_id("web-1"))  # web-2 says that it is the machine web-1
    (fault,) = pulled(web_1=told("web-1"), web_2=forged)
    assert fault.startswith("web-2: it names another machine id")
    finding = Finding.objects.get(check_id=PULLED_ALONE)
    assert (finding.subject_name, finding.closed_at) == ("web-2", None)
    assert Report.objects.filter(host__name="web-1").count() == 2
    assert pulled(web_1=told("web-1"), web_2=told("web-1"))[0].startswith("web-2: it calls itself 'web-1'")
    assert Finding.objects.filter(check_id=PULLED_ALONE).count() == 1

    client = browser()
    sign_in(client, Role.MANAGER)
    host = Host.objects.get(name="web-2")
    assert "What was fetched from here is of another computer" in shown(client, f"/systems/{host.pk}/")
    assert ">web-2</a>" in shown(client, "/systems/pulled/?came=doubted")
    assert client.post(f"/systems/{host.pk}/pulled/end/", {"reason": " "}).status_code == 400
    assert client.post(f"/systems/{host.pk}/pulled/end/", {"reason": "set up anew"}).status_code == 302
    pulled(web_1=told("web-1"), web_2=told("web-2"))
    assess(TERMINAL, utc_now())
    assert Finding.objects.get(check_id=PULLED_ALONE).closed_because


def test_a_first_report_cannot_take_the_place_of_a_host_that_is_known(
    pulled: Callable[..., tuple[str, ...]],
) -> None:
    take_in_report(told("web-1"), TERMINAL, utc_now(), Grade.IMPORTED, new_host=True)
    stolen = told("evil", host__key=machine_id("web-1"))
    (fault,) = pulled(evil=stolen)
    assert fault == "evil: it names the machine id of web-1"
    assert Report.objects.count() == 1
    assert Finding.objects.get(check_id=PULLED_ALONE).subject_name == "evil"


def test_a_host_that_is_known_goes_on_as_the_same_and_another_host_key_is_another_connection(
    pulled: Callable[..., tuple[str, ...]],
) -> None:
    known = take_in_report(
        told("web-1", at=utc_now() - timedelta(hours=2)), TERMINAL, utc_now(), Grade.IMPORTED, new_host=True
    )
    assert pulled(web_1=told("web-1")) == ()
    assert Report.objects.filter(host=known.host).count() == 2
    pulled(line("web-1", host_key=OTHER))
    first, second = PulledHost.objects.order_by("first_told_at")
    assert "another host key" in first.ended_because
    assert (second.host, second.bound) == (known.host, False)
    remove_host(known.host, TERMINAL, "sold", utc_now())
    (fault,) = pulled(web_1=told("web-1"))
    assert "was removed" in fault


def test_what_a_host_signs_itself_is_not_replaced_by_what_was_fetched(
    pulled: Callable[..., tuple[str, ...]],
) -> None:
    offered, token = enrolment_actions.offer(TERMINAL, "web-1", utc_now())
    enrolment_actions.answer(Shown(token, "ab" * 32, "web-1", machine_id("web-1")), "192.0.2.7", utc_now())
    enrolment_actions.approve(offered, TERMINAL, utc_now(), compared=True)
    (fault,) = pulled(web_1=told("web-1"))
    assert fault == "web-1: web-1 signs its reports itself, and those alone count."
    assert (Report.objects.count(), Host.objects.count()) == (0, 1)
    assert PulledHost.objects.get().came == Came.REFUSED


def test_a_pass_that_cannot_be_used_is_named_and_the_next_one_taken_in(
    pulled: Callable[..., tuple[str, ...]], tmp_path: Path
) -> None:
    directory = tmp_path / "reports"
    (directory / f"20260101T000000Z-00000000{PASSED}").write_bytes(b"{}")
    (directory / f"20260101T000000Z-00000001{PASSED}").symlink_to("/etc/passwd")
    faults = pulled(line("web-1", b"not there"))
    assert len(faults) == 3
    assert PullPass.objects.count() == 1
    *_others, late = pulled(line("web-2"), at=utc_now() - timedelta(days=1))
    assert "a later pass was taken in before" in late
    *_others, early = pulled(line("web-2"), at=utc_now() + timedelta(days=2))
    assert "it ended in the future" in early
    assert not PulledHost.objects.filter(name="web-2").exists()
    assert PulledHost.objects.get().came == Came.UNUSABLE
    with pytest.raises(BadInput, match="cannot be read"):
        take_in(tmp_path / "nowhere", utc_now())


def test_the_worker_takes_in_what_lies_there(pulled: Callable[..., tuple[str, ...]], tmp_path: Path) -> None:
    worker.meet_the_puller(utc_now())  # which is set up nowhere
    made = Pass("20260101T000000Z-0000000a", utc_now(), utc_now(), (line("web-1"),))
    (tmp_path / "reports" / f"{made.key}{PASSED}").write_bytes(write_pass(made))
    with override_settings(DUECARE_PULLING=tmp_path / "reports"):
        worker.meet_the_puller(utc_now())
    assert PullPass.objects.get().source == made.key


# ── The puller itself ────────────────────────────────────────────────────────────────────────────────────


def test_a_list_takes_only_what_is_typed(tmp_path: Path) -> None:
    place = Place(tmp_path / "pull")
    place.prepare()
    made = add(place, "web-1", "web-1.clinic.example", 22, "duecare-collect", HOST_KEY)
    assert read_hosts(place) == (made,)
    for changes in (
        {"name": "../web"}, {"name": "web 1"}, {"address": "-oProxyCommand=x"}, {"port": 0},
        {"user": "root"}, {"user": "-l"}, {"line": "ssh-dss AAAA"},
    ):  # fmt: skip
        values = {
            "name": "web-2", "address": "web-2", "port": 22, "user": "collect", "line": HOST_KEY,
        } | changes  # fmt: skip
        with pytest.raises((BadInput, Refused)):
            add(place, **values)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="reached there already"):
        add(place, "web-2", "web-1.clinic.example", 22, "collect", HOST_KEY)
    assert forget(place, "WEB-1") == made
    assert read_hosts(place) == ()


def test_a_pass_tells_of_every_host_and_old_ones_go(tmp_path: Path) -> None:
    place, reports, now = Place(tmp_path / "pull"), tmp_path / "reports", utc_now()
    place.prepare()
    reports.mkdir()
    for number in range(25):
        add(place, f"web-{number}", f"web-{number}", 22, "collect", HOST_KEY)
    batches: list[int] = []

    def fetch(hosts: list[Listed], *_more: object) -> dict[str, Fetched]:
        batches.append(len(hosts))
        return {one.name: Fetched(passes.Came.FAILED, "it\u0301 broke") for one in hosts}

    puller = Puller(place, reports, b"", lambda: now, lambda line: None, fetch)  # type: ignore[arg-type]
    for _again in range(KEPT + 1):
        made = puller.pass_once()
    assert batches[:2] == [20, 5]
    assert len(made.lines) == 25
    assert len(list(reports.glob(f"*{PASSED}"))) == KEPT
    with place.alone(), pytest.raises(Refused, match="Another pass"):
        puller.pass_once()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"port":22', b'"port":0'), (b'"port":22', b'"port":true'), (b'"web-1"', b'"web 1"'),
        (b'"web-1"', b'""'), (b"unreachable", b"perhaps"), (b'"report":""', b'"report":"ab"'),
        (b"duecare-pull/1", b"duecare-pull/2"), (b"SHA256:", b"MD5:"), (b'"user":', b'"x":'),
    ],
)  # fmt: skip
def test_a_pass_is_read_by_its_types(old: bytes, new: bytes) -> None:
    now = utc_now()
    data = write_pass(Pass("20260101T000000Z-0000000a", now, now, (line("web-1"),)))
    with pytest.raises(BadInput):
        read_pass(data.replace(old, new))
