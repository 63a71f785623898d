"""What pages and commands read of statements: each question with its answer, one statement, its history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Max
from django.urls import reverse

from duecare.ledger.browsing import entries_about
from duecare.ledger.naming import PERSON, actor_words
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import Safeguard, catalogue
from duecare.program.models import Person, Statement
from duecare.program.posture import Asked, Said
from duecare.program.queries import all_asked
from duecare.program.questions import Question, questions
from duecare.program.subjects import register_name, register_reference, register_visible

STATED = "statement"
"""Stands for the check in findings that come from a statement."""
KIND = "program.statement"
SOON = timedelta(days=30)
"""From here on an answer is shown as about to expire."""


class Condition(StrEnum):
    """Where a question stands, whatever its answer."""

    UNANSWERED = "never answered"
    EXPIRED = "expired"
    DOUBTED = "doubted"
    SOON = "expires soon"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Line:
    """A question as lists show it."""

    question: Question
    safeguard: Safeguard
    said: Said | None
    by: str
    """Who answered, in words; empty without an answer."""
    condition: Condition


def reference(key: str) -> str:
    """The typed reference to a statement."""
    return f"{KIND}:{key}"


def _address(key: str) -> str:
    return reverse("statement", args=[key])


register_reference(KIND, _address)
register_reference("program.question", lambda key: reverse("question", args=[key]))
register_visible("program.question", lambda key, viewer: viewer.reads and key in questions())
register_name("program.question", lambda key: questions()[key].ask)


def condition_of(said: Said | None, now: datetime) -> Condition:
    """Where a question with this answer stands at `now`."""
    if said is None:
        return Condition.UNANSWERED
    if said.expired_by(now):
        return Condition.EXPIRED
    if said.doubted:
        return Condition.DOUBTED
    return Condition.SOON if said.expires_at <= now + SOON else Condition.ANSWERED


def lines(viewer: Viewer, now: datetime) -> list[Line]:
    """Every question with its answer, in the catalogue's order."""
    return lines_of([one for rows in all_asked(viewer).values() for one in rows], viewer, now)


def lines_of(asked: Sequence[Asked], viewer: Viewer, now: datetime) -> list[Line]:
    """These questions as lists show them."""
    names = names_of({one.said.made_by for one in asked if one.said}, viewer)
    return [
        Line(
            question=one.question,
            safeguard=catalogue()[one.question.safeguard],
            said=one.said,
            by=names[one.said.made_by] if one.said else "",
            condition=condition_of(one.said, now),
        )
        for one in asked
    ]


def names_of(actors: Iterable[str], viewer: Viewer) -> dict[str, str]:
    """Actors in words: people by their names, as far as the viewer may see them."""
    wanted = set(actors)
    keys = [actor.removeprefix(PERSON) for actor in wanted if actor.startswith(PERSON)]
    people = Person.objects.all().visible_to(viewer).in_bulk(keys) if keys else {}
    named = {f"{PERSON}{key}": person.name for key, person in people.items()}
    return {actor: actor_words(actor, named.get(actor)) for actor in wanted}


def find_statement(key: str, viewer: Viewer) -> Statement | None:
    """A statement that the viewer may see, ended or not."""
    found: Statement | None = Statement.objects.all().visible_to(viewer).filter(pk=key).first()
    return found


def statements_of(question: str, viewer: Viewer) -> list[Statement]:
    """All statements that ever answered a question, newest first."""
    rows = Statement.objects.all().visible_to(viewer).filter(question=question)
    return list(rows.order_by("-made_at", "-id"))


def entries_of(statements: Sequence[Statement], viewer: Viewer) -> dict[str, int]:
    """Number of the newest entry about each statement, within the day that is being viewed."""
    keys = [row.pk for row in statements]
    entries = entries_about(KIND, keys, viewer).filter(kind=KIND)
    return dict(entries.values_list("subject").annotate(newest=Max("index")))
