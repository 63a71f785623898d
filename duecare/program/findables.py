"""What of the spine can be found: people, findings, tasks, statements, exceptions, remarks, what ships."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import areas
from duecare.program.exception_queries import safeguard_title
from duecare.program.judgement import checks
from duecare.program.models import (
    Attachment,
    Comment,
    Finding,
    Person,
    SafeguardException,
    StaffMember,
    Statement,
    Task,
)
from duecare.program.queries import safeguards_for
from duecare.program.questions import questions
from duecare.program.search import (
    WITHIN,
    Findable,
    Hit,
    Shelf,
    Thing,
    excerpt,
    register_findable,
    register_shelf,
)
from duecare.program.subjects import address_of


def _people(viewer: Viewer) -> QuerySet[Person]:
    """People have no page of their own; what is found leads to their tasks, which a member may not see."""
    rows: QuerySet[Person] = Person.objects.all().visible_to(viewer)
    return rows if viewer.reads else rows.none()


def _person(row: Person) -> Hit:
    tasks = f"{reverse('tasks')}?{urlencode({'owner': row.name})}"
    return Hit(row.name, address_of(f"program.person:{row.pk}") or tasks, _("their tasks"))


def _staff_member(row: StaffMember) -> Hit:
    note = ", ".join(filter(None, (row.work, row.department))) or row.source.name
    return Hit(row.name, reverse("staff-member", args=[row.pk]), note)


def _finding(row: Finding) -> Hit:
    where = f"{row.subject_name} · {row.item}" if row.item else row.subject_name
    state = _("closed") if row.closed_at else _("open")
    return Hit(f"{where}: {row.reason}", reverse("finding", args=[row.pk]), state)


def _task(row: Task) -> Hit:
    if row.ended_at is not None:
        note = _("ended")
    elif row.due is None:
        note = _("open")
    else:
        note = _("due %s") % date_format(row.due, "SHORT_DATE_FORMAT")
    if row.owner is not None:
        note = f"{row.owner.name}, {note}"
    return Hit(row.title, reverse("task", args=[row.pk]), note)


def _statement(row: Statement) -> Hit:
    note = _("ended") if row.ended_at else row.answer
    return Hit(row.asked, reverse("statement", args=[row.pk]), note)


def _exception(row: SafeguardException) -> Hit:
    title = _("Exception from “%s”") % safeguard_title(row.safeguard)
    until = _("until %s") % date_format(row.expires, "SHORT_DATE_FORMAT")
    return Hit(title, reverse("exception", args=[row.pk]), _("ended") if row.ended_at else until)


def _comment(row: Comment) -> Hit:
    return Hit(excerpt(row.words, ""), address_of(row.about), date_format(row.made_at, "SHORT_DATE_FORMAT"))


def _attachment(row: Attachment) -> Hit:
    return Hit(row.name, address_of(row.about), date_format(row.made_at, "SHORT_DATE_FORMAT"))


def _safeguards(viewer: Viewer) -> Iterator[Thing]:
    names = {area.id: _(area.name) for area in areas()}
    for one in safeguards_for(viewer).values():
        identifiers = (*one.csf, *one.cis, *one.sp800_53, *one.iso27001_unchecked)
        texts = (one.id, one.aim, ", ".join(identifiers), one.first_step)
        yield Thing(one.title, reverse("safeguard", args=[one.id]), names[one.area], texts)


def _checks(viewer: Viewer) -> Iterator[Thing]:
    mine = safeguards_for(viewer)
    for one in checks():
        if one.safeguard in mine:
            title = mine[one.safeguard].title
            yield Thing(one.question, reverse("check", args=[one.id]), title, (one.id, title, one.advice))


def _questions(viewer: Viewer) -> Iterator[Thing]:
    mine = safeguards_for(viewer)
    for one in questions().values():
        if one.safeguard in mine:
            title = mine[one.safeguard].title
            yield Thing(one.ask, reverse("question", args=[one.id]), title, (one.id, title, one.bring))


def _actions(viewer: Viewer) -> Iterator[Thing]:
    """What can be begun from anywhere; nothing on a past day, which is read-only."""
    if viewer.changes and asof.current() is None:
        yield Thing(_("Make a task"), reverse("task-new"), texts=("new task",))
        yield Thing(_("Ask for an exception"), reverse("exception-new"), texts=("new exception",))
        unanswered = f"{reverse('statements')}?{urlencode({'state': 'never answered'})}"
        yield Thing(_("Answer a question"), unanswered, texts=("new statement",))


def _rows(model: Any, *joined: str) -> Any:
    """The rows of a record that a viewer may see, for a Findable."""

    def rows(viewer: Viewer) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.all().visible_to(viewer)
        return found.select_related(*joined) if joined else found

    return rows


REASON = gettext_lazy("Reason")

register_shelf(Shelf("actions", gettext_lazy("Do"), 5, _actions, offered=True))
register_shelf(Shelf("safeguards", gettext_lazy("Safeguards"), 20, _safeguards))
register_shelf(Shelf("checks", gettext_lazy("Checks"), 60, _checks))
register_shelf(Shelf("questions", gettext_lazy("Questions"), 62, _questions))
register_findable(
    Findable(
        "people",
        gettext_lazy("People"),
        40,
        _people,
        (("name", gettext_lazy("Name")),),
        _person,
        ("name", "pk"),
    )
)
register_findable(
    Findable(
        "staff",
        gettext_lazy("Staff"),
        41,
        _rows(StaffMember, "source"),
        (
            ("name", gettext_lazy("Name")),
            ("email", gettext_lazy("E-mail address")),
            ("number", gettext_lazy("Staff number")),
        ),
        _staff_member,
        ("name", "pk"),
    )
)
register_findable(
    Findable(
        "tasks",
        gettext_lazy("Tasks"),
        25,
        _rows(Task, "owner"),
        (
            ("title", gettext_lazy("Title")),
            ("why", gettext_lazy("Why")),
            ("ended_words", gettext_lazy("How it ended")),
        ),
        _task,
        within=WITHIN,
    )
)
register_findable(
    Findable(
        "findings",
        gettext_lazy("Findings"),
        35,
        _rows(Finding),
        (
            ("subject_name", gettext_lazy("Where")),
            ("item", gettext_lazy("What")),
            ("reason", REASON),
        ),
        _finding,
        within=WITHIN,
    )
)
register_findable(
    Findable(
        "statements",
        gettext_lazy("Statements"),
        45,
        _rows(Statement),
        (
            ("asked", gettext_lazy("Question")),
            ("words", gettext_lazy("Answer")),
            ("review_words", gettext_lazy("Review")),
        ),
        _statement,
        within=WITHIN,
    )
)
register_findable(
    Findable(
        "exceptions",
        gettext_lazy("Exceptions"),
        46,
        _rows(SafeguardException),
        (("reason", REASON), ("measure", gettext_lazy("What is done instead"))),
        _exception,
        within=WITHIN,
    )
)
register_findable(
    Findable(
        "comments",
        gettext_lazy("Comments"),
        50,
        _rows(Comment),
        (("words", gettext_lazy("Words")),),
        _comment,
        within=WITHIN,
        about="about",
    )
)
register_findable(
    Findable(
        "files",
        gettext_lazy("Files"),
        52,
        _rows(Attachment),
        (("name", gettext_lazy("Name")),),
        _attachment,
        within=WITHIN,
        digests=("content",),
        about="about",
    )
)
