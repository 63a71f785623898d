"""What pages and posture read of exceptions: which there are, where each stands, which hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import NotFound
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import Approvable, approvals_in_force, register_approvable
from duecare.program.catalogue import catalogue
from duecare.program.models import Approval, Decided, Finding, SafeguardException
from duecare.program.posture import Excuse
from duecare.program.subjects import register_reference
from duecare.program.task_queries import today_at
from duecare.web.figures import sort_key
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

EXCEPTION = "program.safeguardexception"
FINDING = "program.finding"
REFUSED = "refused"


class Condition(StrEnum):
    """Where an exception stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Holding:
    """An exception that holds: approved as it stands, not ended, not expired."""

    key: str
    safeguard: str
    finding: str
    """Key of the finding that it covers; empty for the safeguard as a whole."""
    until: date
    """Last day on which it holds."""
    since: datetime
    """When it was approved."""
    by: str
    """Who approved it, by name."""
    alone: bool
    """Whether that was who had asked, for want of a second person."""


def reference(key: str) -> str:
    """The typed reference to an exception."""
    return f"{EXCEPTION}:{key}"


def rows(viewer: Viewer) -> QuerySet[SafeguardException]:
    """The exceptions that a viewer may see, each with `decision`, the newest about it, and who asked."""
    decisions = Approval.objects.filter(about=Concat(Value(f"{EXCEPTION}:"), OuterRef("pk")))
    return (
        SafeguardException.objects.all()
        .visible_to(viewer)
        .annotate(
            decision=Subquery(decisions.order_by("-at", "-id").values("decided")[:1]),
            asked_name=name_of(OuterRef("asked_by")),
        )
    )


def find_exception(key: str, viewer: Viewer) -> SafeguardException:
    """One of `rows`. Raises NotFound."""
    found = rows(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such exception."), _("Look in the list of exceptions."))
    return found


def condition_of(row: Any, today: date) -> Condition:
    """Where one of `rows` stands on a day of the organisation."""
    if row.ended_at is not None:
        return Condition.REFUSED if row.decision == Decided.REFUSED else Condition.ENDED
    if row.expires < today:
        return Condition.EXPIRED
    return Condition.APPROVED if row.decision == Decided.APPROVED else Condition.ASKED


def in_condition(condition: str, today: date) -> Q:
    """The same of `rows`, asked of the database."""
    is_open, refused = Q(ended_at=None), Q(decision=Decided.REFUSED.value)
    approved, running = Q(decision=Decided.APPROVED.value), Q(expires__gte=today)
    return {
        Condition.ASKED: is_open & running & Q(decision=None),
        Condition.APPROVED: is_open & running & approved,
        Condition.REFUSED: ~is_open & refused,
        Condition.EXPIRED: is_open & ~running,
        Condition.ENDED: ~is_open & (approved | Q(decision=None)),
    }[Condition(condition)]


def holding(viewer: Viewer, now: datetime, safeguard: str = "") -> list[Holding]:
    """The exceptions that hold at `now`, of one safeguard or of all."""
    open_rows = SafeguardException.objects.all().visible_to(viewer).filter(ended_at=None)
    if safeguard:
        open_rows = open_rows.filter(safeguard=safeguard)
    # Nowhere is it earlier than the day before UTC's: what was over then is over everywhere.
    running = list(open_rows.filter(expires__gte=now.date() - timedelta(days=1)))
    today = today_at(now) if running else now.date()
    found = {reference(row.pk): row for row in running if row.expires >= today}
    approved = approvals_in_force(found, viewer)
    return [
        Holding(
            key=found[name].pk,
            safeguard=found[name].safeguard,
            finding=found[name].about.removeprefix(f"{FINDING}:"),
            until=found[name].expires,
            since=shown.approval.at,
            by=shown.by,
            alone=shown.approval.alone,
        )
        for name, shown in approved.items()
    ]


def standing_exceptions(
    viewer: Viewer, now: datetime, **about: str
) -> list[tuple[SafeguardException, Condition]]:
    """The exceptions that hold or wait for a decision, soonest to expire first; `about` narrows by field."""
    today = today_at(now)
    found = rows(viewer).filter(ended_at=None, expires__gte=today, **about).order_by("expires", "id")
    return [(row, condition_of(row, today)) for row in found]


def excuses(viewer: Viewer, now: datetime, safeguard: str = "") -> dict[str, Excuse]:
    """What excepts safeguards at `now`, by id: an exception for the whole, or one for each open finding."""
    held = holding(viewer, now, safeguard)
    partly = {one.safeguard for one in held if one.finding}
    findings: dict[str, set[str]] = {}
    if partly:
        open_findings = Finding.objects.all().visible_to(viewer).filter(closed_at=None, safeguard__in=partly)
        for of, key in open_findings.values_list("safeguard", "pk"):
            findings.setdefault(of, set()).add(key)
    found: dict[str, Excuse] = {}
    for of in {one.safeguard for one in held}:
        whole = [one for one in held if one.safeguard == of and not one.finding]
        parts = [one for one in held if one.safeguard == of and one.finding in findings.get(of, ())]
        if whole:
            found[of] = _excuse(whole, None)
        elif parts and {one.finding for one in parts} == findings[of]:
            found[of] = _excuse(parts, len(findings[of]))
    return found


def _excuse(held: Sequence[Holding], gaps: int | None) -> Excuse:
    return Excuse(
        until=min(one.until for one in held),
        since=max(one.since for one in held),
        by=", ".join(sorted({_("%s (alone)") % one.by if one.alone else one.by for one in held})),
        gaps=gaps,
    )


def overlapping(safeguard: str, about: str, today: date) -> SafeguardException | None:
    """The exception about the same that is asked for or holds already."""
    found: SafeguardException | None = SafeguardException.objects.filter(
        safeguard=safeguard, about=about, ended_at=None, expires__gte=today
    ).first()
    return found


def safeguard_title(id: str) -> str:
    """What a safeguard is called; of one that no longer exists, its id."""
    return catalogue()[id].title if id in catalogue() else id


def covers(row: SafeguardException, viewer: Viewer) -> str:
    """What an exception covers, in words; the finding by its own words."""
    if not row.about:
        return _("the safeguard as a whole")
    finding = (
        Finding.objects.all().visible_to(viewer).filter(pk=row.about.removeprefix(f"{FINDING}:")).first()
    )
    if finding is None:
        return _("a finding")
    where = f"{finding.subject_name} · {finding.item}" if finding.item else finding.subject_name
    return f"{where}: {finding.reason}"


def listing(today: date) -> Listing[SafeguardException]:
    """The list of exceptions as they stand on a day of the organisation."""
    return Listing(
        name="exceptions",
        caption=gettext_lazy("Exceptions"),
        columns=(
            Column("state", gettext_lazy("State"), lambda row: condition_of(row, today).value, Kind.STATUS),
            Column(
                "safeguard",
                gettext_lazy("Exception from"),
                lambda row: safeguard_title(row.safeguard),
                link=lambda row: reverse("exception", args=[row.pk]),
                export=lambda row: row.safeguard,
            ),
            Column(
                "covers",
                gettext_lazy("Covers"),
                lambda row: _("one finding") if row.about else _("the whole safeguard"),
                export=lambda row: row.about,
            ),
            Column("reason", gettext_lazy("Why"), lambda row: row.reason),
            Column(
                "asked_by",
                gettext_lazy("Asked for by"),
                lambda row: actor_words(row.asked_by, getattr(row, "asked_name", None)),
            ),
            Column("asked", gettext_lazy("Asked"), lambda row: row.asked_at, Kind.DATE, order="asked_at"),
            Column("expires", gettext_lazy("Until"), lambda row: row.expires, Kind.DATE, order="expires"),
        ),
        sort=("-asked_at",),
        filters=(
            Filter(
                "state",
                gettext_lazy("State"),
                lambda value: in_condition(value, today),
                choices=(
                    (Condition.ASKED.value, gettext_lazy("Asked for")),
                    (Condition.APPROVED.value, gettext_lazy("Approved")),
                    (Condition.REFUSED.value, gettext_lazy("Refused")),
                    (Condition.EXPIRED.value, gettext_lazy("Expired")),
                    (Condition.ENDED.value, gettext_lazy("Ended")),
                ),
            ),
            Filter(
                "safeguard",
                gettext_lazy("Safeguard"),
                "safeguard",
                choices=tuple(
                    sorted(
                        ((one.id, str(one.title)) for one in catalogue().values()),
                        key=lambda c: sort_key(str(c[1])),
                    )
                ),
            ),
            Filter("until", gettext_lazy("Over by the end of"), "expires", FilterKind.UNTIL),
        ),
        empty=Empty(
            gettext_lazy("No exceptions"),
            gettext_lazy(
                "Ask for one where a safeguard cannot be met for now, and say what is done instead."
            ),
        ),
    )


# ── How exceptions are decided on ────────────────────────────────────────────────────────────────────────


def _name(record: SafeguardException) -> str:
    return _("exception from “%s”") % safeguard_title(record.safeguard)


def _facts(record: SafeguardException, viewer: Viewer) -> Sequence[tuple[str, Any]]:
    return [
        (_("Exception from"), safeguard_title(record.safeguard)),
        (_("Covers"), covers(record, viewer)),
        (_("Why"), record.reason),
        (_("What is done instead"), record.measure),
        (_("Last day"), date_format(record.expires, "DATE_FORMAT")),
    ]


def _closed(record: SafeguardException, now: datetime) -> str:
    if record.ended_at is not None:
        return _("This exception has ended: %s.") % record.ended_because
    return _("This exception has expired.") if record.expires < today_at(now) else ""


def _decided(record: SafeguardException, decided: Decided, now: datetime) -> None:
    """A refusal ends the exception."""
    if decided is Decided.REFUSED:
        record.ended_at, record.ended_because = now, REFUSED
        record.save()


register_reference(EXCEPTION, lambda key: reverse("exception", args=[key]))
register_approvable(EXCEPTION, Approvable(_name, _facts, _closed, _decided))
