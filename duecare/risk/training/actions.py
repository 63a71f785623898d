"""What people do with calibration: begin an exercise, and give its ranges, by which it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.risk.training.models import Calibration
from duecare.risk.training.queries import asked_in, may_take, own
from duecare.risk.training.questions import draw, shipped
from duecare.risk.training.ranges import holds, written
from duecare.web.recorded import recorded

Range = tuple[Decimal, Decimal]


def begin(viewer: Viewer, seed: str, now: datetime) -> Calibration:
    """Draw ten questions by the seed, none of the viewer's earlier exercises as long as there are others.

    Raises Refused for who may not, and while another of theirs is under way: who could begin anew would
    leave out what they do not like.
    """
    if not may_take(viewer):
        raise Refused(_("Exercises are for those who estimate."), _("Their results are for you to read."))
    earlier = own(viewer)
    if any(row.ended_at is None for row in earlier):
        raise _under_way()
    lately = [id for row in earlier for id in row.questions]
    row = Calibration(
        id=new_key(),
        person_id=viewer.person,
        seed=seed,
        questions=list(draw(seed, tuple(shipped()), lately)),
        begun_at=now,
    )
    try:
        with recording(viewer.actor, "begin a calibration exercise"):
            row.save(force_insert=True)
    except IntegrityError:  # begun twice in the same moment
        raise _under_way() from None
    return row


def finish(viewer: Viewer, key: str, ranges: Sequence[Range], now: datetime) -> Calibration:
    """Give the range of every question of one's exercise, in their order; from then on the answers show.

    Raises NotFound for no exercise of the viewer's, Refused if it has ended, BadInput for a range upside
    down or another number of them than there are questions.
    """
    for low, high in ranges:
        if low > high:
            raise BadInput(_("A range is upside down."), _("Give its lower end first."))
    with recording(viewer.actor, "end a calibration exercise") as act:
        row: Calibration | None = (
            Calibration.objects.select_for_update().filter(pk=key, person=viewer.person or None).first()
        )
        if row is None:
            raise NotFound(_("There is no such exercise."), _("Look in the list of exercises."))
        if row.ended_at is not None:
            raise Refused(_("This exercise has ended already."), _("Begin a new one."))
        asked = asked_in(row)
        if len(ranges) != len(asked):
            raise BadInput(
                _("%(given)s ranges are given for %(asked)s questions.")
                % {"given": len(ranges), "asked": len(asked)},
                _("Give one for each; where you know nothing, a wide one."),
            )
        row.questions = [one.id for one in asked]
        row.ranges = [[written(low), written(high)] for low, high in ranges]
        row.truths = [written(one.answer) for one in asked]
        row.hits = sum(
            holds(low, high, truth) for (low, high), truth in zip(row.ranges, row.truths, strict=True)
        )
        row.ended_at = now
        act.reason = recorded(
            "end a calibration exercise: %(hits)s of %(asked)s ranges held", hits=row.hits, asked=len(asked)
        )
        row.save()
    return row


def _under_way() -> Refused:
    return Refused(
        _("An exercise of yours is under way."), _("Give its ranges first: each exercise counts, also that.")
    )
