"""The lists of the law: what applies, and what changed about that."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from duecare.law.following.actions import Cause
from duecare.law.following.queries import cause_words
from duecare.law.models import Applying, LawChange
from duecare.law.obligations import OWN, register
from duecare.law.wording import CONFIDENCES, KINDS, STATES
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

ANSWERS = (
    ("applies", _("Applies")),
    ("cannot tell", _("Cannot be told yet")),
    ("does not apply", _("Does not apply")),
)
YES_NO = (("yes", _("Yes")), ("no", _("No")))
CAUSES = (
    (Cause.FACTS.value, _("Answers about the organisation")),
    (Cause.CONTENT.value, _("New content")),
    (Cause.OVERRIDE.value, _("What people decided")),
    (Cause.OWN.value, _("An obligation of our own")),
    (Cause.UNREADABLE.value, _("An obligation of our own cannot be read")),
    (Cause.OTHER.value, _("What stands in its place")),
)


SAYS = {
    "applies": gettext_noop("it applies"),
    "cannot tell": gettext_noop("it cannot be told"),
    "does not apply": gettext_noop("it does not apply"),
}
"""What the facts alone say."""


def name_of(obligation: str) -> str:
    """What an obligation of the content is called; one of one's own by its id."""
    known = register().obligations.get(obligation)
    return str(known.name) if known else obligation


def _whose(row: Applying) -> str:
    if row.override:
        return gettext("people decided; by the facts %s") % gettext(SAYS[row.says])
    return gettext("%s in its place") % name_of(row.displaced_by) if row.displaced_by else ""


OBLIGATIONS: Listing[Applying] = Listing(
    name="obligations",
    caption=_("Obligations"),
    columns=(
        Column(
            "name",
            _("Name"),
            lambda row: gettext(row.name),
            link=lambda row: reverse("obligation", args=[row.pk]),
            order="name",
            export=lambda row: row.name,
        ),
        Column("answer", _("Does it apply?"), lambda row: row.answer, Kind.STATUS, order="answer"),
        Column("note", _("Note"), _whose, export=lambda row: row.displaced_by or row.says),
        Column("kind", _("Kind"), lambda row: gettext(KINDS[row.kind]), export=lambda row: row.kind),
        Column("jurisdiction", _("Place"), lambda row: row.jurisdiction, order="jurisdiction"),
        Column("state", _("Status"), lambda row: gettext(STATES[row.state]), export=lambda row: row.state),
        Column(
            "confidence",
            _("How far confirmed"),
            lambda row: gettext(CONFIDENCES[row.confidence]),
            export=lambda row: row.confidence,
        ),
    ),
    sort=("answer", "name"),
    filters=(
        Filter("answer", _("Does it apply?"), "answer", choices=ANSWERS),
        Filter("place", _("Place begins with"), "jurisdiction__istartswith", FilterKind.TEXT),
        Filter("kind", _("Kind"), "kind", choices=[(id, _(words)) for id, words in KINDS.items()]),
        Filter("state", _("Status"), "state", choices=[(id, _(words)) for id, words in STATES.items()]),
        Filter(
            "confidence",
            _("How far confirmed"),
            "confidence",
            choices=[(id, _(words)) for id, words in CONFIDENCES.items()],
        ),
        Filter(
            "decided",
            _("People decided"),
            lambda value: ~Q(override="") if value == "yes" else Q(override=""),
            choices=YES_NO,
        ),
        Filter(
            "own",
            _("Of our own"),
            lambda value: Q(pk__startswith=OWN) if value == "yes" else ~Q(pk__startswith=OWN),
            choices=YES_NO,
        ),
    ),
    search=("name", "citation", "id"),
    empty=Empty(
        _("Nothing has been worked out yet"),
        _("The worker does it within minutes; as of a day before this was kept, there is nothing to show."),
    ),
    page_size=100,
)
CHANGES: Listing[LawChange] = Listing(
    name="law-changes",
    caption=_("What changed about what applies"),
    columns=(
        Column("at", _("When"), lambda row: row.at, Kind.DATE, order="at"),
        Column(
            "name",
            _("Obligation"),
            lambda row: gettext(row.name),
            # What is gone has no page any more.
            link=lambda row: reverse("obligation", args=[row.obligation]) if row.after else "",
            order="name",
            export=lambda row: row.name,
        ),
        Column(
            "before", _("Before"), lambda row: row.before or "new", Kind.STATUS, export=lambda row: row.before
        ),
        Column(
            "after", _("Now"), lambda row: row.after or "ended", Kind.STATUS, export=lambda row: row.after
        ),
        Column("why", _("Why"), cause_words, export=lambda row: " ".join(row.causes)),
        Column("version", _("Content"), lambda row: row.version_after, Kind.MONO),
    ),
    sort=("-at", "-id"),
    filters=(
        Filter("answer", _("Now"), "after", choices=ANSWERS),
        Filter(
            "cause",
            _("Why"),
            lambda value: Q(causes__icontains=f'"{value}"'),
            choices=CAUSES,
        ),
        Filter("since", _("Since"), "at", FilterKind.SINCE),
        Filter("until", _("Until"), "at", FilterKind.UNTIL),
    ),
    search=("name", "obligation"),
    empty=Empty(
        _("Nothing has changed"),
        _("A change of answers about the organisation, of the content or of a decision is told here."),
    ),
)
