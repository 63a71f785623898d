"""Duties of the obligations that apply: their tasks come and go by themselves, and pages say how."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from django.test import Client

from duecare.law.duties.actions import make_duty_tasks
from duecare.law.following.actions import follow
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.actions import PROFILE
from duecare.program.models import Ending, Profile, Task
from duecare.program.questions import questions
from duecare.program.statement_actions import Draft, make_statement
from duecare.program.statement_models import Answer
from duecare.program.task_actions import end_task
from duecare.program.task_queries import today_at
from tests.people import browser, sign_in
from tests.site.past import clock

pytestmark = pytest.mark.usefixtures("home")
ACTOR = "terminal:test"
NOW = utc_now()
DAY = timedelta(days=1)


def applies(**facts: bool) -> None:
    with recording(ACTOR, "answer facts"):
        Profile.objects.update_or_create(id=PROFILE, defaults={"name": "Clinic", "facts": facts})


def state(safeguard: str, answer: Answer) -> None:
    """Answer every question of a safeguard."""
    today = today_at(NOW)
    for one in questions().values():
        if one.safeguard == safeguard:
            make_statement(ACTOR, one, Draft(answer, "So it is.", "", today, today), NOW)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", answer.content.decode())


def rows(client: Client, query: str = "") -> dict[str, dict[str, object]]:
    told = json.loads(client.get(f"/law/duties/?format=json&{query}").content)
    return {row["id"]: row for row in told["rows"]}


def open_tasks() -> dict[str, Task]:
    return {task.origin.removeprefix("law.duty:"): task for task in Task.objects.filter(ended_at=None)}


@pytest.fixture
def manager() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.MANAGER)


def test_a_duty_becomes_a_task_that_ends_when_its_safeguard_shows_it_or_its_law_applies_no_more(
    manager: tuple[Client, Viewer],
) -> None:
    client, viewer = manager
    assert "No obligation is known to apply" in text(client, "/law/duties/")
    with clock(NOW - 2 * DAY):
        applies(eu_gdpr_scope=True)
    found = rows(client)
    assert found["eu-gdpr.test-measures"]["state"] == "unproven"
    assert found["eu-gdpr.ropa"]["state"] == "unproven", "nobody has said anything of its safeguard"
    assert found["eu-gdpr.dsr"]["state"] == "on event"
    assert found["eu-gdpr.accountability"]["state"] == "unknown"
    assert (
        client.post("/law/duties/eu-gdpr.test-measures/owner/", {"person": viewer.person}).status_code == 302
    )
    assert make_duty_tasks(ACTOR, NOW) == (1, 0), "of what has a cadence alone"
    assert make_duty_tasks(ACTOR, NOW) == (0, 0)
    task = open_tasks()["eu-gdpr.test-measures"]
    assert task.owner_id == viewer.person
    assert "Art 32(1)(d)" in task.why
    page = text(client, f"/tasks/{task.pk}/")
    assert "/law/duties/eu-gdpr.test-measures/" in page, "the task leads to its duty"

    state("effectiveness_review", Answer.YES)
    assert rows(client)["eu-gdpr.test-measures"]["state"] == "stated"
    assert make_duty_tasks(ACTOR, NOW) == (0, 1)
    task.refresh_from_db()
    assert "kept without this task" in task.ended_words
    state("effectiveness_review", Answer.NO)
    assert rows(client)["eu-gdpr.test-measures"]["state"] == "failing"
    assert "It fails: Checking that it works" in text(client, "/law/duties/eu-gdpr.test-measures/")
    assert make_duty_tasks(ACTOR, NOW) == (1, 0), "it fails, and its day comes all the same"
    applies()
    assert make_duty_tasks(ACTOR, NOW) == (0, 0), "an open question ends nobody's work"
    applies(eu_gdpr_scope=True)
    then = (NOW - DAY).isoformat().replace("+00:00", "Z")
    assert rows(client, f"as_of={then}")["eu-gdpr.test-measures"]["state"] == "unproven"


def test_the_next_task_comes_by_the_cadence_after_somebody_ended_the_last(
    manager: tuple[Client, Viewer],
) -> None:
    client, viewer = manager
    applies(nydfs_covered=True, nydfs_class_a=True)
    made, _ended = make_duty_tasks(ACTOR, NOW)
    tasks = open_tasks()
    assert made == len(tasks)
    audit = tasks["us-nydfs-500.class-a-audit"]
    end_task(viewer.actor, audit.pk, Ending.DONE, "By the auditors.", NOW)
    end_task(viewer.actor, tasks["us-nydfs-500.ciso-report"].pk, Ending.DROPPED, "No board yet.", NOW)
    assert make_duty_tasks(ACTOR, NOW + DAY) == (0, 0)
    found = rows(client)
    assert found["us-nydfs-500.class-a-audit"]["state"] == "done"
    due = date.fromisoformat(str(found["us-nydfs-500.class-a-audit"]["due"]))
    assert due.year == today_at(NOW).year + 1
    assert found["us-nydfs-500.ciso-report"]["state"] == "dropped"
    assert list(rows(client, "state=done")) == ["us-nydfs-500.class-a-audit"]
    assert client.get("/law/duties/?state=never").status_code == 400
    later = NOW + 330 * DAY
    make_duty_tasks(ACTOR, later)
    assert open_tasks()["us-nydfs-500.class-a-audit"].due == due
    applies(nydfs_covered=True, nydfs_class_a=False)
    make_duty_tasks(ACTOR, later)
    assert "us-nydfs-500.class-a-audit" not in open_tasks()
    gone = Task.objects.filter(origin="law.duty:us-nydfs-500.class-a-audit").order_by("-made_at")[0]
    assert "does not bind any more" in gone.ended_words
    applies(nydfs_covered=True)
    assert rows(client)["us-nydfs-500.class-a-audit"]["state"] == "unknown"


def test_a_duty_is_asked_for_since_its_obligation_applies(manager: tuple[Client, Viewer]) -> None:
    client, _viewer = manager
    applies(eu_gdpr_scope=True)
    follow(ACTOR, NOW - 200 * DAY)
    assert rows(client)["eu-gdpr.test-measures"]["state"] == "late"


def test_the_crosswalk_and_what_is_kept_name_citations_and_the_longest_rule(
    manager: tuple[Client, Viewer],
) -> None:
    client, _viewer = manager
    applies(eu_gdpr_scope=True, nydfs_covered=True)
    page = text(client, "/law/crosswalk/?area=continuity")
    for words in ("Art 32(1)(c)", "500.16", "Proven restores"):
        assert words in page
    only = text(client, "/law/crosswalk/?obligation=eu-gdpr&area=continuity")
    assert "500.16" not in only
    answer = client.get("/law/crosswalk/?format=csv&obligation=eu-gdpr")
    lines = answer.content.decode().splitlines()
    assert "data_inventory" in "".join(lines)
    assert client.get("/law/crosswalk/?obligation=none").status_code == 400
    kept = {
        (row["kind"], row["obligation"]): row
        for row in json.loads(client.get("/law/records/?format=json").content)["rows"]
    }
    assert kept["incidents", "eu-gdpr"]["longest"]
    assert kept["logs", "us-nydfs-500"]["longest"]
    assert client.post("/law/records/logs/place/", {"place": "On the log server."}).status_code == 302
    page = text(client, "/law/records/")
    for words in ("On the log server.", "The incidents of this record", "this one wins", "500.6(b)"):
        assert words in page
    assert client.post("/law/records/other/place/", {"place": "x"}).status_code == 404
