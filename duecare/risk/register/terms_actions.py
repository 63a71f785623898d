"""Setting the terms in which the organisation speaks of risk. One act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from duecare.errors import BadInput, Refused
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Role, Viewer
from duecare.program.unchanged import demand_unchanged
from duecare.risk.amounts import MOST
from duecare.risk.measures.models import Measure
from duecare.risk.money import demand_currency
from duecare.risk.register.forms_of_loss import RATE
from duecare.risk.register.models import TERMS, Estimate, RiskTerms

HORIZONS = range(1, 31)
"""Years."""
NONE = "none"
"""Chosen instead of a matter: the tests of law are shown to all who read risk."""


@dataclass(frozen=True, slots=True)
class Law:
    """What an owner says of the tests of law."""

    computed: bool
    matter: str = ""
    """Key of the matter that holds them, `NONE`, or empty if nothing was chosen."""


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """What the terms are to be."""

    currency: str
    turnover: int | None = None
    """Minor units."""
    tolerance: int | None = None
    remedy: int | None = None
    programme: int | None = None
    horizon: int = 3
    law: Law | None = None
    """None leaves it as it is; only an owner says otherwise."""


_amounts: dict[str, Callable[[], bool]] = {}


def register_amounts(where: str, exist: Callable[[], bool]) -> None:
    """Let a room say whether it keeps amounts, so that their currency stays. `where` is for the reader."""
    _amounts[where] = exist


def set_terms(viewer: Viewer, draft: TermsDraft, seen: int) -> RiskTerms:
    """Set the terms, or change them.

    Raises BadInput naming the field that cannot be, Refused for another currency while amounts are kept in
    the present one, for tests of law by anybody but an owner, and if somebody changed them since `seen`.
    """
    values = _values(draft)
    with recording(viewer.actor, "set the terms of risk"):
        row: RiskTerms | None = RiskTerms.objects.select_for_update().filter(pk=TERMS).first()
        if row is None:
            row = RiskTerms(id=TERMS)
        else:
            demand_unchanged(row, seen)
            if row.currency != values["currency"] and (where := ", ".join(_kept_in())):
                raise Refused(
                    _("Amounts are kept in %(currency)s already: %(where)s.")
                    % {"currency": row.currency, "where": where},
                    _("Keep it: converted numbers would no longer be what people estimated."),
                    "currency",
                )
        for name, value in values.items():
            setattr(row, name, value)
        if draft.law is not None:
            row.legal_tests, row.matter = _law(viewer, draft.law, row)
        row.save()
    return row


def _values(draft: TermsDraft) -> dict[str, object]:
    names = ("turnover", "tolerance", "remedy", "programme")
    amounts = {name: getattr(draft, name) for name in names}
    for name, amount in amounts.items():
        if amount is not None and not 0 < amount <= MOST:
            raise BadInput(_("This is an amount above zero, or empty."), _("Correct it."), name)
    if draft.horizon not in HORIZONS:
        raise BadInput(_("The horizon is from 1 to 30 years."), _("Correct it."), "horizon")
    return {
        "currency": demand_currency(draft.currency),
        **amounts,
        "horizon": draft.horizon,
    }


def _law(viewer: Viewer, law: Law, row: RiskTerms) -> tuple[bool, str]:
    """Whether the tests are computed, and the matter that holds them."""
    if not viewer.has(Role.OWNER):
        raise Refused(
            _("Whether the tests of law are computed, only an owner decides."), _("Ask one."), "legal_tests"
        )
    if row.matter and law.matter != row.matter and row.matter not in viewer.matters:
        raise Refused(
            _("A matter of which you are no member holds the tests of law."),
            _("Ask whoever directs it: only a member takes them out."),
            "matter",
        )
    if not law.computed:
        return False, ""
    if law.matter == NONE:
        return True, ""
    if not law.matter or not (law.matter in viewer.matters or (row.legal_tests and law.matter == row.matter)):
        raise BadInput(
            _("The tests of law need a choice first: the matter that holds them, or none."),
            _("Choose a matter of which you are a member, or none."),
            "matter",
        )
    return True, law.matter


def _kept_in() -> Iterator[str]:
    """Where amounts are kept, in words; those that ended too, for their pages still show them."""
    if Estimate.objects.exclude(what=RATE).exists():
        yield _("estimates of losses")
    if Measure.objects.exists():
        yield _("costs of measures")
    for where, exist in _amounts.items():
        if exist():
            yield _(where)
