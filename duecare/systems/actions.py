"""What people and jobs do with hosts: take in a report, remove a host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.judgement import Grade
from duecare.systems.followers import tell_followers
from duecare.systems.isolated import Summary, read_isolated
from duecare.systems.models import Host, Report
from duecare.web.recorded import recorded


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a report changed."""

    host: Host
    report: Report
    new_host: bool


def take_in_report(
    data: bytes, actor: str, now: datetime, grade: Grade, *, new_host: bool = False
) -> TakenIn:
    """Record a report of a known host, or with `new_host` of one seen for the first time.

    Raises BadInput naming the place if the report cannot be used, NotFound if the host is unknown, Refused if
    the host was removed or this very report is here already. Nothing is changed then.
    """
    told = read_isolated(data, now)
    digest = blobs.keep(data)
    with recording(
        actor, recorded("take in a report of %(name)s", name=told.name), valid_at=told.collected_at
    ):
        # Read inside the act, under a lock: two reports of one host may arrive together.
        known = Host.objects.select_for_update().filter(key=told.key).first()
        _demand_welcome(known, told, new_host, digest)
        host = known or Host(id=new_key(), key=told.key, name=told.name, first_seen_at=now)
        report = record_report(host, told, digest, now, grade)
    tell_followers(host)
    return TakenIn(host, report, known is None)


def record_report(host: Host, told: Summary, digest: str, now: datetime, grade: Grade) -> Report:
    """Write the report of a host, which may be new, and what it tells of the host. Within an act."""
    before = host.reports.filter(newest=True).first()
    newest = before is None or told.collected_at > before.collected_at
    if newest:
        _describe(host, told)
    host.save()
    if newest and before is not None:
        before.newest = False
        before.save()
    report: Report = Report.objects.create(
        host=host,
        collected_at=told.collected_at,
        received_at=now,
        grade=grade.value,
        collector=told.version,
        as_root=told.as_root,
        live=told.live,
        unreadable=told.unreadable,
        newest=newest,
        report=digest,
    )
    return report


def _demand_welcome(host: Host | None, told: Summary, new_host: bool, digest: str) -> None:
    """Refuse a report of a host that is unknown or removed, and one that is here already."""
    if host is None:
        if not new_host:
            raise NotFound(
                _("No host is known by the key of this report, which calls itself %(name)s.")
                % {"name": repr(told.name)},
                _("If it is yours, add it: repeat the import with --new-host."),
            )
    elif host.removed_at is not None:
        raise Refused(
            _("%(name)s was removed on %(removed_at)s: %(removed_because)s")
            % {
                "name": host.name,
                "removed_at": format(host.removed_at, "%Y-%m-%d"),
                "removed_because": host.removed_because,
            },
            _("Bring it back before you import reports of it."),
        )
    elif host.reports.filter(report=digest).exists():
        raise Refused(_("This very report was taken in before."), _("Collect a new one."))


def _describe(host: Host, told: Summary) -> None:
    """Say of the host what its newest report tells; under a key it keeps the name it was enrolled by."""
    if not host.keys.filter(ended_at=None).exists():
        host.name = told.name
    host.kind = told.kind
    host.family = told.family
    host.system = told.system
    host.support_end = told.support_end


def remove_host(host: Host, actor: str, reason: str, now: datetime) -> None:
    """Take a host out of what is looked at; its past stays. Raises BadInput without a reason."""
    if not reason.strip():
        raise BadInput(_("A host is not removed without a reason."), _("Say what became of it."))
    with recording(actor, recorded("remove the host %(name)s", name=host.name)):
        host.removed_at = now
        host.removed_because = reason.strip()
        host.save()
    tell_followers(host)
