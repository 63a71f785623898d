"""The plan and its contacts on pages and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from duecare.incidents.plans.contact_actions import add_contact, confirm_contact
from duecare.incidents.plans.models import PlanContact
from duecare.incidents.plans.queries import READER, find_plan
from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Scope
from duecare.program.assessing import assess
from duecare.program.imports.terminal import Said, import_table
from duecare.program.models import Finding
from duecare.program.unchanged import seen_entry
from duecare.site.api_tokens import make_token
from duecare.systems.models import NameKind
from duecare.systems.name_actions import add_name
from tests.people import browser, sign_in
from tests.program.papers import pdfs

pytestmark = pytest.mark.usefixtures("home")
PLAN, CONTACTS = "/incidents/plan/", "/incidents/contacts/"


@pytest.fixture(autouse=True)
def cheap_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def seen() -> Any:
    row = find_plan(READER)
    return "" if row is None else seen_entry(row)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_guided_form_saves_each_answer_and_loses_no_words() -> None:
    client = browser()
    manager = sign_in(client, Role.MANAGER)
    assert "Nobody has made a plan here yet" in text(client, PLAN)
    assert "Pull the network cable" in text(client, f"{PLAN}playbooks/ransomware/")

    answer = client.post(f"{PLAN}steps/scope/", {"scope": "All of it.", "seen": ""})
    assert (answer.status_code, answer["Location"]) == (302, f"{PLAN}steps/meeting/")
    old = seen()
    client.post(f"{PLAN}steps/meeting/", {"meeting": "The kitchen.", "seen": old})
    late = client.post(f"{PLAN}steps/meeting/", {"meeting": "My late words.", "seen": old})
    assert late.status_code == 400
    assert "changed this while you wrote" in late.content.decode()
    assert "My late words." in late.content.decode(), "what was typed stays in the form"
    assert "The kitchen." in text(client, PLAN)

    roles = {f"{id}-person": "" for id in ("lead", "technical", "scribe", "communications", "legal")}
    both = {"decider-person": manager.person, "decider-deputy": manager.person, "seen": seen()}
    refused = client.post(f"{PLAN}steps/roles/", {**roles, **both})
    assert "A deputy is another person." in refused.content.decode()
    named = {**roles, "lead-person": manager.person, "decider-person": manager.person, "seen": seen()}
    assert client.post(f"{PLAN}steps/roles/", named).status_code == 302
    scale = {}
    for id, hours in (("critical", 5), ("high", 4), ("medium", 24), ("low", 72)):
        scale |= {f"{id}-name": id, f"{id}-means": "So.", f"{id}-hours": str(hours)}
    wrong = client.post(f"{PLAN}steps/severities/", {**scale, "seen": seen()})
    assert "A graver step allows more time" in wrong.content.decode()
    assert client.post(f"{PLAN}steps/severities/", {**scale, "critical-hours": "1", "seen": seen()})
    assert client.post(f"{PLAN}steps/playbooks/", {"seen": seen()}).status_code == 302
    assert client.post(f"{PLAN}steps/words/", {"words": "", "seen": seen()})["Location"] == PLAN

    step = {"what": "Ring the bell.", "phase": "identify", "role": "lead", "place": "1", "seen": seen()}
    assert client.post(f"{PLAN}playbooks/insider/steps/add/", step).status_code == 302
    page = text(client, f"{PLAN}playbooks/insider/")
    assert page.index("Ring the bell.") < page.index("Name the few who may know")
    own = {"name": "Fire", "signs": "Smoke.", "never": "Do not go in.\nNot fu\u0308r long.", "seen": seen()}
    made = client.post(f"{PLAN}playbooks/add/", own)
    assert made["Location"] == f"{PLAN}playbooks/fire/"
    assert "Not f\u00fcr long." in text(client, made["Location"])
    client.post(f"{PLAN}playbooks/insider/steps/ring-the-bell/drop/", {"seen": seen()})
    client.post(f"{PLAN}playbooks/lost-device/drop/", {"seen": seen()})
    stale = client.post(f"{PLAN}playbooks/fire/drop/", {"seen": "1"})
    assert stale.status_code == 403, "a button of an old page takes nothing away"
    assert "Take it back" in text(client, f"{PLAN}steps/playbooks/")
    client.post(f"{PLAN}playbooks/lost-device/take/", {"seen": seen()})
    assert "Lost or stolen device" in text(client, PLAN)
    kept = Entry.objects.filter(kind="incidents.plan").order_by("index")
    assert "The kitchen." in text(client, f"{PLAN}versions/{kept[1].index}/")
    assert "playbooks (Fire)" in text(client, f"{PLAN}versions/").replace("Playbooks", "playbooks")


def test_a_contact_has_a_way_that_works_without_our_mail_and_is_tried() -> None:
    client = browser()
    manager = sign_in(client, Role.MANAGER)
    add_name(manager.actor, NameKind.MAIL, "clinic.example", utc_now())
    good = {"name": "Claims desk", "kind": "insurer", "what_for": "Before we spend", "person": "", "seen": ""}
    refused = client.post(f"{CONTACTS}add/", good)
    assert refused.status_code == 400
    assert "our own mail may be down" in refused.content.decode()
    ours = {**good, "other": "boss@mail.clinic.example"}
    warned = client.post(f"{CONTACTS}add/", ours, follow=True)
    assert "Their only way is our own mail" in warned.content.decode()
    assert "Nobody reaches these once our mail is lost" in warned.content.decode()

    row = PlanContact.objects.get()
    assert "Never confirmed" in text(client, f"{CONTACTS}{row.pk}/")
    tried = {"seen": seen_entry(row)}
    client.post(f"{CONTACTS}{row.pk}/confirm/", tried)
    assert "Confirmed" in text(client, f"{CONTACTS}?state=confirmed")
    change = {**ours, "phone": "+49 30 1", "seen": seen_entry(row)}
    client.post(f"{CONTACTS}{row.pk}/change/", change)
    row.refresh_from_db()
    assert row.confirmed_at is None, "another number has to be tried anew"
    stale = client.post(f"{CONTACTS}{row.pk}/confirm/", tried, follow=True)
    assert "Try the way to them as it stands now." in stale.content.decode()
    assert PlanContact.objects.get().confirmed_at is None, "it was another number that was tried"
    old = seen_entry(row) - 1
    assert client.post(f"{CONTACTS}{row.pk}/change/", {**change, "seen": old}).status_code == 400
    assert client.post(f"{CONTACTS}{row.pk}/end/", {"why": ""}).status_code == 400
    client.post(f"{CONTACTS}{row.pk}/end/", {"why": "Another insurer."})
    ended = {"seen": seen_entry(row)}
    assert client.post(f"{CONTACTS}{row.pk}/confirm/", ended).status_code == 403
    assert "Another insurer." in text(client, f"{CONTACTS}{row.pk}/")
    assert "Claims desk" not in text(client, f"{CONTACTS}?state=never+confirmed")


def test_on_paper_it_names_its_version_and_the_page_to_carry_stays_one_page(tmp_path: Path) -> None:
    client = browser()
    manager = sign_in(client, Role.MANAGER)
    before = pdfs.text(client.post(f"{PLAN}paper/plan/").content, tmp_path)
    assert "Nobody has made a plan here yet" in before
    assert "Ransomware" in before
    client.post(f"{PLAN}steps/meeting/", {"meeting": "The kitchen.\n" + '#read("/x") ' * 300, "seen": ""})
    for number in range(40):
        who = {"name": f"Person {number} " + "W" * 60, "kind": "ours", "what_for": "x " * 100, "phone": "1"}
        add_contact(manager.actor, {**who, "other": "y" * 300}, utc_now())
    made = client.post(f"{PLAN}paper/plan/")
    assert made["Content-Disposition"].startswith('attachment; filename="incident-plan-')
    assert pdfs.standards(made.content) == (b"3", b"A", b"1")
    read = pdfs.text(made.content, tmp_path)
    assert f"entry {seen()} of the record" in read
    assert "NOT APPROVED: a draft." in read
    assert "Print it and keep it away from the computers" in read
    assert '#read("/x")' in read
    assert "The checkpoint, and how to check this report" in read
    carried = client.post(f"{PLAN}paper/wallet/").content
    assert pdfs.pages(carried) == 1
    short = pdfs.text(carried, tmp_path)
    assert "The first ten minutes" in short
    assert "more: see the plan." in short
    assert client.post(f"{PLAN}paper/poster/").status_code == 404
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert auditor.post(f"{PLAN}paper/wallet/").status_code == 200, "who reads it may print it"
    (settings.DUECARE_HOME.keys / "ledger.key").chmod(0o640)  # with which nothing is signed any more
    for kind in ("plan", "wallet"):
        unsealed = pdfs.text(auditor.post(f"{PLAN}paper/{kind}/").content, tmp_path)
        assert "NOT SEALED: no checkpoint of the record could be signed" in unsealed


def test_no_plan_is_a_finding_and_so_are_contacts_that_nobody_tried() -> None:
    now = utc_now()
    assess("terminal:test", now)
    open_ones = Finding.objects.filter(safeguard="ir_plan", closed_at=None)
    assert set(open_ones.values_list("reason", flat=True)) == {
        "nobody has made a plan",
        "nobody is named who could be called when mail and sign-in are down",
    }
    client = browser()
    manager = sign_in(client, Role.MANAGER)
    assert "/incidents/plan/" in text(client, f"/findings/{open_ones[0].pk}/")
    for name, tried in (("Late", now - timedelta(days=91)), ("Fresh", now - timedelta(days=90))):
        add_contact(
            manager.actor,
            {"name": name, "kind": "ours", "what_for": "All", "phone": "1"},
            tried,
            tried=True,
        )
    assess("terminal:test", now)
    late = open_ones.get(check_id="incidents.contacts_confirmed")
    assert (late.item, late.reason) == ("Late", "last tried 91 days ago, expected at most 90")


def test_contacts_come_in_as_a_list_and_go_out_as_one_that_changes_nothing() -> None:
    lines: list[str] = []

    def bring(text: str) -> Any:
        said, now = Said("contacts"), utc_now()
        return import_table(text.encode(), "c.csv", said, "terminal:test", now, dry=False, tell=lines.append)

    bring("Name,Company,Type,For what,Phone\nDesk,Mutual,insurance,First,1\nNobody,,,None,\n")
    row = PlanContact.objects.get()
    assert (row.name, row.organisation, row.kind, row.phone) == ("Desk", "Mutual", "insurer", "1")
    assert any("a telephone number or another way" in line for line in lines)
    confirm_contact("terminal:test", row.pk, utc_now())
    client = browser()
    sign_in(client, Role.MANAGER)
    taken = b"".join(client.get(f"{CONTACTS}?format=csv")).decode()
    assert bring(taken).unchanged == 1
    bring("Name,Company,For what,Phone\nDesk,Mutual,First,2\n")
    row.refresh_from_db()
    assert (row.phone, row.kind, row.confirmed_at) == ("2", "insurer", None)


def test_programs_read_the_plan_and_whom_to_call() -> None:
    client = browser()
    viewer = sign_in(client, Role.OWNER)
    token = make_token(viewer, "reader", [Scope.READ], 9, utc_now())
    program = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"})
    plan = program.get("/api/incident-plan").json()
    assert (plan["ours"], plan["state"], len(plan["playbooks"])) == (False, "draft", 7)
    client.post(f"{PLAN}steps/scope/", {"scope": "All of it.", "seen": ""})
    plan = program.get("/api/incident-plan").json()
    assert (plan["ours"], plan["entry"], plan["scope"]) == (True, seen(), "All of it.")
    assert [one["entry"] for one in program.get("/api/incident-plan/versions").json()] == [seen()]
    desk = {"name": "Desk", "kind": "insurer", "what_for": "First", "phone": "1"}
    key = add_contact(viewer.actor, desk, utc_now()).pk
    told = program.get("/api/incident-contacts?state=never+confirmed").json()
    assert [row["id"] for row in told["rows"]] == [key]
    one = program.get(f"/api/incident-contacts/{key}").json()
    assert (one["phone"], one["state"], one["confirmed_at"]) == ("1", "never confirmed", None)
    assert "Desk" in text(client, "/search/?q=desk")
    assert "/incidents/plan/playbooks/ransomware/" in text(client, "/search/?q=ransomware")
