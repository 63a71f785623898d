"""People as a list that CSV and XLSX are taken into.

A person is found by their staff number, else by their e-mail address, and never by their name: two people of
one name are two. There is one list of people, which several sources tell: the personnel office knows numbers
and days, a directory knows addresses. Gone is only who is lacking from the source that tells of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.ledger.records import new_key
from duecare.program.imports.changes import Change, Values
from duecare.program.imports.fields import Field, Known, Type
from duecare.program.imports.interface import Taking, register_list
from duecare.program.imports.mapping import Wanted
from duecare.program.imports.sourced import SourcedList
from duecare.program.staff.models import StaffAnswer, StaffMember, StaffSource

_ADDRESS = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,255}")
_NAMED = re.compile(r".*<([^<>]+)>\s*")
"""`Ada Example <ada@example.org>`, as mail programs write it."""


@dataclass(frozen=True, slots=True)
class _Here:
    """Somebody who is known already."""

    key: str
    number: str
    email: str
    name: str
    left: bool
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Context:
    """Who is known already, and whom the file tells of; numbers and addresses in lower case."""

    by_number: Mapping[str, _Here]
    by_email: Mapping[str, Sequence[_Here]]
    managers: Mapping[str, _Here | str]
    """By number or address: who is known, or of who comes with the file their address or number."""
    seen: dict[str, str] = field(default_factory=dict)
    """By address: the number that an earlier row of the file gives it."""

    def find(self, number: str, email: str) -> _Here | None:
        """Whom a row means, as `changes.py` finds them."""
        if number and number in self.by_number:
            return self.by_number[number]
        found = [one for one in self.by_email.get(email, ()) if not (number and one.number)]
        return found[0] if email and len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is needed while an import is written."""

    source: StaffSource
    keys: Mapping[str, str]
    """By number or address: the key of who is added."""


def _low(value: Any) -> str:
    return str(value or "").strip().casefold()


class StaffList(SourcedList[StaffMember]):
    """The people of the organisation, as one source tells them."""

    id = "staff"
    name = _("Staff")
    model = StaffMember
    sources = StaffSource
    keys = ("number", "email")
    called = "name"
    page = "staff"
    about = _(
        "Who works here. A person is found by their staff number, else by their e-mail address, never by "
        "their name. Being in the list lets nobody sign in. Nobody is removed because a whole list lacks "
        "them: it is asked what became of them."
    )
    fields = (
        Field(
            "name",
            _("Name"),
            required=True,
            heads=(
                "display name",
                "full name",
                "employee name",
                "employee",
                "person",
                "Anzeigename",
                "Mitarbeiter",
                "Nom complet",
                "Nombre completo",
            ),
        ),
        Field(
            "email",
            _("E-mail address"),
            empty="",
            longest=320,
            heads=(
                "email",
                "e-mail",
                "mail",
                "email address",
                "work email",
                "business email",
                "user principal name",
                "UPN",
                "E-Mail-Adresse",
                "Adresse e-mail",
                "Correo electrónico",
            ),
        ),
        Field(
            "number",
            _("Staff number"),
            empty="",
            longest=100,
            heads=(
                "employee id",
                "employee number",
                "staff id",
                "personnel number",
                "payroll number",
                "Personalnummer",
                "Mitarbeiternummer",
                "Matricule",
            ),
        ),
        Field(
            "manager",
            _("Manager, by address or staff number"),
            empty="",
            longest=320,
            heads=(
                "manager",
                "manager email",
                "manager id",
                "manager number",
                "reports to",
                "supervisor",
                "line manager",
                "Vorgesetzter",
                "Vorgesetzte",
            ),
        ),
        Field(
            "department",
            _("Department"),
            empty="",
            heads=("department", "team", "unit", "org unit", "Abteilung", "Service", "Departamento"),
        ),
        Field(
            "work",
            _("What they do"),
            empty="",
            heads=("job title", "title", "role", "position", "function", "Funktion", "Position", "Poste"),
        ),
        Field(
            "outside",
            _("Belongs to another organisation"),
            Type.YES_NO,
            heads=("external", "contractor", "outside", "guest", "Extern"),
        ),
        Field(
            "starts_on",
            _("First day"),
            Type.DAY,
            heads=("start date", "starts", "hire date", "joined", "start", "Eintritt", "Eintrittsdatum"),
        ),
        Field(
            "leaves_on",
            _("Last day"),
            Type.DAY,
            heads=("end date", "leaves", "leave date", "left", "leaving date", "Austritt", "Austrittsdatum"),
        ),
    )

    def records(self, taking: Taking) -> QuerySet[StaffMember]:
        """Everybody, whichever source told of them, with the name of their manager."""
        managers = StaffMember._base_manager.filter(pk=OuterRef("manager")).values("name")[:1]
        return StaffMember._base_manager.select_related("source").annotate(managed_by=Subquery(managers))

    def listed(self, record: StaffMember, taking: Taking) -> bool:
        return _low(record.source.name) == _low(taking.source) and record.answer != StaffAnswer.NOBODY

    def values(self, record: StaffMember) -> dict[str, Any]:
        told = getattr(record, "managed_by", None)
        return {**super().values(record), "manager": Known(record.manager, told or record.manager)}

    def context(self, taking: Taking, rows: Sequence[Wanted]) -> _Context:
        today = taking.now.astimezone(taking.zone).date()
        people = [_here(row, today) for row in StaffMember._base_manager.values_list(*_HERE)]
        by_number = {_low(one.number): one for one in people if one.number}
        by_email: dict[str, list[_Here]] = {}
        for one in people:
            if one.email:
                by_email.setdefault(one.email, []).append(one)
        managers: dict[str, _Here | str] = dict(by_number)
        managers |= {email: some[0] for email, some in by_email.items() if len(some) == 1}
        found = _Context(by_number, by_email, managers)
        for row in rows:
            number, email = _low(row.values.get("number")), _low(row.values.get("email"))
            known = found.find(number, email)
            for text in filter(None, (number, email)):
                managers.setdefault(text, known or email or number)
        return found

    def complete(self, values: Mapping[str, Any], taking: Taking, context: _Context) -> dict[str, Any]:
        """The address in lower case, and of the manager the key; `bad` is (field, reason)."""
        done = super().complete(values, taking, context)
        number, email = _low(done.get("number")), _low(done.get("email"))
        person = context.find(number, email)
        if person is not None and person.gone_at is not None and person.gone_at > taking.at:
            done.pop("gone", None)  # a newer list lacks them: this one does not bring them back
        if "email" in done:
            done["email"] = email
        if email and not _ADDRESS.fullmatch(email):
            done["bad"] = ("email", gettext("“%(text)s” is no e-mail address") % {"text": email[:40]})
        elif reason := _clash(context, number, email):
            done["bad"] = ("email", reason)
        elif done.get("manager"):
            _manage(done, context, number, email)
        if email:
            context.seen.setdefault(email, number)
        return done

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if "bad" in values:
            yield values["bad"]
        starts, leaves = values.get("starts_on"), values.get("leaves_on")
        if starts is not None and leaves is not None and leaves < starts:
            yield "leaves_on", gettext("the last day is before the first")

    def begin(self, taking: Taking, added: Sequence[Change]) -> _Scope:
        keys = {}
        for change in added:
            key = new_key()
            for name in self.keys:
                if text := _low(change.after.get(name)):
                    keys[text] = key
        return _Scope(super().begin(taking, added), keys)

    def make(self, values: Values, taking: Taking, scope: _Scope) -> StaffMember:
        key = next(scope.keys[text] for name in self.keys if (text := _low(values.get(name))))
        record = StaffMember(id=key, source=scope.source, first_seen_at=taking.now)
        self.change(record, values, taking, scope)
        return record

    def change(self, record: StaffMember, values: Values, taking: Taking, scope: _Scope) -> None:
        rest = dict(values)
        if "manager" in rest:
            manager = rest.pop("manager")
            # Whoever comes with this file was given a key before anybody was written.
            coming = scope.keys.get(manager, record.manager)
            record.manager = str(manager) if isinstance(manager, Known) else coming
        if rest.get("gone") is False and record.gone_at is not None:
            record.source = scope.source
            record.answer = record.answer_words = record.answered_by = ""
            record.answered_at = None
        super().change(record, rest, taking, scope)

    def end(self, taking: Taking, scope: _Scope, *, whole: bool) -> None:
        super().end(taking, scope.source, whole=whole)


_HERE = ("id", "number", "email", "name", "leaves_on", "answer", "gone_at")


def _here(row: tuple[Any, ...], today: date) -> _Here:
    key, number, email, name, leaves_on, answer, gone_at = row
    left = answer == StaffAnswer.LEFT or (leaves_on is not None and leaves_on < today)
    left = left or (gone_at is not None and answer != StaffAnswer.HERE)
    return _Here(key, number, email, name, left, gone_at)


def _clash(context: _Context, number: str, email: str) -> str:
    """Why an address cannot be that of who has this number; empty if it can.

    An address may go on from who has left, or is lacking from their list, to somebody with another number.
    """
    if not email:
        return ""
    earlier = context.seen.get(email)
    if earlier is not None and (not number or earlier != number):
        return gettext("an earlier row of the file has the same address")
    mine = context.by_number.get(number) if number else None
    for other in context.by_email.get(email, ()):
        another = other is not mine if mine else bool(number and other.number)
        if another and not other.left:
            return gettext("it is the address of %(name)s, who has another staff number or none") % {
                "name": other.name
            }
    return ""


def _manage(done: dict[str, Any], context: _Context, number: str, email: str) -> None:
    """Put the manager's key in the place of what the cell says."""
    said = str(done["manager"])
    text = _low(found[1] if (found := _NAMED.fullmatch(said)) else said)
    if text in (number, email):
        done["manager"] = Known("", "")  # whoever leads the house is their own manager in some lists
        return
    manager = context.managers.get(text)
    if manager is None:
        reason = gettext("nobody known here, or in a row without a fault, has this address or staff number")
        done["bad"] = ("manager", reason)
        return
    done["manager"] = manager if isinstance(manager, str) else Known(manager.key, manager.name)


STAFF = StaffList()
register_list(STAFF)
