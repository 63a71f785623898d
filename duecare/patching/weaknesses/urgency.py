"""How soon an update is to be installed, and which of many comes first, each with its reason. Pure.

Two questions, two answers. The *class* says which promise holds (days, from the targets): whether the
weakness is exploited, critical, serious or ordinary. The *order* says what to do first among all that is
open: points from 0 to the sum of the organisation's weights.

The signals are those of others: CISA's list of exploited weaknesses (KEV, Binding Operational Directive
22-01), EPSS (FIRST, the chance of exploitation within 30 days), CISA's SSVC decision points (SEI,
"Prioritizing Vulnerability Response", 2.0), CVSS base scores (FIRST), and two facts of our own about the
host: whether the internet reaches it and whether data of people lie on it.

An unknown signal is neither good nor bad: it counts half, and the reason says that it is unknown. So a host
of which nothing is known does not sink below one that was seen to be harmless. KEV is a list and has no
"unknown" of its own: a weakness that is not on a list that was read is not listed; without a list it is
unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from duecare.words import gettext as _
from duecare.words import ngettext

HALF = Fraction(1, 2)
CRITICAL_CVSS, SERIOUS_CVSS = 9.0, 7.0
"""Where CVSS 3.1 and 4.0 (section 5, qualitative ratings) begin "critical" and "high"."""
CRITICAL_EPSS, SERIOUS_EPSS = 0.5, 0.1
"""Exploitation within 30 days more likely than not; and where about the most likely twentieth begins."""


class Urgency(StrEnum):
    """The classes of promises, the shortest first."""

    EXPLOITED = "exploited"
    """Seen in attacks: listed in KEV, or SSVC says that exploitation is active."""
    CRITICAL = "critical"
    SERIOUS = "serious"
    ORDINARY = "ordinary"


class Exploitation(StrEnum):
    """SSVC's decision point of that name."""

    NONE = "none"
    POC = "poc"
    """Somebody showed publicly how."""
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known about one weakness on one host; None is unknown throughout."""

    kev: bool | None = None
    epss: float | None = None
    """0 to 1."""
    exploitation: Exploitation | None = None
    automatable: bool | None = None
    """SSVC: whether attackers can do the first steps by machine, on many at once."""
    total_impact: bool | None = None
    """SSVC: whether it gives total control of what is weak."""
    cvss: float | None = None
    """Base score, 0 to 10."""
    severity: str = ""
    """The source's own word where there is no score: "critical", "important", "high", "moderate", "low"."""
    internet_facing: bool | None = None
    holds_data: bool | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal weighs at its fullest, in points; targets of the organisation."""

    kev: int = 40
    epss: int = 20
    ssvc: int = 15
    exposure: int = 15
    data: int = 10
    cvss: int = 10

    @property
    def most(self) -> int:
        """The points of what is worst in every way."""
        return self.kev + self.epss + self.ssvc + self.exposure + self.data + self.cvss


@dataclass(frozen=True, slots=True)
class Part:
    """What one signal added."""

    points: Fraction
    of: int
    reason: str
    known: bool = True
    of_host: bool = False
    """Whether it is a fact about the host, and not about the weakness."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Points and why, heaviest reason first."""

    points: int
    """Rounded to whole points, half to even."""
    parts: tuple[Part, ...]
    unknown: int
    """How many of the signals are unknown."""

    @property
    def reason(self) -> str:
        """What is known and weighs, in words, heaviest first, and how much is unknown."""
        words = [part.reason for part in self.parts if part.points and part.known]
        if self.unknown:
            more = ngettext(
                "%(n)s of %(of)s signals unknown", "%(n)s of %(of)s signals unknown", self.unknown
            )
            words.append(more % {"n": self.unknown, "of": len(self.parts)})
        return "; ".join(words)

    @property
    def of_host(self) -> str:
        """What is known of the host, in words; empty for nothing."""
        return "; ".join(part.reason for part in self.parts if part.of_host and part.known)


_WORDS = {
    "critical": Urgency.CRITICAL,
    "important": Urgency.SERIOUS,
    "high": Urgency.SERIOUS,
    "medium": Urgency.ORDINARY,
    "moderate": Urgency.ORDINARY,
    "low": Urgency.ORDINARY,
    "unimportant": Urgency.ORDINARY,
    "negligible": Urgency.ORDINARY,
}
_SHARE_OF_WORD = {Urgency.CRITICAL: Fraction(19, 20), Urgency.SERIOUS: Fraction(4, 5), Urgency.ORDINARY: HALF}


def classify(signals: Signals) -> tuple[Urgency, str]:
    """The class of the promise, and why.

    A weakness of which no score, chance or word is known is serious: unknown is not harmless. A better
    signal never makes it later: each is looked at for what it adds, and the most urgent holds.
    """
    found: list[tuple[Urgency, str]] = []
    if signals.kev:
        found.append((Urgency.EXPLOITED, _("CISA lists it as exploited")))
    if signals.exploitation is Exploitation.ACTIVE:
        found.append((Urgency.EXPLOITED, _("CISA's assessment (SSVC) says that it is being exploited")))
    if signals.epss is not None:
        said = _("EPSS gives it a chance of %(chance)s %% to be exploited within 30 days") % {
            "chance": _percent(signals.epss)
        }
        found.append((_by(signals.epss, CRITICAL_EPSS, SERIOUS_EPSS), said))
    if signals.cvss is not None:
        said = _("its CVSS base score is %(score)s") % {"score": f"{signals.cvss:.1f}"}
        found.append((_by(signals.cvss, CRITICAL_CVSS, SERIOUS_CVSS), said))
    elif (word := signals.severity.strip().lower()) in _WORDS:
        found.append((_WORDS[word], _("its source calls it %(word)s") % {"word": word}))
    if not _rated(signals):
        found.append((Urgency.SERIOUS, _("nobody has rated it, and unknown is not harmless")))
    order = list(Urgency)
    return min(found, key=lambda one: order.index(one[0]))


def rank(signals: Signals, weights: Weights) -> Ranked:
    """The points of one weakness on one host under the organisation's weights, with each part's reason."""
    ssvc, ssvc_known, ssvc_why = _ssvc(signals)
    parts = [
        _yes_no(
            signals.kev,
            weights.kev,
            _("exploited in the wild (KEV)"),
            _("not known to be exploited"),
            _("no list of exploited weaknesses was read"),
        ),
        _share(
            signals.epss,
            weights.epss,
            _("EPSS %(chance)s %%") % {"chance": _percent(signals.epss or 0)},
            _("EPSS unknown"),
        ),
        Part(ssvc * weights.ssvc, weights.ssvc, ssvc_why, ssvc_known),
        *_of_host(signals.internet_facing, signals.holds_data, weights),
        _severity(signals, weights.cvss),
    ]
    total = sum((part.points for part in parts), Fraction(0))
    unknown = sum(not part.known for part in parts)
    return Ranked(round(total), tuple(sorted(parts, key=lambda part: -part.points)), unknown)


def _of_host(internet: bool | None, data: bool | None, weights: Weights) -> tuple[Part, Part]:
    reached = _yes_no(
        internet,
        weights.exposure,
        _("reachable from the internet"),
        _("not reachable from the internet"),
        _("whether the internet reaches the host is unknown"),
    )
    holds = _yes_no(
        data,
        weights.data,
        _("data of people on the host"),
        _("no data of people on the host"),
        _("whether data of people lie on the host is unknown"),
    )
    return replace(reached, of_host=True), replace(holds, of_host=True)


def host_words(internet: bool | None, data: bool | None) -> str:
    """What is known of a host and what is not, in words."""
    return "; ".join(part.reason for part in _of_host(internet, data, Weights()))


def _rated(signals: Signals) -> bool:
    """Whether anybody has rated it: how bad it is, or how likely to be used."""
    return signals.cvss is not None or signals.epss is not None or signals.severity.strip().lower() in _WORDS


def _by(value: float, critical: float, serious: float) -> Urgency:
    return (
        Urgency.CRITICAL if value >= critical else Urgency.SERIOUS if value >= serious else Urgency.ORDINARY
    )


def _yes_no(answer: bool | None, weight: int, yes: str, no: str, unknown: str) -> Part:
    if answer is None:
        return Part(HALF * weight, weight, unknown, known=False)
    return Part(Fraction(weight if answer else 0), weight, yes if answer else no)


def _share(value: float | None, weight: int, said: str, unknown: str) -> Part:
    if value is None:
        return Part(HALF * weight, weight, unknown, known=False)
    return Part(Fraction(value) * weight, weight, said)


def _severity(signals: Signals, weight: int) -> Part:
    if signals.cvss is not None:
        said = _("CVSS %(score)s") % {"score": f"{signals.cvss:.1f}"}
        return Part(Fraction(signals.cvss) / 10 * weight, weight, said)
    word = signals.severity.strip().lower()
    if word in _WORDS:
        said = _("its source calls it %(word)s") % {"word": word}
        return Part(_SHARE_OF_WORD[_WORDS[word]] * weight, weight, said)
    return Part(HALF * weight, weight, _("its severity is unknown"), known=False)


def _ssvc(signals: Signals) -> tuple[Fraction, bool, str]:
    """Half of it exploitation, a quarter each automation and impact; whether any is known; in words."""
    exploitation = (
        HALF
        if signals.exploitation is None
        else Fraction(list(Exploitation).index(signals.exploitation), len(Exploitation) - 1)
    )
    share = exploitation / 2 + (_half(signals.automatable) + _half(signals.total_impact)) / 4
    words = []
    if signals.exploitation is Exploitation.ACTIVE:
        words.append(_("attacks are seen (SSVC)"))
    elif signals.exploitation is Exploitation.POC:
        words.append(_("an attack was shown publicly (SSVC)"))
    if signals.automatable:
        words.append(_("attacks can be automated"))
    if signals.total_impact:
        words.append(_("gives total control"))
    points = (signals.exploitation, signals.automatable, signals.total_impact)
    known = any(point is not None for point in points)
    if not words:
        words.append(_("no SSVC decision points") if not known else _("SSVC sees little danger"))
    return share, known, ", ".join(words)


def _half(answer: bool | None) -> Fraction:
    return HALF if answer is None else Fraction(int(answer))


def _percent(share: float) -> str:
    return f"{share * 100:.1f}"
