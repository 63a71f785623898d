"""What pages, approvals and papers read of questionnaires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import NotFound
from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import Approvable, register_approvable
from duecare.program.models import Decided
from duecare.program.papers.placing import moment
from duecare.program.subjects import register_reference
from duecare.risk.insurance.evidence import too_old
from duecare.risk.insurance.looking import reaches_all
from duecare.risk.insurance.questionnaires.asked import ANSWERS, Asked, asked_of
from duecare.risk.insurance.questionnaires.models import Questionnaire
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing
from duecare.words import day, number

QUESTIONNAIRE = "risk.questionnaire"
DRAFT, ASKED, SIGNED, ENDED = "draft", "asked", "signed", "ended"


def reference(key: str) -> str:
    """The typed reference to a questionnaire."""
    return f"{QUESTIONNAIRE}:{key}"


def find_questionnaire(key: str, viewer: Viewer) -> Questionnaire:
    """The questionnaire, if the viewer may see it. Raises NotFound otherwise."""
    found: Questionnaire | None = Questionnaire.objects.all().visible_to(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such questionnaire."), _("Look in the list of questionnaires."))
    return found


def find_question(row: Questionnaire, id: str) -> Asked:
    """One of its questions. Raises NotFound for none."""
    found = next((one for one in asked_of(row.questions) if one.id == id), None)
    if found is None:
        raise NotFound(_("There is no such question in it."), _("Look at the page of the questionnaire."))
    return found


def asks(one: Asked) -> str:
    """The question as its reader has it: what ships in their language, what an insurer wrote as it stands."""
    return _(one.asks) if one.shipped else one.asks


def lacks(one: Asked) -> str:
    """What its evidence does not reach, likewise."""
    return _(one.lacks) if one.shipped and one.lacks else one.lacks


def asked_for(row: Questionnaire, viewer: Viewer) -> tuple[Asked, ...]:
    """Its questions as a viewer may see them: of evidence outside of their areas what it comes to, and
    nothing by name."""
    return tuple(as_seen(one, viewer) for one in asked_of(row.questions))


def as_seen(one: Asked, viewer: Viewer) -> Asked:
    """One question, likewise."""
    if not one.evidence or reaches_all(one.rests_on, viewer):
        return one
    return replace(one, why=(_("Part of the evidence lies outside of your areas."),), named=())


def state_of(row: Questionnaire) -> str:
    """Where it stands: a key of `web/words.py`."""
    if row.ended_at is not None:
        return ENDED
    if row.signed_at is not None:
        return SIGNED
    return ASKED if row.reviewed_at is not None else DRAFT


def listing(new_url: str = "") -> Listing[Questionnaire]:
    """All questionnaires."""
    return Listing(
        name="insurance-questionnaires",
        caption=gettext_lazy("Questionnaires of insurers"),
        columns=(
            Column("state", gettext_lazy("State"), state_of, Kind.STATUS),
            Column(
                "title",
                gettext_lazy("Questionnaire"),
                lambda row: row.title,
                link=lambda row: reverse("questionnaire", args=[row.pk]),
                order="title",
            ),
            Column("insurer", gettext_lazy("Insurer"), lambda row: row.insurer, order="insurer"),
            Column("of_day", gettext_lazy("Speaks of"), lambda row: row.as_of, Kind.DATE, order="as_of"),
            Column("questions", gettext_lazy("Questions"), lambda row: len(row.questions), Kind.NUMBER),
            Column("signed", gettext_lazy("Signed"), lambda row: row.signed_at, Kind.DATE),
        ),
        sort=("-made_at",),
        search=("title", "insurer"),
        filters=(Filter("insurer", gettext_lazy("Insurer"), "insurer__icontains", FilterKind.TEXT),),
        empty=Empty(
            gettext_lazy("No questionnaire yet"),
            gettext_lazy("Begin one with the questions that insurers ask most, before the renewal."),
            new_url,
        ),
    )


# ── Signing ──────────────────────────────────────────────────────────────────────────────────────────────


def _facts(record: Questionnaire, viewer: Viewer) -> Sequence[tuple[str, Any]]:
    rows = asked_of(record.questions)
    differing = sum(one.differs for one in rows)
    told = [
        (_("For"), record.insurer),
        (_("The answers speak of"), day(record.as_of)),
        (_("Evidence was asked"), moment(record.filled_at)),
        (_("Answers that differ from evidence"), number(differing)),
    ]
    return [*told, *((asks(one), told_answer(one)) for one in rows)]


def told_answer(one: Asked) -> str:
    """An answer in words, with what evidence said where that is another."""
    told = f"{ANSWERS.get(one.answer, '–')}. {one.words}".strip()
    if one.differs:
        told += f" [{_('Evidence said: %s') % ANSWERS[one.evidence]}]"
    return told


def _closed(record: Questionnaire, now: datetime) -> str:
    if record.ended_at is not None:
        return _("This questionnaire was ended.")
    if record.signed_at is not None:
        return _("It was signed already.")
    if not record.reviewed_at:
        return _("Nobody has read it through yet.")
    return too_old(record.filled_at, now)


def _decided(record: Questionnaire, decided: Decided, now: datetime) -> None:
    """Within the act of the decision: what is signed is frozen, what is sent back is read through anew."""
    if decided is Decided.APPROVED:
        record.signed_at = now
    else:
        record.reviewed_at, record.reviewed_by = None, ""
    record.save()


register_reference(QUESTIONNAIRE, lambda key: reverse("questionnaire", args=[key]))
register_approvable(QUESTIONNAIRE, Approvable(str, _facts, _closed, _decided))
