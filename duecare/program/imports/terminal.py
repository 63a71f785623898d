"""Taking a file into a list from the terminal, by the same plan and the same acts as the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from duecare.errors import BadInput
from duecare.program.imports import actions, telling
from duecare.program.imports.changes import Kind, Plan
from duecare.program.imports.interface import List, Loader, find_list, find_loader, lists, loaders
from duecare.program.imports.isolated import read_isolated
from duecare.program.imports.mapping import propose, same
from duecare.program.imports.models import Import
from duecare.program.imports.tables import Choice, Table, few
from duecare.program.queries import live_profile, zone_of


@dataclass(frozen=True, slots=True)
class Said:
    """What was typed beside the file."""

    kind: str
    """Id of a loader or of a list."""
    source: str = ""
    whole: bool = False
    downloaded: date | None = None
    """None for today."""
    sheet: str = ""
    columns: Mapping[str, str] | None = None
    """By field, the head of its column; for a list without a loader."""


def import_table(
    data: bytes, name: str, said: Said, actor: str, now: datetime, *, dry: bool, tell: Callable[[str], None]
) -> Import | None:
    """Take a file in, or with `dry` only tell what would change.

    Raises BadInput for a file or words that cannot be used, Refused if the list does not want the file.
    """
    one, loader = _kind(said.kind)
    table = read_isolated(data, said.sheet)
    if isinstance(table, Choice):
        names = few(sheet.name for sheet in table.sheets)
        raise BadInput("The workbook has several sheets.", f"Name one with --sheet: {names}.")
    zone = zone_of(live_profile())
    at = now
    if said.downloaded is not None and said.downloaded != now.astimezone(zone).date():
        at = datetime.combine(said.downloaded, time(), zone)
        if at > now:
            raise BadInput(f"{said.downloaded} is still to come.", "Name the day on which it was downloaded.")
    source = said.source or (loader.source if loader else "")
    columns = _columns(one, loader, table, said.columns or {})
    brought = actions.Brought(
        table,
        columns,
        loader,
        name,
        len(data),
        "",
        source if one.sourced else "",
        one.sourced and said.whole,
        at,
    )
    taking = actions.taking_of(brought, actor, now, zone)
    planned = actions.plan(one, brought, taking)
    for line in preview(one, planned, table):
        tell(line)
    if dry:
        return None
    return actions.take_in(one, brought, planned, taking, data)


def _kind(kind: str) -> tuple[List[Any], Loader | None]:
    if kind in {loader.id for loader in loaders()}:
        loader = find_loader(kind)
        return find_list(loader.list if loader else ""), loader
    if kind in {one.id for one in lists()}:
        return find_list(kind), None
    known = [*(loader.id for loader in loaders()), *(one.id for one in lists())]
    raise BadInput(f"No kind of file is called {kind[:40]!r}.", f"Choose one of {', '.join(sorted(known))}.")


def _columns(
    one: List[Any], loader: Loader | None, table: Table, named: Mapping[str, str]
) -> dict[str, tuple[int, ...]]:
    if loader is not None:
        if not loader.knows(table.head):
            raise BadInput(
                f"The file has not the columns of {loader.id}: it has {few(table.head)}.",
                "Look which file it is; a list of your own is taken in with --as and the list's name.",
            )
        return loader.columns(table.head)
    found = propose(table.head, one.fields)
    places = {same(head): place for place, head in reversed(list(enumerate(table.head)))}
    for field, head in named.items():
        if same(head) not in places:
            raise BadInput(f"There is no column “{head}”.", f"There is {few(table.head)}.")
        found[field] = (places[same(head)],)
    return found


def preview(one: List[Any], planned: Plan, table: Table) -> Iterator[str]:
    """The preview, line by line."""
    yield from table.notes
    for group in telling.groups(one, planned):
        yield f"{group.count:>7,}  {group.title}"
        for change in group.shown:
            fields = "; ".join(
                f"{field.label}: {field.before} → {field.after}"
                if group.kind is Kind.CHANGED
                else f"{field.label}: {field.after}"
                for field in change.fields
            )
            yield f"         {change.name}{f' ({fields})' if fields else ''}"[:160]
    yield f"{len(planned.faults):>7,}  faults"
    for fault in list(telling.faults(one, planned, table))[:50]:
        yield f"         {fault.place}: {fault.reason}"
