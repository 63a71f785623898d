"""What the pages of matters read, opened for members; nothing here answers anybody else, or on a past day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import DuecareError, NotFound, Tampered
from duecare.ledger import blobs
from duecare.ledger.browsing import entries_in_view
from duecare.ledger.leaves import commit, parse_leaf
from duecare.ledger.models import Entry, Payload
from duecare.ledger.naming import PERSON, action_words, actor_words, kind_words
from duecare.ledger.records import confined_kinds
from duecare.ledger.telling import tell
from duecare.ledger.viewers import CHANGERS, Role, Viewer, VisibleQuerySet
from duecare.program.matter_keys import key_of
from duecare.program.matter_models import Matter, MatterMember, MatterPaper, ReleasedPaper
from duecare.program.matter_seal import Place, lock, open_bytes, open_text, record_key
from duecare.program.models import Person
from duecare.program.subjects import address_of, name_of, register_reference, visible
from duecare.web.figures import sort_key
from duecare.words import number

RELEASED = "program.releasedpaper"
PAPER = "program.matterpaper"
HISTORY = 50
"""Entries that the page of a matter lists."""
WORDS = 8000
"""Characters of a paper's words: sealed, they fit an entry in every script."""
TITLE = 200

register_reference(RELEASED, lambda key: reverse("released-paper", args=[key]))


@dataclass(frozen=True, slots=True)
class MatterTold:
    """A matter, opened."""

    record: Matter
    title: str
    why: str
    opened_by: str
    fault: str = ""
    """Why it cannot be opened; the title then says that, and `why` is empty."""

    @property
    def key(self) -> str:
        return str(self.record.pk)


@dataclass(frozen=True, slots=True)
class MemberTold:
    """A member, with why they are one."""

    record: MatterMember
    why: str
    added_by: str
    counsel: bool
    holds: bool
    """Whether their right of today still lets them read the matter."""


@dataclass(frozen=True, slots=True)
class PaperTold:
    """A paper, opened."""

    record: MatterPaper
    title: str
    words: str
    about: str
    """A typed reference; empty unless it is a copy."""
    name: str
    """Of its file; empty if there is none."""
    made_by: str
    released: str = ""
    """Key of what was released of it; empty if nothing was."""
    fault: str = ""
    """Why it cannot be opened; the title then says that, and all else is empty."""

    @property
    def key(self) -> str:
        return str(self.record.pk)


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a matter."""

    index: int
    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Copied:
    """What a record says, for a copy of it."""

    title: str
    words: str


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────


def leads(matter: Matter, viewer: Viewer) -> bool:
    """Whether the viewer, a member, decides who else is one: counsel, and who opened the matter."""
    return viewer.person == matter.counsel_id or viewer.actor == matter.opened_by


def may_release(matter: Matter, viewer: Viewer) -> bool:
    """Whether the viewer, a member, releases papers: counsel, and a member who is an approver."""
    return viewer.person == matter.counsel_id or viewer.has(Role.APPROVER)


def eligible(day: date) -> VisibleQuerySet[Person]:
    """The people who can be members on a day: those who change things, and so have a second factor."""
    holding = Q(rights__ended_at=None, rights__role__in=[role.value for role in CHANGERS]) & (
        Q(rights__until=None) | Q(rights__until__gte=day)
    )
    found: VisibleQuerySet[Person] = Person.objects.filter(holding).distinct()
    return found


# ── One matter ───────────────────────────────────────────────────────────────────────────────────────────


def find_matter(key: str, viewer: Viewer) -> Matter:
    """The matter, if the viewer is a member of it. Raises NotFound otherwise."""
    found: Matter | None = (
        Matter.objects.all().visible_to(viewer).select_related("counsel").filter(pk=key).first()
    )
    if found is None:
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    return found


def tell_matter(matter: Matter, viewer: Viewer) -> MatterTold:
    """A matter, opened. Raises DuecareError without its key, Tampered if it was altered."""
    return _matter_told(matter, key_of(matter.pk), _names([matter.opened_by], viewer))


def matters_of(viewer: Viewer) -> list[MatterTold]:
    """The viewer's matters, open ones first, newest first; one that cannot be opened says so."""
    rows = list(Matter.objects.all().visible_to(viewer).select_related("counsel").order_by("-opened_at"))
    names = _names([row.opened_by for row in rows], viewer)
    found = []
    for row in rows:
        try:
            found.append(_matter_told(row, key_of(row.pk), names))
        except DuecareError as error:
            opened_by = _who(row.opened_by, names)
            found.append(MatterTold(row, _("A matter that cannot be opened"), "", opened_by, str(error)))
    # Keys made within an eighth of a second say nothing of their order, and what is sealed has none.
    found.sort(key=lambda one: (sort_key(one.title), one.record.pk))
    found.sort(key=lambda one: one.record.opened_at, reverse=True)
    return sorted(found, key=lambda one: one.record.closed_at is not None)


def open_matters_of(viewer: Viewer) -> list[MatterTold]:
    """The viewer's matters that can be opened and still take papers."""
    return [one for one in matters_of(viewer) if one.record.closed_at is None and not one.fault]


def members_of(matter: Matter, viewer: Viewer, day: date) -> list[MemberTold]:
    """The members of a matter, counsel first, then those who have been one longest."""
    key = key_of(matter.pk)
    rows = list(
        MatterMember.objects.all()
        .visible_to(viewer)
        .filter(matter=matter, ended_at=None)
        .select_related("person")
        .order_by("added_at", "id")
    )
    names = _names([row.added_by for row in rows], viewer)
    able = set(eligible(day).filter(pk__in=[row.person_id for row in rows]).values_list("pk", flat=True))
    told = [
        MemberTold(
            row,
            _opened_or_fault(key, Place(matter.pk, row.pk, "why"), row.why),
            _who(row.added_by, names),
            counsel=row.person_id == matter.counsel_id,
            holds=row.person_id in able,
        )
        for row in rows
    ]
    return sorted(told, key=lambda one: not one.counsel)


def papers_of(matter: Matter, viewer: Viewer) -> list[PaperTold]:
    """The papers of a matter, newest first, those of one moment by title; one that cannot be opened says
    so."""
    rows = list(MatterPaper.objects.all().visible_to(viewer).filter(matter=matter))
    told = sorted(_papers_told(rows, matter, viewer), key=lambda one: (sort_key(one.title), one.record.pk))
    return sorted(told, key=lambda one: one.record.made_at, reverse=True)


def papers_on(reference: str, viewer: Viewer) -> list[tuple[MatterTold, PaperTold]]:
    """The papers about a record in the viewer's matters, newest first; what cannot be opened is left out."""
    found = [
        (matter, paper)
        for matter in matters_of(viewer)
        if not matter.fault
        for paper in papers_of(matter.record, viewer)
        if paper.about == reference and not paper.fault
    ]
    return sorted(found, key=lambda one: one[1].record.made_at, reverse=True)


def find_paper(matter: Matter, paper: str, viewer: Viewer) -> PaperTold:
    """One paper of a matter. Raises NotFound if there is no such paper in it, Tampered if it was altered."""
    rows = list(MatterPaper.objects.all().visible_to(viewer).filter(matter=matter, pk=paper))
    if not rows:
        raise NotFound(_("There is no such paper in this matter."), _("Go back to the matter."))
    (found,) = _papers_told(rows, matter, viewer)
    if found.fault:
        raise Tampered(found.fault, _("Run “duecare ledger verify --live” to see what was changed."))
    return found


def content_of(paper: PaperTold) -> bytes:
    """The file of a paper as it was handed in. Raises NotFound if it has none, Tampered if it was altered."""
    row = paper.record
    if not row.content:
        raise NotFound(_("This paper has no file."), _("Go back to the matter."))
    place = Place(row.matter_id, row.pk, "content")
    key = record_key(key_of(row.matter_id), row.matter_id, row.pk)
    return open_bytes(key, place, blobs.fetch(row.content))


def history_of(matter: Matter, viewer: Viewer) -> list[Step]:
    """The newest entries of a matter; nobody but its members is shown them."""
    subjects = [matter.pk]
    for model in (MatterMember, MatterPaper):
        subjects += model.objects.all().visible_to(viewer).filter(matter=matter).values_list("pk", flat=True)
    rows = list(
        Entry.objects.filter(kind__in=confined_kinds(), subject__in=subjects).order_by("-index")[:HISTORY]
    )
    names = _names([row.actor for row in rows], viewer)
    return [
        Step(
            row.index,
            row.time,
            _who(row.actor, names),
            f"{kind_words(row.kind)} {action_words(row.action)}",
        )
        for row in rows
    ]


def entry_of(paper: MatterPaper) -> tuple[Entry, Payload]:
    """The entry that holds a paper, and its payload, which opens its commitment.

    Raises Tampered if the entry is missing or does not open it.
    """
    entry = Entry.objects.filter(kind=PAPER, subject=paper.pk).order_by("-index").first()
    payload = None if entry is None else Payload.objects.filter(index=entry.index).first()
    if entry is None or payload is None:
        raise Tampered(
            _("The entry that holds this paper is missing."), _("Run “duecare ledger verify --live”.")
        )
    if commit("payload", bytes(payload.salt), bytes(payload.data)).hex() != commitment_of(entry):
        raise Tampered(
            _("Entry %s is not what was committed to.") % entry.index,
            _("Run “duecare ledger verify --live” before anybody relies on it."),
        )
    return entry, payload


def commitment_of(entry: Entry) -> str:
    """An entry's commitment to its payload, hex."""
    return parse_leaf(bytes(entry.leaf)).payload.hex()


def opening_of(paper: MatterPaper) -> dict[str, Any]:
    """What opens one sealed paper to anybody, with the key of this paper alone (docs/ledger-format.md).

    Raises Tampered if the entry does not open, or was sealed under another key.
    """
    entry, payload = entry_of(paper)
    key = record_key(key_of(paper.matter_id), paper.matter_id, paper.pk)
    if lock(key) != paper.lock:
        raise Tampered(
            _("This paper was sealed under another key."), _("Restore the key of its matter from a backup.")
        )
    return {
        "format": "duecare-sealed/1",
        "entry": entry.index,
        "salt": bytes(payload.salt).hex(),
        "payload": bytes(payload.data).decode(),
        "key": key.hex(),
    }


def copied(reference: str, viewer: Viewer) -> Copied:
    """What a record with a page says now, field by field, and which entry says so.

    Raises NotFound for what the viewer may not see.
    """
    if not visible(reference, viewer):
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    kind, _colon, key = reference.partition(":")
    title = name_of(reference, viewer)[:TITLE]
    entry = entries_in_view(viewer).filter(kind=kind, subject=key).order_by("-index").first()
    if entry is None:
        return Copied(title, "")
    told = tell(entry, viewer)
    lines = [_("As entry %s of the record says:") % number(entry.index)]
    lines += [f"{field.label}: {field.value}" for field in told.fields if field.value != "–"]
    text = "\n".join(lines)
    return Copied(title, text if len(text) <= WORDS else f"{text[: WORDS - 1]}…")


# ── What was released ────────────────────────────────────────────────────────────────────────────────────


def find_released(key: str, viewer: Viewer) -> ReleasedPaper:
    """A released paper, as of the day that is being viewed. Raises NotFound."""
    rows = ReleasedPaper.objects.all().visible_to(viewer).select_related("counsel")
    found: ReleasedPaper | None = rows.filter(pk=key).first()
    if found is None:
        raise NotFound(
            _("There is no such paper, or none that you may see."), _("Look in the list of released papers.")
        )
    return found


def who(actor: str, viewer: Viewer) -> str:
    """An actor in words."""
    return _who(actor, _names([actor], viewer))


def about_words(reference: str, viewer: Viewer) -> tuple[str, str]:
    """What a reference is called and its page; both empty for what the viewer may not see."""
    name = name_of(reference, viewer) if reference else ""
    return (name, address_of(reference)) if name else ("", "")


def _papers_told(rows: Sequence[MatterPaper], matter: Matter, viewer: Viewer) -> list[PaperTold]:
    key = key_of(matter.pk)
    names = _names([row.made_by for row in rows], viewer)
    released = dict(
        ReleasedPaper.objects.all()
        .visible_to(viewer)
        .filter(paper__in=[row.pk for row in rows])
        .values_list("paper", "pk")
    )

    return [_paper_told(row, key, _who(row.made_by, names), released.get(row.pk, "")) for row in rows]


def _paper_told(row: MatterPaper, key: bytes, made_by: str, released: str) -> PaperTold:
    def opened(field: str) -> str:
        sealed = getattr(row, field)
        return _opened(key, Place(row.matter_id, row.pk, field), sealed) if sealed else ""

    try:
        title, words, about, name = map(opened, ("title", "words", "about", "name"))
    except Tampered as error:
        title = _("A paper that cannot be opened")
        return PaperTold(row, title, "", "", "", made_by, released, error.what)
    return PaperTold(row, title, words, about, name, made_by, released)


def _opened(key: bytes, place: Place, sealed: str) -> str:
    """A text, with the key of its matter. Raises Tampered."""
    return open_text(record_key(key, place.matter, place.record), place, sealed)


def _opened_or_fault(key: bytes, place: Place, sealed: str) -> str:
    """The text, or why it cannot be opened."""
    try:
        return _opened(key, place, sealed)
    except Tampered as error:
        return error.what


def _matter_told(row: Matter, key: bytes, names: dict[str, str]) -> MatterTold:
    return MatterTold(
        row,
        _opened(key, Place(row.pk, row.pk, "title"), row.title),
        _opened(key, Place(row.pk, row.pk, "why"), row.why),
        _who(row.opened_by, names),
    )


def _names(actors: Sequence[str], viewer: Viewer) -> dict[str, str]:
    keys = {actor.removeprefix(PERSON) for actor in actors if actor.startswith(PERSON)}
    people = Person.objects.all().visible_to(viewer).filter(pk__in=keys) if keys else []
    return {f"{PERSON}{person.pk}": person.name for person in people}


def _who(actor: str, names: dict[str, str]) -> str:
    return actor_words(actor, names.get(actor))
