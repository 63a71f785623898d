"""What templates of clocks and notices ask in words."""

from __future__ import annotations

from datetime import datetime

from django import template

from duecare.incidents.notices import showing
from duecare.incidents.notices.models import Notice
from duecare.incidents.notices.queries import state_of
from duecare.law.saying import Ask

register = template.Library()


@register.filter
def anchor(ask: Ask) -> str:
    """By what a link finds a question on the page."""
    return showing.anchor(ask)


@register.filter
def notice_state(notice: Notice) -> str:
    """A word of `web/words.py`."""
    return state_of(notice)


@register.filter
def utc_time(moment: datetime) -> str:
    """A moment in UTC, short."""
    return showing.utc_words(moment)
