"""Work at counsel's direction: a matter, what is put into it, and what counsel releases of it."""

from __future__ import annotations

from datetime import datetime

from duecare.program import matter_actions
from duecare.program.matter_actions import Draft
from duecare.program.matter_queries import copied
from duecare.program.models import Statement
from duecare.site.demonstration.story import Event
from duecare.site.demonstration.teller import Telling


def matter(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    directing = telling.people[told["counsel"]].pk
    made = matter_actions.open_matter(
        telling.viewer(told["by"], now), told["title"], told["why"], directing, now
    )
    telling.made[event.name] = made.pk


def paper(telling: Telling, event: Event, now: datetime) -> None:
    """A note, a file, or a copy of a statement as it stands then."""
    told, viewer = event.told, telling.viewer(event.told["by"], now)
    if "copy" in told:
        stated = Statement.objects.get(question=told["copy"], ended_at=None)
        about = f"program.statement:{stated.pk}"
        copy = copied(about, viewer)
        draft = Draft(copy.title, copy.words, about=about)
    elif "file" in told:
        draft = Draft(told["title"], told["words"], name=told["file"], data=told["holds"].encode())
    else:
        draft = Draft(told["title"], told["words"])
    made = matter_actions.add_paper(viewer, telling.made[event.name], draft, now)
    telling.made[f"paper {draft.title}"] = made.pk


def release(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    papers = [telling.made[f"paper {title}"] for title in told["papers"]]
    matter_actions.release(
        telling.viewer(told["by"], now), telling.made[event.name], papers, told["reason"], now
    )
