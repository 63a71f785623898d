"""Checks of accounts in the services that the organisation uses, over lists that were imported by hand.

Each is a pure function over what the lists tell of one account. What they do not tell is unknown: an account
of which no list says whether it can be signed in to is judged as one that can, where that shows a shortfall,
and as unknown where it would show that there is none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from duecare.program.judgement import Facts, Judgement, Section, check, met, not_applicable, unknown, unmet
from duecare.words import gettext as _
from duecare.words import gettext_noop, number

ACCOUNTS, FACTORS = "accounts", "second factors"
"""The sources of subjects."""
BY_HAND = timedelta(days=31)
"""How long a list counts that somebody has to download: a month's round."""
RESISTANT = ("fido2", "passkey", "windowshello", "certificate", "securitykey", "platformcredential")
"""How methods that withstand phishing begin or are called, without spaces (SP 800-63B-4, 3.2.5)."""
DISABLED = gettext_noop("it cannot be signed in to")
DAY = 86400


@check(
    "access.accounts_second_factor",
    safeguard="mfa",
    question="Has every enabled account of a person a second factor registered?",
    advice="Have them register one at their next sign-in, or disable the account.",
    fresh_for=BY_HAND,
    of=FACTORS,
    counts="accounts",
)
def accounts_second_factor(facts: Facts, _target: None) -> Judgement:
    account = facts.section("account")
    if (aside := _aside(account)) is not None:
        return aside
    if account["kind"] == "guest":
        return not_applicable(_("a guest; another check asks whether it is known"))
    return _registered(account)


@check(
    "access.privileged_second_factor",
    safeguard="privileged_access",
    question="Has every enabled administrator's account a second factor registered?",
    advice="Register one today, better one that withstands phishing, such as a passkey.",
    fresh_for=BY_HAND,
    of=FACTORS,
    counts="accounts",
)
def privileged_second_factor(facts: Facts, _target: None) -> Judgement:
    account = facts.section("account")
    if (aside := _aside_unprivileged(account)) is not None:
        return aside
    if account["privileged"] is None:
        return unknown(_("no list tells whether it has an administrator's rights"))
    if account["mfa_registered"] is None and _resistant(account["mfa_methods"] or ()):
        return _if_enabled(account, met())
    return _registered(account, also_services=True)


@check(
    "access.privileged_phishing_resistant",
    safeguard="privileged_access",
    question="Has every enabled administrator's account a second factor that withstands phishing?",
    advice="Register a passkey or security key for it, and let its sign-in demand that.",
    fresh_for=BY_HAND,
    of=FACTORS,
    counts="accounts",
)
def privileged_phishing_resistant(facts: Facts, _target: None) -> Judgement:
    """That one is registered does not show that it is demanded: a list tells the one and not the other."""
    account = facts.section("account")
    if (aside := _aside_unprivileged(account)) is not None:
        return aside
    if account["privileged"] is None:
        return unknown(_("no list tells whether it has an administrator's rights"))
    if account["mfa_registered"] is False:
        return unmet(_("no second factor is registered for it"))
    methods = account["mfa_methods"]
    if methods is None:
        return unknown(_("no list tells which methods are registered for it"))
    if not _resistant(methods):
        return unmet(
            _("none of its methods withstands phishing: %(methods)s")
            % {"methods": ", ".join(methods) or _("there is none")}
        )
    return _if_enabled(account, met())


@check(
    "access.accounts_in_use",
    safeguard="access_control",
    question="Was every enabled account of a service signed in to within the target number of days?",
    advice="Ask whose account it is; disable it if nobody needs it.",
    fresh_for=BY_HAND,
    of=ACCOUNTS,
    counts="accounts",
    target="dormant_days",
    unit="days",
)
def accounts_in_use(facts: Facts, target: int) -> Judgement:
    account = facts.section("account")
    if account["enabled"] is False:
        return not_applicable(_(DISABLED))
    if account["never_signed_in"]:
        return _never_used(facts, account, target)
    days = _days(facts, account["last_sign_in"])
    if days is None:
        return unknown(_("no list tells when it was last signed in to"))
    if days > target:
        return _if_enabled(
            account, unmet(_("last signed in to %(days)s days ago") % {"days": number(days)}, measure=days)
        )
    return _if_enabled(account, met(measure=days))


@check(
    "access.guests_known",
    safeguard="access_control",
    question="Did somebody say within the target number of days why each enabled guest account is needed?",
    advice="Open the account, say whose guest it is and why it is needed, or disable it.",
    fresh_for=BY_HAND,
    of=ACCOUNTS,
    counts="guests",
    target="guest_review_days",
    unit="days",
)
def guests_known(facts: Facts, target: int) -> Judgement:
    account = facts.section("account")
    if account["enabled"] is False:
        return not_applicable(_(DISABLED))
    if account["kind"] in ("person", "service"):
        return not_applicable(_("it is no guest"))
    if account["kind"] != "guest":
        return unknown(_("no list tells whether it is a guest"))
    reviewed = account["reviewed_at"]
    if reviewed is None:
        return unmet(_("nobody has said yet why this guest is needed"))
    # Counted to the moment of judging: what was said gets older without any new list.
    days = math.floor((facts.now - datetime.fromisoformat(reviewed)).total_seconds() / DAY)
    if days > target:
        return unmet(
            _("that this guest is needed was said %(days)s days ago") % {"days": number(days)}, measure=days
        )
    return met(measure=max(days, 0))


def _aside(account: Section) -> Judgement | None:
    if account["enabled"] is False:
        return not_applicable(_(DISABLED))
    if account["kind"] == "service":
        return not_applicable(_("the account of a service, which no person signs in to"))
    return None


def _aside_unprivileged(account: Section) -> Judgement | None:
    if account["enabled"] is False:
        return not_applicable(_(DISABLED))
    if account["privileged"] is False:
        return not_applicable(_("it has no administrator's rights"))
    return None


def _registered(account: Section, *, also_services: bool = False) -> Judgement:
    """Whether a second factor is registered, for an account that may be enabled."""
    registered = account["mfa_registered"]
    if registered is None:
        return unknown(_("no list tells whether a second factor is registered for it"))
    if registered:
        return _if_enabled(account, met())
    if account["kind"] == "unknown" and not also_services:
        return unknown(
            _("no second factor is registered, and no list tells whether a person signs in with it")
        )
    return _if_enabled(account, unmet(_("no second factor is registered for it")))


def _if_enabled(account: Section, answer: Judgement) -> Judgement:
    """The answer, unless no list tells whether the account can be signed in to at all."""
    if account["enabled"] is None:
        reasons = "; ".join(item.reason for item in answer.unmet)
        if not reasons:
            return unknown(_("no list tells whether it can be signed in to"))
        return unknown(_("no list tells whether it can be signed in to (%(reasons)s)") % {"reasons": reasons})
    return answer


def _never_used(facts: Facts, account: Section, target: int) -> Judgement:
    days = _days(facts, account["created"])
    if days is None:
        return unknown(_("it was never signed in to, and no list tells since when it is there"))
    if days > target:
        return _if_enabled(
            account,
            unmet(
                _("never signed in to since it was made %(days)s days ago") % {"days": number(days)},
                measure=days,
            ),
        )
    return _if_enabled(account, met(measure=days))


def _days(facts: Facts, text: str | None) -> int | None:
    """Whole days from a time to that of the list; None if it is not told or lies after the list."""
    if text is None:
        return None
    days = math.floor((facts.observed_at - datetime.fromisoformat(text)).total_seconds() / DAY)
    return None if days < -1 else max(days, 0)


def _resistant(methods: Iterable[str]) -> bool:
    """Whether one of the methods withstands phishing."""
    plain = ["".join(letter for letter in one.lower() if letter.isalnum()) for one in methods]
    return any(part in one for one in plain for part in RESISTANT)
