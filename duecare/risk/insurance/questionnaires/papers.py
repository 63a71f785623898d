"""A questionnaire as it leaves the house: PDF tied to the record, and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import groupby

from django.utils.translation import gettext as _

from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import approvals_in_force
from duecare.program.papers.blocks import Block, Column, Facts, Heading, Table, Text, as_json, cut
from duecare.program.papers.placing import day, moment
from duecare.program.papers.setting import Paper
from duecare.risk.insurance.questionnaires.asked import ANSWERS, Asked, asked_of
from duecare.risk.insurance.questionnaires.models import Questionnaire
from duecare.risk.insurance.questionnaires.queries import asked_for, asks, reference
from duecare.web.exports import cell
from duecare.words import number


def paper(row: Questionnaire, viewer: Viewer) -> Paper:
    """What is printed: every question with its answer, and who signed."""
    return Paper(
        "flow", row.title, (_standing(row, viewer),), {"blocks": [as_json(one) for one in _blocks(row)]}
    )


def _standing(row: Questionnaire, viewer: Viewer) -> str:
    """Whether it was signed, for the line under the title."""
    name = reference(row.pk)
    found = approvals_in_force([name], viewer).get(name)
    if row.signed_at is None or found is None:
        return _("NOT SIGNED: a draft.")
    words = {"name": found.by, "at": moment(found.approval.at), "entry": number(found.approval.entry)}
    said = _("Signed by %(name)s on %(at)s, about entry %(entry)s of the record.") % words
    return said + (" " + _("Approved alone.") if found.approval.alone else "")


def _blocks(row: Questionnaire) -> Iterator[Block]:
    yield Facts(((_("For"), row.insurer), (_("The answers speak of"), day(row.as_of))))
    yield Text(
        _("Each answer speaks of what it says and no more. Words beside it are part of it."), quiet=True
    )
    rows = list(enumerate(asked_of(row.questions), start=1))
    for topic, found in groupby(rows, key=lambda each: each[1].topic):
        yield Heading(_(topic) if topic else _("Further questions"))
        yield Table(
            (
                Column(_("No."), width=10),
                Column(_("Question"), 3),
                Column(_("Answer"), width=32),
                Column(_("In words"), 3),
            ),
            tuple(
                (number(place), cut(asks(one), 1000), _answer(one), cut(one.words, 1000))
                for place, one in found
            ),
            "",
        )


def _answer(one: Asked) -> str:
    return str(ANSWERS.get(one.answer, "–"))


def as_csv(row: Questionnaire, viewer: Viewer) -> str:
    """The same for a spreadsheet, with what evidence said: cells that begin like a formula are quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    heads = (_("No."), _("Question"), _("Answer"), _("In words"), _("Evidence said"), _("Why"))
    writer.writerow([cell(head) for head in heads])
    for place, one in enumerate(asked_for(row, viewer), start=1):
        said = str(ANSWERS.get(one.evidence, ""))
        told = (place, asks(one), _answer(one), one.words, said, " ".join(one.why))
        writer.writerow([cell(value) for value in told])
    return "\ufeff" + buffer.getvalue()
