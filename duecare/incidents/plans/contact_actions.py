"""What people do with contacts: add one, change it, try it, end it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.plans.contacts import KINDS
from duecare.incidents.plans.models import PlanContact
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.unchanged import demand_unchanged, seen_entry
from duecare.web.recorded import recorded

FIELDS = ("name", "organisation", "person_id", "kind", "what_for", "phone", "other", "hours")
MOST = 500
WAYS = ("phone", "other")
"""A change of these has to be tried anew."""


def add_contact(actor: str, values: Mapping[str, Any], now: datetime, *, tried: bool = False) -> PlanContact:
    """Add somebody to call; `tried` if the way to them was tried today.

    Raises BadInput without a name, with a kind that there is not, or without any way to reach them.
    """
    _demand_whole(values)
    with recording(actor, recorded("add the contact %(name)s", name=values["name"])):
        if PlanContact.objects.filter(ended_at=None).count() >= MOST:
            raise Refused(_("There are %s contacts already.") % MOST, _("End those that nobody would call."))
        made = PlanContact(id=new_key(), **{name: values[name] for name in FIELDS if name in values})
        if tried:
            made.confirmed_at, made.confirmed_by = now, actor
        made.save(force_insert=True)
    return made


def change_contact(
    actor: str, key: str, values: Mapping[str, Any], seen: int, now: datetime, *, tried: bool = False
) -> PlanContact:
    """Change a contact. Another way to reach them is not confirmed until somebody tried it.

    Raises as `add_contact` does, and Refused if somebody changed it since `seen` or it was ended.
    """
    with recording(actor, recorded("change the contact %(name)s", name=values["name"])):
        found = _listed(key)
        demand_unchanged(found, seen)
        _demand_whole(values)
        moved = any(getattr(found, name) != values.get(name, getattr(found, name)) for name in WAYS)
        for name in FIELDS:
            setattr(found, name, values.get(name, getattr(found, name)))
        if moved:
            found.confirmed_at, found.confirmed_by = None, ""
        if tried:
            found.confirmed_at, found.confirmed_by = now, actor
        found.save(force_update=True)
    return found


def confirm_contact(actor: str, key: str, now: datetime, *, seen: int | None = None) -> PlanContact:
    """Say that somebody was reached today in the way that the list had at the entry `seen`.

    Raises NotFound, or Refused if it was ended, or changed since: another number was not tried. Without
    `seen` it is the way that the list has now.
    """
    with recording(actor, "confirm a contact"):
        found = _listed(key)
        if seen is not None and seen_entry(found) > seen:
            raise Refused(
                _("This contact was changed after its page was opened."),
                _("Try the way to them as it stands now."),
            )
        found.confirmed_at, found.confirmed_by = now, actor
        found.save(force_update=True)
    return found


def end_contact(actor: str, key: str, why: str, now: datetime) -> PlanContact:
    """Take a contact off the list; it stays in the record. Raises BadInput without a reason, or as above."""
    why = why.strip()
    if not why:
        raise BadInput(_("A contact is not ended without a reason."), _("Say who is called instead."), "why")
    with recording(actor, "end a contact"):
        found = _listed(key)
        found.ended_at, found.ended_by, found.ended_why = now, actor, why
        found.save(force_update=True)
    return found


def _listed(key: str) -> PlanContact:
    found: PlanContact | None = PlanContact.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such contact."), _("Look in the list of contacts."))
    if found.ended_at is not None:
        raise Refused(_("This contact was ended."), _("Add them again if they are to be called after all."))
    return found


def _demand_whole(values: Mapping[str, Any]) -> None:
    if not values.get("name", "").strip():
        raise BadInput(_("A contact needs a name."), _("Say who answers."), "name")
    if values.get("kind") not in KINDS:
        raise BadInput(_("There is no such kind of contact."), _("Use one of %s.") % ", ".join(KINDS), "kind")
    if not values.get("phone", "").strip() and not values.get("other", "").strip():
        raise BadInput(
            _("A contact needs a telephone number or another way."),
            _("Our own mail may be down when they are needed."),
            "phone",
        )
