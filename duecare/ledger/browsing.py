"""The list of entries: filters that stay fast however long the log is.

Every filter but one is an equality on an indexed column or a range of numbers, so that a page of a million
entries costs what a page of a thousand does. That is why text is matched whole: looking inside words would
read every entry. (`action` alone has no index; it is meant to narrow another filter.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from duecare.ledger import asof
from duecare.ledger.models import Checkpoint, Entry, Head, Payload, to_microseconds
from duecare.ledger.naming import acted_by, action_words, actor_words, kind_words, name_of
from duecare.ledger.once import once
from duecare.ledger.proving import opened
from duecare.ledger.records import confined_kinds, shapes
from duecare.ledger.viewers import Viewer, VisibleQuerySet
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

ACTIONS = ("act", "created", "changed", "deleted", "noted")
NUMBER_LIMIT = 2**53


def size_in_view() -> int:
    """How many entries the page may speak of: all, or those of the past day that is being viewed."""
    view = asof.current()
    return Head.objects.values_list("size", flat=True).get() if view is None else view.size


def entries_in_view(viewer: Viewer) -> VisibleQuerySet[Entry]:
    """The entries that a viewer may see, within the day that is being viewed."""
    entries: VisibleQuerySet[Entry] = Entry.objects.all().visible_to(viewer)
    view = asof.current()
    return entries if view is None else entries.filter(index__lt=view.size)


def entries_about(kind: str, keys: Iterable[str], viewer: Viewer) -> VisibleQuerySet[Entry]:
    """The entries about these records, within the day that is being viewed.

    Who may read the record sees all of them; whose rights are limited to areas, those about what they see.
    """
    wanted = list(keys)
    if viewer.areas is None or not viewer.reads:
        return entries_in_view(viewer).filter(subject__in=wanted)
    shape = shapes().get(kind)
    if shape is None:
        return entries_in_view(viewer).none()
    # The records are those of the day that is being viewed, the entries are never in a view's database.
    seen = shape.model.objects.all().visible_to(viewer).filter(pk__in=wanted)
    about = list(seen.values_list("pk", flat=True))
    found: VisibleQuerySet[Entry] = Entry.objects.filter(kind=kind, subject__in=about)
    return found.filter(index__lt=size_in_view())


def opened_about(kind: str, keys: Iterable[str], viewer: Viewer) -> VisibleQuerySet[Entry]:
    """Of `entries_about` those whose payload the viewer may read.

    None for who is limited to areas, where a row may hold names out of others (`Record.spans_areas`).
    """
    found = entries_about(kind, keys, viewer)
    shape = shapes().get(kind)
    spans = shape is not None and shape.model.spans_areas
    return found.none() if spans and viewer.areas is not None else found


def live_head() -> Head:
    """The head of the log as it is now, whatever day is viewed."""
    return once("head", Head.objects.get, live=True)


def newest_checkpoint() -> Checkpoint | None:
    """The newest checkpoint, of those signed by the day that is being viewed."""
    return once("newest checkpoint", _newest_checkpoint)


def _newest_checkpoint() -> Checkpoint | None:
    checkpoints = Checkpoint.objects.all()
    view = asof.current()
    if view is not None:
        checkpoints = checkpoints.filter(size__lte=view.size, at__lte=to_microseconds(view.instant))
    return checkpoints.order_by("-size").first()


def rows(viewer: Viewer) -> QuerySet[Entry]:
    """What the list shows: entries with the name of who acted, without the bytes that only proofs need."""
    return (
        entries_in_view(viewer)
        .annotate(actor_name=name_of(OuterRef("actor")))
        .defer("leaf", "meta", "meta_salt")
    )


def kinds() -> list[str]:
    """Every kind that occurs and is shown, by one index seek a kind (a loose index scan)."""
    table = connection.ops.quote_name(Entry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE found(kind) AS (SELECT MIN(kind) FROM {table} UNION ALL "  # noqa: S608
            f"SELECT (SELECT MIN(kind) FROM {table} WHERE kind > found.kind) FROM found "
            "WHERE found.kind IS NOT NULL) SELECT kind FROM found WHERE kind IS NOT NULL"
        )
        return [kind for (kind,) in cursor.fetchall() if kind not in confined_kinds()]


def listing(viewer: Viewer, kinds_to_choose: Sequence[str]) -> Listing[Entry]:
    """The list of entries, newest first, with the kinds that there are to choose from (`kinds`)."""
    return Listing(
        name="entries",
        caption=_("Entries of the record"),
        columns=(
            Column("number", _("Entry"), lambda row: row.index, Kind.NUMBER, link=_address, order="index"),
            Column("time", _("When"), lambda row: row.time, Kind.DATE),
            Column("action", _("What"), lambda row: action_words(row.action), export=lambda row: row.action),
            Column("kind", _("Kind"), lambda row: kind_words(row.kind), export=lambda row: row.kind),
            Column("subject", _("About"), lambda row: row.subject, Kind.MONO, link=_about),
            Column("actor", _("By"), _actor, export=lambda row: row.actor),
        ),
        sort=("-index",),
        filters=(
            Filter(
                "kind",
                _("Kind"),
                "kind",
                choices=[(kind, f"{kind_words(kind)} ({kind})") for kind in kinds_to_choose],
            ),
            Filter("action", _("What"), "action", choices=[(one, action_words(one)) for one in ACTIONS]),
            Filter("actor", _("By (name)"), lambda text: acted_by(text, viewer), FilterKind.TEXT),
            Filter("subject", _("About (whole key)"), "subject", FilterKind.TEXT),
            Filter("act", _("Act of entry"), _same_act, FilterKind.TEXT),
            Filter("since", _("Since"), lambda day: Q(index__gte=_size_before(day)), FilterKind.SINCE),
            Filter("until", _("Until"), _until, FilterKind.UNTIL),
        ),
        empty=Empty(_("The record is empty"), _("Run “duecare assess” on a machine to begin.")),
    )


def _address(row: Entry) -> str:
    return reverse("entry", args=[row.index])


def _about(row: Entry) -> str:
    return f"{reverse('ledger')}?{urlencode({'subject': row.subject})}" if row.action != "act" else ""


def _actor(row: Entry) -> str:
    return actor_words(row.actor, getattr(row, "actor_name", None))


def _same_act(text: str) -> Q:
    """The whole act that an entry belongs to; the number may have separators, as reports print it."""
    digits = text.replace(",", "").replace(".", "").replace(" ", "").lstrip("#")
    number = int(digits) if digits.isascii() and digits.isdecimal() else NUMBER_LIMIT
    if number >= NUMBER_LIMIT:
        return Q(pk__in=[])
    head = Entry.objects.filter(index=number).values_list("head", flat=True).first()
    payload = None if head is None else Payload.objects.filter(index=head).first()
    if head is None or payload is None:
        return Q(pk__in=[])
    return Q(index__gte=head, index__lte=head + opened(payload)["count"])


def _size_before(day: str) -> int:
    """How many entries there were when a day began, in the organisation's zone."""
    start = timezone.make_aware(datetime.combine(date.fromisoformat(day), time()))
    return asof.size_at(start - timedelta(microseconds=1))


def _until(day: str) -> Q:
    return Q(index__lt=_size_before((date.fromisoformat(day) + timedelta(days=1)).isoformat()))
