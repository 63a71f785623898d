"""What checks and safeguards show at a moment, as questions of insurers need it (`evidence.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from unicodedata import normalize

from django.utils.translation import gettext as _

from duecare.errors import BadInput, DuecareError, Refused
from duecare.ledger.viewers import Viewer
from duecare.program.assessing import Lines
from duecare.program.catalogue import catalogue
from duecare.program.judgement import Verdict, checks, find_check
from duecare.program.posture import Found, Standing, State
from duecare.program.queries import found_outcomes, safeguards_for, standing_of
from duecare.risk.insurance.evidence import MOST_NAMED, Counter, Looked, Said

CHECK, SAFEGUARD = "check:", "safeguard:"
MOST = 12
"""Checks and safeguards that one question rests on."""
NAME, WHY = 160, 200
"""Characters of a counterexample."""


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a question can rest on, by safeguard: the safeguard as a whole, and each of its checks."""
    of: dict[str, list[tuple[str, str]]] = {}
    for check in checks():
        of.setdefault(check.safeguard, []).append((f"{CHECK}{check.id}", str(check.question)))
    return [
        (str(one.title), [(f"{SAFEGUARD}{id}", _("%s as a whole") % one.title), *of.get(id, ())])
        for id, one in catalogue().items()
    ]


def demand_known(rests_on: Sequence[str]) -> None:
    """Raises BadInput for what is neither a check nor a safeguard of ours, or too many of them."""
    for id in rests_on:
        if title_of(id) is None:
            raise BadInput(
                _("“%s” is neither a check nor a safeguard.") % id[:80],
                _("Write check: or safeguard: before its id, or leave it out."),
                "rests_on",
            )
    if len(rests_on) > MOST:
        raise BadInput(
            _("At most %s of them are looked at.") % MOST, _("Choose those that decide."), "rests_on"
        )


def title_of(id: str) -> str | None:
    """What a check or safeguard asks, in the language of the moment; None for what is none."""
    if id.startswith(CHECK):
        check = find_check(id.removeprefix(CHECK))
        return None if check is None else str(check.question)
    one = catalogue().get(id.removeprefix(SAFEGUARD)) if id.startswith(SAFEGUARD) else None
    return None if one is None else f"{one.title}."


def safeguard_of(rests_on: Sequence[str]) -> str:
    """The safeguard that the first of them is of; empty for none."""
    for id in rests_on:
        if id.startswith(SAFEGUARD):
            return id.removeprefix(SAFEGUARD)
        if (check := find_check(id.removeprefix(CHECK))) is not None:
            return check.safeguard
    return ""


def demand_reach(rests_on: Iterable[str], viewer: Viewer) -> None:
    """Raises Refused for who does not see all evidence of a question: what they would freeze says less than
    there is."""
    if not reaches_all(rests_on, viewer):
        raise Refused(
            _("Part of the evidence lies outside of your areas."),
            _("Ask somebody whose right reaches all of it."),
        )


def as_seen(kept: Said, viewer: Viewer) -> Said:
    """Evidence that was kept, as a viewer may see it: outside of their areas it counts and names nothing."""
    hidden = {one.id: one.title for one in kept.looked if not _reaches(one.id, viewer)}
    if not hidden:
        return kept
    outside = _("It lies outside of your areas.")
    why = tuple(
        next((f"{title} {outside}" for title in hidden.values() if line.startswith(title)), line)
        for line in kept.why
    )
    looked = tuple(replace(one, why=outside) if one.id in hidden else one for one in kept.looked)
    counters = tuple(one for one in kept.counters if one.of and _reaches(one.of, viewer))
    return replace(kept, why=why, looked=looked, counters=counters)


def reaches_all(rests_on: Iterable[str], viewer: Viewer) -> bool:
    """Whether the viewer's areas cover everything that a question rests on."""
    return all(_reaches(id, viewer) for id in rests_on)


def _reaches(id: str, viewer: Viewer) -> bool:
    """Whether the viewer's areas cover that of a check or safeguard; one that is gone is of none."""
    safeguard = catalogue().get(safeguard_of([id]))
    return viewer.covers(safeguard.area if safeguard is not None else "")


def look(rests_on: Sequence[str], viewer: Viewer, now: datetime) -> tuple[Looked, ...]:
    """What each of them shows, as far as the viewer may see it."""
    found = found_outcomes(viewer)
    return tuple(_look(id, found, viewer, now) for id in rests_on)


def _look(id: str, found: dict[str, Found], viewer: Viewer, now: datetime) -> Looked:
    title = title_of(id) or id
    if id.startswith(CHECK):
        one = found.get(id.removeprefix(CHECK))
        if one is None:
            return Looked(
                id, title, Verdict.UNKNOWN, 0, _("It was never judged, or lies outside of your areas.")
            )
        return _of_check(id, title, one, now)
    safeguard = safeguards_for(viewer).get(id.removeprefix(SAFEGUARD))
    if safeguard is None:
        return Looked(id, title, Verdict.UNKNOWN, 0, _("It lies outside of your areas."))
    return _of_safeguard(id, title, standing_of(safeguard, viewer, now), now)


def _of_check(id: str, title: str, one: Found, now: datetime) -> Looked:
    verdict = one.verdict_at(now)
    counters = tuple(_counters(one)) if verdict is Verdict.UNMET else ()
    gathered = one.evidence_at.isoformat() if one.evidence_at else ""
    unmet = one.unmet if verdict is Verdict.UNMET else 0
    why = "" if verdict is Verdict.MET else f"{_plain(one.words(now))}."
    return Looked(id, title, verdict, one.population, why, counters, unmet, gathered)


def _of_safeguard(id: str, title: str, one: Standing, now: datetime) -> Looked:
    """A safeguard as a whole: only what checks prove counts as shown."""
    failing = [each for each in one.found if each.verdict_at(now) is Verdict.UNMET]
    admitted = [each for each in one.said if each.verdict_at(now) is Verdict.UNMET]
    counters = [counter for each in failing for counter in _counters(each)]
    counters += [Counter(_plain(each.asked)[:NAME], _plain(each.words(now))[:WHY], id) for each in admitted]
    counts = [(f"{CHECK}{each.check.id}", each.unmet) for each in failing]
    times = [each.evidence_at for each in one.found if each.evidence_at]
    if failing or admitted:
        verdict = Verdict.UNMET
    elif one.state is State.PROVEN:
        verdict = Verdict.MET
    elif one.state is State.NOT_APPLICABLE:
        verdict = Verdict.NOT_APPLICABLE
    else:
        verdict = Verdict.UNKNOWN
    why = "" if verdict is Verdict.MET else f"{_plain(one.why)}."
    return Looked(
        id,
        title,
        verdict,
        sum(each.population for each in one.found),
        why,
        tuple(counters[:MOST_NAMED]),
        sum(each.unmet for each in failing) + len(admitted),
        min(times).isoformat() if times else "",
        tuple([*counts, (id, len(admitted))] if admitted else counts),
    )


def _counters(one: Found) -> Iterator[Counter]:
    """The exceptions of an outcome by name; none where its file is gone, which the count then shows."""
    try:
        lines = Lines(one.exceptions)
    except DuecareError:
        return
    for line in lines[:MOST_NAMED]:
        if line["verdict"] == Verdict.UNMET.value:
            name = f"{line['name']} {line['item']}".strip()
            yield Counter(_plain(name)[:NAME], _plain(line["reason"])[:WHY], f"{CHECK}{one.check.id}")


def _plain(text: object) -> str:
    return normalize("NFC", " ".join(str(text).split())).rstrip(".")
