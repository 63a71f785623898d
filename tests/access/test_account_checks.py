"""Checks of accounts: met only on what a fresh whole list tells, and unknown on all else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.access.account_checks import ACCOUNTS, BY_HAND, FACTORS
from duecare.program.judgement import Check, Facts, Grade, Verdict, checks
from duecare.program.outcomes import judge
from duecare.program.subjects import Subject
from duecare.program.targets import definitions

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
OURS = {one.id: one for one in checks() if one.of in (ACCOUNTS, FACTORS)}
UNTOLD = {
    "state": "read",
    "problems": [],
    "enabled": None,
    "kind": "unknown",
    "privileged": None,
    "mfa_registered": None,
    "mfa_capable": None,
    "mfa_methods": None,
    "last_sign_in": None,
    "never_signed_in": None,
    "created": None,
    "reviewed_at": None,
}
GOOD = UNTOLD | {
    "enabled": True,
    "kind": "person",
    "privileged": True,
    "mfa_registered": True,
    "mfa_methods": ["fido2SecurityKey"],
    "last_sign_in": (NOW - timedelta(days=3)).isoformat(),
}


def days_ago(days: int) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def asked(id: str, account: dict[str, Any], *, age: timedelta = timedelta(0)) -> tuple[Verdict, str]:
    """What a check says, through the runner as the assessment does, and its first reason."""
    check: Check = OURS[id]
    target = definitions()[check.target].default if check.target else None
    subject = Subject("access.account:k", "a", Grade.IMPORTED, Facts(NOW, NOW - age, {"account": account}))
    answer = judge(check, subject, target, NOW)
    reasons = [item.reason for item in (*answer.unmet, *answer.unknown)]
    return answer.verdict, (reasons or [answer.not_applicable])[0]


def test_there_are_the_checks_that_are_tested_here() -> None:
    assert set(OURS) == {
        "access.accounts_second_factor",
        "access.privileged_second_factor",
        "access.privileged_phishing_resistant",
        "access.accounts_in_use",
        "access.guests_known",
    }


@pytest.mark.parametrize("id", sorted(OURS))
def test_nothing_is_met_on_an_account_of_which_nothing_is_told(id: str) -> None:
    assert asked(id, UNTOLD)[0] is Verdict.UNKNOWN


@pytest.mark.parametrize("id", sorted(set(OURS) - {"access.guests_known"}))
def test_what_was_met_is_unknown_once_the_list_is_too_old(id: str) -> None:
    long_ago = GOOD | {"last_sign_in": days_ago(33)}
    assert asked(id, GOOD)[0] is Verdict.MET
    assert asked(id, long_ago, age=BY_HAND)[0] is Verdict.MET
    verdict, why = asked(id, long_ago, age=BY_HAND + timedelta(hours=1))
    assert verdict is Verdict.UNKNOWN
    assert "31 days old" in why


@pytest.mark.parametrize("id", sorted(OURS))
def test_an_account_that_cannot_be_signed_in_to_is_nothing_to_ask_about(id: str) -> None:
    assert asked(id, GOOD | {"enabled": False})[0] is Verdict.NOT_APPLICABLE


@given(
    enabled=st.sampled_from([True, False, None]),
    kind=st.sampled_from(["person", "guest", "service", "unknown"]),
    privileged=st.sampled_from([True, False, None]),
    registered=st.sampled_from([True, False, None]),
    methods=st.sampled_from([None, [], ["sms"], ["passkey"]]),
    used=st.sampled_from([None, 3, 300]),
    never=st.sampled_from([True, False, None]),
    reviewed=st.sampled_from([None, 3, 300]),
)
def test_met_always_rests_on_what_was_told_and_on_an_account_that_is_known_to_be_enabled(
    enabled: bool | None,
    kind: str,
    privileged: bool | None,
    registered: bool | None,
    methods: list[str] | None,
    used: int | None,
    never: bool | None,
    reviewed: int | None,
) -> None:
    account = UNTOLD | {
        "enabled": enabled,
        "kind": kind,
        "privileged": privileged,
        "mfa_registered": registered,
        "mfa_methods": methods,
        "last_sign_in": None if used is None else days_ago(used),
        "never_signed_in": never,
        "reviewed_at": None if reviewed is None else days_ago(reviewed),
    }
    found = {id: asked(id, account)[0] for id in OURS}
    met = {id for id, verdict in found.items() if verdict is Verdict.MET}
    if met - {"access.guests_known"}:
        assert enabled is True
    if "access.accounts_second_factor" in met:
        assert registered is True
    if "access.privileged_second_factor" in met:
        assert privileged is True
        assert registered or methods == ["passkey"]
    if "access.privileged_phishing_resistant" in met:
        assert methods == ["passkey"]
    if "access.accounts_in_use" in met:
        assert used == 3
    if "access.guests_known" in met:
        assert reviewed == 3


def test_a_person_without_a_second_factor_falls_short_and_a_service_is_not_asked() -> None:
    bare = GOOD | {"mfa_registered": False}
    assert asked("access.accounts_second_factor", bare) == (
        Verdict.UNMET,
        "no second factor is registered for it",
    )
    for kind in ("service", "guest"):
        assert asked("access.accounts_second_factor", bare | {"kind": kind})[0] is Verdict.NOT_APPLICABLE
    assert asked("access.accounts_second_factor", bare | {"kind": "unknown"})[0] is Verdict.UNKNOWN
    assert asked("access.privileged_second_factor", bare | {"kind": "service"})[0] is Verdict.UNMET


@pytest.mark.parametrize(
    ("methods", "verdict"),
    [
        (["Passkey (device-bound)"], Verdict.MET),
        (["windowsHelloForBusiness", "sms"], Verdict.MET),
        (["X.509 Certificate"], Verdict.MET),
        (["microsoftAuthenticatorPush", "mobilePhone"], Verdict.UNMET),
        ([], Verdict.UNMET),
        (None, Verdict.UNKNOWN),
    ],
)
def test_which_methods_withstand_phishing(methods: list[str] | None, verdict: Verdict) -> None:
    account = GOOD | {"mfa_methods": methods}
    assert asked("access.privileged_phishing_resistant", account)[0] is verdict


def test_an_account_that_was_never_used_counts_from_the_day_it_was_made() -> None:
    never = GOOD | {"last_sign_in": None, "never_signed_in": True}
    assert asked("access.accounts_in_use", never)[0] is Verdict.UNKNOWN
    assert asked("access.accounts_in_use", never | {"created": days_ago(300)})[0] is Verdict.UNMET
    assert asked("access.accounts_in_use", never | {"created": days_ago(3)})[0] is Verdict.MET
    late = GOOD | {"last_sign_in": (NOW + timedelta(days=9)).isoformat()}
    assert asked("access.accounts_in_use", late)[0] is Verdict.UNKNOWN


def test_a_guest_is_known_for_as_long_as_the_word_on_it_counts() -> None:
    guest = GOOD | {"kind": "guest"}
    assert asked("access.guests_known", guest)[0] is Verdict.UNMET
    assert asked("access.guests_known", guest | {"reviewed_at": days_ago(10)})[0] is Verdict.MET
    assert asked("access.guests_known", guest | {"reviewed_at": days_ago(181)})[0] is Verdict.UNMET
    assert asked("access.guests_known", GOOD)[0] is Verdict.NOT_APPLICABLE
