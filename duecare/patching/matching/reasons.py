"""Why an answer is what it is, in words. Pure."""

from __future__ import annotations

from duecare.patching.advisories.interface import UNKNOWN_MODULE
from duecare.patching.ecosystems import SCHEMES
from duecare.patching.matching.joining import Answer, Obstacle
from duecare.patching.matching.rules import Rule, Rules
from duecare.patching.matching.segments import Ground, Rank
from duecare.patching.matching.triples import Triple
from duecare.words import gettext as _

SHOWN = 80


def why(rules: Rules, triple: Triple, answer: Answer, beaten: Answer | None) -> str:
    """What the answer rests on: whose range, whose word, or what keeps it from being decided."""
    rule = rules.rules[answer.rule]
    reason = f"{rules.feeds[rule.feed]}: {_reason(rule, triple, answer)}"
    if beaten is None:
        return reason
    other = rules.rules[beaten.rule]
    return _("%(reason)s; this goes before %(other)s") % {
        "reason": reason,
        "other": f"{rules.feeds[other.feed]}: {_reason(other, triple, beaten)}",
    }


def _reason(rule: Rule, triple: Triple, answer: Answer) -> str:
    if answer.obstacle is not Obstacle.NONE:
        return _obstacle(rule, triple, answer.obstacle)
    said = _ground(rule)
    if rule.place.by_source and rule.place.name != triple.found_as:
        said = _("%(said)s (of the source package %(source)s)") % {"said": said, "source": rule.place.name}
    note = rule.segment.note
    return f"{said}; {note}" if note and rule.segment.ground is not Ground.SAID else said


def _ground(rule: Rule) -> str:
    segment = rule.segment
    text = {"text": segment.text}
    match segment.ground:
        case Ground.IN_RANGE if not segment.fixed:
            return _("the version lies in the affected range %(text)s; no fix known") % text
        case Ground.IN_RANGE:
            return _("the version lies in the affected range %(text)s") % text
        case Ground.AFTER_FIX:
            return _("the version is at or after %(text)s, which holds the fix") % text
        case Ground.OUT_OF_RANGES if not segment.text:
            return _("the version is not among those that are named as affected")
        case Ground.OUT_OF_RANGES:
            return _("the version lies outside of what is affected, %(text)s") % text
        case Ground.NAMED:
            return _("the version %(text)s is named as it is spelt") % text
        case Ground.NO_BOUND:
            return _("a bound of the range, %(text)s, is no version, so that nothing follows from it") % text
        case Ground.NO_SCHEME:
            return _("there is no order of versions here for %(ecosystem)s, so that no range is decided") % {
                "ecosystem": rule.place.ecosystem
            }
        case Ground.REFUSED:
            return _("what the advisory says could not be used: %(text)s") % text
        case _:
            return _said(segment.rank, segment.note)


def _said(rank: Rank, note: str) -> str:
    words = {
        Rank.AFFECTED: _("the source says that it is affected"),
        Rank.UNDECIDED: _("the source does not know whether it is affected"),
        Rank.DENIED: _("the source says that it is not affected"),
        Rank.FIXED: _("the source says that it is fixed"),
    }[rank]
    return f"{words}: {note}" if note else words


def _obstacle(rule: Rule, triple: Triple, obstacle: Obstacle) -> str:
    match obstacle:
        case Obstacle.VERSION if triple.ecosystem not in SCHEMES:
            return _("there is no order of versions here for %(ecosystem)s, so that no range is decided") % {
                "ecosystem": triple.ecosystem
            }
        case Obstacle.VERSION:
            version = triple.source_version if rule.place.by_source else triple.version
            return _("%(version)s is no version of %(ecosystem)s, so that nothing follows from it") % {
                "version": repr(version[:SHOWN]),
                "ecosystem": triple.ecosystem,
            }
        case Obstacle.RELEASE:
            return _("for which release of %(ecosystem)s the package was made is not known") % {
                "ecosystem": triple.ecosystem
            }
        case Obstacle.OTHER_STREAM:
            return _("the advisory is about the module stream %(stream)s, and this comes from another") % {
                "stream": rule.module
            }
        case Obstacle.NO_MODULE:
            return _("the advisory is about packages of a module, and this comes from none")
        case Obstacle.A_MODULE:
            return _("the advisory is about packages outside of modules, and this comes from one")
        case _ if rule.module == UNKNOWN_MODULE:
            return _("the advisory is about a module stream that it does not name")
        case _:
            return _("whether the package comes from the module stream %(stream)s is not known") % {
                "stream": rule.module
            }
