"""The components as template tags. Every one works without script and prints.

Of the context they use `now` (the moment that the page speaks from), `request` and, for forms that act,
the CSRF token; each says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from duecare.web import charts, figures, moments, words
from duecare.web.listing import AFTER, AS_OF, BEFORE, FORMAT, Cell, Kind

CELL_LOOKS = {
    Kind.TEXT: "text",
    Kind.NUMBER: "r num",
    Kind.DATE: "tight num",
    Kind.STATUS: "tight",
    Kind.MONO: "mono",
}
LONG = 24
"""Characters from which a name read letter by letter may be broken over lines."""

register = template.Library()
register.simple_tag(words.icon)


@register.simple_tag
def status(state: str, text: str = "") -> SafeString:
    """`{% status "met" %}`: icon and word of a state; a second argument stands in for the word."""
    return words.status(str(state), text)


@register.simple_tag
def number(value: int | None, absent: str = "–") -> str:
    """`{% number 12000 %}`: a number as the reader's language writes it; `absent` stands for None."""
    return absent if value is None else figures.number(value)


@register.simple_tag
def state_word(state: str) -> str:
    """`{% state_word "met" %}`: the word of a state alone, for a choice in a form."""
    return str(words.STATUSES[str(state)].word)


@register.simple_tag(takes_context=True)
def when(context: Context, moment: datetime | date | None, absent: str = "–") -> SafeString:
    """`{% when task.due %}`: a day or moment as its distance from `now`, the exact one on hover and in print.

    Without `now` in the context the exact form is shown. `absent` stands for None.
    """
    if moment is None:
        return SafeString(format_html("{}", absent))
    now = context.get("now")
    if isinstance(moment, datetime):
        full = moments.exact(moment)
        short = moments.relative(moment, now) if now else full
        return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), full, short)
    full = date_format(moment, "DATE_FORMAT")
    short = moments.relative_day(moment, timezone.localdate(now)) if now else full
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), full, short)


@register.simple_tag(takes_context=True)
def at_day(context: Context, url: str) -> str:
    """`href="{% at_day url %}"`: the address with the past day that the page shows, if it shows one."""
    day = _parameters(context).get(AS_OF)
    if not url or not day:
        return url
    parts = urlsplit(url)
    if AS_OF in QueryDict(parts.query):
        return url
    query = f"{parts.query}&{urlencode({AS_OF: day})}".removeprefix("&")
    return urlunsplit(parts._replace(query=query))


@register.simple_tag(takes_context=True)
def day_field(context: Context) -> SafeString:
    """A hidden field that keeps the past day in a form sent by GET; nothing on a page of today."""
    day = _parameters(context).get(AS_OF)
    return format_html('<input type="hidden" name="{}" value="{}">', AS_OF, day) if day else SafeString("")


@register.simple_tag(takes_context=True)
def kept_fields(context: Context) -> SafeString:
    """Hidden fields that keep the page's parameters when another day is chosen; places in lists lapse."""
    lapse = (AS_OF, AFTER, BEFORE, FORMAT)
    pairs = [(key, value) for key, value in _parameters(context).items() if key not in lapse]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.inclusion_tag("web/parts/house_bar.html")
def house_bar(good: int, bad: int, unknown: int, other: int = 0, stated: int = 0) -> dict[str, Any]:
    """`{% house_bar 8 0 1 2 3 %}`: the proven, failing, unproven, other and stated safeguards as shares of a
    bar; what is stated stands beside what is proven, and looks like nothing else."""
    counts = [("good", good), ("stated", stated), ("bad", bad), ("unknown", unknown), ("other", other)]
    total = sum(count for _name, count in counts)
    parts, start = [], 0.0
    for name, count in counts:
        if count:
            width = 100 * count / total
            parts.append({"name": name, "start": f"{start:.3f}%", "width": f"{width:.3f}%"})
            start += width
    label = _("%(good)d proven, %(bad)d failing, %(unknown)d unproven, %(other)d other") % dict(counts)
    if stated:
        label = _("%(rest)s, %(stated)d stated by people") % {"rest": label, "stated": stated}
    return {"parts": parts, "label": label if total else _("no safeguards")}


@register.simple_tag
def marked(text: str, words: Iterable[str]) -> SafeString:
    """`{% marked hit.title answers.words %}`: a text in which every place that holds a word is marked."""
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted:
        return format_html("{}", text)
    parts = re.split(f"({'|'.join(map(re.escape, wanted))})", str(text), flags=re.IGNORECASE)
    pairs = [("<mark>{}</mark>" if place % 2 else "{}", part) for place, part in enumerate(parts) if part]
    return SafeString("".join(format_html(shape, part) for shape, part in pairs))


@register.inclusion_tag("web/parts/facts.html")
def facts(rows: Iterable[tuple[str, Any]] | Mapping[str, Any]) -> dict[str, Any]:
    """`{% facts rows %}`: (term, value) pairs as a list of facts."""
    return {"rows": rows.items() if isinstance(rows, Mapping) else rows}


@register.inclusion_tag("web/parts/empty.html", takes_context=True)
def empty(context: Context, title: str, next_step: str, url: str = "") -> dict[str, Any]:
    """`{% empty "No hosts yet" "Gather facts from this machine" url %}`: what is missing, and what to do."""
    return {"title": title, "next_step": next_step, "url": at_day(context, url)}


@register.simple_tag(takes_context=True)
def list_cell(context: Context, cell: Cell) -> SafeString:
    """A cell of `web/listing.html`; in Python, because a page has hundreds and a template is slow at that."""
    content: Any = cell.value
    look = CELL_LOOKS[cell.kind]
    if content is None or content == "":
        content = "–"
    elif isinstance(content, bool):
        content = _("yes") if content else _("no")
    elif cell.kind is Kind.STATUS:
        content = status(content)
    elif cell.kind is Kind.DATE:
        content = when(context, content)
    elif cell.kind is Kind.NUMBER:
        content = figures.number(content)
    elif cell.kind is Kind.MONO and len(str(content)) > LONG:
        look += " long"
    if cell.url:
        content = format_html('<a href="{}">{}</a>', at_day(context, cell.url), content)
    return format_html('<td role="cell" data-label="{}" class="{}">{}</td>', cell.label, look, content)


@register.inclusion_tag("web/parts/form_fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """`{% form_fields form %}`: the fields of a form, under a summary of its errors with links to them.

    The `<form>`, its CSRF token and its button are the page's own.
    """
    fields = form.visible_fields()
    linked = [
        {"id": field.id_for_label or f"{field.auto_id}_set", "label": field.label, "errors": field.errors}
        for field in fields
    ]
    return {
        "form": form,
        "linked": [entry for entry in linked if entry["errors"]],
        "fields": [{"field": field, "tick": _is_tick(field)} for field in fields],
        "hidden": form.hidden_fields(),
    }


@register.inclusion_tag("web/parts/confirm.html", takes_context=True)
def confirm(context: Context, label: str, url: str, consequence: str, yes: str = "") -> dict[str, Any]:
    """`{% confirm "Close" url "The finding leaves the list." "Yes, close it" %}`: a POST asked for twice.

    Needs the CSRF token in the context. Shows nothing on a page of a past day: that is read-only.
    """
    return {
        "label": label,
        "url": url,
        "consequence": consequence,
        "yes": yes or label,
        "csrf_token": context.get("csrf_token"),
        "past": AS_OF in _parameters(context),
    }


@register.inclusion_tag("web/parts/line_chart.html")
def line_chart(chart: charts.LineChart) -> dict[str, Any]:
    """`{% line_chart chart %}`: values over days, with a table of the same."""
    drawing = charts.draw(chart)
    known = [point for point in chart.points if point.value is not None]
    return {
        "chart": chart,
        "drawing": drawing,
        "last": known[-1] if known else None,
        "down": [{"at": _per_cent(tick.at), "value": tick.value} for tick in drawing.down],
        "across": [
            {"at": _per_cent(tick.at), "day": tick.value, "anchor": _anchor(tick.at)}
            for tick in drawing.across
        ],
        "dots": [{"x": _per_cent(x), "y": _per_cent(y)} for x, y in drawing.dots],
        "gaps": [{"x": _per_cent(x), "width": _per_cent(width)} for x, width in drawing.gaps],
        "target": None if drawing.target is None else _per_cent(drawing.target),
        "side": str(charts.SIDE),
    }


@register.inclusion_tag("web/parts/bar_chart.html", takes_context=True)
def bar_chart(context: Context, chart: charts.BarChart) -> dict[str, Any]:
    """`{% bar_chart chart %}`: named values as a table with bars."""
    longest = max((bar.value for bar in chart.bars), default=0) or 1
    bars = [
        {"bar": bar, "url": at_day(context, bar.url), "width": _per_cent(100 * bar.value / longest)}
        for bar in chart.bars
    ]
    return {"chart": chart, "bars": bars}


def _parameters(context: Context) -> Mapping[str, str]:
    request: HttpRequest | None = context.get("request")
    return request.GET if request else {}


def _is_tick(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


def _per_cent(share: float) -> str:
    return f"{share:.2f}%"


def _anchor(at: float) -> str:
    """So that a text stays inside the drawing at its edges."""
    return "start" if at < 10 else "end" if at > 90 else "middle"
