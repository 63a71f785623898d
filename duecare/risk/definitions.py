"""The tests of reasonableness in plain words: what each asks, where it comes from, and where it ends.

Facts in our own words, as read by November 2026; counsel must confirm what is to be relied on.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from duecare.words import Text, gettext_noop


@dataclass(frozen=True, slots=True)
class Definition:
    """One test."""

    id: str
    name: Text
    asks: Text
    source: Text
    limits: Text


_ALL = (
    Definition(
        "hand",
        Text(gettext_noop("Marginal cost and benefit (Learned Hand, Sedona)")),
        Text(gettext_noop(
            "Leaving a measure out was unreasonable if its added burden is below the expected harm that "
            "it takes away: B2 - B1 < (P x H)1 - (P x H)2. B is the burden, P how likely harm is in a "
            "year, H how large; 1 is what is in place, 2 is that with the measure. Own loss and harm to "
            "others are shown each and together.")),
        Text(gettext_noop(
            "United States v. Carroll Towing, 159 F.2d 169 (2d Cir. 1947); The Sedona Conference, "
            "Commentary on a Reasonable Security Test, 22 Sedona Conf. J. 345 (2021). Comparing at the "
            "margin is later law and economics, not Judge Hand's own.")),
        Text(gettext_noop(
            "Where a law demands a measure, no such weighing counts. Risks that could not be known do not "
            "count. The expected values and the probability can point apart, so both are shown. Estimates "
            "are taken as independent of each other.")),
    ),
    Definition(
        "duty-of-care",
        Text(gettext_noop("Duty-of-care criteria")),
        Text(gettext_noop(
            "Three questions, each with its own answer: Is any harm left that would need remedy? Does the "
            "burden exceed the risk that it lowers? Are legitimate objectives curtailed?")),
        Text(gettext_noop(
            "The Duty of Care Risk Analysis standard, and settlements of the Pennsylvania Attorney "
            "General that follow it (among them Wawa and Hanna Andersson), in our own words.")),
        Text(gettext_noop(
            "Which harm needs remedy is for the organisation to state before, not for a formula to find. "
            "Whether an objective weighs more is for a person to judge.")),
    ),
    Definition(
        "gordon-loeb",
        Text(gettext_noop("Ceiling of spending (Gordon and Loeb)")),
        Text(gettext_noop(
            "A firm that weighs only its own expected loss would spend at most 1/e, a good third, of the "
            "loss that it expects without the spending.")),
        Text(gettext_noop(
            "L. A. Gordon and M. P. Loeb, The economics of information security investment, ACM TISSEC "
            "5(4), 2002.")),
        Text(gettext_noop(
            "It is a ceiling of self-interest, not of duty: harm to others is not in it. It holds for two "
            "classes of functions of how spending lowers vulnerability; others can exceed it.")),
    ),
    Definition(
        "maximum-probable-loss",
        Text(gettext_noop("Floor of spending (Iowa's maximum probable loss)")),
        Text(gettext_noop(
            "A programme's scale is adequate if it costs at least the most recent maximum probable loss, "
            "damage times probability, calculated at least once a year.")),
        Text(gettext_noop("Iowa Code ch. 554G; read in secondary sources.")),
        Text(gettext_noop(
            "It is one condition of one state's defence. The law names no quantile; the one that was "
            "taken is shown with the figure.")),
    ),
    Definition(
        "safe-harbours",
        Text(gettext_noop("Safe harbours")),
        Text(gettext_noop(
            "Some laws grant a defence, or milder penalties, to those who followed a named framework or "
            "met named conditions before the incident. Each condition is met, not met, or cannot be said "
            "until something is known.")),
        Text(gettext_noop("The laws named beside each entry, mostly read in secondary sources.")),
        Text(gettext_noop(
            "Facts in our own words, not legal advice: counsel must confirm the text, the version and the "
            "exceptions.")),
    ),
)  # fmt: skip

DEFINITIONS: Mapping[str, Definition] = MappingProxyType({one.id: one for one in _ALL})
"""By id, in the order in which they are shown."""
