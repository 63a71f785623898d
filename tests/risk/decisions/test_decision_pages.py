"""Pages of decisions: from a draft to a signed paper, by whom each is offered, and what it always says."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.approval_queries import version_of
from duecare.program.judgement import checks
from duecare.program.mail.letters import Envelope, as_mail
from duecare.program.mail.models import MailServer, OutboxMessage
from duecare.program.models import Assessment, Outcome, Right
from duecare.program.unchanged import seen_entry
from duecare.risk.curve_files import answer
from duecare.risk.decisions import saying
from duecare.risk.decisions.figures import amount_says, tolerance_words
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import reference
from duecare.risk.decisions.seeing import known_to
from duecare.risk.decisions.since import recorded_since
from duecare.risk.decisions.telling import written
from tests.people import browser, sign_in
from tests.risk.decisions.decision_scene import QUESTION, add_measure, add_scenario, drawn, put, set_terms

pytestmark = pytest.mark.usefixtures("home")


def text(client: Client, address: str) -> str:
    found = client.get(address)
    assert found.status_code == 200, address
    return re.sub(r"\s+", " ", found.content.decode())


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


@pytest.fixture
def manager(owner: tuple[Client, Viewer]) -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.MANAGER)


def sign(client: Client, viewer: Viewer, row: RiskDecision, **sent: str) -> int:
    entry = version_of(reference(row.pk), viewer).entry
    address = f"/approvals/{reference(row.pk)}/decide/"
    return client.post(address, {"entry": entry, "decided": "approved", "words": "", **sent}).status_code


def test_a_decision_goes_from_a_form_to_a_signed_paper(
    owner: tuple[Client, Viewer], manager: tuple[Client, Viewer]
) -> None:
    client, _viewer = manager
    page = text(client, "/risk/decisions/")
    assert "No decisions yet" in page
    assert "terms of risk are not set" in page
    set_terms()
    scenario = add_scenario()
    measure = add_measure(scenario)
    sent = {
        "question": QUESTION, "scenarios": [scenario.pk], "kind": "reduce", "recommendation": "Pay in pairs.",
        "expires_on": (utc_now() + timedelta(days=300)).date().isoformat(), "reopen": "A loss.", "how": "",
    }  # fmt: skip
    assert client.post("/risk/decisions/new/", {**sent, "reopen": ""}).status_code == 400
    assert client.post("/risk/decisions/new/", {**sent, "expires_on": "2020-01-01"}).status_code == 400
    made = client.post("/risk/decisions/new/", sent)["Location"]
    row = RiskDecision.objects.get()
    assert "Weigh another option beside doing nothing." in text(client, made)
    assert "Not yet" in text(client, f"{made}put/")
    option = {"label": "Pay in pairs", "words": "Slower.", "measures": [measure.pk], "chosen": "on"}
    assert client.post(f"{made}options/new/", {**option, "seen": seen_entry(row)}).status_code == 302
    other = {
        "label": "Insure it",
        "cost": "12 tons",
        "rejected": "Nobody offers it.",
        "seen": seen_entry(row),
    }
    refused = client.post(f"{made}options/new/", other)
    assert refused.status_code == 400
    assert client.post(f"{made}options/new/", {**other, "cost": "12 k"}).status_code == 302
    assert RiskDecision.objects.get().options[2]["cost"] == 1_200_000
    nothing = {"label": "Do nothing", "rejected": "It is too much.", "seen": seen_entry(row)}
    assert client.post(f"{made}options/0/", nothing).status_code == 302
    page = text(client, f"{made}put/")
    assert "You have “Pay in pairs” done at EUR" in page
    late = client.post(f"{made}put/", {"before": "", "seen": 0})
    assert late.status_code == 400
    assert "changed this while you wrote" in late.content.decode()
    put_at = client.post(f"{made}put/", {"before": owner[1].person, "seen": seen_entry(row)})
    assert put_at["Location"] == f"{made}paper/"

    page = text(owner[0], f"{made}paper/")
    for words in (
        QUESTION, "Pay in pairs.", "What it costs", "A bad year, 1 in 20", "Harm to others", "Doing nothing",
        "What you are signing", "Waits for Owner Example", "Within what we said we bear", "Sign</a>",
    ):  # fmt: skip
        assert words in page, words
    assert "/approvals/risk.riskdecision:" not in text(client, f"{made}paper/"), (
        "a manager signs nothing here"
    )
    assert QUESTION in text(owner[0], "/risk/decisions/?sign=mine")
    decide = text(owner[0], f"/approvals/{reference(row.pk)}/decide/")
    assert "You have “Pay in pairs” done" in decide
    assert "numpy" in decide
    assert client.get(f"/approvals/{reference(row.pk)}/decide/").status_code == 403
    assert sign(owner[0], owner[1], RiskDecision.objects.get()) == 302
    page = text(client, f"{made}paper/")
    assert "Owner Example, asserted by the server" in page
    assert "approved alone" not in page
    page = text(client, made)
    assert "Recorded since" in page
    assert "Nothing that has to do with its scenarios." in page
    assert "sign by sign" in text(client, f"{made}replay/")
    found = json.loads(client.get(f"{made}inputs/both.today/").content)
    assert round(answer(found)["var"]["0.95"] * 100) == RiskDecision.objects.get().figures["both.today.bad"]
    assert client.get(f"{made}inputs/nothing/").status_code == 404
    assert "Owner Example" in client.get("/risk/decisions/?format=csv").getvalue().decode()
    assert "D-1" in text(client, "/search/?q=second+person")


def test_the_paper_comes_as_a_pdf_and_is_mailed_to_who_signed_and_drew_it_up(
    owner: tuple[Client, Viewer], manager: tuple[Client, Viewer]
) -> None:
    MailServer.objects.create(
        host="mail.clinic.example", port=587, security="starttls", sender="duecare@clinic.example",
        address="https://duecare.clinic.example", short=False, changed_at=utc_now(),
    )  # fmt: skip
    set_terms()
    row = put(manager[1], drawn(manager[1], add_scenario()), owner[1].person)
    assert OutboxMessage.objects.filter(kind="risk-decision", to=owner[1].person).count() == 1
    assert sign(owner[0], owner[1], row) == 302
    messages = OutboxMessage.objects.filter(kind="risk-signed")
    assert {one.to for one in messages} == {owner[1].person, manager[1].person}
    to_owner = messages.get(to=owner[1].person)
    letter = written(to_owner, utc_now())
    assert letter is not None
    (file,) = letter.attached
    envelope = Envelope("a@b.example", "Duecare", "c@d.example", "key", utc_now(), "https://d.example")
    mail = as_mail(letter, envelope)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["decision-D-1.pdf"]
    assert (file.name, file.data[:5]) == ("decision-D-1.pdf", b"%PDF-")
    MailServer.objects.update(short=True)
    short = written(to_owner, utc_now())
    assert short is not None
    assert (short.attached, short.opening) == ((), ()), "short mails leave everything to the pages"
    with recording("terminal:test", "they leave"):
        Right.objects.filter(person=to_owner.to).update(ended_at=utc_now())
    assert written(to_owner, utc_now()) is None
    pdf = manager[0].post(f"/risk/decisions/{row.pk}/paper/pdf/")
    assert pdf.content.startswith(b"%PDF-")
    assert "decision-D-1.pdf" in pdf["Content-Disposition"]


def test_what_is_said_shows_on_the_paper_in_order_and_is_answered_there(
    owner: tuple[Client, Viewer], manager: tuple[Client, Viewer]
) -> None:
    set_terms()
    row = drawn(manager[1], add_scenario())
    paper = f"/risk/decisions/{row.pk}/paper/"
    assert owner[0].get(paper).status_code == 403, "a draft has no paper"
    put(manager[1], row, owner[1].person)
    assert owner[0].post(f"{paper}ask/", {"words": ""}).status_code == 400
    assert owner[0].post(f"{paper}ask/", {"words": "Why <b>not</b> insure?"}).status_code == 302
    page = text(manager[0], paper)
    assert "Why &lt;b&gt;not&lt;/b&gt; insure?" in page
    assert "Not answered yet." in page
    link = re.search(rf'href="({paper}ask/[^"]+/)"', page)
    assert link
    assert manager[0].post(link[1], {"words": "Nobody offers it."}).status_code == 302
    assert manager[0].post(f"{paper}dissent/", {"words": "I would stop."}).status_code == 302
    page = text(owner[0], paper)
    assert page.index("insure?") < page.index("Nobody offers it.") < page.index("I would stop.")
    assert "Not answered yet." not in page
    assert manager[0].post(f"{paper}back/", {"words": "No."}).status_code == 400, "not theirs to send back"
    assert owner[0].post(f"{paper}back/", {"words": "Too dear."}).status_code == 302
    assert RiskDecision.objects.get().state == "sent back"
    assert "Too dear." in text(manager[0], f"/risk/decisions/{row.pk}/")


def test_an_auditor_reads_all_and_changes_nothing_and_a_member_sees_nothing(
    owner: tuple[Client, Viewer], manager: tuple[Client, Viewer]
) -> None:
    set_terms()
    row = put(manager[1], drawn(manager[1], add_scenario()))
    auditor, member = browser(), browser()
    sign_in(auditor, Role.AUDITOR)
    sign_in(member, Role.MEMBER)
    page = text(auditor, f"/risk/decisions/{row.pk}/paper/")
    for words in ("Sign</a>", "Send back", "Dissent", "Let another sign"):
        assert words not in page
    assert auditor.post(f"/risk/decisions/{row.pk}/paper/dissent/", {"words": "x"}).status_code == 403
    for address in ("", f"{row.pk}/", f"{row.pk}/paper/", f"{row.pk}/replay/"):
        assert member.get(f"/risk/decisions/{address}").status_code == 404


def test_what_was_signed_alone_or_outside_or_has_expired_always_says_so(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    set_terms(1)
    row = put(viewer, drawn(viewer, add_scenario()))
    assert "nobody else may sign this amount" in text(client, f"/risk/decisions/{row.pk}/paper/")
    assert sign(client, viewer, row) == 302
    page = text(client, f"/risk/decisions/{row.pk}/paper/")
    assert "approved alone" in page
    assert "ABOVE what we said we bear" in page
    assert "approved alone" in client.get("/risk/decisions/?format=csv").getvalue().decode()
    adviser = browser()
    outside = sign_in(adviser, Role.APPROVER, areas=("risk",))
    small = add_scenario("Small", rate=[1_000, 2_000, 3_000], fines=[100, 200])
    row = put(viewer, drawn(viewer, small), outside.person, outside=True)
    page = text(client, f"/risk/decisions/{row.pk}/paper/")
    assert "Waits for Approver Example, from outside the organisation." in page
    assert "is an approver from outside" not in page, "of who signed it, once somebody has"
    assert "You drew this up, changed it or put it, so another signs: Approver Example." in page
    assert "Sign</a>" in text(adviser, f"/risk/decisions/{row.pk}/paper/")
    assert sign(adviser, outside, row) == 302
    page = text(adviser, f"/risk/decisions/{row.pk}/paper/")
    assert "Approver Example is an approver from outside the organisation." in page
    assert "approved alone" not in page
    row = put(viewer, drawn(viewer, small), outside.person, outside=True)
    other = browser()
    assert sign(other, sign_in(other, Role.APPROVER), row) == 302
    page = text(adviser, f"/risk/decisions/{row.pk}/paper/")
    assert "from outside" not in page, "who signed is one of ours"
    with recording("terminal:test", "time passes"):
        RiskDecision.objects.filter(number=1).update(expires_on=utc_now().date() - timedelta(days=1))
    assert "It expired on" in text(client, f"/risk/decisions/{RiskDecision.objects.get(number=1).pk}/")
    assert "Expired" in text(client, "/risk/decisions/?state=expired")


def test_whoever_signs_reads_the_amount_who_is_against_it_and_what_was_not_answered(
    owner: tuple[Client, Viewer], manager: tuple[Client, Viewer]
) -> None:
    set_terms()
    row = put(manager[1], drawn(manager[1], add_scenario()), owner[1].person)
    now = utc_now()
    saying.dissent(manager[1], row.pk, "I would <stop> paying.", now)
    first = saying.ask(manager[1], row.pk, "Why not insure it?", now)
    saying.answer(owner[1], row.pk, first.pk, "Nobody offers it.", now)
    saying.ask(manager[1], row.pk, "Since when?", now)
    decide = text(owner[0], f"/approvals/{reference(row.pk)}/decide/")
    for words in (
        "Manager Example dissents", "I would &lt;stop&gt; paying.", "Since when?",
        "Manager Example asks, and nobody has answered",
        "Amount</dt><dd>" + amount_says(row).replace("\xa0", " "),
        "Who may sign it: an owner.",
    ):  # fmt: skip
        assert words in decide, words
    assert "Why not insure it?" not in decide, "that was answered"


def test_partial_figures_never_say_that_all_is_within_the_tolerance(
    owner: tuple[Client, Viewer], manager: tuple[Client, Viewer]
) -> None:
    held = set_terms(10**12)
    whole, unknown = add_scenario(), add_scenario("Fire", rate=[1_000, 2_000, 3_000])
    row = put(manager[1], drawn(manager[1], whole))
    assert tolerance_words(row).startswith("Within")
    row = put(manager[1], drawn(manager[1], whole, scenarios=(whole.pk, unknown.pk)))
    page = text(owner[0], f"/risk/decisions/{row.pk}/paper/")
    assert "Not known: the figures are partial." in page
    assert "Within what we said we bear" not in page
    assert "what nobody estimated: R-2 Fire. So only an owner signs." in page
    with recording("terminal:test", "bear less"):
        held.tolerance = 1
        held.save()
    row = put(manager[1], drawn(manager[1], whole, scenarios=(whole.pk, unknown.pk)))
    assert tolerance_words(row).startswith("ABOVE"), "what is missing makes it no less"


def test_what_checks_found_is_frozen_whole_and_shown_by_area(owner: tuple[Client, Viewer]) -> None:
    set_terms()
    scenario = add_scenario()
    check = next(one for one in checks() if one.safeguard == "mfa")
    with recording("terminal:test", "an outcome"):
        running = Assessment.objects.create(id=new_key(), started_at=utc_now(), program="1")
        Outcome.objects.create(
            id=check.id, safeguard="mfa", verdict="unmet", revision=1, population=3, subjects=3, unmet=1,
            unknown=0, judged_at=utc_now(), since=utc_now(), assessment=running,
        )  # fmt: skip
    client = browser()
    limited = sign_in(client, Role.MANAGER, areas=("risk",))
    row = put(limited, drawn(limited, scenario, add_measure(scenario)))
    assert [one["check"] for one in row.known["outcomes"]] == [check.id], "the figures rest on it"
    address, question = f"/risk/decisions/{row.pk}/", escape(str(check.question))
    page = text(client, address)
    assert question not in page
    assert "1 more lies outside of your areas." in page
    assert "its entries are not opened to you" in page
    entry = Entry.objects.filter(kind="risk.riskdecision", subject=row.pk).latest("index")
    assert client.get(f"/ledger/{entry.index}/").status_code == 404
    assert owner[0].get(f"/ledger/{entry.index}/").status_code == 200
    page = text(owner[0], address)
    assert question in page
    assert "outside of your areas" not in page
    assert recorded_since(row, limited) == recorded_since(row, owner[1]) == []
    assert known_to(row, limited)["outcomes"] == []
    assert known_to(row, limited)["outcomes_outside"] == 1
    assert known_to(row, owner[1])["outcomes"] == row.known["outcomes"]
