"""The daily digest: each person's own news by mail, in the organisation's morning, if there are any.

A digest tells what happened since the one before and what wants doing now, each through `visible_to` and so
no more than its reader may see; what not every reader of everything may see stays out of mail altogether,
which is readable on its way. With short mails, as shipped, it only counts and links to pages. What is the
same for thousands is read once (`News`). Nothing is written but the outbox, in small parts: no lock is held
while it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.errors import DuecareError
from duecare.ledger.naming import PERSON, actor_words
from duecare.ledger.viewers import Role, Viewer
from duecare.program import exception_queries
from duecare.program.approval_queries import APPROVERS, decides_alone, version_of
from duecare.program.catalogue import area_of
from duecare.program.escalations import Escalated, escalated_between, told
from duecare.program.exception_queries import Condition, in_condition
from duecare.program.mail.letters import Letter, Part, Row
from duecare.program.mail.models import Channel, MailServer
from duecare.program.mail.notices import MANAGERS
from duecare.program.mail.outbox import WRITTEN, Queued, queue
from duecare.program.mail.server import mail_server
from duecare.program.mail.webhooks import DAILY, tell_webhooks
from duecare.program.models import (
    Comment,
    Finding,
    Outcome,
    Person,
    Profile,
    SafeguardException,
    Statement,
    Task,
)
from duecare.program.queries import live_profile, zone_of
from duecare.program.subjects import address_of, name_of
from duecare.program.tasks import WEEK
from duecare.site.models import MailChoice, User
from duecare.site.rights import holding_rights, limited_to

LISTED = 20
"""Lines of one part."""
MENTIONS = 50
"""Mentions that are looked through for one person."""
EXCEPTIONS = 50
"""Exceptions that are looked through for each who decides."""
DAY = timedelta(days=1)
LONGEST = timedelta(days=14)
"""How far back a digest tells after a time without any."""
DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Window:
    """The time of which a digest tells."""

    day: date
    """The day on which it is sent, in the organisation's zone."""
    since: datetime
    until: datetime
    weekly: bool
    """Whether it is the first of its week."""


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of news."""

    count: str
    """How many, in words: all that a short mail says of them."""
    heading: str
    rows: tuple[Row, ...]
    path: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who can have a digest."""

    viewer: Viewer
    how: str
    """A value of MailChoice.How."""


@dataclass(frozen=True, slots=True)
class Near:
    """An open task that is late or due within a week."""

    key: str
    title: str
    due: date


@dataclass(frozen=True, slots=True)
class Mention:
    """That somebody was mentioned."""

    about: str
    """A typed reference."""
    by: str
    """The actor."""
    at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """What is found out once for everybody, so that whoever has no news costs no question."""

    window: Window
    tasks: Mapping[str, list[Near]]
    """By the key of whose they are; the soonest first."""
    mentions: Mapping[str, list[Mention]]
    """By the key of the person."""
    gone: Sequence[Escalated]
    """Late tasks that went to the managers."""
    waiting: bool
    """Whether any exception waits for a decision."""
    stating: frozenset[str]
    """Actors whose statements expire within a week."""
    names: Mapping[str, str]
    """Of people, by actor."""


def is_due(now: datetime) -> bool:
    """Whether the day's digests are to be made: after its morning, once, and only where mail is sent."""
    server = mail_server()
    if server is None:
        return False
    morning = _morning(server, now)
    return now >= morning and (server.told_until is None or server.told_until < morning)


def make_digests(now: datetime) -> dict[str, int]:
    """Queue the day's digests; how many people could have one, and how many do.

    One that was broken off is gone through again: nobody is told twice of one day.
    """
    server = mail_server()
    if server is None:
        return {"people": 0, "queued": 0}
    window = _window(server, now)
    news = _news(window)
    profile = live_profile()
    people = queued = 0
    part: list[Queued] = []
    for reader in readers(window.day):
        people += 1
        letter = _letter(reader, news, server, profile)
        if letter is not None:
            about = f"{DIGEST}:{window.day.isoformat()}:{reader.viewer.person}"
            part.append(Queued(about, Channel.MAIL, reader.viewer.person, DIGEST, letter))
        if len(part) == WRITTEN:
            queued += queue(part, now)
            part = []
    queued += queue(part, now)
    tell_webhooks(DAILY, f"{DAILY}:{window.day.isoformat()}", _of_the_day(news), now)
    MailServer.objects.filter(pk=server.pk).update(told_until=window.until)
    return {"people": people, "queued": queued}


def readers(day: date) -> Iterator[Reader]:
    """Everybody who may sign in on a day and see it, with their rights and their choice."""
    roles: dict[str, set[Role]] = {}
    names: dict[str, str] = {}
    seen: dict[str, bool] = {}
    rows: dict[str, list[Any]] = {}
    held = holding_rights(day).select_related("person").annotate(limit=F("areas__area"))
    for right in held.order_by("person_id"):
        rows.setdefault(right.person_id, []).append(right)
        roles.setdefault(right.person_id, set()).add(Role(right.role))
        names[right.person_id] = right.person.name
        within = (right.sees_from is None or right.sees_from <= day) and (
            right.sees_to is None or right.sees_to >= day
        )
        seen[right.person_id] = seen.get(right.person_id, False) or right.role != Role.AUDITOR or within
    choices = dict(MailChoice.objects.values_list("person", "how"))
    for person in User.objects.filter(is_active=True).order_by("id").values_list("person", flat=True):
        if seen.get(person):
            areas = limited_to(rows[person])
            viewer = Viewer(f"person:{person}", names[person], frozenset(roles[person]), person, areas=areas)
            yield Reader(viewer, choices.get(person, MailChoice.How.DAILY))


def _morning(server: MailServer, now: datetime) -> datetime:
    """The moment of today from which digests are sent, in the organisation's zone."""
    zone = zone_of(live_profile())
    day = now.astimezone(zone).date()
    return datetime.combine(day, time(server.morning), tzinfo=zone).astimezone(now.tzinfo)


def _window(server: MailServer, now: datetime) -> Window:
    until = _morning(server, now)
    day = until.astimezone(zone_of(live_profile())).date()
    last = server.told_until
    since = until - DAY if last is None else max(last, until - LONGEST)
    weekly = (
        last is None or last.astimezone(zone_of(live_profile())).isocalendar()[:2] != day.isocalendar()[:2]
    )
    return Window(day, since, until, weekly)


def _news(window: Window) -> News:
    day, all_of_it = window.day, _everything()
    tasks: dict[str, list[Near]] = {}
    near = Task.objects.all().visible_to(all_of_it).filter(ended_at=None, due__lt=day + WEEK)
    rows = near.exclude(owner=None).order_by("due", "id").values_list("owner_id", "pk", "title", "due")
    for owner, key, title, due in rows.iterator():
        if due is not None:  # the filter says so already, but not to the types
            tasks.setdefault(owner, []).append(Near(key, title, due))
    mentions: dict[str, list[Mention]] = {}
    # A weekly digest looks back further.
    lately = (
        Comment.objects.all()
        .visible_to(all_of_it)
        .filter(made_at__gte=min(window.since, window.until - WEEK), made_at__lt=window.until)
    )
    for one in lately.exclude(mentions=[]).order_by("-made_at", "-id").iterator():
        for person in one.mentions:
            mentions.setdefault(person, []).append(Mention(one.about, one.made_by, one.made_at))
    waiting = exception_queries.rows(all_of_it).filter(in_condition(Condition.ASKED, day))
    expiring = Statement.objects.filter(ended_at=None, expires__gte=day, expires__lt=day + WEEK)
    return News(
        window,
        tasks,
        mentions,
        told(escalated_between(window.since, window.until), all_of_it, day),
        waiting.exists(),
        frozenset(expiring.values_list("made_by", flat=True).distinct()),
        {f"{PERSON}{key}": name for key, name in Person.objects.values_list("pk", "name")},
    )


def _everything() -> Viewer:
    """Who reads all that the organisation's readers read, for figures that name nothing."""
    return Viewer("worker", "", frozenset({Role.AUDITOR}))


def _letter(reader: Reader, news: News, server: MailServer, profile: Profile | None) -> Letter | None:
    """Somebody's digest; None if they have no news, or want none of these today."""
    if reader.how == MailChoice.How.WEEKLY and not news.window.weekly:
        return None
    found = list(sections(reader, news))
    if not found or (reader.how == MailChoice.How.LATE and not any(one.late for one in found)):
        return None
    name = profile.name if profile else "Duecare"
    subject = _("%(organisation)s: your day, %(day)s") % {
        "organisation": name,
        "day": date_format(news.window.day, "MONTH_DAY_FORMAT"),
    }
    if server.short:
        parts: tuple[Part, ...] = (
            Part(_("What there is"), tuple(Row(one.count, one.path) for one in found)),
        )
    else:
        parts = tuple(Part(f"{one.heading} ({one.count})", one.rows) for one in found)
    closing = (
        _("You get this because you hold a right in Duecare. How often is yours to choose:"),
        f"{server.address}{page('mail-choice')}",
    )
    return Letter(subject, (), parts, Row(_("Open your duties"), page("duties")), closing)


def sections(reader: Reader, news: News) -> Iterator[Section]:
    """All news of one person, as far as they may see it."""
    viewer, window = reader.viewer, news.window
    yield from _tasks(news.tasks.get(viewer.person, ()), window)
    weekly = reader.how == MailChoice.How.WEEKLY
    since = min(window.since, window.until - WEEK) if weekly else window.since
    named = [one for one in news.mentions.get(viewer.person, ()) if since <= one.at < window.until]
    yield from _mentions(viewer, named, news)
    if viewer.actor in news.stating:
        yield from _statements(viewer, window)
    if news.waiting and viewer.has(*APPROVERS):
        yield from _decisions(viewer, window)
    if viewer.has(*MANAGERS):
        yield from _of_managers(viewer, news)


def _tasks(near: Sequence[Near], window: Window) -> Iterator[Section]:
    """Everybody may see their own tasks."""
    late = [one for one in near if one.due < window.day]
    soon = near[len(late) :]
    path = page("duties")

    def rows(tasks: Sequence[Near]) -> tuple[Row, ...]:
        return tuple(
            Row(f"{one.title} ({date_format(one.due, 'MONTH_DAY_FORMAT')})", page("task", one.key))
            for one in tasks[:LISTED]
        )

    if late:
        count = ngettext("%s task of yours is late", "%s tasks of yours are late", len(late)) % len(late)
        yield Section(count, _("Late"), rows(late), path, late=True)
    if soon:
        count = ngettext(
            "%s task of yours is due within a week", "%s tasks of yours are due within a week", len(soon)
        )
        yield Section(count % len(soon), _("Due within a week"), rows(soon), path)


def _mentions(viewer: Viewer, named: Sequence[Mention], news: News) -> Iterator[Section]:
    """Where they were mentioned, as far as they may still see what it is about."""
    found = [(one, what) for one in named[:MENTIONS] if (what := name_of(one.about, viewer))]
    if found:
        rows = tuple(
            Row(
                _("%(who)s, about %(what)s")
                % {"who": actor_words(one.by, news.names.get(one.by)), "what": what},
                address_of(one.about),
            )
            for one, what in found[:LISTED]
        )
        count = ngettext("You were mentioned %s time", "You were mentioned %s times", len(found))
        yield Section(count % len(found), _("Where you were mentioned"), rows, page("duties"))


@lru_cache(maxsize=64)
def _pattern(name: str) -> str:
    return reverse(name, args=["KEY"])


def page(name: str, key: str = "") -> str:
    """The path of a page. `reverse` for each of thousands of lines would take longer than all the rest."""
    return _pattern(name).replace("KEY", key) if key else _plain(name)


@lru_cache(maxsize=64)
def _plain(name: str) -> str:
    return reverse(name)


def _statements(viewer: Viewer, window: Window) -> Iterator[Section]:
    mine = Statement.objects.all().visible_to(viewer).filter(made_by=viewer.actor, ended_at=None)
    near = list(mine.filter(expires__gte=window.day, expires__lt=window.day + WEEK).order_by("expires", "id"))
    if near:
        rows = tuple(
            Row(
                f"{one.asked} ({date_format(one.expires, 'MONTH_DAY_FORMAT')})",
                reverse("statement", args=[one.question]),
            )
            for one in near[:LISTED]
        )
        count = ngettext(
            "%s statement of yours expires within a week",
            "%s statements of yours expire within a week",
            len(near),
        )
        yield Section(count % len(near), _("Your statements that expire"), rows, reverse("statements"))


def _decisions(viewer: Viewer, window: Window) -> Iterator[Section]:
    """The exceptions that this viewer may decide on."""
    asked = exception_queries.rows(viewer).filter(in_condition(Condition.ASKED, window.day))
    waiting: list[SafeguardException] = []
    for row in asked.order_by("asked_at", "id")[:EXCEPTIONS]:
        try:
            decides_alone(version_of(exception_queries.reference(row.pk), viewer), viewer, window.until)
        except DuecareError:
            continue
        waiting.append(row)
    if waiting:
        rows = tuple(Row(str(row), reverse("exception", args=[row.pk])) for row in waiting[:LISTED])
        count = ngettext(
            "%s exception waits for your decision", "%s exceptions wait for your decision", len(waiting)
        )
        yield Section(
            count % len(waiting), _("Waiting for your decision"), rows, f"{reverse('exceptions')}?state=asked"
        )


def _of_managers(viewer: Viewer, news: News) -> Iterator[Section]:
    window = news.window
    gone = [one for one in news.gone if viewer.covers(area_of(one.task.safeguard))]
    if gone:
        count = ngettext(
            "%s late task has gone to the managers", "%s late tasks have gone to the managers", len(gone)
        )
        rows = tuple(Row(words_of(one), reverse("task", args=[one.task.pk])) for one in gone[:LISTED])
        yield Section(
            count % len(gone), _("Late, and now yours to look at"), rows, reverse("home"), late=True
        )
    findings = Finding.objects.all().visible_to(viewer)
    opened = findings.filter(opened_at__gte=window.since, opened_at__lt=window.until)
    closed = findings.filter(closed_at__gte=window.since, closed_at__lt=window.until)
    for rows_, words, heading, state in (
        (opened, ("%s finding opened", "%s findings opened"), _("Findings that opened"), "open"),
        (closed, ("%s finding closed", "%s findings closed"), _("Findings that closed"), "closed"),
    ):
        number = rows_.count()
        if number:
            listed = tuple(
                Row(str(one), reverse("finding", args=[one.pk])) for one in rows_.order_by("-pk")[:LISTED]
            )
            path = f"{reverse('findings')}?state={state}"
            yield Section(ngettext(*words, number) % number, heading, listed, path)
    stale = list(
        Outcome.objects.all()
        .visible_to(viewer)
        .filter(stale_at__gte=window.since, stale_at__lt=window.until)
        .order_by("pk")
    )
    if stale:
        count = ngettext("Evidence of %s check went stale", "Evidence of %s checks went stale", len(stale))
        rows = tuple(Row(one.pk, reverse("check", args=[one.pk])) for one in stale[:LISTED])
        yield Section(count % len(stale), _("Evidence that is too old now"), rows, reverse("hosts"))


def words_of(one: Escalated) -> str:
    """A task that has gone to the managers, in words."""
    days = ngettext("late for %s day", "late for %s days", one.days) % one.days
    who = _("with %s") % one.who if one.who else _("with nobody yet")
    return f"{one.task.title}: {days}, {who}"


def _of_the_day(news: News) -> Letter:
    """What webhooks are told once a day: how many, and where to look."""
    viewer, window = _everything(), news.window
    findings = Finding.objects.all().visible_to(viewer)
    late = Task.objects.all().visible_to(viewer).filter(ended_at=None, due__lt=window.day).count()
    opened = findings.filter(opened_at__gte=window.since, opened_at__lt=window.until).count()
    closed = findings.filter(closed_at__gte=window.since, closed_at__lt=window.until).count()
    stand = findings.filter(Q(closed_at=None)).count()
    lines = (
        ngettext("%s finding is open", "%s findings are open", stand) % stand,
        _("%(opened)s opened and %(closed)s closed since last time") % {"opened": opened, "closed": closed},
        ngettext("%s task is late", "%s tasks are late", late) % late,
    )
    subject = _("Duecare on %s") % date_format(window.day, "DATE_FORMAT")
    return Letter(subject, lines, (), Row(_("Open Duecare"), reverse("home")))
