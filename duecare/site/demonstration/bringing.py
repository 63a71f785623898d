"""Lists, advisories and bills that somebody of the clinic brings, one of them wrong; words on accounts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from duecare.access.actions import review_account
from duecare.access.models import Account
from duecare.errors import BadInput
from duecare.patching.bills.actions import add_product, take_bill
from duecare.patching.bills.models import Product
from duecare.patching.feeds.actions import take_in_by_hand
from duecare.patching.weaknesses.actions import match_if_due
from duecare.program.imports.models import Import
from duecare.program.imports.terminal import Said, import_table
from duecare.program.imports.undoing import undo
from duecare.program.staff.actions import say_what_became
from duecare.program.staff.models import StaffMember
from duecare.site.demonstration import bills, feeds, lists
from duecare.site.demonstration.story import Event, listed, published
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


def advisories(telling: Telling, event: Event, now: datetime) -> None:
    """A file of advisories, carried in by hand, and what it says of the clinic's software."""
    actor = telling.actor(event.told["by"])
    with TemporaryDirectory() as place:
        for name, data in feeds.files(published(), event.day, now):
            (Path(place) / name).write_bytes(data)
        brought = take_in_by_hand(actor, Path(place), lambda: now)
    if faults := [one.fault for one in brought if one.fault]:
        raise BadInput(faults[0])
    match_if_due(actor, now)


def product(telling: Telling, event: Event, now: datetime) -> None:
    """Something that contains software and is no computer."""
    told = event.told
    owner = telling.people[told["owner"]].pk
    made = add_product(
        telling.actor(told["by"]), now, name=told["name"], own=told["own"], supplier=told["supplier"],
        what=told["what"], person=owner,
    )  # fmt: skip
    telling.made[event.name] = made.pk


def bill(telling: Telling, event: Event, now: datetime) -> None:
    """What a product contains, as its build or maker wrote it a little before."""
    told = event.told
    with TemporaryDirectory() as place:
        file = Path(place) / told["file"]
        file.write_text(bills.written(told, now - timedelta(hours=1)))
        of = Product.objects.get(pk=telling.made[event.name])
        take_bill(of, telling.actor(told["by"]), file, told["file"], now)


def undone(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    undo(Import.objects.get(pk=telling.made[event.name]), telling.actor(told["by"]), told["words"], now)


def review(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    account = Account.objects.get(login=told["account"], source__name=told["source"])
    review_account(account, telling.actor(told["by"]), told["words"], now)


def became(telling: Telling, event: Event, now: datetime) -> None:
    """What somebody says of one whom the newest list of staff lacks."""
    told = event.told
    member = StaffMember.objects.get(email=told["who"])
    say_what_became(member.pk, telling.actor(told["by"]), told["answer"], None, told["words"], now)
