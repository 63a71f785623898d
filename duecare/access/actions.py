"""What people do with accounts: say why one is needed. Lists of them come in by `program/imports`."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duecare.access.models import Account, AccountReview
from duecare.errors import BadInput, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.web.recorded import recorded


def review_account(account: Account, actor: str, words: str, now: datetime) -> AccountReview:
    """Say whose an account is and why it is still needed.

    Raises BadInput without words, Refused if the account is gone.
    """
    if not words.strip():
        raise BadInput(_("It is not said why the account is needed."), _("Say it in a sentence."))
    if account.gone_at is not None:
        raise Refused(
            _("%s is gone from its list.") % account.login, _("There is nothing to say of it any more.")
        )
    with recording(actor, recorded("review the account %(login)s", login=account.login)):
        return AccountReview.objects.create(
            id=new_key(), account=account, words=words.strip(), made_by=actor, made_at=now
        )
