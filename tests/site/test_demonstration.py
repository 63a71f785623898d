"""The demonstration: a whole history in a home of its own, marked as made up wherever it shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from duecare.assurance.models import IssuedReport
from duecare.errors import BadInput, Refused
from duecare.ledger import blobs, verifying
from duecare.ledger.models import Checkpoint, Entry, Head
from duecare.ledger.records import told_time, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.models import Finding, Outcome, SafeguardException, Statement, Task
from duecare.site import first_run, terminal, worker
from duecare.site.demonstration import computers, making
from duecare.site.demonstration.story import KINDS, events, first_day, healthy, story
from duecare.systems.reports import read_report
from tests.assurance import pdfs
from tests.homes import fresh_home
from tests.people import browser

MARK = "this organisation and its figures are made up"


@pytest.fixture(scope="module")
def made(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the demonstration in it, made once for all tests that only read."""
    with fresh_home(template, tmp_path_factory.mktemp("demonstration"), begun=False) as home:
        cache.clear()
        first_run.forget()
        making.make(lambda line: None)
        yield home
    first_run.forget()


def test_the_history_is_recorded_as_a_real_one_and_holds(made: Path) -> None:
    assert verifying.verify(live=True).ok
    first, last = Entry.objects.get(index=0), Entry.objects.order_by("-index")[0]
    assert (last.time - first.time).days >= 180
    times = list(Entry.objects.order_by("index").values_list("at", flat=True))
    assert times == sorted(times)
    assert last.time < utc_now()
    assert Checkpoint.objects.count() >= len(story()["rounds"])


def test_much_of_what_exists_is_in_it(made: Path) -> None:
    assert Outcome.objects.filter(verdict="met").exists()
    assert Outcome.objects.filter(verdict="unmet").exists()
    assert Finding.objects.exclude(closed_at=None).exists()
    assert Finding.objects.filter(closed_at=None).exists()
    assert Statement.objects.filter(review="doubted").exists()
    assert Task.objects.filter(ended_as="done").exists()
    assert SafeguardException.objects.count() == len(story()["exceptions"])
    assert IssuedReport.objects.exists()


def test_every_checkpoint_names_it_a_demonstration(made: Path) -> None:
    assert Head.objects.get().demonstration
    assert all(bytes(one.note).startswith(b"demonstration/duecare/") for one in Checkpoint.objects.all())


def test_pages_reports_and_the_terminal_say_that_it_is_made_up(made: Path, tmp_path: Path) -> None:
    assert MARK in browser().get("/account/login/").content.decode()
    issued = IssuedReport.objects.get()
    pdf = blobs.fetch(issued.pdf)
    told = pdfs.text(pdf, tmp_path).count("Demonstration, all of it made up: Harbour Clinic, as of")
    assert told == pdfs.pages(pdf), "at the foot of each page"
    viewer = Viewer("terminal:test", "terminal", frozenset({Role.OWNER}))
    assert "made up" in terminal.posture_now(viewer).as_text()


def test_who_is_invited_can_sign_in(made: Path) -> None:
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


def test_the_sign_ins_are_for_the_owner_of_the_home_alone(made: Path) -> None:
    kept = made / "demonstration.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert set(json.loads(kept.read_text())) == {"people", "secret"}


def test_nothing_real_is_looked_at_in_it(made: Path) -> None:
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
