"""The first ninety days: which at most twelve tasks matter most for an organisation, and in which week. Pure.

What may become a task is each safeguard of the catalogue that fails or cannot be shown, and a few chores
without which little else can be shown (`CHORES`). What is proven, excepted or does not apply becomes none;
what only a person has stated becomes at most a second look at that statement. The words of a task are the
catalogue's own: its first step is the title, the beginning of its reason says why; where a check found a gap,
the gap is the title, and the check's advice says how it is mended.

Each is weighed in points, and the heaviest come first; equals in the order of their ids:

- 10 if CIS Controls 8.1 asks it of every organisation (Implementation Group 1, the 56 ids in `IG1`);
- 10 if CISA's Cross-Sector Cybersecurity Performance Goals 1.0.1 have a goal for it (its id is in `cpg`);
- 10 if applications for cyber insurance ask for it as a rule: multi-factor sign-in, backups and a tried
  restore, patching, mail, a watching agent, administrators, training, confirmed payments, an incident plan.
  General knowledge of such forms, not a count of them;
- 0 to 12 for how soon it pays, our own judgement: what shuts the commonest ways in (stolen passwords, open
  remote access, old software, forged payments) or saves the organisation once somebody is in, comes first;
- 15 if it fails today: a gap that is known and left weighs most, before a court as before an intruder;
- 2 for each obligation that certainly asks for it, at most 6;
- 6 where the systems in use make it more urgent, 4 for data of MANY people or more where it guards those.

The weeks: three tasks at most in the first, two in the second, then one a week, none of them beyond the
thirteenth, and never more than WEEK_MINUTES in one week, what other tasks of the plan take included. So a
person with an hour or two a week can keep up, and four weeks are left for what slips.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from duecare.program.catalogue import Safeguard, catalogue
from duecare.program.judgement import Verdict
from duecare.program.posture import Standing, State
from duecare.program.services import CLOUD, Service
from duecare.words import gettext as _
from duecare.words import gettext_noop

MOST = 12
"""Tasks of the plan."""
WEEKS = 13
WEEK_MINUTES = 120
PREFIX = "ninety:"
"""How the origin of a task of the plan begins."""
MANY = 1000
"""People whose data are held, from which on it weighs."""
TITLE = 200
"""Characters of a task's title."""

_IG1 = {
    1: (1, 2), 2: (1, 2, 3), 3: (1, 2, 3, 4, 5, 6), 4: (1, 2, 3, 4, 5, 6, 7), 5: (1, 2, 3, 4),
    6: (1, 2, 3, 4, 5), 7: (1, 2, 3, 4), 8: (1, 2, 3), 9: (1, 2), 10: (1, 2, 3), 11: (1, 2, 3, 4), 12: (1,),
    14: (1, 2, 3, 4, 5, 6, 7, 8), 15: (1,), 17: (1, 2, 3),
}  # fmt: skip
IG1 = frozenset(f"{control}.{number}" for control, numbers in _IG1.items() for number in numbers)
"""CIS Controls 8.1: the safeguards of Implementation Group 1."""


class Who(StrEnum):
    """Who is to do a task."""

    OWNER = "owner"
    """Whoever runs Duecare."""
    APPROVER = "approver"
    NOBODY = "nobody yet"


@dataclass(frozen=True, slots=True)
class Weight:
    """What a measure weighs before anything is known of the organisation, and what it takes."""

    pays: int = 0
    """0 to 12: how soon it pays."""
    cpg: str = ""
    """CISA's goal, for example "2.H"; empty if there is none."""
    insurers: bool = False
    """Whether insurers ask for it as a rule."""
    minutes: int = 45
    who: Who = Who.OWNER
    urgent: frozenset[Service] = frozenset()
    """Systems that make it more urgent."""
    guards_data: bool = False
    """Whether it guards the people whose data are held."""
    ig1: bool = False
    """Of a chore: whether CIS asks it of every organisation; safeguards carry identifiers that say so."""
    titles: Mapping[Service, str] = field(default_factory=dict)
    """What is to be done where that system is in use, instead of the catalogue's first step."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to arrange that is no safeguard of its own."""

    id: str
    """A key of `CHORES`."""
    title: str
    why: str
    about: str
    """A typed reference to where it is done."""
    safeguard: str = ""
    """The safeguard that it serves; proven, it asks for nothing more."""


REMOTE = frozenset({Service.REMOTE_ACCESS})
WEIGHTS: Mapping[str, Weight] = {
    "mfa": Weight(
        12,
        "2.H",
        True,
        60,
        urgent=CLOUD | REMOTE,
        guards_data=True,
        titles={
            Service.MICROSOFT_365: gettext_noop(
                "Switch on a second factor for everyone in Microsoft 365, administrators first"
            ),
            Service.GOOGLE_WORKSPACE: gettext_noop(
                "Switch on a second factor for everyone in Google Workspace, administrators first"
            ),
        },
    ),
    "backups": Weight(
        11, "2.R", True, 30, urgent=frozenset({Service.OWN_FILES, Service.TRADE_SOFTWARE}), guards_data=True
    ),
    "patching": Weight(10, "1.E", True, 30),
    "privileged_access": Weight(9, "2.E", True, 45, urgent=CLOUD),
    "restore_test": Weight(9, "2.R", True, 90, urgent=frozenset({Service.TRADE_SOFTWARE})),
    "ir_plan": Weight(8, "2.S", True, 45),
    "hr_security": Weight(8, "2.D", False, 30, urgent=CLOUD),
    "role_training": Weight(11, "", True, 20),
    "edr": Weight(5, "", True, 45),
    "anti_malware": Weight(7, "", True, 60),
    "awareness_training": Weight(6, "2.I", True, 60),
    "hardening": Weight(6, "2.A", False, 60),
    "network_security": Weight(6, "2.W", False, 60, urgent=REMOTE | {Service.CLOUD_SERVERS}),
    "encryption_rest": Weight(6, "2.K", False, 60, guards_data=True),
    "asset_inventory": Weight(6, "1.A", False, 60),
    "vuln_scanning": Weight(5, "2.W", False, 60, urgent=REMOTE | {Service.CLOUD_SERVERS, Service.WEBSITE}),
    "notify_process": Weight(5, "4.A", False, 30, guards_data=True),
    "responsible_person": Weight(5, "1.B", False, 15, Who.APPROVER),
    "encryption_transit": Weight(4, "2.K", False, 45, urgent=frozenset({Service.WEBSITE, Service.OWN_MAIL})),
    "access_control": Weight(4, "2.C", False, 60, urgent=frozenset({Service.OWN_FILES})),
    "data_inventory": Weight(4, "2.L", False, 45, guards_data=True),
    "supplier_due_diligence": Weight(4, "1.I", False, 60, urgent=frozenset({Service.TRADE_SOFTWARE})),
    "supplier_contract": Weight(3, "1.G", False, 45),
    "governance": Weight(4, "1.B", False, 30, Who.APPROVER),
    "logging": Weight(3, "2.T", False, 45),
    "log_retention": Weight(2, "2.U", False, 30),
    "policy_program": Weight(3, "", False, 90),
    "risk_assessment": Weight(3, "", False, 90),
    "ir_exercise": Weight(2, "2.S", False, 60),
    "continuity": Weight(3, "5.A", False, 60),
    "physical": Weight(3, "", False, 45),
    "time_sync": Weight(1, minutes=20),
    "incident_register": Weight(2, minutes=15),
    "evidence_preservation": Weight(2, minutes=15),
    "effectiveness_review": Weight(1, "1.F", minutes=45),
    "pentest": Weight(0, "1.F", minutes=45),
}
"""By the catalogue's ids; what is not here weighs what its identifiers and its state give it."""

CHORES: Mapping[str, Weight] = {
    "reach": Weight(12, "1.A", minutes=45, ig1=True),
    "mail_names": Weight(6, "2.M", True, 20),
    "approver": Weight(8, minutes=15, ig1=True),
    "keeper": Weight(12, "2.U", minutes=15),
    "backup_place": Weight(12, "2.R", minutes=20, ig1=True),
    "mail": Weight(10, minutes=20),
    "targets": Weight(12, minutes=30, who=Who.APPROVER),
    "laws": Weight(12, minutes=20),
    "assess": Weight(12, "1.A", minutes=10, ig1=True),
}
"""What has to be arranged before much else can be shown, by id: computers seen (CIS 1.1), mail names looked
at (CIS 9.5 is of group 2), a second person who decides (17.1), copies of Duecare's own record (11.2), what
keeps anybody from rewriting it, and what reminds people."""

PLAIN = Weight()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an organisation when its tasks are chosen."""

    standings: tuple[Standing, ...]
    asked_by: Mapping[str, int] = field(default_factory=dict)
    """How many obligations certainly ask for each safeguard."""
    findings: Mapping[str, str] = field(default_factory=dict)
    """By safeguard: the reference of its oldest open finding."""
    services: frozenset[Service] = frozenset()
    data_of: int = 0
    """Of how many people data are held, as far as it was said."""
    approver: bool = False
    """Whether somebody approves: a second person, or one alone who said so."""
    chores: tuple[Chore, ...] = ()
    """What is still to be arranged."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A task of the plan."""

    origin: str
    """`ninety:<id>`; of one origin there is one task, ever."""
    title: str
    why: str
    minutes: int
    who: Who
    week: int
    """From 1 to WEEKS."""
    safeguard: str
    about: str
    """A typed reference to what it is about."""
    points: int


def choose(
    known: Known,
    *,
    had: Iterable[str] = (),
    most: int = MOST,
    first_week: int = 1,
    taken: Mapping[int, tuple[int, int]] | None = None,
) -> tuple[Planned, ...]:
    """At most `most` tasks, the heaviest first, each in a week from `first_week` on.

    `had` are the origins that became tasks before, whatever became of those; `taken` says by week how many
    tasks of the plan stand there already, and how many minutes they take. Deterministic.
    """
    left_out = set(had)
    found = [one for one in _candidates(known) if one.origin not in left_out]
    found.sort(key=lambda one: (-one.points, one.origin))
    load = dict(taken or {})
    placed: list[Planned] = []
    for one in found:
        if len(placed) == most:
            break
        week = _week(one.minutes, first_week, load)
        if week is None:
            continue
        count, minutes = load.get(week, (0, 0))
        load[week] = (count + 1, minutes + one.minutes)
        placed.append(replace(one, week=week))
    return tuple(placed)


def _week(minutes: int, first: int, load: Mapping[int, tuple[int, int]]) -> int | None:
    """The first week that has room; None if none has."""
    for week in range(first, WEEKS + 1):
        count, spent = load.get(week, (0, 0))
        room = {0: 3, 1: 2}.get(week - first, 1)
        if count < room and spent + minutes <= WEEK_MINUTES:
            return week
    return None


def _candidates(known: Known) -> Iterable[Planned]:
    """Everything that may become a task, in no order."""
    states = {one.safeguard.id: one.state for one in known.standings}
    for standing in known.standings:
        if standing.state in (State.FAILING, State.UNPROVEN):
            yield _measure(standing, known)
        elif standing.state is State.STATED and not all(said.review for said in standing.said):
            yield _second_look(standing, known)
    for chore in known.chores:
        if states.get(chore.safeguard, State.UNPROVEN) in (State.FAILING, State.UNPROVEN, State.STATED):
            yield Planned(
                origin=f"{PREFIX}{chore.id}",
                title=_cut(chore.title),
                why=chore.why,
                minutes=CHORES[chore.id].minutes,
                who=_who(CHORES[chore.id].who, known),
                week=0,
                safeguard=chore.safeguard,
                about=chore.about,
                points=_points(CHORES[chore.id], known),
            )


def _measure(standing: Standing, known: Known) -> Planned:
    """The first step of a safeguard that fails or cannot be shown."""
    safeguard = standing.safeguard
    weight = WEIGHTS.get(safeguard.id, PLAIN)
    failing = standing.state is State.FAILING
    points = _points(weight, known, safeguard) + (15 if failing else 0)
    points += min(2 * known.asked_by.get(safeguard.id, 0), 6)
    title, why = _words(standing, weight, known)
    return Planned(
        origin=f"{PREFIX}{safeguard.id}",
        title=_cut(title),
        why=why,
        minutes=weight.minutes,
        who=_who(weight.who, known),
        week=0,
        safeguard=safeguard.id,
        about=_about(standing, known),
        points=points,
    )


def _words(standing: Standing, weight: Weight, known: Known) -> tuple[str, str]:
    """What is to be done, and why. What a check found is mended as that check advises; else it is the first
    step of the safeguard."""
    safeguard, sentences = standing.safeguard, _sentences(str(standing.safeguard.why))
    unmet = [one.check for one in standing.found if one.verdict is Verdict.UNMET]
    if standing.state is State.FAILING and unmet:
        title = _("Mend “%(safeguard)s”: %(gap)s") % {"safeguard": safeguard.title, "gap": standing.why}
        return title, f"{sentences[0]} {unmet[0].advice}"
    titles = [title for service, title in weight.titles.items() if service in known.services]
    title = _(titles[0]) if titles else str(safeguard.first_step).rstrip(".")
    if standing.state is State.FAILING:
        return title, f"{sentences[0]} {_('Today it fails: %(gap)s.') % {'gap': standing.why}}"
    return title, " ".join(sentences[:2])


def _second_look(standing: Standing, known: Known) -> Planned:
    """That somebody else reads what one person stated."""
    safeguard = standing.safeguard
    first = next(said for said in standing.said if not said.review)
    return Planned(
        origin=f"{PREFIX}{safeguard.id}:review",
        title=_cut(
            _("Read what was stated about “%(safeguard)s”, and agree or doubt")
            % {"safeguard": safeguard.title}
        ),
        why=_(
            "It rests on one person’s word. A second person who has looked makes it worth more, to us and to "
            "others."
        ),
        minutes=15,
        who=_who(Who.APPROVER, known),
        week=0,
        safeguard=safeguard.id,
        about=f"program.statement:{first.key}",
        points=1,
    )


def _points(weight: Weight, known: Known, safeguard: Safeguard | None = None) -> int:
    """What it weighs apart from its state and the law."""
    ig1 = weight.ig1 if safeguard is None else bool(IG1.intersection(safeguard.cis))
    return (
        weight.pays
        + (10 if ig1 else 0)
        + (10 if weight.cpg else 0)
        + (10 if weight.insurers else 0)
        + (6 if weight.urgent & known.services else 0)
        + (4 if weight.guards_data and known.data_of >= MANY else 0)
    )


def _about(standing: Standing, known: Known) -> str:
    """What a task about a safeguard leads to: its oldest gap, else the question that waits, else itself."""
    id = standing.safeguard.id
    if standing.state is State.FAILING and id in known.findings:
        return known.findings[id]
    waiting = [one.question.id for one in standing.asked if one.said is None]
    if waiting and standing.left_to_people:
        return f"program.question:{waiting[0]}"
    return f"program.safeguard:{id}"


def _who(who: Who, known: Known) -> Who:
    return Who.NOBODY if who is Who.APPROVER and not known.approver else who


def _sentences(text: str) -> list[str]:
    parts = [part.strip() for part in text.replace("\n", " ").split(". ") if part.strip()]
    return [part if part.endswith((".", "!", "?")) else f"{part}." for part in parts]


def _cut(title: str) -> str:
    return title if len(title) <= TITLE else f"{title[: TITLE - 1]}…"


def rank(origin: str) -> int:
    """What a task of that origin weighs for every organisation alike: to sort those of one week."""
    id = origin.removeprefix(PREFIX)
    if id in CHORES:
        return _points(CHORES[id], Known(()))
    return _points(WEIGHTS.get(id, PLAIN), Known(()), catalogue().get(id))
