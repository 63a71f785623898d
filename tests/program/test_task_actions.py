"""Tasks are made, changed, handed over and ended, each by one act; what cannot be changes nothing."""

from __future__ import annotations

import json
import threading
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.models import ACT, Entry, Head, Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.models import Comment, Ending, Person, Profile, Right, Statement, Task
from duecare.program.queries import PROFILE
from duecare.program.task_actions import (
    change_task,
    end_task,
    hand_over,
    make_task,
    remind_of_statements,
)
from tests.program.fakes import NOW

ACTOR = "person:maeve"
TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def people(home: Path) -> None:
    """A manager, a member, an auditor, and one whose right has ended."""
    with recording("terminal:test", "begin"):
        Profile.objects.create(id=PROFILE, name="Riverside Clinic", zone="Pacific/Auckland")
        for name, role, ended in (
            ("maeve", "manager", None), ("rory", "member", None), ("tomasz", "auditor", None),
            ("gone", "member", NOW),
        ):  # fmt: skip
            person = Person.objects.create(id=name, name=name.title())
            Right.objects.create(person=person, role=role, given_at=NOW, ended_at=ended)


def make(**values: Any) -> Task:
    return make_task(ACTOR, NOW, **{"title": "Restore a backup", **values})


def size() -> int:
    return Head.objects.get().size


def reasons() -> list[str]:
    """What the acts were for, oldest first."""
    heads = Entry.objects.filter(kind=ACT).order_by("index").values_list("index", flat=True)
    return [json.loads(bytes(Payload.objects.get(index=one).data))["reason"] for one in heads]


# Making


def test_a_task_is_one_act_and_says_who_made_it() -> None:
    before = size()
    task = make(owner="rory", due=TODAY, minutes=30, about="program.finding:k3", safeguard="patching")
    found = Task.objects.get()
    assert (found.pk, found.owner_id, found.made_by, found.made_at) == (task.pk, "rory", ACTOR, NOW)
    assert size() == before + 2
    assert reasons()[-1] == "make the task Restore a backup"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": " \n"}, "needs a title"),
        ({"title": "x" * 201}, "at most 200"),
        ({"repeats": "daily", "due": TODAY}, "cannot repeat “daily”"),
        ({"repeats": "weekly"}, "needs a day"),
        ({"due": date(1999, 12, 31)}, "1999-12-31 is no day for a task"),
        ({"due": date(2201, 1, 1)}, "2201-01-01 is no day for a task"),
        ({"minutes": 0}, "at least one minute"),
        ({"ended_at": NOW}, "'ended_at' is not changed like this"),
    ],
)
def test_a_task_that_cannot_be_is_refused_by_name_and_nothing_is_made(
    values: dict[str, Any], words: str
) -> None:
    before = size()
    with pytest.raises(BadInput, match=words):
        make(**values)
    assert (size(), Task.objects.count()) == (before, 0)


@pytest.mark.parametrize("owner", ["gone", "tomasz", "nobody"])
def test_a_task_is_not_given_to_who_could_not_do_it(owner: str) -> None:
    with pytest.raises(NotFound, match="no such person"):
        make(owner=owner)
    task = make()
    with pytest.raises(NotFound, match="no such person"):
        hand_over(ACTOR, task.pk, owner, "please", NOW)
    assert Task.objects.get().owner is None


# Changing and handing over


def test_a_change_is_an_entry_and_its_past_stays() -> None:
    task = make(due=TODAY)
    change_task(ACTOR, task.pk, title="Restore two backups", due=TODAY + DAY)
    assert Task.objects.get().due == TODAY + DAY
    actions = Entry.objects.filter(subject=task.pk).order_by("index").values_list("action", flat=True)
    assert list(actions) == ["created", "changed"]
    assert reasons()[-1] == "change the task Restore a backup"


def test_the_new_owner_gets_the_words_of_who_handed_it_over_in_the_same_act() -> None:
    task = make(owner="maeve")
    before = size()
    hand_over(ACTOR, task.pk, "rory", "  You know the tapes. ", NOW)
    comment = Comment.objects.get()
    assert Task.objects.get().owner_id == "rory"
    assert (comment.about, comment.words, comment.mentions) == (
        f"program.task:{task.pk}",
        "You know the tapes.",
        ["rory"],
    )
    assert size() == before + 3


@pytest.mark.parametrize(("owner", "words"), [("rory", " "), ("maeve", "again")])
def test_a_task_is_not_handed_over_without_words_or_to_whose_it_is(owner: str, words: str) -> None:
    task = make(owner="maeve")
    before = size()
    with pytest.raises(BadInput):
        hand_over(ACTOR, task.pk, owner, words, NOW)
    assert size() == before


# Ending


def test_a_task_that_ended_cannot_end_change_or_be_handed_over_again() -> None:
    task = make(owner="rory")
    assert end_task("person:rory", task.pk, Ending.DONE, "Read 3 files back.", NOW) is None
    found = Task.objects.get()
    assert (found.ended_as, found.ended_by, found.ended_words) == (
        "done",
        "person:rory",
        "Read 3 files back.",
    )
    before = size()
    for again in (
        lambda: end_task(ACTOR, task.pk, Ending.DROPPED, "no", NOW),
        lambda: change_task(ACTOR, task.pk, title="Other"),
        lambda: hand_over(ACTOR, task.pk, "maeve", "yours", NOW),
    ):
        with pytest.raises(Refused, match="has ended already"):
            again()
    assert size() == before


def test_two_who_end_a_repeating_task_at_once_end_it_once() -> None:
    task = make(due=TODAY, repeats="weekly")
    refused: list[Exception] = []

    def end() -> None:
        try:
            end_task(ACTOR, task.pk, Ending.DONE, "", NOW)
        except Refused as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=end) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(refused) == 3
    assert Task.objects.count() == 2


def test_a_task_is_dropped_only_with_a_reason() -> None:
    task = make()
    with pytest.raises(BadInput, match="without a reason"):
        end_task(ACTOR, task.pk, Ending.DROPPED, " ", NOW)
    assert Task.objects.get().ended_at is None


@pytest.mark.parametrize("ending", list(Ending))
def test_one_that_repeats_is_followed_by_the_next_in_the_same_act(ending: Ending) -> None:
    task = make(owner="rory", due=date(2027, 1, 31), repeats="monthly", minutes=20, why="NIS2")
    before = size()
    following = end_task(ACTOR, task.pk, ending, "because", NOW)
    assert following is not None
    found = Task.objects.get(pk=following.pk)
    assert size() == before + 3
    assert (found.due, found.after_id, found.owner_id) == (date(2027, 2, 28), task.pk, "rory")
    assert (found.repeats, found.minutes, found.why, found.ended_at) == ("monthly", 20, "NIS2", None)


def test_the_day_of_the_first_is_kept_over_short_months() -> None:
    task = make(due=date(2027, 1, 31), repeats="monthly")
    for due in (date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)):
        following = end_task(ACTOR, task.pk, Ending.DONE, "", NOW)
        assert following is not None
        assert following.due == due
        task = following


def test_whether_a_day_was_missed_is_told_by_the_organisations_zone() -> None:
    # At noon UTC on 23 November it is the 24th in Auckland: the occurrence of the 24th is today's, so gone.
    task = make(due=date(2026, 11, 17), repeats="weekly")
    following = end_task(ACTOR, task.pk, Ending.DONE, "", datetime.fromisoformat("2026-11-23T12:00:00+00:00"))
    assert following is not None
    assert following.due == date(2026, 12, 1)


def test_the_last_of_a_series_has_no_next() -> None:
    task = make(due=TODAY, repeats="weekly")
    assert end_task(ACTOR, task.pk, Ending.DONE, "", NOW, last=True) is None
    assert Task.objects.count() == 1


def test_the_next_task_is_nobodys_if_its_owner_has_left() -> None:
    task = make(owner="rory", due=TODAY, repeats="weekly")
    with recording(ACTOR, "end the right"):
        Right.objects.filter(person="rory").update(ended_at=NOW)
    following = end_task(ACTOR, task.pk, Ending.DONE, "", NOW)
    assert following is not None
    assert following.owner is None


# Statements that expire


def state(expires: date, **values: Any) -> Statement:
    with recording(ACTOR, "state"):
        made: Statement = Statement.objects.create(
            **{
                "id": new_key(),
                "safeguard": "patching",
                "question": "patching.x",
                "asked": "Is it so?",
                "answer": "yes",
                "words": "It is.",
                "period_from": TODAY,
                "period_to": TODAY,
                "expires": expires,
                "made_by": ACTOR,
                "made_at": NOW,
                **values,
            }
        )
    return made


def test_a_statement_that_expires_within_thirty_days_makes_one_task_however_often_the_job_runs() -> None:
    today = TODAY + DAY  # in Auckland
    near = state(today + timedelta(days=30))
    state(today + timedelta(days=31))
    assert remind_of_statements("worker", NOW) == (1, 0)
    task = Task.objects.get()
    assert (task.about, task.origin) == (
        f"program.statement:{near.pk}",
        f"statement:{near.pk}:expires",
    )
    assert (task.due, task.owner_id, task.safeguard) == (near.expires, "maeve", "patching")
    assert task.title == "Answer again: Is it so?"
    before = size()
    assert remind_of_statements("worker", NOW) == (0, 0)
    assert size() == before


def test_what_was_dropped_does_not_come_back_and_the_next_statement_has_a_task_of_its_own() -> None:
    state(TODAY)
    remind_of_statements("worker", NOW)
    end_task(ACTOR, Task.objects.get().pk, Ending.DROPPED, "We sold it.", NOW)
    assert remind_of_statements("worker", NOW + DAY) == (0, 0)
    state(TODAY + DAY)
    assert remind_of_statements("worker", NOW + DAY) == (1, 0)


def test_answering_again_ends_the_task() -> None:
    old = state(TODAY + DAY)
    remind_of_statements("worker", NOW)
    with recording(ACTOR, "replace"):
        Statement.objects.filter(pk=old.pk).update(ended_at=NOW, ended_because="replaced")
    assert remind_of_statements("worker", NOW) == (0, 1)
    task = Task.objects.get()
    assert (task.ended_as, task.ended_by, task.ended_words) == (
        "done",
        "worker",
        "The statement has ended: replaced",
    )


def test_a_long_question_fits_into_a_title_and_who_left_is_not_asked() -> None:
    state(TODAY, asked="Is it? " * 60, made_by="person:gone")
    remind_of_statements("worker", NOW)
    task = Task.objects.get()
    assert len(task.title) == 200
    assert task.owner is None
