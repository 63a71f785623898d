"""Lists of which there is one for each source: accounts of a service, devices of a management.

A source is as fresh as its newest whole file. An older file is refused, since it would write what was so then
over what is known to be so now; and only a whole file without faults makes the source fresher, or shows that
a record is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from duecare.errors import BadInput, Refused
from duecare.ledger.records import Record, new_key
from duecare.program.imports.changes import Change, Values
from duecare.program.imports.interface import List, Taking

R = TypeVar("R", bound=Record)


class SourcedList(List[R]):
    """A list whose records have the fields `source`, `first_seen_at` and `gone_at`."""

    sourced = True
    sources: type[Any]
    """The model of its sources, which has `name` and, for each aspect, `<aspect>_at` and `<aspect>_file`."""
    aspects: Mapping[str, str] = {"": "list"}
    """By a loader's aspect: how the source's fields begin."""

    def aspects_of(self, taking: Taking) -> tuple[str, ...]:
        """Of what the file is the newest word."""
        return (taking.aspect,)

    def find_source(self, name: str) -> Any:
        """The source of that name, however it is spelled; None if there is none yet."""
        return self.sources._base_manager.filter(name__iexact=name.strip()).first()

    def records(self, taking: Taking) -> QuerySet[R]:
        source = self.find_source(taking.source)
        return self.model._base_manager.filter(source=source) if source else self.model._base_manager.none()

    def values(self, record: R) -> dict[str, Any]:
        return {**super().values(record), "gone": getattr(record, "gone_at", None) is not None}

    def complete(self, values: Mapping[str, Any], taking: Taking, context: Any) -> dict[str, Any]:
        """A row of the list itself says that the record is there."""
        return {**values, "gone": False} if not taking.aspect else dict(values)

    def lacking(self, taking: Taking) -> dict[str, Any] | None:
        return {"gone": True} if not taking.aspect else None

    def demand(self, taking: Taking) -> None:
        if not taking.source.strip():
            raise BadInput(_("It is not said which service the list is of."), _("Name it, such as Entra ID."))
        source = self.find_source(taking.source)
        for aspect in self.aspects_of(taking):
            known: datetime | None = getattr(source, f"{self.aspects[aspect]}_at", None)
            if known is not None and taking.at < known:
                raise Refused(
                    _("A newer list of %(source)s was taken in already: it was downloaded on %(day)s.")
                    % {"source": source.name, "day": f"{known.astimezone(taking.zone):%Y-%m-%d}"},
                    _("Download a new one; an old one would hide what has changed since."),
                )

    def begin(self, taking: Taking, added: Sequence[Change]) -> Any:
        """The source, made if it is new."""
        source = self.find_source(taking.source)
        if source is None:
            source = self.sources._base_manager.create(id=new_key(), name=taking.source.strip()[:100])
        return source

    def make(self, values: Values, taking: Taking, scope: Any) -> R:
        record = self.model(id=new_key(), source=scope, first_seen_at=taking.now)
        self.change(record, values, taking, scope)
        return record

    def change(self, record: R, values: Values, taking: Taking, scope: Any) -> None:
        rest = dict(values)
        if "gone" in rest:
            record.gone_at = taking.at if rest.pop("gone") else None  # type: ignore[attr-defined]
        super().change(record, rest, taking, scope)

    def end(self, taking: Taking, scope: Any, *, whole: bool) -> None:
        if whole:
            source = self.sources._base_manager.get(pk=scope.pk)
            for aspect in self.aspects_of(taking):
                setattr(source, f"{self.aspects[aspect]}_at", taking.at)
                setattr(source, f"{self.aspects[aspect]}_file", taking.file)
            source.save()
