"""The lists that somebody of the clinic brings, one that was the wrong one, and words on accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

from duecare.access.actions import review_account
from duecare.access.models import Account
from duecare.program.imports.models import Import
from duecare.program.imports.terminal import Said, import_table
from duecare.program.imports.undoing import undo
from duecare.site.demonstration import lists
from duecare.site.demonstration.story import Event, listed
from duecare.site.demonstration.teller import Telling


def bring(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    day = told.get("of", event.day)
    then = now + timedelta(days=day - event.day)
    data = lists.bring(told["kind"], listed(), day, then)
    name = f"{told['file']} {then:%Y-%m-%d}.csv"
    said = Said(told["kind"], source=told["source"], whole=True)
    made = import_table(data, name, said, telling.actor(told["by"]), now, dry=False, tell=lambda line: None)
    assert made is not None  # noqa: S101  (only a dry run gives none)
    telling.made[event.name] = made.pk


def undone(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    undo(Import.objects.get(pk=telling.made[event.name]), telling.actor(told["by"]), told["words"], now)


def review(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    account = Account.objects.get(login=told["account"], source__name=told["source"])
    review_account(account, telling.actor(told["by"]), told["words"], now)
