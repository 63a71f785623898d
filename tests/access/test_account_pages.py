"""Pages of accounts: the list, where it is known from, one account, and why it is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from duecare.access.actions import review_account
from duecare.access.models import Account, AccountReview
from duecare.errors import Refused
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.assessing import assess
from duecare.program.imports.terminal import Said, import_table
from duecare.program.models import Finding, Outcome
from tests.people import browser, sign_in
from tests.program.imports.files import ENTRA_FACTORS, ENTRA_USERS, GOOGLE_USERS


def bring(kind: str, text: str) -> None:
    import_table(
        text.encode(),
        f"{kind}.csv",
        Said(kind, whole=True),
        "terminal:test",
        utc_now(),
        dry=False,
        tell=lambda line: None,
    )


@pytest.fixture
def owner(home: Path) -> Client:
    client = browser()
    sign_in(client, Role.OWNER)
    return client


def listed(client: Client, query: str) -> list[str]:
    told = client.get(f"/access/?{query}&format=json").streaming_content  # type: ignore[attr-defined]
    return [row["login"] for row in json.loads(b"".join(told))["rows"]]


def test_accounts_are_filtered_by_what_is_known_of_them(owner: Client) -> None:
    bring("entra-users", ENTRA_USERS)
    bring("entra-mfa", ENTRA_FACTORS)
    bring("google-users", GOOGLE_USERS)
    assert listed(owner, "mfa=unknown") == ["ben@clinic.example"]
    assert listed(owner, "kind=guest") == ["cleo_partner.example#EXT#@clinic.example"]
    assert listed(owner, "enabled=no&source=google") == ["ben@clinic.example"]
    assert listed(owner, "privileged=yes") == ["ada@clinic.example"]
    assert listed(owner, "q=scan") == ["scan@clinic.example"]
    assert owner.get("/access/?mfa=perhaps").status_code == 400


def test_without_the_list_of_second_factors_their_checks_say_unknown(owner: Client) -> None:
    bring("entra-users", ENTRA_USERS)
    assess("terminal:test", utc_now())
    for id in ("accounts_second_factor", "privileged_second_factor", "privileged_phishing_resistant"):
        assert Outcome.objects.get(pk=f"access.{id}").verdict == "unknown"
    assert Outcome.objects.get(pk="access.guests_known").verdict == "unmet"
    bring("entra-mfa", ENTRA_FACTORS)
    assess("terminal:test", utc_now())
    assert Outcome.objects.get(pk="access.accounts_second_factor").verdict == "met"
    assert Outcome.objects.get(pk="access.privileged_phishing_resistant").verdict == "met"
    assert Outcome.objects.get(pk="access.accounts_in_use").verdict == "unknown"


def test_a_guest_of_whom_somebody_says_why_is_known(owner: Client) -> None:
    bring("entra-users", ENTRA_USERS)
    assess("terminal:test", utc_now())
    guest = Account.objects.get(kind="guest")
    assert Finding.objects.filter(check_id="access.guests_known", closed_at=None).count() == 1
    assert (
        "nobody has said yet why this guest is needed" in owner.get(f"/access/{guest.pk}/").content.decode()
    )
    assert owner.post(f"/access/{guest.pk}/review/", {"words": ""}).status_code == 400
    shown = owner.post(f"/access/{guest.pk}/review/", {"words": "The tax adviser’s."}, follow=True)
    assert "The tax adviser’s." in shown.content.decode()
    assess("terminal:test", utc_now())
    assert Finding.objects.filter(check_id="access.guests_known", closed_at=None).count() == 0


def test_of_an_account_that_is_gone_nothing_is_asked_and_nothing_said(owner: Client) -> None:
    bring("entra-users", ENTRA_USERS)
    bring("entra-users", "\n".join(ENTRA_USERS.splitlines()[:3]))
    gone = Account.objects.get(kind="guest")
    shown = owner.get(f"/access/{gone.pk}/").content.decode()
    assert "nothing is asked of it any more" in shown
    assert "Say why it is needed" not in shown
    with pytest.raises(Refused):
        review_account(gone, "terminal:test", "still", utc_now())
    assert not AccountReview.objects.exists()
    assert listed(owner, "state=gone") == [gone.login]


def test_the_page_of_sources_says_how_old_each_list_is_and_how_to_get_a_new_one(owner: Client) -> None:
    empty = owner.get("/access/sources/").content.decode()
    assert "No service yet" in empty
    assert "Download users" in empty
    bring("entra-users", ENTRA_USERS)
    shown = owner.get("/access/sources/").content.decode()
    assert shown.count("never whole") == 1
    assert "entra-users.csv" in shown


def test_the_area_of_access_leads_to_its_accounts_and_from_there_to_its_safeguards(owner: Client) -> None:
    assert 'href="/access/"' in owner.get("/").content.decode()
    assert 'href="/areas/access/"' in owner.get("/access/").content.decode()
