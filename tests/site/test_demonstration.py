"""The demonstration: a whole history in a home of its own, marked as made up wherever it shows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from duecare.assurance.models import IssuedReport
from duecare.errors import BadInput, Refused
from duecare.ledger import blobs, verifying
from duecare.ledger.models import Checkpoint, Entry, Head
from duecare.ledger.records import told_time, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.imports.interface import find_loader
from duecare.program.mail.models import OutboxMessage
from duecare.program.models import Finding, Outcome, SafeguardException, Statement, Task
from duecare.risk.models import Measure, Scenario
from duecare.site import first_run, terminal, worker
from duecare.site.demonstration import computers, lists, making
from duecare.site.demonstration.story import KINDS, events, first_day, healthy, listed, story
from duecare.site.models import User
from duecare.site.rights import viewer_of
from duecare.site.shell import navigation
from duecare.systems.reports import read_report
from tests.homes import fresh_home
from tests.people import browser
from tests.program.papers import pdfs
from tests.site import all_samples, harbour, samples
from tests.site.addresses import FILES, PAGES
from tests.site.answers import OK

MARK = "this organisation and its figures are made up"
ROOMS: Mapping[str, str] = {
    "Home": "Bring mail-1 into the backup",
    "First 90 days": "The folder of the rota",
    "My duties": "Find an hour for the eleven doctors",
    "Tasks": "Carry the weekly disk to the bank",
    "Safeguards": "Encrypted connections",
    "Statements": "Doubted",
    "Findings": "installed but not running: ClamAV",
    "Exceptions": "Asked for",
    "Systems": "reception-1",
    "Suppliers": "Checking suppliers first",
    "Risk": "A payment to the wrong account",
    "Law": "General Data Protection Regulation",
    "Policies": "Written rules people know",
    "People": "Aisling Ahern",
    "Access": "Practice system",
    "Patching": "DEMO-2026-117",
    "Detection": "Logs kept and guarded",
    "Report something": "Leave the computer on",
    "Incidents": "A tablet left on the morning bus",
    "Continuity": "Proven restores",
    "Assurance": "Report to the board",
    "Ledger": "demonstration/duecare/",
    "Matters": "The letters that went to another practice",
    "Settings": "Quay Payroll",
}
"""What the page of each room of the navigation shows, by its label."""
BESIDE: Mapping[str, str] = {
    "areas/people/": "Training for everyone",
    "staff/?state=asked%20after": "Lorcan Ryan",
    "systems/?internet=yes": "mail-1",
    "patching/software/": "openssh-server",
    "patching/products/": "X-ray workstation",
    "patching/weaknesses/DEMO-2026-124/": "Mended late",
    "patching/feeds/": "Advisories.jsonl",
    "patching/weaknesses/DEMO-2026-101/": "Mended",
    "systems/devices/": "HC-PAD-093",
    "systems/names/": "www.harbour.example",
    "access/sources/": "Entra ID",
    "imports/": "undone",
    "risk/scenarios/": "The x-ray workstation stands still",
    "risk/measures/": "A network of its own for the x-ray room",
    "risk/calibration/": "Finn Doyle",
    "released/": "Letter of the practice that sent them back",
    "views/": "What is to be mended",
    "guide/": "The scanner of the x-ray room",
    "settings/mail/": "552 5.2.2 The mailbox is full",
    "settings/trust/": "as approved on",
    "trust/": "General Data Protection Regulation",
    "search/?q=scanner": "waits for its maker",
    "findings/?state=closed": "no second factor is registered for it",
    "exceptions/?state=refused": "The course for administrators",
}
"""The same of pages that the navigation leads to by a link more."""


@dataclass(frozen=True, slots=True)
class Made:
    """A demonstration as it was when it was finished."""

    home: Path
    counts: Mapping[str, int]
    owner: Client
    """Signed in."""


@pytest.fixture(scope="module")
def made(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A home with the demonstration in it, made once for all tests that only read."""
    with fresh_home(template, tmp_path_factory.mktemp("demonstration"), begun=False) as home:
        cache.clear()
        first_run.forget()
        making.make(lambda line: None)
        owner, counts = browser(), harbour.counts()
        owner.force_login(User.objects.get(email=harbour.OWNER))
        yield Made(home, counts, owner)
    first_run.forget()


def test_the_history_is_recorded_as_a_real_one_and_holds(made: Made) -> None:
    assert verifying.verify(live=True).ok
    first, last = Entry.objects.get(index=0), Entry.objects.order_by("-index")[0]
    assert (last.time - first.time).days >= 180
    times = list(Entry.objects.order_by("index").values_list("at", flat=True))
    assert times == sorted(times)
    assert last.time < utc_now()
    assert Checkpoint.objects.count() >= len(story()["rounds"])


def test_much_of_what_exists_is_in_it(made: Made) -> None:
    assert Outcome.objects.filter(verdict="met").exists()
    assert Outcome.objects.filter(verdict="unmet").exists()
    assert Finding.objects.exclude(closed_at=None).exists()
    assert Finding.objects.filter(closed_at=None).exists()
    assert Statement.objects.filter(review="doubted").exists()
    assert Task.objects.filter(ended_as="done").exists()
    assert SafeguardException.objects.count() == len(story()["exceptions"])
    assert IssuedReport.objects.exists()
    assert Scenario.objects.count() == len(story()["scenarios"])
    for scenario in Scenario.objects.all():
        assert scenario.estimates.values("author").distinct().count() == 2
        assert scenario.estimates.filter(what="rate").exists()
    assert Measure.objects.count() == len(story()["measures"])


def test_no_room_of_the_navigation_is_empty(made: Made) -> None:
    viewer = viewer_of(User.objects.get(email=harbour.OWNER), utc_now())
    links = {link.label: link.url for group in navigation("/", viewer) for link in group.links}
    assert set(links) == set(ROOMS)
    for label, shown in ROOMS.items():
        page = made.owner.get(links[label]).content.decode()
        assert shown in page, label
        assert 'class="empty"' not in page, label


@pytest.mark.parametrize(("address", "shown"), BESIDE.items())
def test_the_pages_beside_the_rooms_have_something_to_show_too(made: Made, address: str, shown: str) -> None:
    page = made.owner.get(f"/{address}").content.decode()
    assert shown in page
    assert 'class="empty"' not in page


def test_who_may_change_two_areas_alone_sees_no_others(made: Made) -> None:
    client = browser()
    user = User.objects.get(email="kevin@quay-it.example")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not used"})
    client.force_login(user)
    page = client.get("/").content.decode()
    assert "limited to" in page
    assert 'href="/areas/detection/"' in page
    assert 'href="/areas/policies/"' not in page


def test_somebody_reads_it_in_german(made: Made) -> None:
    client = browser()
    client.force_login(User.objects.get(email="anna@harbour.example"))
    assert '<html lang="de"' in client.get("/").content.decode()


def test_what_was_mailed_is_told_and_nothing_waits_to_be_sent(made: Made) -> None:
    states = set(OutboxMessage.objects.values_list("state", flat=True))
    assert states == {"sent", "refused"}
    assert "daily digest" not in {job.name for job in worker.jobs()}


@pytest.mark.slow
def test_made_once_more_it_tells_the_same_story(made: Made, tmp_path_factory: pytest.TempPathFactory) -> None:
    said = json.loads((harbour.made(tmp_path_factory) / "said.json").read_text())
    assert said["counts"] == made.counts


def test_every_checkpoint_names_it_a_demonstration(made: Made) -> None:
    assert Head.objects.get().demonstration
    assert all(bytes(one.note).startswith(b"demonstration/duecare/") for one in Checkpoint.objects.all())


def test_every_page_says_that_it_is_made_up(made: Made) -> None:
    samples.enrol(utc_now())
    samples.pull(utc_now(), "db-1")
    all_samples.write(viewer_of(User.objects.get(email=harbour.OWNER), utc_now()), utc_now())
    keys = {**harbour.keys(), **all_samples.keys(), "blob": "none"}
    keys["past"] = (utc_now() - timedelta(days=6)).date().isoformat()
    shown = [
        page.sample for route, page in PAGES.items() if page.get[Role.OWNER] == OK and route not in FILES
    ]
    for sample in (*shown, "?as_of={past}", "trust/"):
        answer = made.owner.get(f"/{sample.format_map(keys)}")
        assert answer.status_code == OK, sample
        assert MARK in answer.content.decode(), sample
    for sample in ("account/login/", "trust/"):
        assert MARK in browser().get(f"/{sample}").content.decode(), sample
    # What went wrong is said on a page of its own, which says nothing of the organisation.
    assert "Harbour" not in made.owner.get("/no-such-page/").content.decode()


def test_every_report_and_the_terminal_say_that_it_is_made_up(made: Made, tmp_path: Path) -> None:
    assert IssuedReport.objects.count() == len(story()["reports"])
    for issued in IssuedReport.objects.all():
        pdf = blobs.fetch(issued.pdf)
        told = pdfs.text(pdf, tmp_path).count("Demonstration, all of it made up: Harbour Clinic, as of")
        assert told == pdfs.pages(pdf), "at the foot of each page"
    viewer = Viewer("terminal:test", "terminal", frozenset({Role.OWNER}))
    assert "made up" in terminal.posture_now(viewer).as_text()


def test_who_is_invited_can_sign_in(made: Made) -> None:
    found = making.sign_ins()
    member = next(one for one in found["people"] if one["role"] == "member")
    client = browser()
    answer = client.post("/account/login/", {"login": member["email"], "password": member["password"]})
    assert answer.status_code == 302
    page = client.get("/").content.decode()
    assert MARK in page
    assert "Carry the weekly disk to the bank" in page
    assert len(found["codes"]) >= 5
    assert member["password"] in making.invitation(8123)
    assert ":8123" in making.invitation(8123)


def test_the_sign_ins_are_for_the_owner_of_the_home_alone(made: Made) -> None:
    kept = made.home / "demonstration.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert set(json.loads(kept.read_text())) == {"people", "secret"}


def test_nothing_real_is_looked_at_in_it(made: Made) -> None:
    names = {job.name for job in worker.jobs()}
    assert "assess this machine" not in names
    assert "look at our names" not in names
    assert "verify the record" in names
    said: list[str] = []
    size = Head.objects.get().size
    terminal.assess("terminal:test", collect=True, progress=lambda done: None, say=said.append)
    assert said == ["This is a demonstration: the machine it runs on is left out."]
    kinds = Entry.objects.filter(index__gte=size).values_list("kind", flat=True)
    assert "systems.report" not in set(kinds)


def test_a_home_with_a_record_of_its_own_is_refused_and_stays_as_it_was(home: Path) -> None:
    before = Head.objects.get()
    with pytest.raises(Refused, match="holds a record already"):
        making.make(lambda line: None)
    assert Head.objects.get() == before
    assert not making.demonstrated()
    assert "assess this machine" in {job.name for job in worker.jobs()}


# The parts


def test_every_event_names_a_day_of_the_past_and_somebody_of_the_story() -> None:
    told = story()
    assert {event.kind.partition(".")[0] for event in events(told)} <= set(KINDS)
    assert first_day(told) == min(told["rounds"])
    assert [event.day for event in events(told)] == sorted(event.day for event in events(told))


@pytest.mark.parametrize("name", list(story()["computers"]))
def test_every_report_of_the_story_is_one_that_the_program_takes_in(name: str) -> None:
    told, now = story()["computers"][name], utc_now()
    for day in story()["rounds"]:
        report = read_report(computers.report(name, told, healthy(), day, now), now)
        assert report.name == name


@given(st.integers(-400, 0))
def test_only_the_clinics_computers_report_and_only_while_they_are_there(day: int) -> None:
    told = story()["computers"]
    found = set(computers.reporting(told, day))
    assert found <= set(told)
    assert ("laptop-finn" in found) == (day < -28)


@pytest.mark.parametrize("kind", ["entra-users", "entra-mfa", "intune-devices"])
def test_every_list_of_the_story_is_one_that_its_loader_knows(kind: str) -> None:
    loader = find_loader(kind)
    assert loader is not None
    for day in (-300, -150, -62, 0):
        head, *rows = csv.reader(lists.bring(kind, listed(), day, utc_now()).decode().splitlines())
        assert loader.knows(head)
        assert len(rows) > 90
        assert all(len(row) == len(head) for row in rows)


@given(st.integers(-400, 0))
def test_no_account_comes_twice_and_who_left_is_gone_a_month_later(day: int) -> None:
    found = {one.login: one for one in lists.accounts(listed(), day)}
    assert len(found) == len(list(lists.accounts(listed(), day)))
    # The twelfth of the staff left 150 days before the end.
    known = found.get("lorcan.nolan@harbour.example")
    assert (known is None) == (day >= -120)
    assert known is None or known.enabled == (day < -150)


def test_a_story_that_names_a_stranger_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from duecare.site.demonstration import story as module

    wrong = {**story(), "tasks": [{"day": -3, "by": "nobody", "title": "x"}]}
    monkeypatch.setattr(module, "read_yaml", lambda text, place: wrong)
    with pytest.raises(BadInput, match="nobody is called 'nobody'"):
        module.story.__wrapped__()


def test_told_time_holds_within_alone() -> None:
    then = utc_now().replace(year=2020)
    with told_time(lambda: then):
        assert utc_now() == then
    assert utc_now() > then
