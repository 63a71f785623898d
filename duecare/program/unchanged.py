"""Two people change one record at once: nobody's words are overwritten in silence.

A form carries the index of the newest entry about its record (`seen`); the act refuses if there is a newer
one by then, and says who made it. What was typed stays in the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.ledger.models import Entry
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.records import Record
from duecare.words import number


class SeenField(forms.IntegerField):
    """The hidden field of a form that says which version of a record it was drawn from."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, **options)


def seen_entry(record: Record) -> int:
    """Index of the newest entry about a record as it is now, whatever day is viewed."""
    newest = _entries(record).order_by("-index").values_list("index", flat=True).first()
    return -1 if newest is None else newest


def demand_unchanged(record: Record, seen: int) -> None:
    """Raises Refused if somebody changed the record since `seen`. Asked within the act, once it is locked."""
    entry = _entries(record).annotate(actor_name=name_of(OuterRef("actor"))).order_by("-index").first()
    if entry is not None and entry.index > seen:
        raise Refused(
            _("%(who)s changed this while you wrote (entry %(number)s).")
            % {"who": actor_words(entry.actor, entry.actor_name), "number": number(entry.index)},
            _("Your words are still here: compare them with how it stands now, then save again."),
        )


def draw_anew(form: Any, record: Record, stands: Mapping[str, Any]) -> list[tuple[str, str]]:
    """After an act refused what a form was sent with: the form counts from how its record stands now.

    Saving again is then saving over what was now seen, so the page has to show what this returns: labels and
    words of what differs from what was typed. `stands` are the values of a form that would be drawn now.
    """
    return [(str(form[name].label), words) for name, words in count_from(form, seen_entry(record), stands)]


def count_from(form: Any, seen: int, stands: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same for a form whose record stands at the entry `seen`, with names of fields for labels."""
    form.data = form.data.copy()
    form.data[form.add_prefix("seen")] = seen
    told = []
    for name, field in form.fields.items():
        if name in stands and name != "seen" and not field.widget.is_hidden:
            here = _words(field, stands[name])
            if here != _words(field, form.cleaned_data.get(name)):
                told.append((name, here))
    return told


def _words(field: forms.Field, value: Any) -> str:
    """A value as its field shows it, in words."""
    if isinstance(field, forms.MultiValueField):
        parts = zip(field.fields, field.widget.decompress(value), strict=True)
        return ", ".join(words for words in (_words(each, one) for each, one in parts) if words)
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    value = field.prepare_value(value)
    if isinstance(value, list | tuple | set):
        return ", ".join(_words(field, one) for one in value)
    choices = getattr(field, "choices", None)
    for key, label in choices or ():
        if str(key) == str(value):
            return str(label)
    # As the page draws it, so that what is only kept more exactly, such as seconds, is no difference.
    drawn = value if choices else field.widget.format_value(value)
    return "" if drawn is None else str(drawn).replace("\r\n", "\n").strip()


def _entries(record: Record) -> Any:
    return Entry.objects.filter(kind=record._meta.label_lower, subject=record.pk)
