"""What entries call things, in words: kinds, actors, fields.

Nothing here knows an area. Words come from the record models themselves, and an actor `person:<key>` is named
by the record called `person`, if there is one with a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Substr
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger.models import ACT, CLOCK
from duecare.ledger.records import Record, shapes
from duecare.ledger.viewers import Viewer

PERSON = "person:"
TERMINAL = "terminal:"
OURS: Mapping[str, Promise] = {"server": gettext_lazy("server"), "worker": gettext_lazy("worker")}
"""Actors that are parts of Duecare."""
NOTES: Mapping[str, Promise] = {
    "anchor": gettext_lazy("confirmation from outside"),
    "denial": gettext_lazy("denial"),
    "enrolment-refused": gettext_lazy("refused enrolment"),
    "evidence-changed": gettext_lazy("changed evidence"),
    "evidence-reading": gettext_lazy("reading of evidence"),
    "export": gettext_lazy("export"),
    "feed": gettext_lazy("calendar address"),
    "import-part": gettext_lazy("import part"),
    "import-undone": gettext_lazy("import undone"),
    "job": gettext_lazy("job"),
    "mail": gettext_lazy("mail"),
    "mail-choice": gettext_lazy("mail choice"),
    "mail-server": gettext_lazy("mail server"),
    "mail-sign-in": gettext_lazy("mail sign in"),
    "mail-tried": gettext_lazy("mail tried"),
    "openid": gettext_lazy("openid"),
    "password": gettext_lazy("password"),
    "push-refused": gettext_lazy("refused report"),
    "reminded": gettext_lazy("reminder of a limit"),
    "second-factor": gettext_lazy("second factor"),
    "sign-in": gettext_lazy("sign in"),
    "sign-in-denied": gettext_lazy("sign in denied"),
    "sign-out": gettext_lazy("sign out"),
    "stix-export": gettext_lazy("export as STIX"),
    "token": gettext_lazy("token"),
    "told": gettext_lazy("told"),
}
"""What notes that are no records are called, by the last part of their kind."""
NAMESAKES = 20
"""Most people whom one name may mean in a search."""


def kind_words(kind: str) -> str:
    """A kind of entry in words: "host", "act", "sign in"."""
    if kind == ACT:
        return _("act")
    if kind == CLOCK:
        return _("clock that went back")
    shape = shapes().get(kind)
    if shape is not None:
        return _(str(shape.model._meta.verbose_name))
    note = kind.rpartition(".")[2]
    return str(NOTES[note]) if note in NOTES else note.replace("-", " ")


def action_words(action: str) -> str:
    """An entry's action in words."""
    words = {
        "act": _("began"),
        "created": _("created"),
        "changed": _("changed"),
        "deleted": _("deleted"),
        "noted": _("noted"),
    }
    return words.get(action, action)


def field_words(kind: str, name: str) -> str:
    """A snapshot's field in words; of a field that no longer exists, its name."""
    shape = shapes().get(kind)
    if shape is not None:
        try:
            field: Any = shape.model._meta.get_field(name.removesuffix("_id"))
        except FieldDoesNotExist:
            pass
        else:
            return _(str(field.verbose_name).capitalize())
    return _(name.replace("_", " ").capitalize())


def actor_words(actor: str, name: str | None) -> str:
    """An actor in words; `name` is the person's, None if the actor is nobody who has one."""
    if name:
        return name
    if actor.startswith(TERMINAL):
        return _("%s at the terminal") % actor.removeprefix(TERMINAL)
    return str(OURS[actor]) if actor in OURS else actor


def name_of(entry_actor: OuterRef) -> Subquery | Value:
    """Annotation: the name of the person whom `actor` names, or null. One look-up by key a row."""
    people: Any = _people()
    if people is None:
        return Value(None, output_field=CharField(null=True))
    key = Substr(entry_actor, len(PERSON) + 1)
    return Subquery(people._default_manager.filter(pk=key).values("name")[:1])


def acted_by(text: str, viewer: Viewer) -> Q:
    """The entries of an actor, given as entries write it (`person:…`, `terminal:…`) or by a person's name."""
    people: Any = _people()
    if ":" in text or people is None:
        return Q(actor=text)
    named = people.objects.all().visible_to(viewer).filter(name__icontains=text)
    keys = list(named.values_list("pk", flat=True)[:NAMESAKES])
    actors = [f"{PERSON}{key}" for key in keys] or [text]
    # One actor is asked for by equality: only so does the index give the entries in order.
    return Q(actor=actors[0]) if len(actors) == 1 else Q(actor__in=actors)


def _people() -> type[Record] | None:
    found = (shape.model for shape in shapes().values() if shape.kind.endswith(".person"))
    return next((model for model in found if "name" in {field.name for field in model._meta.fields}), None)
