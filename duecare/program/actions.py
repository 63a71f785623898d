"""What people decide in the spine: who the organisation is, what it holds itself to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.naming import PERSON
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role
from duecare.program.approval_queries import who_decides
from duecare.program.models import DataSet, Profile, Target
from duecare.program.profile_followers import Unconfirmed, stopped_by, tell_profile_followers
from duecare.program.queries import PROFILE
from duecare.program.targets import TargetDefinition, definitions
from duecare.program.task_queries import today_at
from duecare.program.unchanged import demand_unchanged
from duecare.web.recorded import recorded


def adopt_target(actor: str, id: str, value: int, reason: str, now: datetime) -> Target:
    """Hold the organisation to `value` from now on. Adopting the shipped default is a decision too.

    Raises NotFound for no such target, Refused for one that others than owners may not set, BadInput for a
    value outside its bounds or a missing reason.
    """
    definition = definitions().get(id)
    if definition is None:
        raise NotFound(_("There is no target %(id)s.") % {"id": repr(id)}, _("Choose one from the settings."))
    demand_may_adopt(actor, definition, now)
    if refusal := definition.refusal(value):
        raise BadInput(f"{refusal}.", _("Choose a number within these bounds."), "value")
    if not reason.strip():
        raise BadInput(
            _("%(name)s: a target needs its reason.") % {"name": definition.name},
            _("Say in a sentence why this number is right."),
        )
    values = {"value": value, "reason": reason.strip(), "adopted_at": now, "adopted_by": actor}
    with recording(
        actor,
        recorded(
            "hold ourselves to %(name)s: %(value)s %(unit)s",
            name=definition.name,
            value=value,
            unit=definition.unit,
        ),
    ):
        target, _made = Target.objects.update_or_create(id=id, defaults=values)
    return target


def demand_may_adopt(actor: str, definition: TargetDefinition, now: datetime) -> None:
    """Raises Refused for who is no owner, by the rights of this moment, if only owners set this target. The
    machine's owner at the terminal may."""
    if not definition.owners_only or not actor.startswith(PERSON):
        return
    owners = who_decides(today_at(now), "", (Role.OWNER,))
    if actor.removeprefix(PERSON) not in {key for key, _name in owners}:
        raise Refused(
            _("Only an owner sets this number: it says what others may decide."),
            _("Ask one of them: %s.") % ", ".join(name for _key, name in owners),
        )


def change_profile(actor: str, *, confirmed: Collection[str] = (), **values: Any) -> Profile:
    """Change what is said of the organisation; `facts` takes the place of all answers.

    Raises BadInput naming the field, NotFound before the first run, Unconfirmed if answers would stop what is
    not `confirmed` in the words of `stopped_by`; then nothing changed.
    """
    zone, country = values.get("zone"), values.get("country", "")
    if not values.get("name", "any").strip():
        raise BadInput(_("The organisation needs a name."), _("Write the one on its letterhead."))
    if zone is not None and zone not in available_timezones():
        raise BadInput(
            _("There is no time zone %(zone)s.") % {"zone": repr(zone)},
            _("Choose one such as Europe/Berlin."),
        )
    if country and not (len(country) == 2 and country.isascii() and country.isupper()):
        raise BadInput(
            _("%(country)s is not a country code.") % {"country": repr(country)},
            _("Use two capital letters, such as DE."),
        )
    with recording(actor, "change the organisation's profile"):
        profile = Profile.objects.select_for_update().filter(pk=PROFILE).first()
        if profile is None:
            raise NotFound(
                _("There is no organisation yet."), _("Claim this Duecare first: see its first page.")
            )
        if "facts" in values:
            ids = {*profile.facts, *values["facts"]}
            _demand_confirmed(profile, {id: values["facts"].get(id) for id in ids}, confirmed)
        for name, value in values.items():
            setattr(profile, name, value)
        profile.save()
    tell_profile_followers(actor)
    return profile


def _demand_confirmed(
    profile: Profile, answers: Mapping[str, bool | None], confirmed: Collection[str]
) -> None:
    """Raises Unconfirmed if these answers would stop what nobody confirmed."""
    changes = {id: answer for id, answer in answers.items() if profile.facts.get(id) is not answer}
    if set(stops := stopped_by(changes) if changes else ()) - set(confirmed):
        raise Unconfirmed(stops)


def answer_facts(
    actor: str,
    answers: Mapping[str, bool | None],
    *,
    drawn: Mapping[str, bool | None] | None = None,
    seen: int | None = None,
    confirmed: Collection[str] = (),
) -> Profile:
    """Answer some questions about the organisation, None for one that is open again; the others stay.

    `drawn` is how they were answered when whoever answers read them, `seen` the newest entry about the
    profile by then, `confirmed` what they agreed to stop, in the words of `stopped_by`. Raises NotFound
    before the first run, Refused if one of these questions was answered otherwise since, Unconfirmed if
    something would stop that nobody confirmed.
    """
    with recording(actor, "answer questions about the organisation"):
        profile = Profile.objects.select_for_update().filter(pk=PROFILE).first()
        if profile is None:
            raise NotFound(
                _("There is no organisation yet."), _("Claim this Duecare first: see its first page.")
            )
        was = profile.facts
        if drawn is not None and any(was.get(id) not in (drawn.get(id), answers[id]) for id in answers):
            demand_unchanged(profile, -1 if seen is None else seen)
            raise Refused(
                _("One of these questions was answered otherwise meanwhile."),
                _("Compare the answers with how they stand now, then save again."),
            )
        _demand_confirmed(profile, answers, confirmed)
        facts = {**was, **answers}
        profile.facts = {id: value for id, value in facts.items() if value is not None}
        profile.save()
    tell_profile_followers(actor)
    return profile


def keep_data_set(actor: str, key: str | None, **values: Any) -> DataSet:
    """Add a data set, or change the one with `key`. Raises NotFound if there is none."""
    with recording(actor, recorded("describe the data set %(name)s", name=values["name"])):
        data_set = DataSet(id=new_key()) if key is None else DataSet.objects.filter(pk=key).first()
        if data_set is None:
            raise NotFound(_("There is no such data set."), _("Go back to the settings."))
        for name, value in values.items():
            setattr(data_set, name, value)
        data_set.save()
    return data_set


def drop_data_set(actor: str, key: str) -> None:
    """Remove a data set from those held; its past stays in the record. Raises NotFound if there is none."""
    with recording(actor, "remove a data set"):
        deleted, _counts = DataSet.objects.filter(pk=key).delete()
        if not deleted:
            raise NotFound(_("There is no such data set."), _("Go back to the settings."))
