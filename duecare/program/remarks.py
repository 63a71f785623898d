"""Comments and files on any record that has a page: who may see them, who may add some.

A remark is about a typed reference (`subjects.py`). Who may see what it refers to may see the remark; who may
also change things, and a member on their own tasks, may add one. A comment is never edited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import category, normalize

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.naming import PERSON, actor_words
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, shapes
from duecare.ledger.viewers import READERS, Role, Viewer
from duecare.program.catalogue import area_of, catalogue
from duecare.program.models import Attachment, Comment, Person
from duecare.program.queries import safeguards_for
from duecare.program.record_form import LONG
from duecare.program.subjects import (
    address_of,
    name_of,
    referred,
    register_name,
    register_reference,
    register_visible,
    visible,
)
from duecare.program.task_queries import LATELY, TASK, today_at
from duecare.web.recorded import recorded
from duecare.words import number

SIZE_LIMIT = 20 * 2**20
"""Bytes of a file."""
LONGEST = 200
"""Characters of a file's name."""
LISTED = 200
"""Comments, and files, that a page lists: the newest."""
NAMED = 20
"""Comments that a person's own page lists."""

register_reference("program.finding", lambda key: reverse("finding", args=[key]))
register_reference("program.safeguard", lambda key: reverse("safeguard", args=[key]))
register_visible("program.safeguard", lambda key, viewer: key in safeguards_for(viewer))
register_name("program.safeguard", lambda key: catalogue()[key].title)


@dataclass(frozen=True, slots=True)
class Said:
    """A comment, told."""

    comment: Comment
    who: str
    to: tuple[str, ...]
    """The names of the people whom it mentions."""
    about: str = ""
    """What it is about, in words; given where comments on several things stand together."""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """A file, told."""

    attachment: Attachment
    who: str


def add_comment(actor: str, reference: str, words: str, mentions: Sequence[str], now: datetime) -> Comment:
    """Say something about a record. Raises BadInput without words or with too many of them."""
    words = words.strip()
    if not 0 < len(words) <= LONG:
        raise BadInput(
            _("A comment has 1 to %(most)s characters, this one %(count)s.")
            % {"most": LONG, "count": len(words)},
            _("Say it shorter, or add the long part as a file."),
        )
    with recording(actor, "comment"):
        comment: Comment = Comment.objects.create(
            id=new_key(), about=reference, words=words, mentions=list(mentions), made_by=actor, made_at=now
        )
    return comment


def add_attachment(actor: str, reference: str, name: str, data: bytes, now: datetime) -> Attachment:
    """Put a file to a record. Raises BadInput if it is empty, larger than SIZE_LIMIT, or without a name."""
    if not 0 < len(data) <= SIZE_LIMIT:
        raise BadInput(
            _("The file has %(size)s bytes; 1 to %(most)s are taken.")
            % {"size": number(len(data)), "most": number(SIZE_LIMIT)},
            _("Choose another, or keep it elsewhere and write where."),
        )
    name = clean_name(name)
    digest = blobs.keep(data)
    with recording(actor, recorded("add the file %(name)s", name=name)):
        attachment: Attachment = Attachment.objects.create(
            id=new_key(),
            about=reference,
            name=name,
            size=len(data),
            content=digest,
            made_by=actor,
            made_at=now,
        )
    return attachment


def clean_name(name: str) -> str:
    """A file's name without folders, control characters and marks that turn text round; its ending is kept.

    Raises BadInput if nothing is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = normalize("NFC", "".join(letter for letter in last if category(letter)[0] != "C")).strip()
    if not plain.strip("."):
        raise BadInput(_("The file has no name that can be kept."), _("Rename it and send it again."))
    if len(plain) > LONGEST:
        stem, dot, ending = plain.rpartition(".")
        keeps_ending = bool(stem) and len(ending) <= 20
        plain = (
            stem[: LONGEST - len(dot + ending)] + dot + ending if keeps_ending else plain[:LONGEST].strip()
        )
    return plain


def find_mentions(words: str, people: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Whom a text names by `@Name`, of these (key, name): their keys, and the marks that name nobody.

    The longest name that fits counts, whatever its case; namesakes are all meant.
    """
    by_name: dict[str, list[str]] = {}
    for key, name in people:
        by_name.setdefault(name.casefold(), []).append(key)
    names = sorted(by_name, key=len, reverse=True)
    keys: list[str] = []
    unknown: list[str] = []
    for mark in _MARK.finditer(words):
        rest = words[mark.end() :].casefold()
        found = next((name for name in names if _begins(rest, name)), None)
        if found is None:
            unknown.append(words[mark.end() :].split()[0])
        else:
            keys += [key for key in by_name[found] if key not in keys]
    return keys, unknown


_MARK = re.compile(r"(?<!\S)@(?=\w)")


def _begins(text: str, name: str) -> bool:
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def people_who_see(reference: str, now: datetime) -> list[tuple[str, str]]:
    """Key and name of whoever may see a reference today: those who read all, and the owner of a task."""
    day = today_at(now)
    holding = Q(rights__ended_at=None) & (Q(rights__until=None) | Q(rights__until__gte=day))
    unlimited = Q(rights__areas=None) | Q(rights__areas__area=_area(reference))
    reading = holding & unlimited & Q(rights__role__in=[role.value for role in READERS])
    kind, _sep, key = reference.partition(":")
    if kind == TASK:
        reading |= holding & Q(tasks__pk=key)
    return list(Person.objects.filter(reading).distinct().values_list("pk", "name"))


def _area(reference: str) -> str:
    """The area that a reference is of, by id; empty if it is of none."""
    kind, _sep, key = reference.partition(":")
    shape = shapes().get(kind)
    if kind == "program.safeguard":
        return area_of(key)
    if shape is None or shape.model.room:
        return shape.model.room if shape else ""
    return area_of(getattr(shape.model._base_manager.filter(pk=key).first(), "safeguard", ""))


def demand_visible(reference: str, viewer: Viewer) -> None:
    """Raises NotFound unless the viewer may see what the reference names."""
    if not visible(reference, viewer):
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))


_remarking: dict[str, Callable[[str, Viewer], bool]] = {}


def register_remarking(kind: str, function: Callable[[str, Viewer], bool]) -> None:
    """Say which members, too, may add remarks to what is of a kind: from key and viewer."""
    _remarking[kind] = function


def may_remark(reference: str, viewer: Viewer) -> bool:
    """Whether the viewer, who may see what it names, may also say something about it."""
    return viewer.changes or (viewer.has(Role.MEMBER) and _is_own(reference, viewer))


def demand_remark(reference: str, viewer: Viewer) -> None:
    """Raises NotFound for who may not see it, Refused for who may only read it."""
    demand_visible(reference, viewer)
    if not may_remark(reference, viewer):
        raise Refused(_("You may read this, and add nothing to it."), _("Ask a manager to add it."))


def find_attachment(key: str, viewer: Viewer) -> Attachment:
    """The file, if the viewer may see the record that it belongs to. Raises NotFound otherwise."""
    found: Attachment | None = Attachment.objects.all().visible_to(viewer).filter(pk=key).first()
    if found is None or not visible(found.about, viewer):
        raise NotFound(_("There is no such file, or none that you may see."), _("Begin at the home page."))
    return found


def context(reference: str, viewer: Viewer) -> dict[str, Any]:
    """What `program/parts/remarks.html` draws, under the one name `remarks`."""
    comments: list[Comment] = []
    files: list[Attachment] = []
    if visible(reference, viewer):
        about = Comment.objects.all().visible_to(viewer).filter(about=reference)
        comments = list(about.order_by("-made_at", "-pk")[:LISTED])[::-1]
        kept = Attachment.objects.all().visible_to(viewer).filter(about=reference)
        files = list(kept.order_by("-made_at", "-pk")[:LISTED])[::-1]
    names = _names([*comments, *files], viewer)
    return {
        "remarks": {
            "reference": reference,
            "comments": _told(comments, names),
            "files": [Filed(one, actor_words(one.made_by, names.get(one.made_by))) for one in files],
            "may_add": may_remark(reference, viewer),
        }
    }


def mentions_of(viewer: Viewer, now: datetime) -> list[Said]:
    """The newest comments of LATELY that mention the viewer, on what they may still see."""
    if not viewer.person:
        return []
    lately = Comment.objects.all().visible_to(viewer).filter(made_at__gte=now - LATELY, made_at__lte=now)
    named = lately.annotate(named=Cast("mentions", TextField())).filter(named__contains=f'"{viewer.person}"')
    rows = [row for row in named.order_by("-pk")[:NAMED] if visible(row.about, viewer)]
    names = _names(rows, viewer)
    return [
        Said(one.comment, one.who, one.to, name_of(one.comment.about, viewer), address_of(one.comment.about))
        for one in _told(rows, names)
    ]


def _told(comments: Sequence[Comment], names: Mapping[str, str]) -> list[Said]:
    return [
        Said(
            one,
            actor_words(one.made_by, names.get(one.made_by)),
            tuple(names[f"{PERSON}{key}"] for key in one.mentions if f"{PERSON}{key}" in names),
        )
        for one in comments
    ]


def _names(rows: Sequence[Comment | Attachment], viewer: Viewer) -> dict[str, str]:
    """People's names by actor, of those who made the rows or are mentioned in them."""
    keys = {row.made_by.removeprefix(PERSON) for row in rows if row.made_by.startswith(PERSON)}
    keys.update(key for row in rows if isinstance(row, Comment) for key in row.mentions)
    people = Person.objects.all().visible_to(viewer).filter(pk__in=keys) if keys else []
    return {f"{PERSON}{person.pk}": person.name for person in people}


def _is_own(reference: str, viewer: Viewer) -> bool:
    """Whether it is a task of the viewer's own, or something else in which they have a part."""
    kind, _colon, key = reference.partition(":")
    if kind in _remarking:
        return _remarking[kind](key, viewer)
    return kind == TASK and getattr(referred(reference, viewer), "owner_id", "") == viewer.person
