"""The frame around every page: navigation, who is signed in, the past day, and the foot."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.ledger import anchors, asof
from duecare.ledger.browsing import newest_checkpoint
from duecare.ledger.models import Head
from duecare.ledger.viewers import Role, Viewer
from duecare.program.catalogue import areas
from duecare.program.queries import live_profile
from duecare.web.figures import sort_key
from duecare.web.shell import AsOfBanner, Foot, Group, Link, Person, Shell
from duecare.words import number

PAGES = {"systems": "hosts", "assurance": "reports", "ledger": "ledger"}
"""Areas with pages of their own; the others lead to their safeguards until they have some."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` for the frame, and `now`, the moment that the page speaks from."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    now: datetime | None = getattr(request, "view_now", None)
    if viewer is None or not viewer.roles or now is None:
        return {}
    today = timezone.localdate()
    profile = live_profile()
    view = asof.current()
    head = Head.objects.get()
    return {
        "now": now,
        "viewer": viewer,
        "shell": Shell(
            organisation=profile.name if profile else "Duecare",
            home_url=reverse("home"),
            navigation=_navigation(request.path, viewer),
            today=today,
            person=Person(viewer.name, reverse("account"), reverse("account_logout")),
            role_words=", ".join(sorted((_role_word(role) for role in viewer.roles), key=sort_key)),
            as_of=None if view is None else _banner(view, request),
            foot=_foot(head, view) if viewer.reads else None,
        ),
    }


def _role_word(role: Role) -> str:
    words = {
        Role.OWNER: _("Owner"),
        Role.MANAGER: _("Manager"),
        Role.APPROVER: _("Approver"),
        Role.AUDITOR: _("Auditor"),
        Role.MEMBER: _("Member"),
    }
    return words[role]


def _navigation(path: str, viewer: Viewer) -> tuple[Group, ...]:
    def link(label: str, url: str) -> Link:
        return Link(label, url, path == url or (url != reverse("home") and path.startswith(url)))

    duties = link(_("My duties"), reverse("duties"))
    if not viewer.reads:  # their home page is that of their duties
        first = [replace(duties, current=duties.current or path == reverse("home"))]
    else:
        tasks = link(_("Tasks"), reverse("tasks"))
        first = [
            link(_("Home"), reverse("home")),
            duties,
            replace(tasks, url=f"{tasks.url}?state=open"),
            link(_("Safeguards"), reverse("safeguards")),
            link(_("Statements"), reverse("statements")),
            link(_("Findings"), reverse("findings")),
            link(_("Exceptions"), reverse("exceptions")),
        ]
    groups = [Group("", tuple(first))]
    if viewer.reads:
        headings: dict[str, list[Link]] = {}
        for area in areas():
            name = PAGES.get(area.id)
            url = reverse(name) if name else reverse("area", args=[area.id])
            headings.setdefault(area.heading, []).append(link(_(area.name), url))
        groups += [Group(_(heading), tuple(links)) for heading, links in headings.items()]
    if viewer.changes:
        groups.append(Group("", (link(_("Settings"), reverse("settings")),)))
    return tuple(groups)


def _banner(view: asof.View, request: HttpRequest) -> AsOfBanner:
    day = timezone.localtime(view.instant)
    proven = anchors.anchored_size(view.instant)
    proven = min(view.size, proven)
    claimed = view.size - proven
    parameters = request.GET.copy()
    parameters.pop("as_of", None)
    back = request.path + (f"?{parameters.urlencode()}" if parameters else "")
    return AsOfBanner(
        day=day.date(),
        text=_("As of %(day)s, %(time)s (%(zone)s).")
        % {
            "day": formats.date_format(day, "DATE_FORMAT"),
            "time": formats.date_format(day, "TIME_FORMAT"),
            "zone": str(timezone.get_current_timezone()),
        },
        proven=ngettext("%(n)s entry proven", "%(n)s entries proven", proven) % {"n": number(proven)},
        claimed=ngettext(
            "%(n)s entry rests on this server's clock alone",
            "%(n)s entries rest on this server's clock alone",
            claimed,
        )
        % {"n": number(claimed)}
        if claimed
        else "",
        back_url=back,
    )


def _foot(head: Head, view: asof.View | None) -> Foot:
    newest = newest_checkpoint()
    size = view.size if view else head.size
    signed = (
        _("Checkpoint of %(time)s UTC, over %(size)s entries")
        % {"time": formats.date_format(newest.time, "SHORT_DATETIME_FORMAT"), "size": number(newest.size)}
        if newest
        else _("No checkpoint signed yet")
    )
    return Foot(
        entry=_("%(size)s entries") % {"size": number(size)},
        checkpoint_text=signed,
        outside_text=anchors.words(),
        verify_url=reverse("ledger"),
    )
