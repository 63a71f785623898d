"""What passes between the record and the deployer: orders out, results in, as files in two directories.

The deployer checks every order itself, so nothing here can make it install what two people did not sign. What
it tells is taken as its word: it closes no finding, which only a host's next report does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize

from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError
from duecare.home import write_private
from duecare.ledger import blobs, canonical
from duecare.ledger.models import Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role, Viewer
from duecare.patching.deployer.bundles import write_bundle
from duecare.patching.deployer.carrying import BUNDLE, STOP
from duecare.patching.runs.models import Came, PatchAsk, PatchResult, PatchRun, Told
from duecare.patching.runs.queries import order_of, reference
from duecare.program.approval_queries import approvals_in_force, version_of
from duecare.program.models import Approval
from duecare.reaching.own_files import read_regular

JOB = Viewer("worker", "worker", frozenset({Role.OWNER}))
"""Who reads the record here: a job, which can decide nothing."""
MOST_FILES = 2000
MOST_BYTES = 4 << 20
"""Of one file of results."""
MOST_LINES = 5000
ACT = 200
"""Lines that one act takes in."""


# ── Orders out ───────────────────────────────────────────────────────────────────────────────────────────


def hand_over(orders: Path, now: datetime) -> int:
    """Put every approved run that still waits where the deployer looks, and take away what it took up.

    Withdrawn runs get a mark that stops them. Returns how many bundles were written anew. Raises BadInput if
    the directory cannot be written.
    """
    written = 0
    try:
        os.scandir(orders).close()  # which is not made here: nobody would read what is put there
        for run in PatchRun.objects.filter(not_after__gt=now).order_by("made_at", "id"):
            file = orders / f"{run.pk}{BUNDLE}"
            if run.ended_at is not None:
                file.unlink(missing_ok=True)
                _lay(orders / f"{run.pk}{STOP}", b"")
            elif run.results.exists():
                file.unlink(missing_ok=True)
            elif not file.exists() and (data := _bundle(run)) is not None:
                _lay(file, data)
                written += 1
        for run in PatchRun.objects.filter(not_after__lte=now).order_by("-not_after", "id")[:MOST_FILES]:
            (orders / f"{run.pk}{BUNDLE}").unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(
            _("%(place)s cannot be written: %(why)s.") % {"place": orders, "why": error.strerror},
            _("Make the directory, and let the user of Duecare write there."),
        ) from error
    return written


def _lay(file: Path, data: bytes) -> None:
    """Put a file there whole, for the deployer's group to read."""
    if not file.exists():
        part = file.with_name(f".{file.name}.part")
        write_private(part, data)
        part.chmod(0o640)
        part.replace(file)


def _bundle(run: PatchRun) -> bytes | None:
    """The order of a run with both signatures; None for one that two people have not signed as it stands."""
    ask: PatchAsk | None = PatchAsk.objects.filter(run=run).select_related("passkey").first()
    approved = approvals_in_force([reference(run.pk)], JOB).get(reference(run.pk))
    version = version_of(reference(run.pk), JOB)
    if (
        ask is None
        or approved is None
        or not approved.signed
        or approved.approval.alone
        or approved.approval.by_id == ask.by_id
        or {ask.entry, approved.approval.entry} != {version.entry}
    ):
        return None
    payload = Payload.objects.get(index=version.entry)
    return write_bundle(
        blobs.fetch(run.order),
        bytes(payload.salt),
        bytes(payload.data),
        _assertion(ask),
        _assertion(approved.approval),
    )


def _assertion(row: PatchAsk | Approval) -> dict[str, str]:
    return {
        "credential": row.passkey.credential if row.passkey else "",
        "authenticator_data": row.authenticator_data,
        "client_data": row.client_data,
        "signature": row.signature,
    }


# ── Results in ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a reading of the results brought."""

    lines: int
    faults: tuple[str, ...]
    """What could not be used, each with its file and line."""


def take_in(results: Path) -> TakenIn:
    """Record every line of the deployer's that is not in the record yet.

    Raises BadInput if the directory cannot be read. A line that cannot be used is named and left out.
    """
    taken, faults = 0, list[str]()
    for file in _files(results):
        try:
            lines = _read(file)
        except BadInput as error:
            faults.append(f"{file.name}: {error.what}")
            continue
        known = set(PatchResult.objects.filter(source=file.stem).values_list("number", flat=True))
        fresh: list[PatchResult] = []
        for number, line in enumerate(lines, 1):
            try:
                made = _result(file.stem, line)
            except (DuecareError, KeyError, TypeError, ValueError) as error:
                faults.append(f"{file.name}, line {number}: {getattr(error, 'what', 'it cannot be read')}")
                continue
            if made is not None and made.number not in known:
                known.add(made.number)
                fresh.append(made)
        for start in range(0, len(fresh), ACT):
            with recording(JOB.actor, "take in what the deployer told"):
                for made in fresh[start : start + ACT]:
                    made.save(force_insert=True)
        taken += len(fresh)
    return TakenIn(taken, tuple(faults))


def _files(results: Path) -> Iterator[Path]:
    try:
        found = sorted(one for one in results.iterdir() if one.suffix == ".jsonl" and one.name[0] != ".")
    except OSError as error:
        raise BadInput(
            _("%(place)s cannot be read: %(why)s.") % {"place": results, "why": error.strerror},
            _("Give the directory in which the deployer puts its results."),
        ) from error
    yield from (one for one in found[:MOST_FILES] if len(one.stem) <= 60)


def _read(file: Path) -> list[str]:
    """The lines of a file of results. Raises BadInput for what is no plain file, no text, or too large."""
    try:
        lines = read_regular(file, MOST_BYTES).decode().splitlines()
    except UnicodeDecodeError as error:
        raise BadInput(_("It is no text: %s.") % error, _("Look at it on the deployer.")) from error
    if len(lines) > MOST_LINES:
        raise BadInput(_("It has more lines than the deployer writes."), _("Look at it on the deployer."))
    return lines


def _result(source: str, line: str) -> PatchResult | None:
    """The record of a line; None for a line of which the record has no need.

    Raises DuecareError, KeyError, TypeError or ValueError for one that cannot be used.
    """
    told = json.loads(line)
    if told["what"] not in Told.values:
        return None
    run = PatchRun.objects.get(pk=told["run"]) if PatchRun.objects.filter(pk=told["run"]).exists() else None
    if run is None:
        raise BadInput(_("it tells of no run that is known here"), _("Nothing of it is taken in."))
    made = PatchResult(
        id=new_key(),
        run=run,
        source=source,
        number=_number(told["n"]),
        what=told["what"],
        at=canonical.parse_utc(told["at"]),
        words=_words(told.get("words", "")),
    )
    if made.what == Told.HOST:
        _add_host(made, run, told)
    return made


def _add_host(made: PatchResult, run: PatchRun, told: dict[str, Any]) -> None:
    host = next((one for one in order_of(run).hosts if one.key == told["host"]), None)
    if host is None or told["outcome"] not in Came.values or not isinstance(told["restart"], bool):
        raise BadInput(_("it tells of no host of this run"), _("Nothing of it is taken in."))
    asked = {one.name for one in host.packages}
    made.host_id, made.outcome, made.restart = host.key, told["outcome"], told["restart"]
    made.versions = {
        name: _words(version) for name, version in dict(told["versions"]).items() if name in asked
    }


def _number(value: Any) -> int:
    if type(value) is not int or not 0 < value <= MOST_LINES:
        raise ValueError
    return value


def _words(value: Any) -> str:
    """Text of others, bounded and without what could steer a page or a terminal."""
    shown = "".join(one if one.isprintable() else " " for one in str(value)[:500])
    return normalize("NFC", shown)[:500]
