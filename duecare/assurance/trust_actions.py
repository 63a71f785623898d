"""Choosing what the public trust page shows. Each choice is an act; publishing it is an approval."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from duecare.assurance.trust import GENERAL, OBLIGATION, REPORT, SAFEGUARD, TRUST
from duecare.errors import BadInput
from duecare.law.applicable import register_now
from duecare.ledger.recording import recording
from duecare.program.catalogue import catalogue
from duecare.program.models import TrustPage
from duecare.program.record_form import LONG

LONGEST = 300
"""Characters of a contact."""
_REPORT = re.compile(r"[a-z]{1,40}")


def choose(
    actor: str,
    *,
    shown: bool,
    chosen: Sequence[str],
    words: str,
    contact: str,
    indexable: bool,
    now: datetime,
) -> TrustPage:
    """Choose what the page shows, or take it down. What is shown counts once it is approved.

    Raises BadInput for a fact that there is not, a contact that leads nowhere, or a page without facts.
    """
    contact, words = check_contact(contact), words.strip()
    if len(words) > LONG:
        raise BadInput(_("The words are too long."), _("Use at most %s characters.") % LONG)
    if strange := [id for id in chosen if not _known(id)]:
        raise BadInput(_("There is no fact “%s”.") % strange[0][:80], _("Choose from the list."))
    if shown and not chosen:
        raise BadInput(_("A page without facts says nothing."), _("Choose at least one."))
    values = {
        "shown": shown,
        "chosen": list(dict.fromkeys(chosen)),
        "words": words,
        "contact": contact,
        "indexable": indexable,
    }
    with recording(actor, "choose what the public trust page shows") as act:
        row = TrustPage.objects.select_for_update().filter(pk=TRUST).first() or TrustPage(
            id=TRUST, shown=False, chosen=[], contact="", indexable=False
        )
        if not row._state.adding and all(getattr(row, name) == value for name, value in values.items()):
            return row
        if row.shown and not shown:
            act.reason = "take the public trust page down"
            row.off_at = now
        for name, value in values.items():
            setattr(row, name, value)
        row.changed_by, row.changed_at = actor, now
        row.save()
    return row


def check_contact(text: str) -> str:
    """A way to report weaknesses, cleaned: an e-mail address, or an https address. Raises BadInput."""
    text = text.strip()
    parts = urlsplit(text) if text.startswith("https://") else None
    try:
        if len(text) > LONGEST or not text.isprintable() or " " in text:
            raise ValidationError("")
        if parts is None or not parts.hostname or parts.username is not None:
            validate_email(text)
    except ValidationError:
        raise BadInput(
            _("“%s” is neither an e-mail address nor an https address.") % text[:80],
            _("Write it as security@organisation.example."),
        ) from None
    return text


def _known(id: str) -> bool:
    if id.startswith(SAFEGUARD):
        return id.removeprefix(SAFEGUARD) in catalogue()
    if id.startswith(OBLIGATION):
        return id.removeprefix(OBLIGATION) in register_now().obligations
    if id.startswith(REPORT):
        return _REPORT.fullmatch(id.removeprefix(REPORT)) is not None
    return id in GENERAL
