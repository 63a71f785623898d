"""The plan on paper: all of it with contacts and playbooks, and one page to keep in a wallet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.incidents.plans.contact_queries import Reached, reached
from duecare.incidents.plans.contacts import FIRST
from duecare.incidents.plans.content import PlanContent
from duecare.incidents.plans.models import Plan
from duecare.incidents.plans.queries import find_plan
from duecare.incidents.plans.shipped import shipped
from duecare.incidents.plans.stored import FIELDS, plan_of
from duecare.incidents.plans.telling import (
    PlaybookLine,
    RoleLine,
    hours_words,
    people_named,
    playbook_line,
    role_lines,
    standing_of,
)
from duecare.ledger.viewers import Viewer
from duecare.program.papers.blocks import Block, Column, Heading, Table, Text, as_json, cut
from duecare.program.papers.placing import NOTHING, day, moment
from duecare.program.papers.setting import Paper
from duecare.program.task_queries import today_at
from duecare.program.unchanged import seen_entry
from duecare.words import number

KINDS = ("plan", "wallet")
WALLET_TEXT, WALLET_CELL = 400, 90
"""Characters of the meeting place, and of a cell, on the page for the wallet."""


@dataclass(frozen=True, slots=True)
class _Gathered:
    plan: PlanContent
    roles: Sequence[RoleLine]
    contacts: Sequence[Reached]
    ways: Mapping[str, str]
    """By key of a person: how they are reached."""
    lines: tuple[str, ...]


def paper(kind: str, viewer: Viewer, now: datetime) -> Paper:
    """What is printed: `plan` or `wallet`, of the plan as it stands; of what ships, where there is none."""
    row = find_plan(viewer)
    plan = shipped() if row is None else plan_of({name: getattr(row, name) for name in FIELDS})
    contacts = reached(viewer, now)
    told = _Gathered(
        plan,
        role_lines(plan, people_named(plan, viewer, today_at(now))),
        contacts,
        {one.person: one.ways for one in reversed(contacts) if one.person},
        tuple(_version(row, viewer)),
    )
    return _wallet(told) if kind == "wallet" else _plan(told)


def _version(row: Plan | None, viewer: Viewer) -> Iterator[str]:
    """Which version it is and who approved it, for the lines under the title."""
    if row is None:
        yield _("Nobody has made a plan here yet: these are the playbooks that come with Duecare.")
        return
    entry, standing = seen_entry(row), standing_of(viewer)
    words = {"entry": number(entry), "changed": moment(row.changed_at)}
    yield _("Version of %(changed)s, entry %(entry)s of the record.") % words
    if standing.approval is None:
        yield _("NOT APPROVED: a draft.")
        return
    found = standing.approval
    words = {"name": found.by, "at": moment(found.approval.at), "entry": number(found.approval.entry)}
    if standing.state == "approved":
        yield _("Approved by %(name)s on %(at)s.") % words
    else:
        yield (
            _("NOT APPROVED as it stands: changed since %(name)s approved entry %(entry)s on %(at)s.") % words
        )


# ── The whole ────────────────────────────────────────────────────────────────────────────────────────────


def _plan(told: _Gathered) -> Paper:
    keep = _("Print it and keep it away from the computers: on a bad day they may all be dark.")
    return Paper(
        "flow",
        _("Incident response plan"),
        (*told.lines, keep),
        {"blocks": [as_json(block) for block in _blocks(told)]},
    )


def _blocks(told: _Gathered) -> Iterator[Block]:
    plan = told.plan
    yield Heading(_("Where we meet when mail and sign-in are down"))
    yield Text(plan.meeting or _("Nobody has said yet."))
    yield Heading(_("Who does what"))
    yield _roles(told)
    yield Heading(_("Whom to call"))
    yield _contacts(told)
    yield Heading(_("What it covers"))
    yield Text(plan.scope or _("Nobody has said yet."))
    yield Heading(_("How grave it is"))
    yield Table(
        (
            Column(_("Severity"), width=28),
            Column(_("What it means"), 1),
            Column(_("At work on it"), width=34),
        ),
        tuple((str(one.name), str(one.means), hours_words(one.hours)) for one in plan.severities),
        "",
    )
    for playbook in plan.playbooks.values():
        yield from _playbook(playbook_line(playbook, plan))
    if plan.words:
        yield Heading(_("What else holds"))
        yield Text(plan.words)


def _roles(told: _Gathered) -> Table:
    persons = {role.id: (role.person, role.deputy) for role in told.plan.roles}
    return Table(
        (Column(_("Role"), 3), Column(_("Person"), 3), Column(_("Deputy"), 3), Column(_("What they do"), 5)),
        tuple(
            (
                one.name,
                _who(one.person, told.ways.get(persons[one.id][0], "")),
                _who(one.deputy, told.ways.get(persons[one.id][1], "")),
                one.duties,
            )
            for one in told.roles
        ),
        "",
    )


def _who(name: str, ways: str) -> str:
    return "\n".join(filter(None, (name, ways))) or NOTHING


def _contacts(told: _Gathered) -> Table:
    return Table(
        (
            Column(_("Name"), 3),
            Column(_("For what"), 4),
            Column(_("How, and when"), 4),
            Column(_("Confirmed"), width=22),
        ),
        tuple((one.called, one.what_for, one.ways_and_hours, day(one.confirmed_at)) for one in told.contacts),
        _("Nobody yet: add those whom you would call."),
    )


def _playbook(one: PlaybookLine) -> Iterator[Block]:
    yield Heading(_("Playbook: %s") % one.name)
    if one.signs:
        yield Text(one.signs, quiet=True)
    for line in one.never:
        yield Text(line)
    yield Table(
        (
            Column(_("No."), width=8),
            Column(_("What is done"), 6),
            Column(_("Who"), width=30),
            Column(_("Phase"), width=20),
            Column(_("Limit"), width=25),
        ),
        tuple((number(step.number), step.what, step.role, step.phase, step.limit) for step in one.steps),
        _("It has no steps yet."),
    )


# ── For the wallet ───────────────────────────────────────────────────────────────────────────────────────


def _first() -> list[str]:
    """What anybody does in the first ten minutes, whatever it is."""
    return [
        _("Note the time and what you see. Photograph the screen."),
        _("Leave the computer on. Pull out its network cable, or switch off Wi-Fi."),
        _("Telephone whoever leads; if nobody answers, the deputy, then whoever decides."),
        _("From now on talk where this page says, not by our mail or chat."),
        _("Whoever leads opens a case in Duecare; if that is dark, on paper: when, who, what."),
        _("Look in the plan for the playbook and begin with its first step."),
    ]


def _never() -> list[str]:
    return [
        _("Do not wipe, reinstall, restore or restart anything."),
        _("Do not log in as administrator on a computer that is affected."),
        _("Do not answer or pay anybody, and tell nobody outside, before whoever decides has spoken."),
    ]


def _wallet(told: _Gathered) -> Paper:
    columns = (Column(_("Who"), 3), Column(_("For what"), 3), Column(_("How"), 4))
    table = Table(
        columns, tuple(_calls(told)), _("Nobody yet: add contacts in Duecare, then print this again.")
    )
    content = {
        "meeting": {
            "title": _("Where we meet and talk"),
            "text": cut(told.plan.meeting or _("Nobody has said yet."), WALLET_TEXT),
        },
        "first": {"title": _("The first ten minutes"), "lines": _first()},
        "never": {"title": _("What not to do"), "lines": _never()},
        "calls": {**as_json(table), "title": _("Whom to call"), "more": _("%n more: see the plan.")},
    }
    return Paper("wallet", _("When something is wrong"), told.lines, content)


def _calls(told: _Gathered) -> Iterator[tuple[str, str, str]]:
    """Those with a role first, in the order of the roles, then contacts in the order of their kinds."""
    shown: set[str] = set()
    for role, line in zip(told.plan.roles, told.roles, strict=True):
        for key, name in ((role.person, line.person), (role.deputy, line.deputy)):
            if key and key not in shown:
                shown.add(key)
                yield cut(name, WALLET_CELL), cut(line.name, WALLET_CELL), cut(_way(told, key), WALLET_CELL)
    rest = [one for one in told.contacts if one.person not in shown]
    for one in sorted(rest, key=lambda one: FIRST.index(one.kind)):
        yield (
            cut(one.called, WALLET_CELL),
            cut(one.what_for, WALLET_CELL),
            cut(one.ways_and_hours, WALLET_CELL),
        )


def _way(told: _Gathered, key: str) -> str:
    return told.ways.get(key) or _("no contact without our mail is known")
