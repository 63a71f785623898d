"""Classing a case for later statistics. It changes nothing else, and may be done once the case is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.incidents.cases.acts import held_whole
from duecare.incidents.cases.models import Case
from duecare.incidents.figures.classes import AXES, OF_ID, faults
from duecare.ledger.recording import recording
from duecare.program.unchanged import demand_unchanged
from duecare.web.recorded import recorded

Classes = Mapping[str, str | Sequence[str]]


def classify(actor: str, key: str, classes: Classes, *, seen: int | None = None) -> Case:
    """Say how a case is classed, by the questions of `classes.py`; what is left out is not said.

    Raises NotFound for no such case, BadInput naming the first question whose answer cannot be, Refused if
    somebody changed the case since `seen`.
    """
    for name in classes.keys() - OF_ID.keys():
        raise BadInput(_("There is no class “%s”.") % name, _("Use one of %s.") % ", ".join(OF_ID), name)
    wrong = faults(classes)
    if wrong:
        raise BadInput(
            _("“%s” is answered by what is no choice of it, or by “not known” beside another.")
            % OF_ID[wrong[0]].name,
            _("Choose what is known, or that it is not known."),
            wrong[0],
        )
    with recording(actor, "class a case") as act:
        case = held_whole(key)
        act.reason = recorded("class the case %(title)s", title=case.title)
        if seen is not None:
            demand_unchanged(case, seen)
        told: dict[str, str | list[str]] = {}
        for axis in AXES:
            value = classes.get(axis.id) or ""
            if value:
                told[axis.id] = value if isinstance(value, str) else list(value)
        case.classified = told
        case.save()
    return case
