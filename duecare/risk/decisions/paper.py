"""The paper that an executive signs, as PDF: one page, and the checkpoint of the record behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.ledger.viewers import Viewer
from duecare.program.papers.blocks import Block, Column, Facts, Heading, Table, Text, as_json, cut
from duecare.program.papers.placing import moment
from duecare.program.papers.setting import Paper, set_now
from duecare.program.task_queries import today_at
from duecare.program.unchanged import seen_entry
from duecare.risk.decisions.figures import (
    amount_says,
    bad_year_words,
    chosen_label,
    cost_words,
    lacking_words,
    measure_names,
    option_lines,
    remaining_stage,
    signing_words,
    tolerance_words,
)
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import (
    KINDS,
    Condition,
    Said,
    by_words,
    condition_of,
    said_of,
    signatures,
    signed_from_outside,
)
from duecare.risk.decisions.reasons import answer_words, answers_of, apart_words, note_of
from duecare.web.words import STATUSES
from duecare.words import day, number


def pdf_of(row: RiskDecision, viewer: Viewer, now: datetime) -> bytes:
    """The paper of a decision that was put. Raises BadInput or DuecareError as `set_now` does."""
    title = _("Decision D-%(number)s: %(kind)s") % {"number": row.number, "kind": KINDS[row.kind]}
    content = {"blocks": [as_json(block) for block in _blocks(row, viewer)]}
    return set_now(Paper("flow", title, tuple(_lines(row, viewer, now)), content), viewer, now)


def _lines(row: RiskDecision, viewer: Viewer, now: datetime) -> Iterator[str]:
    stands = condition_of(row, today_at(now))
    signed = signatures([row], viewer).get(row.pk)
    yield _("%(state)s. Entry %(entry)s of the record; figures as of %(put)s.") % {
        "state": STATUSES[stands.value].word,
        "entry": number(seen_entry(row)),
        "put": moment(row.put_at),
    }
    if signed is not None:
        yield _("Signed by %(who)s on %(at)s.") % {"who": by_words(signed), "at": moment(signed.approval.at)}
    else:
        yield _("NOT SIGNED.")
    if outside := signed_from_outside(row, signed):
        yield _("%s is an approver from outside the organisation.") % outside
    if stands is Condition.WITHDRAWN:
        yield _("Withdrawn on %(at)s: %(why)s") % {"at": moment(row.ended_at), "why": row.ended_because}


def _blocks(row: RiskDecision, viewer: Viewer) -> Iterator[Block]:
    yield Heading(row.question)
    yield Text(f"{chosen_label(row)}. {row.recommendation}")
    yield Facts(tuple((term, cut(value)) for term, value in paper_facts(row)))
    yield Heading(_("Weighed"), 3)
    yield Table(
        (
            Column(_("Option"), 2),
            Column(_("A year"), width=30),
            Column(_("Bad year"), width=30),
            Column("", 3),
        ),
        tuple(
            (
                line.label,
                line.cost,
                line.bad_both,
                _("chosen") if line.chosen else _("not chosen: %s") % cut(line.rejected, 200),
            )
            for line in option_lines(row, measure_names(row))
        ),
        _("Nothing was weighed."),
    )
    yield Heading(_("What you are signing"), 3)
    yield Text(signing_words(row))
    for words in lacking_words(row):
        yield Text(words, quiet=True)
    yield from _tests(row, viewer)
    said = said_of(row, viewer)
    if said:
        yield Heading(_("What was said"), 3)
        yield Facts(
            tuple(
                (
                    f"{moment(one.row.at)}, {one.who}",
                    cut(f"{word_words(one.row.kind, one.to)}: {one.row.words}"),
                )
                for one in said
            )
        )


def _tests(row: RiskDecision, viewer: Viewer) -> Iterator[Block]:
    """The tests of law, as of the day on which it was put."""
    lines, note = answers_of(row, viewer), note_of(row, viewer)
    if lines or note:
        yield Heading(_("Tests of reasonableness, when it was put"), 3)
    if note:
        yield Text(note, quiet=True)
    if lines:
        yield Text(apart_words(), quiet=True)
        yield Table(
            (Column(_("Measure"), 2), Column(_("Test"), 3), Column(_("Answer"), 4)),
            tuple(
                (one.measure, one.test, " ".join(filter(None, (answer_words(one.state), one.words))))
                for one in lines
            ),
            "",
        )


def paper_facts(row: RiskDecision) -> list[tuple[str, str]]:
    """The paper's facts, in their order: what it costs, a bad year, harm to others, doing nothing, amount."""
    stage = remaining_stage(row)
    found = [(_("What it costs"), cost_words(row))]
    if stage == "after":
        found.append(
            (
                _("A bad year, 1 in 20"),
                _("%(after)s of our own afterwards; %(today)s today")
                % {
                    "after": bad_year_words(row, "own", "after"),
                    "today": bad_year_words(row, "own", "today"),
                },
            )
        )
        found.append(
            (
                _("Harm to others"),
                _("%(after)s in a bad year afterwards; %(today)s today")
                % {
                    "after": bad_year_words(row, "others", "after"),
                    "today": bad_year_words(row, "others", "today"),
                },
            )
        )
    else:
        found.append((_("A bad year, 1 in 20"), _("%s of our own") % bad_year_words(row, "own", "today")))
        found.append((_("Harm to others"), _("%s in a bad year") % bad_year_words(row, "others", "today")))
    nothing = _("It stays as it is: a bad year of %s for us and others together.")
    found.append((_("Doing nothing"), nothing % bad_year_words(row, "both", "today")))
    found.append((_("Our tolerance"), tolerance_words(row)))
    found.append((_("Amount"), amount_says(row)))
    if row.how:
        found.append((_("By what"), row.how))
    found.append((_("It stands until"), day(row.expires_on)))
    found.append((_("Reopened by"), row.reopen))
    return found


def word_words(kind: str, to: str) -> str:
    """What somebody did with a word, in words."""
    words = {
        Said.BACK.value: _("sent it back"),
        Said.ASK.value: _("asked"),
        Said.ANSWER.value: _("answered"),
        Said.DISSENT.value: _("dissents"),
        Said.DELEGATE.value: _("handed it on to %s") % to,
    }
    return words[kind]
