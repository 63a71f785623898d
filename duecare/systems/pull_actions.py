"""Taking in what the puller fetched: whose a report is says the connection that it came over, not the report.

The puller's list, which its keeper writes by hand, names a computer and the one SSH host key that it shows.
The first report over a connection tells the machine id; from then on a report that names another is refused,
and kept as a doubt about the connection, which a check turns into a finding. So is one that calls itself
otherwise than the list does, and one that claims to be a host that another name or connection stands for.
Hosts that sign their own reports are left to that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.assessing import open_at_once
from duecare.program.judgement import Grade
from duecare.reaching.own_files import read_regular
from duecare.reaching.terminal import plain
from duecare.systems.actions import record_report
from duecare.systems.envelopes import same_name
from duecare.systems.fleet import known_host
from duecare.systems.fleet_checks import PULLED_ALONE
from duecare.systems.followers import tell_followers
from duecare.systems.isolated import Summary, read_isolated
from duecare.systems.models import Host
from duecare.systems.pull_models import Came, PulledHost, PullPass
from duecare.systems.puller.passes import (
    KEY,
    MOST_BYTES,
    MOST_REPORT,
    PASSED,
    REPORT,
    Line,
    Pass,
    read_pass,
)
from duecare.systems.puller.passes import (
    Came as Told,
)
from duecare.systems.reports import CLOCK_TOLERANCE
from duecare.web.recorded import in_the_records_language, recorded

ACTOR = "puller"
MOST_FILES = 100
"""Passes that one reading takes in; the next one goes on."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a reading of the puller's directory brought."""

    passes: int
    reports: int
    faults: tuple[str, ...]
    """Passes that could not be used, and hosts whose report was not taken in, each with its name and why."""


def take_in(directory: Path, now: datetime) -> TakenIn:
    """Record every pass that is not in the record yet.

    Raises BadInput if the directory cannot be read. One pass, or one host of it, that cannot be used is named
    and the others go on; taking the same in again changes nothing.
    """
    passes, reports, faults = 0, 0, list[str]()
    with in_the_records_language():
        for file in _files(directory):
            try:
                told = read_pass(data := read_regular(file, MOST_BYTES))
                _demand_usable(told, file, now)
            except DuecareError as error:
                faults.append(f"{file.name}: {error.what}")
                continue
            if PullPass.objects.filter(ended_at__gt=told.ended).exists():
                faults.append(_("%s: a later pass was taken in before, so nothing of it counts") % file.name)
            else:
                for line in told.lines:
                    try:
                        words, fresh = _take_line(line, directory, told.ended, now)
                    except DuecareError as error:  # of one host: the others and later passes go on
                        words, fresh = str(error.what), False
                    reports += fresh
                    if words and line.came == Told.REPORTED:
                        faults.append(f"{line.name}: {words}")
                _leave_out(told)
            _keep_pass(told, data, now)
            passes += 1
    return TakenIn(passes, reports, tuple(faults))


def _take_line(line: Line, directory: Path, at: datetime, now: datetime) -> tuple[str, bool]:
    """Record what came of one host: what was said, and whether there is a new report."""
    found = _connection(line, at, now)
    came, words, fresh = Came(line.came.value), line.words, False
    if came == Came.REPORTED:
        came, words, fresh = _take_report(found, directory, line, now)
    _note(found, came, words, at)
    return words, fresh


def end_connection(host: Host, actor: str, now: datetime, because: str) -> None:
    """Forget whose computer the host's connections lead to; the next report over each tells it anew.

    Raises BadInput without a reason, NotFound if nothing is fetched from it.
    """
    if not because.strip():
        raise BadInput(_("A connection is not ended without a reason."), _("Say what was found."))
    with recording(actor, recorded("end the connection to %(name)s", name=host.name)):
        found = list(PulledHost.objects.select_for_update().filter(host=host, ended_at=None))
        if not found:
            raise NotFound(_("Nothing is fetched from %s.") % host.name, _("Look on its page."))
        for one in found:
            _end(one, now, because.strip())


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────


def _files(directory: Path) -> Iterator[Path]:
    """The passes that are not in the record yet, oldest first."""
    try:
        found = sorted(one for one in directory.iterdir() if one.name.endswith(PASSED))
    except OSError as error:
        raise BadInput(
            _("%(place)s cannot be read: %(why)s.") % {"place": directory, "why": error.strerror},
            _("Give the directory in which the puller puts what came."),
        ) from error
    keys = [one.name.removesuffix(PASSED) for one in found]
    known = set(PullPass.objects.filter(source__in=keys[:10_000]).values_list("source", flat=True))
    fresh = [one for one, key in zip(found, keys, strict=True) if KEY.fullmatch(key) and key not in known]
    yield from fresh[:MOST_FILES]


def _demand_usable(told: Pass, file: Path, now: datetime) -> None:
    if f"{told.key}{PASSED}" != file.name:
        raise BadInput(_("it tells of another pass than its name says"), _("Look at the puller."))
    if told.ended > now + CLOCK_TOLERANCE:
        raise BadInput(_("it ended in the future"), _("Set the clock of the puller's machine."))


def _read_report(directory: Path, line: Line) -> bytes:
    data = read_regular(directory / f"{line.report}{REPORT}", MOST_REPORT)
    if hashlib.sha256(data).hexdigest() != line.report:
        raise BadInput(_("The report is not the one that was fetched."), _("Look at the puller."))
    return data


# ── Connections ──────────────────────────────────────────────────────────────────────────────────────────


def _connection(line: Line, at: datetime, now: datetime) -> PulledHost:
    """The connection that a line tells of, made or brought up to it.

    Another host key under the same name is another connection: the old one ends, and with it its doubt.
    """
    found: PulledHost | None = PulledHost.objects.filter(name=line.name, ended_at=None).first()
    reached = {"address": line.address, "port": line.port, "user": line.user}
    same = found is not None and found.host_key == line.host_key
    if found is not None and same and reached == {name: getattr(found, name) for name in reached}:
        return found
    with recording(ACTOR, recorded("note how %(name)s is reached", name=line.name)):
        if found is not None and same:
            for name, value in reached.items():
                setattr(found, name, value)
            found.save()
            return found
        if found is not None:
            _end(found, now, _("the puller's list names another host key"))
        made = PulledHost(
            id=new_key(),
            name=line.name,
            host_key=line.host_key,
            host=_known_by_name(line.name) or _stand_in(line, now),
            came=line.came.value if line.came.value != Came.REPORTED else Came.FAILED,
            since=at,
            first_told_at=now,
            **reached,
        )
        made.save(force_insert=True)
    return made


def _known_by_name(name: str) -> Host | None:
    """The one host of that name, if there is one alone and no connection leads to it yet."""
    short = name.partition(".")[0]
    found = [
        one
        for one in Host.objects.filter(removed_at=None, name__istartswith=short)
        if same_name(one.name, name) and not one.pulled.filter(ended_at=None).exists()
    ]
    return found[0] if len(found) == 1 else None


def _stand_in(line: Line, now: datetime) -> Host:
    """A host for one that has not reported yet, so that it counts among those that are known."""
    made: Host = Host.objects.create(
        id=new_key(),
        name=line.name,
        key=_stand_in_key(line.name, line.host_key, now),
        kind="unknown",
        family="other",
        first_seen_at=now,
    )
    return made


def _stand_in_key(name: str, host_key: str, now: datetime) -> str:
    """In place of a machine id; no machine has it."""
    told = f"duecare/v1/pulled-host\0{name}\0{host_key}\0{now.isoformat()}"
    return hashlib.sha256(told.encode()).hexdigest()


def _end(found: PulledHost, now: datetime, because: str) -> None:
    found.ended_at, found.ended_because = now, because
    found.save()


def _note(found: PulledHost, came: Came, words: str, at: datetime) -> None:
    """Write what came of a host, if that is another thing than before."""
    words = plain(words)[:500]
    if (found.came, found.words) == (came, words):
        return
    with recording(ACTOR, recorded("note what came of %(name)s", name=found.name)):
        current = PulledHost.objects.select_for_update().get(pk=found.pk)
        if current.came != came:
            current.since = at
        current.came, current.words = came, words
        current.save()


def _leave_out(told: Pass) -> None:
    """Note the hosts that are no longer on the puller's list. They become silent; a person removes them."""
    listed = {line.name for line in told.lines}
    for found in PulledHost.objects.filter(ended_at=None).exclude(came=Came.UNLISTED):
        if found.name not in listed:
            _note(found, Came.UNLISTED, "", told.ended)


def _keep_pass(told: Pass, data: bytes, now: datetime) -> None:
    digest = blobs.keep(data)
    with recording(ACTOR, "take in a pass of the puller", valid_at=told.ended):
        PullPass.objects.create(
            id=new_key(),
            source=told.key,
            begun_at=told.begun,
            ended_at=told.ended,
            taken_in_at=now,
            hosts=len(told.lines),
            reported=sum(line.came.value == Came.REPORTED for line in told.lines),
            told=digest,
        )


# ── Reports ──────────────────────────────────────────────────────────────────────────────────────────────


def _take_report(found: PulledHost, directory: Path, line: Line, now: datetime) -> tuple[Came, str, bool]:
    """Record the report that came over a connection: what came of it, why, and whether it is a new one."""
    try:
        data = _read_report(directory, line)
        told = read_isolated(data, now)
    except DuecareError as error:
        return Came.UNUSABLE, str(error.what), False
    doubt = _another(found, told)
    if doubt:
        _doubt(found, doubt, now)
        return Came.REFUSED, doubt, False
    digest = blobs.keep(data)
    try:
        with recording(
            ACTOR, recorded("fetch a report of %(name)s", name=found.name), valid_at=told.collected_at
        ):
            host = _bind(found, told, now)
            if host.reports.filter(report=digest).exists():
                return Came.REPORTED, "", False
            record_report(host, told, digest, now, Grade.OWN)
    except DuecareError as error:
        return Came.REFUSED, str(error.what), False
    tell_followers(host)
    return Came.REPORTED, "", True


def _another(found: PulledHost, told: Summary) -> str:
    """Why a report is of another computer than the connection leads to; empty if nothing says so."""
    if not same_name(told.name, found.name):
        return _("it calls itself %(told)s") % {"told": repr(told.name[:100])}
    if found.bound:
        if told.key == found.host.key:
            return ""
        return _("it names another machine id (%(told)s…)") % {"told": told.key[:12]}
    other = Host.objects.filter(key=told.key).exclude(pk=found.host_id).first()
    if other is None:
        return ""
    if not same_name(other.name, found.name):
        return _("it names the machine id of %(name)s") % {"name": other.name}
    if other.pulled.filter(ended_at=None, bound=True).exists():
        return _("it names the machine id of %(name)s, to which another connection leads") % {
            "name": other.name
        }
    return ""


def _bind(found: PulledHost, told: Summary, now: datetime) -> Host:
    """The host whose reports come over the connection, from the first one on. Within an act.

    Raises Refused for a host that was removed, and for one that has a key: what it signs stands by itself,
    and nothing that is believed because of the puller takes its place.
    """
    host: Host = Host.objects.select_for_update().get(pk=found.host_id)
    if not found.bound and host.key != told.key:
        host = _machine(host, told, found, now)
    if host.removed_at is not None:
        raise Refused(
            _("%s was removed from what is looked at.") % host.name, _("Take it off the puller's list.")
        )
    if host.keys.filter(ended_at=None).exists():
        raise Refused(
            _("%s signs its reports itself, and those alone count.") % host.name,
            _("Take it off the puller's list, or end its key."),
        )
    if not found.bound:
        found.host, found.bound = host, True
        found.save()
    return host


def _machine(provisional: Host, told: Summary, found: PulledHost, now: datetime) -> Host:
    """The host with the machine id that the first report tells: a known one, the stand-in, or a new one."""
    stands_in = (
        provisional.system == "" and not provisional.reports.exists() and not provisional.keys.exists()
    )
    other: Host | None = Host.objects.select_for_update().filter(key=told.key).first()
    if other is not None:
        if stands_in:
            provisional.removed_at = now
            provisional.removed_because = _("it is the same computer as %s") % other.name
            provisional.save()
        return other
    if stands_in:
        provisional.key = told.key
        provisional.save()
        return provisional
    return Host(id=new_key(), key=told.key, name=found.name, first_seen_at=now)


def _doubt(found: PulledHost, told: str, now: datetime) -> None:
    """Keep the first, as a record and as a finding; the next ones show nothing more."""
    if not found.doubt:
        with recording(ACTOR, recorded("doubt the connection to %(name)s", name=found.name)):
            found.doubt, found.doubted_at = told[:300], now
            found.save()
        open_at_once(ACTOR, PULLED_ALONE, known_host(found.host, now), now)
