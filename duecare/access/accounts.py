"""The sources of subjects called "accounts" and "second factors": every account that is not gone.

What is known of an account is as old as the newest whole list of its service. Whether it has a second factor
rests on two lists, and is as old as the older of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.access.account_checks import ACCOUNTS, FACTORS
from duecare.access.models import Account, AccountReview, AccountSource
from duecare.program.judgement import Facts, Grade
from duecare.program.subjects import Subject, register_reference, register_source

ACCOUNT = "access.account"


def accounts(now: datetime) -> Iterator[Subject]:
    """Every account with what the lists of accounts tell."""
    reviews = _newest_reviews()
    for account in _there():
        yield subject(account, now, account.source.list_at, account.source.list_file, reviews)


def second_factors(now: datetime) -> Iterator[Subject]:
    """Every account with what the lists of second factors tell as well."""
    reviews = _newest_reviews()
    for account in _there():
        source = account.source
        older = factors_at(source)
        yield subject(account, now, older, source.factors_file, reviews)


def factors_at(source: AccountSource) -> datetime | None:
    """How old what is known of second factors is; None if either list was never taken in whole."""
    if source.list_at is None or source.factors_at is None:
        return None
    return min(source.list_at, source.factors_at)


def subject(
    account: Account, now: datetime, at: datetime | None, file: str, reviews: dict[str, datetime]
) -> Subject:
    """An account as checks see it; without facts if no whole list tells of it."""
    reference, name = f"{ACCOUNT}:{account.pk}", f"{account.login} ({account.source.name})"
    if at is None:
        which = _("its accounts") if account.source.list_at is None else _("their second factors")
        why = _("no whole list of %(which)s was taken in from %(source)s yet")
        words = why % {"which": which, "source": account.source.name}
        return Subject(reference, name, Grade.IMPORTED, None, words)
    sections = {"account": tell(account, reviews.get(account.pk))}
    return Subject(reference, name, Grade.IMPORTED, Facts(now, at, sections), evidence=file)


def tell(account: Account, reviewed_at: datetime | None) -> dict[str, Any]:
    """The account as a section of facts."""
    return {
        "state": "read",
        "problems": [],
        "enabled": account.enabled,
        "kind": account.kind,
        "privileged": account.privileged,
        "mfa_registered": account.mfa_registered,
        "mfa_capable": account.mfa_capable,
        "mfa_methods": account.mfa_methods,
        "last_sign_in": _text(account.last_sign_in),
        "never_signed_in": account.never_signed_in,
        "created": _text(account.created),
        "reviewed_at": _text(reviewed_at),
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _there() -> Iterator[Account]:
    rows = Account.objects.filter(gone_at=None).select_related("source").order_by("login", "id")
    yield from rows.iterator(chunk_size=2000)


def _newest_reviews() -> dict[str, datetime]:
    return dict(AccountReview.objects.order_by("made_at").values_list("account_id", "made_at"))


register_source(ACCOUNTS, accounts)
register_source(FACTORS, second_factors)
register_reference(ACCOUNT, lambda key: reverse("account-of", args=[key]))
