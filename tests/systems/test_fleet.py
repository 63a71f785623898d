"""Hosts that stopped reporting: a finding, a word in every list and on every page, and never clean."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.actions import adopt_target
from duecare.program.assessing import assess, open_at_once
from duecare.program.judgement import Facts, Grade, Verdict, find_check
from duecare.program.models import Finding, Outcome
from duecare.program.outcomes import judge
from duecare.program.reach import Reach
from duecare.program.subjects import Subject
from duecare.systems import enrolment_actions, fleet
from duecare.systems.actions import remove_host, take_in_report
from duecare.systems.envelopes import Shown
from duecare.systems.fleet_checks import KEYS_ALONE, PULLED_ALONE, REPORTING
from duecare.systems.models import Host
from tests.people import browser, sign_in
from tests.systems.fleet import TERMINAL, machine_id, told

NOW = utc_now()


def asked(id: str, target: int | None = None, **section: object) -> tuple[Verdict, str]:
    """What a check says of a host that reports so."""
    told = {
        "state": "read",
        "problems": [],
        "source": "",
        "last_at": None,
        "known_since": NOW.isoformat(),
        "enrolled": False,
        "doubts": [],
        "pulled": [],
    }
    check = find_check(id)
    assert check
    facts = Facts(NOW, NOW, {REPORTING: told | section})
    answer = judge(check, Subject("systems.host:x", "web-1", Grade.OWN, facts), target, NOW)
    return answer.verdict, " ".join(one.reason for one in (*answer.unmet, *answer.unknown))


@pytest.mark.parametrize(
    ("days", "verdict", "reason"),
    [(0, Verdict.MET, ""), (7.9, Verdict.MET, ""), (8, Verdict.UNMET, "its last report is 8 days old")],
)
def test_whether_a_host_still_reports(days: float, verdict: Verdict, reason: str) -> None:
    last = (NOW - timedelta(days=days)).isoformat()
    found = asked("systems.hosts_report", 7, last_at=last)
    assert found[0] is verdict
    assert reason in found[1]


def test_who_never_reported_is_unknown_at_first_and_a_gap_in_the_end() -> None:
    assert asked("systems.hosts_report", 7) == (Verdict.UNKNOWN, "it has never reported")
    since = (NOW - timedelta(days=8)).isoformat()
    verdict, reason = asked("systems.hosts_report", 7, known_since=since)
    assert verdict is Verdict.UNMET
    assert "never reported, and is known for 8 days" in reason


def test_a_key_without_doubts_is_alone_and_without_a_key_nobody_asks() -> None:
    assert asked(KEYS_ALONE)[0] is Verdict.NOT_APPLICABLE
    assert asked(KEYS_ALONE, enrolled=True)[0] is Verdict.MET
    doubts = [{"kind": "counter", "told": "counter 1 came after 2"}]
    assert asked(KEYS_ALONE, enrolled=True, doubts=doubts)[0] is Verdict.UNMET


@pytest.mark.parametrize(
    ("silent", "words"),
    [(1, "1 computer stopped reporting."), (12, "12 computers stopped reporting.")],
)
def test_the_reach_says_how_many_stopped(silent: int, words: str) -> None:
    assert Reach(20, 150, silent).words == f"20 of about 150 computers seen; the rest unknown. {words}"
    assert "stopped" not in Reach(20, 150).words


# ── On a home ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def client(home: object) -> Client:
    """An owner's browser, over a host that reports, one that stopped, and one that was removed."""
    client = browser()
    sign_in(client, Role.OWNER)
    now = utc_now()
    for name, days in (("fresh", 1), ("quiet", 9), ("gone", 9)):
        data = told(name, at=now - timedelta(days=days))
        taken = take_in_report(data, TERMINAL, now, Grade.IMPORTED, new_host=True)
        if name == "gone":
            remove_host(taken.host, TERMINAL, "sold", now)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def named(client: Client, address: str) -> set[str]:
    return set(re.findall(r">(fresh|quiet|gone|new)</a>", page(client, address)))


def test_a_list_tells_who_stopped_and_can_be_narrowed_to_them(client: Client) -> None:
    assert named(client, "/systems/?reporting=silent") == {"quiet"}
    assert named(client, "/systems/?reporting=lately") == {"fresh"}
    assert page(client, "/systems/").count("stopped reporting") == 2  # in its row and in the frame
    rows = client.get("/systems/?format=json").getvalue().decode()
    assert [rows.count(f'"{state}"') for state in ("active", "silent", "removed")] == [1, 1, 1]


def test_every_page_that_speaks_of_hosts_counts_who_stopped(client: Client) -> None:
    for address in ("/", "/safeguards/", "/findings/", "/systems/"):
        assert "1 computer stopped reporting." in page(client, address)


def test_the_hosts_own_page_says_for_how_long(client: Client) -> None:
    quiet = Host.objects.get(name="quiet")
    assert "Its last report is 9 days old; at most 7 days are expected" in page(
        client, f"/systems/{quiet.pk}/"
    )
    assert "Stopped reporting" not in page(client, f"/systems/{Host.objects.get(name='fresh').pk}/")


def test_the_target_decides_who_has_stopped(client: Client) -> None:
    adopt_target(TERMINAL, "report_days", 30, "by hand, each month", utc_now())
    assert named(client, "/systems/?reporting=silent") == set()
    assert "stopped reporting" not in page(client, "/")


def test_who_stopped_is_a_finding_until_it_reports_again_and_never_clean(client: Client) -> None:
    assess(TERMINAL, utc_now())
    finding = Finding.objects.get(check_id="systems.hosts_report")
    assert (finding.subject_name, finding.closed_at) == ("quiet", None)
    assert Outcome.objects.get(pk="systems.hosts_report").verdict == Verdict.UNMET
    of_how_they_report = ("systems.hosts_report", KEYS_ALONE, PULLED_ALONE)
    of_hosts = Outcome.objects.exclude(pk__in=of_how_they_report).filter(subjects=2)
    assert of_hosts.count() > 20
    assert not of_hosts.filter(verdict=Verdict.MET).exists()  # what one of two hosts told may be over
    quiet = page(client, f"/systems/{finding.subject.partition(':')[2]}/")
    assert quiet.count("its last report is 9 days old") == 2  # what the check says, and the finding
    fresh = page(client, f"/systems/{Host.objects.get(name='fresh').pk}/")
    assert "Did every known host report" in fresh
    assert "last report is" not in fresh
    take_in_report(told("quiet"), TERMINAL, utc_now(), Grade.IMPORTED)
    assess(TERMINAL, utc_now())
    assert Finding.objects.get(pk=finding.pk).closed_because


def test_an_approved_host_that_never_reported_is_silent_after_the_target(client: Client) -> None:
    long_ago = utc_now() - timedelta(days=9)
    offered, token = enrolment_actions.offer(TERMINAL, "new", long_ago)
    enrolment_actions.answer(Shown(token, "ab" * 32, "new", machine_id("new")), "192.0.2.7", long_ago)
    enrolment_actions.approve(offered, TERMINAL, long_ago, compared=True)
    assert named(client, "/systems/?reporting=silent") == {"quiet", "new"}
    assert fleet.figures() == (3, 2)
    assert "2 computers stopped reporting." in page(client, "/")
    host = Host.objects.get(name="new")
    assert "never reported, and is known for 9 days" in page(client, f"/systems/{host.pk}/")


def test_what_opens_at_once_opens_once_and_not_beside_an_assessment(client: Client) -> None:
    quiet = fleet.known_host(Host.objects.get(name="quiet"), utc_now())
    assert open_at_once(TERMINAL, "systems.hosts_report", quiet, utc_now())
    assert open_at_once(TERMINAL, "systems.hosts_report", quiet, utc_now())
    assert Finding.objects.count() == 1
    from duecare.program.assessing import alone

    with alone():
        assert not open_at_once(TERMINAL, "systems.hosts_report", quiet, utc_now())
    assess(TERMINAL, utc_now())
    assert Finding.objects.filter(check_id="systems.hosts_report").count() == 1


@pytest.mark.usefixtures("home")
def test_a_system_past_its_support_is_a_finding_unless_extended_support_is_set_up() -> None:
    over, later = "2024-06-10", (utc_now() + timedelta(days=400)).date().isoformat()
    for name, ends, extended, on in (
        ("supported", later, None, None),
        ("extended", over, later, True),
        ("not-extended", over, later, False),
        ("untold", over, later, None),
        ("over", "2020-01-01", "2022-01-01", True),
    ):
        facts = {
            "os.support_end": ends,
            "os.extended_support_end": extended,
            "os.extended_support_on": on,
        }
        take_in_report(told(name, facts), TERMINAL, utc_now(), Grade.IMPORTED, new_host=True)
    assess(TERMINAL, utc_now())
    found = Finding.objects.filter(check_id="systems.os_supported", closed_at=None)
    reasons = dict(found.values_list("subject_name", "reason"))
    assert set(reasons) == {"not-extended", "over"}
    assert "is not set up" in reasons["not-extended"]
    assert "ended on 2022-01-01" in reasons["over"]
    assert Outcome.objects.get(pk="systems.os_supported").unknown == 1
