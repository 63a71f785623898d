"""A form that comes late: what is told of how its record stands, in the words of its fields."""

from __future__ import annotations

from datetime import UTC, datetime

from django import forms
from django.http import QueryDict

from duecare.program.unchanged import SeenField, count_from


class _Form(forms.Form):
    on = forms.BooleanField(required=False)
    off = forms.BooleanField(required=False)
    at = forms.DateTimeField(widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M"))
    kind = forms.ChoiceField(choices=[("a", "First"), ("b", "Second")])
    seen = SeenField()


def test_what_differs_is_told_as_the_page_draws_it_and_what_is_only_kept_more_exactly_is_not() -> None:
    form = _Form(QueryDict("on=on&at=2026-03-01T14:30&kind=a&seen=3"))
    assert form.is_valid(), form.errors
    at = datetime(2026, 3, 1, 14, 30, 9, 5, tzinfo=UTC)
    stands = {"on": False, "off": False, "at": at, "kind": "b", "seen": 7}
    assert count_from(form, 7, stands) == [("on", "no"), ("kind", "Second")]
    assert form["seen"].value() == 7
