"""What members do in a matter. Every text is sealed before it reaches the database; every act has one reason
that says nothing, because heads of acts are read by whoever reads the database."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.matter_keys import forget_key, key_of, make_key
from duecare.program.matter_models import Matter, MatterMember, MatterPaper, PaperKind, ReleasedPaper
from duecare.program.matter_queries import (
    TITLE,
    WORDS,
    commitment_of,
    content_of,
    eligible,
    entry_of,
    find_matter,
    find_paper,
    leads,
    may_release,
    opening_of,
)
from duecare.program.matter_seal import NONCE_SIZE, Place, lock, record_key, seal_bytes, seal_text
from duecare.program.models import Person
from duecare.program.record_form import LONG
from duecare.program.remarks import SIZE_LIMIT, clean_name
from duecare.program.task_queries import today_at

REASON = "work in a matter"
"""Of every act that changes a matter."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper as somebody wants it."""

    title: str
    words: str = ""
    about: str = ""
    """A typed reference, for a copy of what it names, or for a note on it."""
    name: str = ""
    """Of a file; empty if there is none."""
    data: bytes = b""
    note: bool = False
    """Whether it says something of its own of what `about` names."""

    @property
    def kind(self) -> PaperKind:
        if self.about and not self.note:
            return PaperKind.COPY
        return PaperKind.FILE if self.name else PaperKind.NOTE


def open_matter(viewer: Viewer, title: str, why: str, counsel: str, now: datetime) -> Matter:
    """Open a matter under a key of its own. Who opens it and counsel are its first members.

    Raises BadInput for what cannot be kept, Refused for who may not open one or for a counsel who could not
    read it; then there is no matter and no key.
    """
    if not viewer.person or not viewer.changes:
        raise Refused(
            _("Only an owner, a manager or an approver opens a matter, signed in on a page of Duecare."),
            _("Ask one of them."),
        )
    title = _text(title, TITLE, _("A matter needs a title."))
    why = _text(why, LONG, _("Say on what counsel is to advise, and that they asked for the work."))
    directing = _eligible(counsel, now)
    matter = new_key()
    key = make_key(matter)
    try:
        with recording(viewer.actor, REASON):
            made: Matter = Matter.objects.create(
                id=matter,
                title=_sealed(key, Place(matter, matter, "title"), title),
                why=_sealed(key, Place(matter, matter, "why"), why),
                counsel=directing,
                opened_by=viewer.actor,
                opened_at=now,
            )
            _add(key, made, viewer.person, viewer, _("opened the matter"), now)
            if directing.pk != viewer.person:
                _add(key, made, directing.pk, viewer, _("counsel"), now)
    except BaseException:
        forget_key(matter)
        raise
    return made


def add_member(viewer: Viewer, key: str, person: str, why: str, now: datetime) -> MatterMember:
    """Let somebody read a matter and add to it.

    Raises Refused for who may not, or a person who could not read it; BadInput for a member already.
    """
    why = _text(why, LONG, _("Say what they are needed for."))
    chosen = _eligible(person, now)
    sealing = key_of(find_matter(key, viewer).pk)
    with recording(viewer.actor, REASON):
        matter = _led(key, viewer)
        if _holding(matter, chosen.pk):
            raise BadInput(_("%s is a member already.") % chosen.name, _("Choose somebody else."))
        return _add(sealing, matter, chosen.pk, viewer, why, now)


def end_member(viewer: Viewer, key: str, member: str, now: datetime) -> None:
    """End a membership: one's own, or anybody's for who leads the matter.

    Raises Refused for counsel, who hands the matter to another first, and for the last member.
    """
    with recording(viewer.actor, REASON):
        matter = _held(key, viewer)
        members = list(MatterMember.objects.select_for_update().filter(matter=matter, ended_at=None))
        found = next((one for one in members if one.pk == member), None)
        if found is None:
            raise NotFound(_("There is no such member."), _("Go back to the matter."))
        if found.person_id != viewer.person and not leads(matter, viewer):
            raise Refused(
                _("Only counsel or who opened the matter ends somebody else’s part in it."),
                _("Ask one of them."),
            )
        if len(members) == 1:
            raise Refused(
                _("The last member cannot leave: nobody could open the matter again."),
                _("Add somebody first."),
            )
        if found.person_id == matter.counsel_id:
            raise Refused(_("Counsel directs this matter."), _("Name another member as counsel first."))
        found.ended_by, found.ended_at = viewer.actor, now
        found.save()


def name_counsel(viewer: Viewer, key: str, member: str, now: datetime) -> None:
    """Let another member direct the matter. Raises Refused for who may not, or whose right has ended."""
    with recording(viewer.actor, REASON):
        matter = _led(key, viewer)
        found = MatterMember.objects.filter(matter=matter, pk=member, ended_at=None).first()
        if found is None:
            raise NotFound(_("There is no such member."), _("Go back to the matter."))
        matter.counsel = _eligible(found.person_id, now)
        matter.save()


def close_matter(viewer: Viewer, key: str, now: datetime) -> None:
    """Take no more papers into a matter. Raises Refused for who may not."""
    with recording(viewer.actor, REASON):
        matter = _led(key, viewer)
        if matter.closed_at is not None:
            raise Refused(_("This matter is closed already."), _("There is nothing left to do."))
        matter.closed_by, matter.closed_at = viewer.actor, now
        matter.save()


def add_paper(viewer: Viewer, key: str, draft: Draft, now: datetime) -> MatterPaper:
    """Put a paper into a matter, sealed.

    Raises BadInput for what cannot be kept, Refused if the matter is closed.
    """
    title = _text(draft.title, TITLE, _("A paper needs a title."))
    words = draft.words.strip()
    if len(words) > WORDS:
        raise BadInput(
            _("The words are too long: %(count)s characters, at most %(most)s are taken.")
            % {"count": f"{len(words):,}", "most": f"{WORDS:,}"},
            _("Put the long part into a file."),
        )
    if draft.name and not 0 < len(draft.data) <= SIZE_LIMIT:
        raise BadInput(
            _("The file has %(size)s bytes; 1 to %(most)s are taken.")
            % {"size": f"{len(draft.data):,}", "most": f"{SIZE_LIMIT:,}"},
            _("Choose another."),
        )
    if not words and not draft.name:
        raise BadInput(_("A paper holds words or a file."), _("Write something, or choose a file."))
    name = clean_name(draft.name) if draft.name else ""
    sealing = key_of(find_matter(key, viewer).pk)
    paper = key + new_key()
    own = record_key(sealing, key, paper)
    content = ""
    if name:
        place = Place(key, paper, "content")
        content = blobs.keep(seal_bytes(own, place, draft.data, secrets.token_bytes(NONCE_SIZE)))
    texts = {"title": title, "words": words, "about": draft.about, "name": name}
    sealed = {
        field: _sealed(sealing, Place(key, paper, field), text) for field, text in texts.items() if text
    }
    with recording(viewer.actor, REASON):
        matter = _held(key, viewer)
        if matter.closed_at is not None:
            raise Refused(_("This matter is closed: it takes no more papers."), _("Open another one."))
        made: MatterPaper = MatterPaper.objects.create(
            id=paper,
            matter=matter,
            kind=draft.kind.value,
            size=len(draft.data),
            content=content,
            lock=lock(own),
            made_by=viewer.actor,
            made_at=now,
            **sealed,
        )
    return made


def release(
    viewer: Viewer, key: str, papers: Sequence[str], reason: str, now: datetime
) -> list[ReleasedPaper]:
    """Write papers of a matter into the open record, for good.

    Each cites the entry that has held it sealed, and opens it, so that anybody can check that the words are
    those of then. Raises Refused for who may
    not release, BadInput without a reason or for a paper that was released already.
    """
    reason = _text(reason, LONG, _("Say why it is released: it stays in the record."))
    matter = find_matter(key, viewer)
    if not may_release(matter, viewer):
        raise Refused(
            _("Only counsel, or a member who is an approver, releases from a matter."), _("Ask counsel.")
        )
    if not papers:
        raise BadInput(_("Nothing was chosen."), _("Choose the papers to release."))
    _demand_unreleased(papers)  # before anything is kept as it is
    drafted = [_released(matter, paper, reason, viewer, now) for paper in dict.fromkeys(papers)]
    with recording(viewer.actor, "release from a matter at counsel's direction"):
        held = _held(key, viewer)
        if held.counsel_id != matter.counsel_id:
            raise BadInput(_("The matter has another counsel since."), _("Load the page again."))
        _demand_unreleased(papers)
        for one in drafted:
            one.save(force_insert=True)
    return drafted


def _demand_unreleased(papers: Sequence[str]) -> None:
    if ReleasedPaper.objects.filter(paper__in=papers).exists():
        raise BadInput(_("One of these papers was released already."), _("Load the page again."))


def _released(matter: Matter, paper: str, reason: str, viewer: Viewer, now: datetime) -> ReleasedPaper:
    told = find_paper(matter, paper, viewer)
    row = told.record
    entry, _payload = entry_of(row)
    opening = json.dumps(opening_of(row), indent=1, sort_keys=True, ensure_ascii=False)
    return ReleasedPaper(
        id=new_key(),
        matter=matter.pk,
        paper=row.pk,
        entry=entry.index,
        commitment=commitment_of(entry),
        kind=row.kind,
        title=told.title,
        words=told.words,
        about=told.about,
        name=told.name,
        size=row.size,
        content=blobs.keep(content_of(told)) if row.content else "",
        sealed=row.content,
        opening=blobs.keep(opening.encode()),
        made_by=row.made_by,
        made_at=row.made_at,
        counsel_id=matter.counsel_id,
        released_by=viewer.actor,
        released_at=now,
        reason=reason,
    )


def _held(key: str, viewer: Viewer) -> Matter:
    """The matter, locked until the act ends, if the viewer is a member of it at this moment."""
    matter: Matter | None = Matter.objects.select_for_update().filter(pk=key).first()
    if matter is None or not viewer.changes or not _holding(matter, viewer.person):
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    return matter


def _led(key: str, viewer: Viewer) -> Matter:
    matter = _held(key, viewer)
    if not leads(matter, viewer):
        raise Refused(_("Only counsel or who opened the matter does that."), _("Ask one of them."))
    return matter


def _holding(matter: Matter, person: str) -> bool:
    return MatterMember.objects.filter(matter=matter, person_id=person, ended_at=None).exists()


def _eligible(person: str, now: datetime) -> Person:
    found: Person | None = eligible(today_at(now)).filter(pk=person).first()
    if found is None:
        raise BadInput(
            _("That person is no owner, manager or approver of this Duecare, so they could not read it."),
            _("Ask an owner to give them a right first."),
        )
    return found


def _add(key: bytes, matter: Matter, person: str, viewer: Viewer, why: str, now: datetime) -> MatterMember:
    member = matter.pk + new_key()
    made: MatterMember = MatterMember.objects.create(
        id=member,
        matter=matter,
        person_id=person,
        why=_sealed(key, Place(matter.pk, member, "why"), why),
        added_by=viewer.actor,
        added_at=now,
    )
    return made


def _sealed(key: bytes, place: Place, text: str) -> str:
    own = record_key(key, place.matter, place.record)
    return seal_text(own, place, text, secrets.token_bytes(NONCE_SIZE))


def _text(text: str, most: int, lacking: str) -> str:
    stripped = text.strip()
    if not stripped:
        raise BadInput(lacking, _("Write it in a sentence."))
    if len(stripped) > most:
        raise BadInput(_("The text is too long."), _("Use at most %s characters.") % f"{most:,}")
    return stripped
