"""Saved views: lists with their filters under a name, one's own or shared."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from duecare.ledger.models import Entry, Head
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import views as program_views
from duecare.program.models import Profile, SharedView
from duecare.site import saved_views
from duecare.site.models import OwnView
from tests.people import browser, sign_in


@pytest.fixture
def owner(home: Path) -> tuple[Client, Viewer]:
    with recording("terminal:test", "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic")
    client = browser()
    return client, sign_in(client, Role.OWNER)


@pytest.fixture
def auditor(owner: tuple[Client, Viewer]) -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.AUDITOR)


def save(client: Client, list: str, query: str, name: str, **more: str) -> str:
    """Where saving leads."""
    answer = client.post("/views/save/", {"list": list, "query": query, "name": name, **more})
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def above(client: Client, address: str) -> dict[str, str]:
    """The views above a list: address by name."""
    page = client.get(address).content.decode()
    strip = re.search(r'<nav aria-label="Saved views">(.*?)</nav>', page, re.DOTALL)
    links = re.findall(
        r'href="([^"]+)"[^>]*>(?:<svg.*?</svg>)?([^<]+)</a>', strip[1] if strip else "", re.DOTALL
    )
    return {name: url for url, name in links}


def test_a_view_of_ones_own_stands_above_its_list_for_oneself_alone(
    owner: tuple[Client, Viewer], auditor: tuple[Client, Viewer]
) -> None:
    client = owner[0]
    size = Head.objects.get().size
    assert (
        save(client, "findings", "state=open&sort=opened", "Oldest open")
        == "/findings/?sort=opened&state=open"
    )
    assert Head.objects.get().size == size  # a preference is not in the record
    url = above(client, "/findings/")["Oldest open"]
    assert client.get(url)["Location"] == "/findings/?sort=opened&state=open"
    assert above(client, "/tasks/") == {}
    assert above(auditor[0], "/findings/") == {}
    assert auditor[0].get(url).status_code == 404


def test_a_shared_view_is_on_the_record_and_above_the_list_of_all_who_may_see_it(
    owner: tuple[Client, Viewer], auditor: tuple[Client, Viewer]
) -> None:
    save(owner[0], "findings", "state=open", "Open", shared="on")
    save(owner[0], "tasks", "state=late", "Late", shared="on")
    row = SharedView.objects.get(list="findings")
    assert Entry.objects.get(subject=row.pk).actor == owner[1].actor
    assert list(above(auditor[0], "/findings/")) == ["Open"]
    member = browser()
    sign_in(member, Role.MEMBER)
    assert list(above(member, "/tasks/")) == ["Late"]
    assert member.get(f"/views/{row.pk}/").status_code == 404
    assert "Open" not in member.get("/views/").content.decode()


def test_who_changes_nothing_saves_for_themselves_and_neither_shares_nor_removes_for_others(
    owner: tuple[Client, Viewer], auditor: tuple[Client, Viewer]
) -> None:
    save(owner[0], "findings", "state=open", "Open", shared="on")
    row = SharedView.objects.get()
    client = auditor[0]
    sent = {"list": "findings", "query": "state=closed", "name": "Closed", "shared": "on"}
    assert client.post("/views/save/", sent).status_code == 403
    assert client.post(f"/views/{row.pk}/remove/").status_code == 403
    assert client.get(f"/views/{row.pk}/change/").status_code == 403
    save(client, "findings", "state=closed", "Closed")
    assert OwnView.objects.get().person == auditor[1].person


def test_a_view_keeps_filters_search_and_order_and_not_the_place_the_day_or_the_format(
    owner: tuple[Client, Viewer],
) -> None:
    asked = "state=open&as_of=2026-01-01&format=csv&after=x&sort=-opened&q="
    assert save(owner[0], "findings", asked, "Open") == "/findings/?sort=-opened&state=open"


def test_a_view_opens_as_of_the_day_that_is_being_viewed(owner: tuple[Client, Viewer]) -> None:
    save(owner[0], "findings", "state=open", "Open")
    view = OwnView.objects.get()
    at = owner[0].get(f"/views/{view.pk}/?as_of=2026-01-01")["Location"]
    assert at == "/findings/?state=open&as_of=2026-01-01"
    page = owner[0].get("/findings/?as_of=2026-01-01&state=open").content.decode()
    assert "Save this view" not in page
    assert f"/views/{view.pk}/?as_of=2026-01-01" in page


@pytest.mark.parametrize(
    ("list", "query", "status"),
    [
        ("findings", "", 400),
        ("findings", "colour=red", 302),
        ("findings", "state=odd", 302),
        ("findings", "state=open&state=closed", 302),
        ("safeguards", "area=nowhere", 302),
        ("statements", "mood=bad", 302),
        ("nothing", "state=open", 404),
        ("home", "state=open", 404),
        ("settings", "state=open", 404),
    ],
)
def test_what_a_list_does_not_understand_is_not_saved(
    owner: tuple[Client, Viewer], list: str, query: str, status: int
) -> None:
    answer = owner[0].post("/views/save/", {"list": list, "query": query, "name": "x"})
    assert answer.status_code == status
    assert not OwnView.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b"])
def test_a_view_needs_a_name(owner: tuple[Client, Viewer], name: str) -> None:
    save(owner[0], "findings", "state=open", name)
    assert not OwnView.objects.exists()


def test_two_views_of_a_list_have_two_names(owner: tuple[Client, Viewer]) -> None:
    save(owner[0], "findings", "state=open", "Mine")
    save(owner[0], "findings", "state=closed", "Mine")
    save(owner[0], "tasks", "state=late", "Mine")
    assert OwnView.objects.count() == 2
    page = owner[0].get("/findings/").content.decode()
    assert "There is a view “Mine” of this list already." in page


@pytest.mark.parametrize("shared", [{}, {"shared": "on"}])
def test_views_are_renamed_and_removed(owner: tuple[Client, Viewer], shared: dict[str, str]) -> None:
    client = owner[0]
    save(client, "hosts", "state=active", "Actve", **shared)
    (url,) = above(client, "/systems/").values()
    assert client.post(f"{url}change/", {"name": "Active"}).status_code == 302
    assert list(above(client, "/systems/")) == ["Active"]
    assert client.post(f"{url}change/", {"name": ""}).status_code == 400
    assert client.post(f"{url}remove/").status_code == 302
    assert above(client, "/systems/") == {}
    assert client.get(url).status_code == 404


def test_a_view_whose_filter_no_longer_exists_says_so_instead_of_showing_everything(
    owner: tuple[Client, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    save(owner[0], "findings", "state=open", "Open ones")
    url = above(owner[0], "/findings/")["Open ones"]
    without = replace(program_views.FINDINGS, filters=program_views.FINDINGS.filters[1:])
    page = saved_views.LISTS["findings"]
    lists = {
        **saved_views.LISTS,
        "findings": replace(page, read=saved_views._listing(without, program_views.Finding)),
    }
    monkeypatch.setattr(saved_views, "LISTS", lists)
    answer = owner[0].get(url)
    assert answer.status_code == 400
    said = answer.content.decode()
    assert "The view “Open ones” no longer fits its list" in said
    assert "“state”" in said


def test_every_list_of_which_views_can_be_saved_shows_them(owner: tuple[Client, Viewer]) -> None:
    queries = {
        "tasks": "state=open", "safeguards": "state=failing", "statements": "answer=no",
        "findings": "state=open", "exceptions": "state=asked", "hosts": "state=active", "names": "kind=mail",
        "pulled-hosts": "came=failed", "plan-contacts": "state=confirmed",
        "staff": "state=here",
        "weaknesses": "state=open", "software": "ecosystem=Debian", "software-asked": "name=openssl",
        "products": "state=stale", "products-asked": "name=openssl",
        "patch-runs": "state=draft", "feed-updates": "state=waiting", "reports": "report=posture",
        "ledger": "action=noted", "law-duties": "state=late", "legal-holds": "state=standing",
        "risk-decisions": "state=put",
        "insurance": "state=expired", "insurer-statements": "state=signed",
        "questionnaires": "insurer=North", "insurance-claims": "state=paid",
        "lessons": "state=open", "exercises": "state=late",
        "incidents": "state=open", "alerts": "state=waiting",
        "measures": "state=refused", "choices": "objective=own",
        "obligations": "answer=applies", "law-changes": "cause=own",
        "scenarios": "state=stale", "risk-estimates": "what=rate", "calibrations": "state=done",
    }  # fmt: skip
    assert queries.keys() == saved_views.LISTS.keys()
    for name, query in queries.items():
        address = save(owner[0], name, query, f"of {name}")
        page = owner[0].get(address)
        assert page.status_code == 200, address
        assert list(above(owner[0], address)) == [f"of {name}"], address
        assert 'aria-current="page"' in page.content.decode()


def test_views_are_found_by_the_search(owner: tuple[Client, Viewer]) -> None:
    save(owner[0], "findings", "state=open", "Monday round")
    page = owner[0].get("/search/?q=monday").content.decode()
    assert "<mark>Monday</mark> round" in page
    assert "Monday round" in owner[0].get("/search/").content.decode()


def test_nobody_saves_without_end(owner: tuple[Client, Viewer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST", 2)
    for number in range(4):
        save(owner[0], "findings", "state=open", f"view {number}")
    assert OwnView.objects.count() == 2
    assert utc_now() >= OwnView.objects.earliest("made_at").made_at
