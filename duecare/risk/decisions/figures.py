"""A decision's frozen figures in words: what the paper, the page and whoever signs read, the same for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger.viewers import Role, Viewer
from duecare.risk.decisions.freezing import REMAINS, name_of, option_stage
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import KINDS, Said, Word, roles_of, said_of, without_figures
from duecare.risk.money import shown
from duecare.risk.register.forms_of_loss import RATE
from duecare.words import day


@dataclass(frozen=True, slots=True)
class OptionLine:
    """One option that was weighed, with what it comes to; texts, empty while nothing is frozen."""

    place: int
    label: str
    words: str
    chosen: bool
    rejected: str
    measures: tuple[str, ...]
    """As they were called."""
    keys: tuple[str, ...]
    """Theirs, in the same order."""
    cost: str
    bad_own: str
    bad_others: str
    bad_both: str

    @property
    def linked(self) -> list[tuple[str, str]]:
        """Each measure's name and key."""
        return list(zip(self.measures, self.keys, strict=True))


def amount_words(row: RiskDecision, name: str) -> str:
    """A frozen figure as money; a dash where nothing is estimated."""
    value = row.figures.get(name)
    return "–" if value is None else shown(value, row.currency)


def stage_of(row: RiskDecision, place: int) -> str:
    """The stage at which an option's figures are frozen, by its place from 0."""
    if place == row.chosen:
        return "after"
    stage = option_stage(place + 1)
    return stage if f"{name_of('both', stage)}.bad" in row.figures else "today"


def option_lines(row: RiskDecision, measures: Mapping[str, str]) -> list[OptionLine]:
    """The options in their order; `measures` are the names of measures by key."""
    lines = []
    for place, one in enumerate(row.options):
        stage = stage_of(row, place)
        bad = {side: amount_words(row, f"{name_of(side, stage)}.bad") for side in ("own", "others", "both")}
        frozen = bool(row.figures)
        lines.append(
            OptionLine(
                place,
                one["label"],
                one["words"],
                one["chosen"],
                one["rejected"],
                tuple(measures.get(key, key) for key in one["measures"]),
                tuple(one["measures"]),
                amount_words(row, f"{option_stage(place + 1)}.cost") if frozen else "",
                bad["own"] if frozen else "",
                bad["others"] if frozen else "",
                bad["both"] if frozen else "",
            )
        )
    return lines


def measure_names(row: RiskDecision) -> dict[str, str]:
    """The names of a decision's measures as they were called when it was put."""
    return {one["key"]: one["name"] for one in row.known.get("measures", ())}


def chosen_label(row: RiskDecision) -> str:
    return "" if row.chosen is None else row.options[row.chosen]["label"]


def cost_words(row: RiskDecision) -> str:
    """What the chosen option costs a year."""
    place = 0 if row.chosen is None else row.chosen
    return _("%s a year") % amount_words(row, f"{option_stage(place + 1)}.cost")


def bad_year_words(row: RiskDecision, side: str, stage: str) -> str:
    return amount_words(row, f"{name_of(side, stage)}.bad")


def remaining_stage(row: RiskDecision) -> str:
    """The stage of what whoever signs takes on."""
    return REMAINS[row.kind]


def tolerance_words(row: RiskDecision) -> str:
    """The bad year of our own that remains beside what the organisation said it bears. Figures in which a
    scenario is missing can be above it, and never show that all lies within."""
    tolerance = row.known.get("terms", {}).get("tolerance")
    value = row.figures.get(f"{name_of('own', remaining_stage(row))}.bad")
    if tolerance is None:
        return _("Nobody has said yet what a bad year may cost us.")
    if value is None:
        return _("No loss of our own is estimated, so it cannot be compared.")
    words = {"value": shown(value, row.currency), "tolerance": shown(tolerance, row.currency)}
    if value > tolerance:
        return _("ABOVE what we said we bear: %(value)s against %(tolerance)s.") % words
    if lacking_of(row, "own"):
        return (
            _(
                "Not known: the figures are partial. What is estimated comes to %(value)s, against "
                "%(tolerance)s that we said we bear."
            )
            % words
        )
    return _("Within what we said we bear: %(value)s against %(tolerance)s.") % words


def signing_words(row: RiskDecision) -> str:
    """What a signature under the paper means, in one sentence."""
    words = {
        "bad": bad_year_words(row, "both", remaining_stage(row)),
        "cost": cost_words(row),
        "until": day(row.expires_on),
        "how": row.how,
        "label": chosen_label(row),
    }
    if row.kind == "accept":
        return (
            _(
                "You accept that a bad year (1 in 20) may cost us and others together %(bad)s or more, until "
                "%(until)s."
            )
            % words
        )
    if row.kind == "reduce":
        return (
            _(
                "You have “%(label)s” done at %(cost)s, and accept what it leaves: a bad year (1 in 20) of "
                "%(bad)s or more for us and others together, until %(until)s."
            )
            % words
        )
    if row.kind == "transfer":
        return (
            _(
                "You rest on %(how)s, until %(until)s. A bad year (1 in 20) of %(bad)s or more for us and "
                "others together stays ours as far as it does not pay."
            )
            % words
        )
    return (
        _(
            "You have this stop: %(how)s. Until it has, a bad year (1 in 20) may cost us and others together "
            "%(bad)s or more."
        )
        % words
    )


VERSIONS = {"curve file": gettext_lazy("curve file"), "rules": gettext_lazy("rules")}
"""Names of versions that are words; the others are names of programs."""
ROLES = {
    Role.OWNER: gettext_lazy("an owner"),
    Role.APPROVER: gettext_lazy("an approver"),
    Role.MANAGER: gettext_lazy("a manager"),
}


def amount_says(row: RiskDecision) -> str:
    """The amount by which it is decided who signs, and what is not in it."""
    amount = amount_words(row, "amount")
    if not (names := without_figures(row)):
        return amount
    return _("%(amount)s, and what nobody estimated: %(names)s. So only an owner signs.") % {
        "amount": amount,
        "names": "; ".join(names),
    }


def signers_line(row: RiskDecision) -> str:
    """Who may sign it, by the limits that hold."""
    return _("Who may sign it: %s.") % ", ".join(str(ROLES[role]) for role in roles_of(row))


def lacking_of(row: RiskDecision, side: str) -> Mapping[str, str]:
    """Keys of the scenarios that are not in the figures of a side, and what of them is missing."""
    found: Mapping[str, str] = row.known.get("lacking", {}).get(side, {})
    return found


def lacking_words(row: RiskDecision) -> list[str]:
    """What is not in the figures, by name: a figure is never larger in what it says than in what it holds."""
    names = {one["key"]: one["name"] for one in row.known.get("scenarios", ())}
    sides = {"own": _("our own loss"), "others": _("harm to others"), "both": _("any loss")}
    lacking: Mapping[str, Mapping[str, str]] = row.known.get("lacking", {})
    found = []
    for side, keys in lacking.items():
        for key, what in keys.items():
            if side != "both" and key in lacking_of(row, "both"):
                continue  # said once, for both
            words = (
                _("%(name)s is not in the figures of %(side)s: nobody has estimated how often it comes.")
                if what == RATE
                else _("%(name)s is not in the figures of %(side)s: nobody has estimated that loss.")
            )
            found.append(words % {"name": names.get(key, key), "side": sides[side]})
    return found


def told_facts(row: RiskDecision, viewer: Viewer) -> Sequence[tuple[str, str]]:
    """What whoever signs has to read, with what it rests on, and what others said against it or asked."""
    return list(_facts(row, said_of(row, viewer)))


def _facts(row: RiskDecision, said: Sequence[Word]) -> Iterator[tuple[str, str]]:
    yield _("Question"), row.question
    yield _("Kind"), str(KINDS[row.kind])
    yield _("About"), "\n".join(one["name"] for one in row.known.get("scenarios", ())) or "–"
    yield _("Recommended"), f"{chosen_label(row)}: {row.recommendation}" if row.options else "–"
    if row.how:
        yield _("By what"), row.how
    yield _("It costs"), cost_words(row)
    yield _("A bad year, 1 in 20, today"), _both(row, "today")
    if remaining_stage(row) == "after":
        yield _("A bad year, 1 in 20, afterwards"), _both(row, "after")
    yield _("Against our tolerance"), tolerance_words(row)
    yield _("Doing nothing"), _("It stays as today: %s") % _both(row, "today")
    for line in option_lines(row, measure_names(row)):
        if not line.chosen:
            yield _("Not chosen: %s") % line.label, line.rejected or "–"
    if lacking := lacking_words(row):
        yield _("Not in the figures"), "\n".join(lacking)
    yield _("Amount"), f"{amount_says(row)}\n{signers_line(row)}"
    for one in said:
        if one.row.kind == Said.DISSENT.value:
            yield _("%s dissents") % one.who, one.row.words
        elif one.row.kind == Said.ASK.value and not one.answered:
            yield _("%s asks, and nobody has answered") % one.who, one.row.words
    yield _("You sign"), signing_words(row)
    yield _("It would be reopened by"), row.reopen
    yield _("It stands until"), day(row.expires_on)
    yield (
        _("Computed with"),
        ", ".join(f"{name} {version}" for name, version in version_lines(row.versions)) or "–",
    )


def version_lines(versions: Mapping[str, str]) -> list[tuple[str, str]]:
    """Versions by name, in words."""
    return [(str(VERSIONS.get(name, name)), version) for name, version in sorted(versions.items())]


def _both(row: RiskDecision, stage: str) -> str:
    return _("%(own)s of our own, %(others)s of others, %(both)s together") % {
        "own": bad_year_words(row, "own", stage),
        "others": bad_year_words(row, "others", stage),
        "both": bad_year_words(row, "both", stage),
    }
