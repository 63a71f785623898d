"""Pages of the law: what one reads, answers, decides, adds and ends there, and what programs and the terminal
are told."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from bench import page_times
from duecare.law.models import Applying, Override, OwnObligation
from duecare.law.obligations import register
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import profile_followers
from duecare.program.actions import answer_facts, change_profile, keep_data_set
from duecare.program.models import Profile
from duecare.site.api_tokens import make_token
from tests.people import browser, sign_in

ACTOR = "terminal:test"


@pytest.fixture
def owner(home: Path) -> tuple[Client, Viewer]:
    """A clinic in Germany with patients in New York, and its owner's browser."""
    with recording(ACTOR, "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic", country="DE")
    keep_data_set(ACTOR, None, name="Patients", people={"DE": 12000, "US-NY": 300})
    change_profile(ACTOR, facts={"eu_gdpr_scope": True})
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(answer: Any) -> str:
    """What a page says, as one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_list_tells_answers_and_gaps_of_our_places_and_goes_out_as_json(
    owner: tuple[Client, Viewer],
) -> None:
    client, _viewer = owner
    page = text(client.get("/law/"))
    assert "General Data Protection Regulation" in page
    assert "US states other than NY" in page, "patients live there"
    assert "counsel" in page
    rows = json.loads(b"".join(client.get("/law/?answer=applies&format=json")))  # type: ignore[arg-type]
    assert [(row["name"], row["answer"], row["jurisdiction"]) for row in rows["rows"]] == [
        ("General Data Protection Regulation", "applies", "EU")
    ]
    assert client.get("/law/?state=past").status_code == 400


def test_one_law_tells_why_and_is_answered_right_there(owner: tuple[Client, Viewer]) -> None:
    client, _viewer = owner
    with page_times.heard() as statements:
        page = text(client.get("/law/obligations/eu-gdpr/"))
    assert len(statements) <= 30
    for words in (
        "Regulation (EU) 2016/679", "Counsel must confirm it", "decides", "12,000 people", "Digital Omnibus",
        "72 hours from when you became aware", register().version, "Unproven",
    ):  # fmt: skip
        assert words in page, words
    page = text(client.get("/law/obligations/eu-nis2/"))
    assert "Answer here until it can be told" in page
    assert "still turns it" in page
    assert "DE" in page
    sent = client.post("/law/obligations/eu-nis2/answer/", {"nis2_essential": "yes", "nis2_important": ""})
    assert sent.headers["Location"] == "/law/obligations/eu-nis2/"
    page = text(client.get("/law/obligations/eu-nis2/"))
    assert "What applies has changed" in page
    assert "applies now" in page
    assert Profile.objects.get().facts == {"eu_gdpr_scope": True, "nis2_essential": True}
    assert "Answers about the organisation" in text(client.get("/law/changes/"))
    assert client.get("/law/obligations/no-such/").status_code == 404


def test_a_form_that_was_drawn_before_takes_no_answer_away(owner: tuple[Client, Viewer]) -> None:
    client, _viewer = owner
    page = client.get("/settings/facts/").content.decode()
    drawn = {
        "seen": seen_in(page),
        "drawn": html.unescape(re.findall(r'name="drawn" value="([^"]*)"', page)[0]),
    }
    shown = {"eu_gdpr_scope": "yes", **drawn}
    answer_facts(ACTOR, {"nis2_essential": True})
    assert client.post("/settings/facts/", {**shown, "is_processor": "no"}).status_code == 302
    facts = {"eu_gdpr_scope": True, "nis2_essential": True, "is_processor": False}
    assert Profile.objects.get().facts == facts
    refused = client.post("/settings/facts/", {**shown, "nis2_essential": "no"})
    assert refused.status_code == 400
    assert "changed this while you wrote" in text(refused)
    assert "Meanwhile it stands at: Yes" in text(refused)
    assert Profile.objects.get().facts == facts
    client.post("/settings/facts/", {**drawn, "eu_gdpr_scope": ""})
    assert Profile.objects.get().facts == {"nis2_essential": True, "is_processor": False}


def test_answers_that_stop_something_need_a_confirmation_that_names_it(
    owner: tuple[Client, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _viewer = owner
    monkeypatch.setattr(profile_followers, "_demands", [])
    profile_followers.register_demand(
        lambda changes: ["the notice to the authority"] if changes.get("eu_gdpr_scope") is False else []
    )
    asked = client.post("/law/obligations/eu-gdpr/answer/", {"eu_gdpr_scope": "no"})
    assert asked.status_code == 400
    assert "would stop: the notice to the authority" in text(asked)
    assert 'type="checkbox" name="confirmed"' in asked.content.decode()
    assert Profile.objects.get().facts == {"eu_gdpr_scope": True}
    told = {"eu_gdpr_scope": "no", "confirmed": "on"}
    assert client.post("/law/obligations/eu-gdpr/answer/", told).status_code == 400
    told["stops"] = "the notice to the authority"
    assert client.post("/law/obligations/eu-gdpr/answer/", told).status_code == 302
    assert Profile.objects.get().facts == {"eu_gdpr_scope": False}


def test_on_a_past_day_the_page_says_that_another_version_was_read_then(
    owner: tuple[Client, Viewer],
) -> None:
    client, _viewer = owner
    with recording(ACTOR, "as if an older release had written it"):
        row = Applying.objects.get(pk="eu-gdpr")
        row.version = "2020-01-01.1"
        row.save()
    then = utc_now().isoformat().replace("+00:00", "Z")
    assert "On that day the content was 2020-01-01.1" in text(
        client.get(f"/law/obligations/eu-gdpr/?as_of={then}")
    )
    assert "On that day" not in text(client.get("/law/obligations/eu-gdpr/"))


def test_a_program_reads_an_obligation_in_whose_place_another_stands(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    answer_facts(ACTOR, {"dora_financial_entity": True, "nis2_important": True})
    token = make_token(viewer, "x", ["read"], 1, utc_now())
    answer = client.get("/api/obligations/eu-nis2", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.content
    assert (answer.json()["displaced_by"], answer.json()["people"]) == ("eu-dora", {"DE": 12000})


def test_deciding_otherwise_shows_beside_what_the_facts_say_and_is_taken_back(
    owner: tuple[Client, Viewer],
) -> None:
    client, _viewer = owner
    address = "/law/obligations/eu-gdpr/"
    assert client.post(f"{address}decide/", {"answer": "does not apply"}).status_code == 400
    past = {"answer": "does not apply", "reason": "x", "until": "2020-01-01"}
    assert "has passed" in text(client.post(f"{address}decide/", past))
    client.post(f"{address}decide/", {"answer": "does not apply", "reason": "<b>Counsel</b> said so."})
    page = client.get(address).content.decode()
    assert "&lt;b&gt;Counsel&lt;/b&gt; said so." in page
    assert "By the facts alone:" in page
    assert "people decided" in text(client.get("/law/?decided=yes"))
    key = Override.objects.get().pk
    assert client.post(f"/law/decisions/{key}/withdraw/", {"reason": ""}).status_code == 400
    client.post(f"/law/decisions/{key}/withdraw/", {"reason": "It rested on an error."})
    assert "It rested on an error." in text(client.get(address))
    assert "By the facts alone:" not in text(client.get(address))


def seen_in(page: str) -> str:
    """Which version of a record a form was drawn from."""
    return re.findall(r'name="seen" value="(\d+)"', page)[0]


def filled(**more: str) -> dict[str, str]:
    return {
        "name": "Hosting contract, Größe L", "kind": "contract", "citation": "Contract of 2026-03-01",
        "jurisdiction": "de", "applies": "always", "confidence": "verified-in-source",
        "asked_by": "Northwind", "source": "https://files.example/northwind.pdf", "since": "2026-03-01",
        "duty_1_what": "Send a report.", "duty_1_cadence": "P3M",
        "clock_1_recipient": "Northwind’s desk", "clock_1_amount": "24", "clock_1_counted": "hours",
        "clock_1_trigger": "awareness", "clock_1_fact": "personal_data_breach", "safeguards": "backups",
        **more,
    }  # fmt: skip


def test_an_obligation_of_our_own_is_added_changed_as_yaml_and_by_form_taken_away_and_ended(
    owner: tuple[Client, Viewer],
) -> None:
    client, _viewer = owner
    wrong = text(client.post("/law/own/add/", filled(clock_1_amount="", applies="any", jurisdiction="Bonn")))
    assert "Write how many" in wrong
    assert "Choose at least one fact" in wrong
    assert "Write a code such as DE" in wrong
    sent = client.post("/law/own/add/", filled())
    assert sent.status_code == 302
    (row,) = OwnObligation.objects.all()
    assert row.pk == "own-hosting-contract-groe-l"
    address = f"/law/obligations/{row.pk}/"
    page = text(client.get(address))
    for words in (
        "Contract of ours", "24 hours from when you became aware", "every 3 months", "Who asks Northwind",
        "It applies always", f"{row.pk}/1",
    ):  # fmt: skip
        assert words in page, words
    assert 'href="https://files.example/northwind.pdf"' in client.get(address).content.decode()
    assert address in client.get("/search/?q=Hosting").content.decode()

    # As YAML, with what the form does not ask for; then by the form, which leaves that alone.
    form = client.get(f"/law/own/{row.pk}/yaml/").content.decode()
    seen = seen_in(form)
    body = html.unescape(re.findall(r"<textarea[^>]*>\s*(id: .*?)</textarea>", form, re.S)[0])
    body += "late: call first\n"
    told = {"text": f"{body}oops: x", "why": "x", "seen": seen}
    wrong = text(client.post(f"/law/own/{row.pk}/yaml/", told))
    assert "the field &#x27;oops&#x27; is not known" in wrong, wrong[wrong.index("Please look") :][:600]
    client.post(f"/law/own/{row.pk}/yaml/", {"text": body, "why": "Annex 3.", "seen": seen})
    assert OwnObligation.objects.get().body["late"] == "call first"
    late = client.post(f"/law/own/{row.pk}/change/", {**filled(name="Hosting"), "why": "x", "seen": seen})
    assert "changed this while you wrote" in text(late)
    assert int(seen_in(late.content.decode())) > int(seen), "the second try counts from how it stands now"
    late = client.post(f"/law/own/{row.pk}/yaml/", {"text": f"{body}\n", "why": "x", "seen": seen})
    assert "changed this while you wrote" in text(late)
    again = {"text": f"{body}\n# As agreed.\n", "why": "x", "seen": seen_in(late.content.decode())}
    assert client.post(f"/law/own/{row.pk}/yaml/", again).status_code == 302
    seen = seen_in(client.get(f"/law/own/{row.pk}/change/").content.decode())
    changed = filled(name="Hosting", duty_1_what="")
    changed |= {"clock_2_recipient": "Its insurer", "clock_2_counted": "undelayed"}
    client.post(f"/law/own/{row.pk}/change/", {**changed, "why": "Renewed.", "seen": seen})
    row.refresh_from_db()
    assert (row.name, row.number, row.body["late"], row.body["duties"]) == ("Hosting", 3, "call first", [])
    assert [clock["id"] for clock in row.body["clocks"]] == ["northwind-s-desk", "its-insurer"]

    file = client.get("/law/own/obligations.yaml").content
    client.post(f"/law/own/{row.pk}/end/", {"reason": "It ran out."})
    assert "It ran out." in text(client.get(address)), "its page stays"
    assert row.pk not in text(client.get("/law/?own=yes"))
    again = file.replace(row.pk.encode(), b"own-second")
    assert client.post("/law/own/bring/", {"text": again.decode()}).status_code == 302
    assert client.post("/law/own/bring/", {"text": again.decode()}).status_code == 302, "nothing to change"
    assert OwnObligation.objects.get(pk="own-second").number == 1
    hostile = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [*{old},*{old},*{old},*{old},*{old},*{old},*{old},*{old},*{old}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    refused = client.post("/law/own/bring/", {"text": hostile})
    assert refused.status_code == 400
    assert OwnObligation.objects.count() == 2


def test_what_is_to_come_stands_by_day_and_what_waits_apart(owner: tuple[Client, Viewer]) -> None:
    client, _viewer = owner
    page = text(client.get("/law/coming/"))
    assert page.index("Cyber Resilience Act") < page.index("Waits for a decision")
    assert "Digital Omnibus" in page[page.index("Waits for a decision") :]


def test_the_terminal_tells_the_same(owner: tuple[Client, Viewer]) -> None:
    from duecare.law import applicable, incident_files, terminal
    from duecare.law.applies import Answer
    from duecare.law.rulings.actions import override

    override(ACTOR, "eu-nis2", Answer.APPLIES, "Named by the authority.", None, utc_now())
    found, held = applicable.answers(), applicable.register_now()
    lines = "\n".join(terminal.applies_lines(incident_files.answers_json(found, held), held))
    assert "APPLIES: eu-nis2" in lines
    assert "decided by people: Named by the authority. (by the facts: cannot tell)" in lines
    rows = terminal.listed(held, found, "applies")
    assert [row["obligation"] for row in rows] == ["eu-gdpr", "eu-nis2"]
    assert "decided by people" in list(terminal.list_lines(rows))[1]
