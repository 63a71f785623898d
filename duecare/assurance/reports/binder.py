"""The evidence binder: all that the record holds about one safeguard, or about those an obligation asks for.

Each item names its entry in the ledger and the hash of that entry's leaf, so that a reader can ask for the
proof of just that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.assurance.reports.binder_parts import (
    approved_exceptions,
    checked,
    found_gaps,
    held_targets,
    stated,
)
from duecare.assurance.reports.evidence import grade_of
from duecare.assurance.reports.interface import Asked, Report, Told
from duecare.errors import NotFound
from duecare.law.answering import told_answer
from duecare.law.applicable import answers, register_now
from duecare.law.obligations import Obligation
from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import Safeguard, catalogue
from duecare.program.papers.blocks import Block, Facts, Heading, Text, as_json, mark
from duecare.program.papers.placing import NOTHING, day
from duecare.program.queries import profile, required_by, standing_of
from duecare.program.reach import reach

SAFEGUARD, OBLIGATION = "safeguard:", "obligation:"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many rows of each list are printed; what is beyond is counted."""

    exceptions: int
    """Of each check."""
    findings: int
    entries: int
    """Of each finding's history."""


ONE = Bounds(exceptions=200, findings=100, entries=8)
MANY = Bounds(exceptions=10, findings=10, entries=3)
"""Where a binder is about all that an obligation asks for."""


def title_of(about: str) -> str:
    """What a binder is about, by name. Raises NotFound if there is no such safeguard or obligation."""
    kind, _colon, id = about.partition(":")
    known: Mapping[str, Safeguard | Obligation] = {}
    if f"{kind}:" == SAFEGUARD:
        known = catalogue()
    elif f"{kind}:" == OBLIGATION:
        known = register_now().obligations
    found = known.get(id)
    if found is None:
        raise NotFound(
            _("There is no safeguard or obligation “%s”.") % about[:80], _("Choose one from the list.")
        )
    return found.title if isinstance(found, Safeguard) else found.name


def gather(asked: Asked, viewer: Viewer) -> Told:
    """All about `asked.about`, as the view in force has it."""
    name, facts = title_of(asked.about), profile()
    id = asked.about.partition(":")[2]
    if asked.about.startswith(OBLIGATION):
        blocks = list(_obligation(register_now().obligations[id], asked, viewer))
    else:
        blocks = list(_safeguard(catalogue()[id], asked, viewer, ONE))
    return Told(
        title=_("Evidence: %s") % name,
        lines=(reach(facts).words,),
        content={"blocks": [as_json(block) for block in blocks]},
    )


def _safeguard(one: Safeguard, asked: Asked, viewer: Viewer, bounds: Bounds) -> Iterator[Block]:
    standing = standing_of(one, viewer, asked.instant)
    askers = required_by(profile()).get(one.id, [])
    certain = "; ".join(f"{asker.name} ({asker.citation})" for asker in askers if asker.certain)
    open_ones = "; ".join(str(asker.name) for asker in askers if not asker.certain)
    yield Facts(
        (
            (_("Aim"), one.aim),
            (_("State"), mark(standing.state.value)),
            (_("Why"), standing.why or NOTHING),
            (_("Since"), day(standing.since)),
            (_("Weakest evidence"), grade_of(standing) or NOTHING),
            (_("Asked for by"), certain or NOTHING),
            *(((_("May be asked for by"), open_ones),) if open_ones else ()),
            (_("What would prove it"), one.evidence),
            (_("Why it is reasonable"), one.why),
            (_("Identifiers"), _identifiers(one)),
        )
    )
    yield from checked(standing, asked.instant, viewer, bounds.exceptions)
    yield from held_targets(one.id, viewer)
    yield from stated(standing, asked.instant, viewer)
    yield from approved_exceptions(one.id, asked.instant, viewer)
    yield from found_gaps(one.id, viewer, bounds.findings, bounds.entries)


def _identifiers(one: Safeguard) -> str:
    sets = (("CSF 2.0", one.csf), ("CIS 8.1", one.cis), ("SP 800-53", one.sp800_53))
    told = [f"{name}: {', '.join(ids)}" for name, ids in sets if ids]
    if one.iso27001_unchecked:
        told.append(_("ISO 27001, unchecked: %s") % ", ".join(one.iso27001_unchecked))
    return "; ".join(told) or NOTHING


def _obligation(one: Obligation, asked: Asked, viewer: Viewer) -> Iterator[Block]:
    register = register_now()
    yield Facts(
        (
            (_("Obligation"), one.name),
            (_("Where it is found"), one.citation),
            (_("Jurisdiction"), one.jurisdiction),
            (_("Whether it applies"), told_answer(answers()[one.id], register)),
            (
                _("How far confirmed"),
                register.confidence_levels.get(one.confidence.value, one.confidence.value),
            ),
            (_("Compiled"), one.read if one.own else register.as_of),
        )
    )
    yield Text(register.disclaimer, quiet=True)
    if not one.measures:
        yield Text(_("It asks for no safeguard of the catalogue."))
    cited: dict[str, list[str]] = {}
    for measure in one.measures:
        cited.setdefault(measure.safeguard, []).append(measure.citation)
    for id, citations in cited.items():
        safeguard = catalogue()[id]
        yield Heading(safeguard.title)
        yield Text(_("Asked for in: %s") % "; ".join(citations))
        for block in _safeguard(safeguard, asked, viewer, MANY):
            yield replace(block, level=block.level + 1) if isinstance(block, Heading) else block


BINDER = Report(
    id="binder",
    title=gettext_lazy("Evidence binder"),
    summary=gettext_lazy(
        "All that the record holds about one safeguard or one obligation: checks, exceptions by name and "
        "reason, targets, statements, findings with their history, each with its entry."
    ),
    template="flow",
    gather=gather,
)
