"""The spine's own lists that CSV and XLSX are taken into: tasks and data sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import Refused
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role
from duecare.program.catalogue import catalogue
from duecare.program.imports.changes import Change, Values
from duecare.program.imports.fields import Field, Type
from duecare.program.imports.interface import List, Taking, register_list
from duecare.program.imports.mapping import Wanted
from duecare.program.models import DataSet, Repeats, Task
from duecare.program.task_actions import LONGEST, YEARS
from duecare.program.task_queries import holding_people, today_at

LONG = 4000
_CODE = re.compile("[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class _People:
    """Who can do a task, by name in lower case: (key, name). A name that several have leads to none."""

    called: Mapping[str, tuple[str, str]]
    shared: frozenset[str]


def _people(taking: Taking) -> _People:
    called: dict[str, tuple[str, str]] = {}
    shared: set[str] = set()
    for key, name in holding_people(today_at(taking.now)).values_list("pk", "name"):
        if name.casefold() in called:
            shared.add(name.casefold())
        called[name.casefold()] = (key, name)
    return _People(called, frozenset(shared))


class TaskList(List[Task]):
    """Tasks that are open."""

    id = "tasks"
    name = _("Tasks")
    model = Task
    keys = ("title",)
    called = "title"
    page = "tasks"
    roles = (Role.OWNER, Role.MANAGER, Role.APPROVER)
    about = _("What is to be done, by whom and until when. An open task of the same title is changed.")
    fields = (
        Field(
            "title",
            _("What is to be done"),
            required=True,
            longest=LONGEST,
            heads=("task", "what", "Aufgabe"),
        ),
        Field(
            "why",
            _("Why, and how to know that it is done"),
            empty="",
            longest=LONG,
            heads=("why", "description"),
        ),
        Field("owner", _("Who does it"), empty="", heads=("owner", "who", "assigned to", "Wer")),
        Field("due", _("Last day"), Type.DAY, heads=("due", "due date", "until", "deadline", "Frist")),
        Field(
            "repeats",
            _("Comes again"),
            Type.CHOICE,
            choices=tuple(filter(None, Repeats.values)),
            empty="",
            words={
                "never": "",
                "every week": "weekly",
                "every month": "monthly",
                "every three months": "quarterly",
                "every year": "yearly",
            },
            heads=("repeats",),
        ),
        Field("minutes", _("About how many minutes it takes"), Type.NUMBER, heads=("minutes",)),
        Field("safeguard", _("Safeguard"), empty="", longest=40, heads=("safeguard",)),
    )

    def records(self, taking: Taking) -> QuerySet[Task]:
        return Task.objects.filter(ended_at=None).select_related("owner")

    def values(self, record: Task) -> dict[str, Any]:
        found = {
            name: getattr(record, name) for name in ("title", "why", "due", "repeats", "minutes", "safeguard")
        }
        return {**found, "owner": record.owner.name if record.owner else ""}

    def context(self, taking: Taking, rows: Sequence[Wanted]) -> _People:
        return _people(taking)

    def complete(self, values: Mapping[str, Any], taking: Taking, context: _People) -> dict[str, Any]:
        """With the name of whoever does it as they are called, and the id of the safeguard."""
        done = dict(values)
        name = str(done.get("owner") or "").casefold()
        if name and (name not in context.called or name in context.shared):
            several = name in context.shared
            done["bad"] = (
                gettext("more than one person is called that")
                if several
                else gettext("nobody who may sign in is called that")
            )
        elif name:
            done["owner"] = context.called[name][1]
        called = {one.title.casefold(): one.id for one in catalogue().values()}
        if done.get("safeguard"):
            done["safeguard"] = called.get(str(done["safeguard"]).casefold(), done["safeguard"])
        return done

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if "bad" in values:
            yield "owner", str(values["bad"])
        if values.get("safeguard") and values["safeguard"] not in catalogue():
            yield "safeguard", gettext("there is no such safeguard")
        if values.get("due") is not None and values["due"].year not in YEARS:
            yield "due", gettext("choose a day from %(year)s on") % {"year": YEARS.start}
        if values.get("repeats") and values.get("due") is None:
            yield "repeats", gettext("what comes again needs its first day")
        if values.get("minutes") == 0:
            yield "minutes", gettext("a task takes at least one minute")

    def begin(self, taking: Taking, added: Sequence[Change]) -> _People:
        return _people(taking)

    def make(self, values: Values, taking: Taking, scope: _People) -> Task:
        record = Task(id=new_key(), made_by=taking.actor, made_at=taking.now)
        self.change(record, values, taking, scope)
        return record

    def change(self, record: Task, values: Values, taking: Taking, scope: _People) -> None:
        rest = dict(values)
        if "owner" in rest:
            name = str(rest.pop("owner"))
            if name and name.casefold() not in scope.called:
                raise Refused(
                    gettext("%(name)s may not sign in any more.") % {"name": name},
                    gettext("Look at the preview once more."),
                )
            record.owner_id = scope.called[name.casefold()][0] if name else None
        super().change(record, rest, taking, scope)


class DataSetList(List[DataSet]):
    """Data sets."""

    id = "data-sets"
    name = _("Data sets")
    model = DataSet
    keys = ("name",)
    called = "name"
    page = "settings"
    about = _("What data is held, whose and where. A data set of the same name is changed.")
    fields = (
        Field("name", _("Name"), required=True, heads=("data set", "name", "Datenbestand")),
        Field("kinds", _("Kinds of data"), empty="", longest=LONG, heads=("kinds", "kind", "categories")),
        Field(
            "people",
            _("People in it, by country or state"),
            Type.LIST,
            longest=40,
            empty=(),
            heads=("people", "data subjects"),
        ),
        Field("place", _("Where it is kept"), empty="", heads=("place", "where", "location")),
        Field("encryption", _("How it is encrypted"), empty="", heads=("encryption", "encrypted")),
        Field("supplier", _("With which supplier"), empty="", heads=("supplier", "vendor", "processor")),
        Field("keeper", _("Who answers for it"), empty="", heads=("keeper", "owner", "who")),
    )

    def records(self, taking: Taking) -> QuerySet[DataSet]:
        return DataSet.objects.all()

    def complete(self, values: Mapping[str, Any], taking: Taking, context: Any) -> dict[str, Any]:
        """With people as numbers by code; `DE 12000`, or `DE` for a number not known."""
        done = dict(values)
        if "people" not in done:
            return done
        found: dict[str, int | None] = {}
        for text in done["people"]:
            code, _space, number = text.partition(" ")
            if not _CODE.fullmatch(code) or not re.fullmatch(r"\d{0,9}", number.strip()):
                done["bad"] = gettext("“%(text)s” is no code with a number, such as DE 12000") % {
                    "text": text[:40]
                }
                return done
            found[code.upper()] = int(number) if number.strip() else None
        return {**done, "people": found}

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if "bad" in values:
            yield "people", str(values["bad"])

    def make(self, values: Values, taking: Taking, scope: Any) -> DataSet:
        return DataSet(id=new_key(), **values)


register_list(TaskList())
register_list(DataSetList())
