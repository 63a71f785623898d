"""The frame around every page: navigation, who is signed in, the past day, and the foot."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.ledger import anchors, asof
from duecare.ledger.browsing import live_head, newest_checkpoint
from duecare.ledger.models import Head
from duecare.ledger.viewers import Request, Role, Viewer
from duecare.program.catalogue import areas
from duecare.program.models import Profile
from duecare.program.queries import live_profile
from duecare.program.queries import profile as recorded_profile
from duecare.program.reach import reach
from duecare.program.setup_queries import setup
from duecare.site import saved_views
from duecare.site.area_words import area_words
from duecare.site.mail_sign_in import offered
from duecare.web.shell import AsOfBanner, Foot, Group, Link, Person, Shell
from duecare.words import number

SPEAKING = (
    "/safeguards/", "/checks/", "/areas/", "/findings/", "/statements/", "/exceptions/", "/approvals/",
    "/systems/", "/patching/", "/law/", "/reports/", "/risk/", "/first-90-days/",
)  # fmt: skip
"""Pages that speak of hosts, safeguards, findings or reports, and so name their reach; the home page too."""
PAGES = {
    "systems": "hosts",
    "people": "staff",
    "access": "accounts",
    "patching": "weaknesses",
    "incidents": "incidents",
    "risk": "risk",
    "law": "obligations",
    "assurance": "reports",
    "ledger": "ledger",
}
"""Areas with pages of their own; the others lead to their safeguards until they have some."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` for the frame, and `now`, the moment that the page speaks from.

    Pages without the frame get `demonstration` alone.
    """
    viewer: Viewer | None = getattr(request, "viewer", None)
    now: datetime | None = getattr(request, "view_now", None)
    if viewer is None or not viewer.roles or now is None:
        # `mail_sign_in` is asked by the sign-in page alone
        return {"demonstration": _demonstration(), "mail_sign_in": offered}
    today = timezone.localdate()
    profile = live_profile()
    view = asof.current()
    head = live_head()
    setting_up = view is None and viewer.has(Role.OWNER) and setup(viewer).plan_from is None
    return {
        "now": now,
        "viewer": viewer,
        "setting_up": setting_up,
        # Asked for only where a list is drawn.
        "saved": SimpleLazyObject(lambda: saved_views.strip(cast(Request, request), viewer)),
        "shell": Shell(
            organisation=profile.name if profile else "Duecare",
            home_url=reverse("home"),
            navigation=navigation(request.path, viewer, setting_up=setting_up),
            today=today,
            person=Person(viewer.name, reverse("account"), reverse("account_logout")),
            role_words=_role_words(viewer),
            as_of=None if view is None else _banner(view, request),
            foot=_foot(head, view) if viewer.reads and viewer.areas is None else None,
            demonstration=head.demonstration,
            reach=_reach(request.path, profile if view is None else None) if viewer.reads else "",
            search_url=reverse("search"),
        ),
    }


def _demonstration() -> bool:
    """Whether this is a demonstration. A page that explains a broken database must not break on it."""
    try:
        return any(head.demonstration for head in Head.objects.all())
    except DatabaseError:
        return False


def _role_words(viewer: Viewer) -> str:
    """ "Owner"; "Manager, limited to Patching"."""
    words = ", ".join(sorted(_role_word(role) for role in viewer.roles))
    if viewer.by_mail:
        return _("%s, signed in by mail") % words
    limit = area_words(viewer.areas)
    return _("%(roles)s, limited to %(areas)s") % {"roles": words, "areas": limit} if limit else words


def _role_word(role: Role) -> str:
    words = {
        Role.OWNER: _("Owner"),
        Role.MANAGER: _("Manager"),
        Role.APPROVER: _("Approver"),
        Role.AUDITOR: _("Auditor"),
        Role.MEMBER: _("Member"),
    }
    return words[role]


def _reach(path: str, profile: Profile | None) -> str:
    """How far the evidence goes that a page speaks of; empty for pages that speak of none.

    `profile` is that of the page's day, or None if it has still to be asked for.
    """
    if path != reverse("home") and not path.startswith(SPEAKING):
        return ""
    return reach(profile or recorded_profile()).words


def navigation(path: str, viewer: Viewer, *, setting_up: bool = False) -> tuple[Group, ...]:
    """The links of the frame as a viewer has them; `path` is that of the page being drawn."""

    def link(label: str, url: str) -> Link:
        return Link(label, url, path == url or (url != reverse("home") and path.startswith(url)))

    duties = link(_("My duties"), reverse("duties"))
    if not viewer.reads:  # their home page is that of their duties
        first = [replace(duties, current=duties.current or path == reverse("home"))]
    else:
        tasks = link(_("Tasks"), reverse("tasks"))
        first = [
            link(_("Home"), reverse("home")),
            *([link(_("Set-up"), reverse("guide"))] if setting_up else []),
            link(_("First 90 days"), reverse("first-ninety-days")),
            duties,
            replace(tasks, url=f"{tasks.url}?state=open"),
            link(_("Safeguards"), reverse("safeguards")),
            link(_("Statements"), reverse("statements")),
            link(_("Findings"), reverse("findings")),
            link(_("Exceptions"), reverse("exceptions")),
        ]
    first.append(link(_("Report something"), reverse("incident-report")))
    groups = [Group("", tuple(first))]
    if viewer.reads:
        headings: dict[str, list[Link]] = {}
        for area in areas():
            if not viewer.covers(area.id):
                continue
            name = PAGES.get(area.id)
            limited = ("hosts", "software", "staff", "incidents", "obligations", None)
            if viewer.areas is not None and name not in limited:
                name = None  # reports and the record are of the whole organisation
            url = reverse(name) if name else reverse("area", args=[area.id])
            headings.setdefault(area.heading, []).append(link(_(area.name), url))
        # Shown by role, whether or not there are any: the frame tells nobody that there is a matter.
        if viewer.changes and asof.current() is None:
            headings.setdefault("Prove", []).append(link(_("Matters"), reverse("matters")))
        else:
            headings.setdefault("Prove", []).append(link(_("Released papers"), reverse("released")))
        groups += [Group(_(heading), tuple(links)) for heading, links in headings.items()]
    if viewer.changes and viewer.areas is None:
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
