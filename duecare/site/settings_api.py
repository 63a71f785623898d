"""The settings for programs: who the organisation is, what data it holds, and what it holds itself to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from ninja import Router

from duecare.errors import BadInput, NotFound
from duecare.law.obligations import profile_facts
from duecare.ledger.viewers import Request, Role, Scope
from duecare.program import actions
from duecare.program.approval_queries import TARGET, approvals_in_force
from duecare.program.models import DataSet
from duecare.program.queries import CurrentTarget, current_targets, profile
from duecare.site import forms
from duecare.site.views import changer
from duecare.web.api import cleaned, endpoint
from duecare.web.api_shapes import Answer, Body, Key, Line, Moment, Words

router = Router(tags=["Settings"])
READERS = (Role.OWNER, Role.MANAGER, Role.APPROVER)
CHANGERS = (Role.OWNER, Role.MANAGER)


# ── Profile ──────────────────────────────────────────────────────────────────────────────────────────────


class ProfileAnswer(Answer):
    """Facts about the organisation."""

    name: str
    country: str
    zone: str
    people: int | None
    computers: int | None
    facts: dict[str, bool | None]
    """Answers to the questions of the obligations; one that is absent is not answered."""


class ChangeProfile(Body):
    """Fields of the profile; those that are left out stay. `facts` replaces all answers. If answers would
    stop clocks of incidents, they are refused with what would stop; `confirmed` repeats that, word by word.
    """

    name: Line | None = None
    country: Line | None = None
    zone: Line | None = None
    people: int | None = None
    computers: int | None = None
    facts: dict[str, bool] | None = None
    confirmed: list[Words] = []


@endpoint(router, "GET", "/profile", Scope.READ, ProfileAnswer)
def the_profile(request: Request) -> Any:
    """Who the organisation is."""
    changer(request, *READERS)
    return _profile()


def _profile() -> Any:
    found = profile()
    if found is None:
        raise NotFound(_("There was no organisation yet."), _("Ask as of a later day."))
    return found


@endpoint(router, "PATCH", "/profile", Scope.SETTINGS, ProfileAnswer)
def change_the_profile(request: Request, body: ChangeProfile) -> Any:
    """Change who the organisation is."""
    viewer = changer(request, *CHANGERS)
    given = body.model_dump(exclude_unset=True)
    facts, confirmed = given.pop("facts", None), given.pop("confirmed", [])
    unknown = sorted(set(facts or ()) - set(profile_facts()))
    if unknown:
        raise BadInput(
            _("There is no fact “%s”.") % unknown[0][:60], _("See those of the settings."), "facts"
        )
    sent = {name: "" if value is None else value for name, value in given.items()}
    values = cleaned(forms.ProfileForm({**forms.ProfileForm.of(_profile()), **sent})) if given else {}
    more = {} if facts is None else {"facts": facts}
    return actions.change_profile(viewer.actor, confirmed=confirmed, **values, **more)


# ── Data sets ────────────────────────────────────────────────────────────────────────────────────────────


class DataSetAnswer(Answer):
    """A kind of data."""

    id: str
    name: str
    kinds: str
    people: dict[str, int | None]
    """How many people's data, by code of country or state; null for a number not known."""
    place: str
    encryption: str
    supplier: str
    keeper: str


class DataSets(Answer):
    """All data sets."""

    rows: list[DataSetAnswer]


class KeepDataSet(Body):
    """A data set, whole."""

    name: Line
    kinds: Words = ""
    people: dict[Line, int | None] = {}
    place: Line = ""
    encryption: Line = ""
    supplier: Line = ""
    keeper: Line = ""


def _values(body: KeepDataSet) -> dict[str, Any]:
    lines = (f"{code} {'' if count is None else count}".strip() for code, count in body.people.items())
    return cleaned(forms.DataSetForm({**body.model_dump(), "people": "\n".join(lines)}))


@endpoint(router, "GET", "/data-sets", Scope.READ, DataSets)
def list_data_sets(request: Request) -> Any:
    """Which kinds of data are held."""
    viewer = changer(request, *READERS)
    return {"rows": list(DataSet.objects.all().visible_to(viewer).order_by("name", "id"))}


@endpoint(router, "POST", "/data-sets", Scope.SETTINGS, DataSetAnswer, status=201)
def add_data_set(request: Request, body: KeepDataSet) -> Any:
    """Add a data set."""
    viewer = changer(request, *CHANGERS)
    return actions.keep_data_set(viewer.actor, None, **_values(body))


@endpoint(router, "PUT", "/data-sets/{key}", Scope.SETTINGS, DataSetAnswer)
def change_data_set(request: Request, key: Key, body: KeepDataSet) -> Any:
    """Describe a data set anew."""
    viewer = changer(request, *CHANGERS)
    return actions.keep_data_set(viewer.actor, key, **_values(body))


@endpoint(router, "DELETE", "/data-sets/{key}", Scope.SETTINGS, None, status=204)
def remove_data_set(request: Request, key: Key) -> Any:
    """Remove a data set from those held; its past stays in the record."""
    viewer = changer(request, *CHANGERS)
    actions.drop_data_set(viewer.actor, key)


# ── Targets ──────────────────────────────────────────────────────────────────────────────────────────────


class TargetAnswer(Answer):
    """A number that the organisation holds itself to."""

    id: str
    name: str
    unit: str
    value: int
    default: int
    minimum: int
    maximum: int
    reason: str
    """The organisation's own; empty while the number is only the shipped default."""
    adopted_at: Moment | None
    adopted_by: str
    approved: bool
    """Whether somebody approved of it as it stands."""


class Targets(Answer):
    """All targets."""

    rows: list[TargetAnswer]


class AdoptTarget(Body):
    """A number, and why it is right."""

    value: int
    reason: Words


@endpoint(router, "GET", "/targets", Scope.READ, Targets)
def list_targets(request: Request) -> Any:
    """What the organisation holds itself to."""
    viewer = changer(request, *READERS)
    found = current_targets()
    approved = approvals_in_force([f"{TARGET}:{id}" for id in found], viewer)
    return {"rows": [_target(id, one, f"{TARGET}:{id}" in approved) for id, one in found.items()]}


def _target(id: str, one: CurrentTarget, approved: bool) -> dict[str, Any]:
    definition, adopted = one.definition, one.adopted
    told = ("name", "unit", "default", "minimum", "maximum")
    return {
        "id": id,
        "value": one.value,
        **{name: getattr(definition, name) for name in told},
        "reason": adopted.reason if adopted else "",
        "adopted_at": adopted.adopted_at if adopted else None,
        "adopted_by": adopted.adopted_by if adopted else "",
        "approved": approved,
    }


@endpoint(router, "PUT", "/targets/{id}", Scope.SETTINGS, TargetAnswer)
def adopt_one_target(request: Request, id: Key, body: AdoptTarget) -> Any:
    """Hold the organisation to a number from now on."""
    viewer = changer(request, *CHANGERS)
    found = current_targets().get(id)
    if found is None:
        raise NotFound(_("There is no such target."), _("Choose one from the settings."))
    values = cleaned(forms.TargetForm(found, body.model_dump()))
    actions.adopt_target(viewer.actor, id, now=request.now, **values)
    return _target(id, current_targets()[id], approved=False)
