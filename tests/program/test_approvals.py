"""Approvals: who may decide on what, what is signed, what the server only asserts, and what refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.leaves import commit, parse_leaf
from duecare.ledger.models import Entry, Head, Payload
from duecare.ledger.recording import record_note, recording
from duecare.ledger.records import new_key as new_record_key
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import actions, signing
from duecare.program.approval_actions import Signed, approve
from duecare.program.approval_queries import approvals_in_force, decisions_about, version_of
from duecare.program.models import Approval, Decided, Passkey, Person, Right, Target
from duecare.site import people
from duecare.site.models import User
from duecare.site.rights import viewer_of
from tests.people import PASSWORD, browser, sign_in
from tests.program.authenticator import ORIGIN, SITE, Authenticator, new_key

pytestmark = pytest.mark.usefixtures("home")
TARGET = "program.target:security_update_days"
PAGE = f"/approvals/{TARGET}/"
DECIDE = f"{PAGE}decide/"
TERMINAL = Viewer(actor="terminal:root", name="root", roles=frozenset(Role))


@pytest.fixture(autouse=True)
def cheap_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person who is signed in."""

    viewer: Viewer
    client: Client

    def ask(self, value: int = 7, now: datetime | None = None) -> int:
        """Adopt a target; the entry that others decide on."""
        actions.adopt_target(self.viewer.actor, "security_update_days", value, "we can", now or utc_now())
        return version_of(TARGET, self.viewer).entry

    def decide(self, entry: int, decided: Decided = Decided.APPROVED, **more: Any) -> Approval:
        values = {"words": "it is right so", "signed": None, "now": utc_now()} | more
        return approve(self.viewer, TARGET, entry, decided, **values)

    def register(self, algorithm: str = "ES256") -> Authenticator:
        """Give the person a passkey."""
        made = Authenticator(new_key(algorithm), signing.encode(new_record_key().encode()))
        with recording(self.viewer.actor, "register a passkey"):
            Passkey.objects.create(
                id=new_record_key(), person_id=self.viewer.person, name="blue key",
                credential=made.credential, public_key=made.pem, made_at=utc_now(),
            )  # fmt: skip
        return made


def somebody(role: Role, **right: Any) -> Somebody:
    client = browser()
    return Somebody(sign_in(client, role, **right), client)


def signed(maker: Authenticator, viewer: Viewer, decided: Decided = Decided.APPROVED) -> Signed:
    expected = signing.challenge(decided.value, version_of(TARGET, viewer).commitment)
    return Signed(maker.assertion(expected), frozenset({ORIGIN}), SITE)


def size() -> int:
    return Head.objects.get().size


# ── Who decides ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", [Role.OWNER, Role.APPROVER])
def test_an_owner_or_an_approver_approves_what_another_asked_for(role: Role) -> None:
    asker, approver = somebody(Role.MANAGER), somebody(role)
    made = approver.decide(asker.ask())
    assert (made.decided, made.by_id, made.alone) == ("approved", approver.viewer.person, False)
    assert made.passkey is None, "the server asserts it"
    (shown,) = decisions_about([TARGET], approver.viewer)[TARGET]
    assert shown.counts
    assert not shown.signed


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AUDITOR])
def test_others_who_read_do_not_decide(role: Role) -> None:
    entry, other = somebody(Role.OWNER).ask(), somebody(role)
    before = size()
    with pytest.raises(Refused, match="owner or an approver"):
        other.decide(entry)
    assert size() == before
    assert other.client.get(PAGE).status_code == 200
    assert b"/decide/" not in other.client.get(PAGE).content
    assert other.client.get(DECIDE).status_code == 403


def test_a_member_sees_nothing_of_it() -> None:
    entry, member = somebody(Role.OWNER).ask(), somebody(Role.MEMBER)
    with pytest.raises(NotFound):
        member.decide(entry)
    assert member.client.get(PAGE).status_code == 404
    assert member.client.get(DECIDE).status_code == 404


def test_the_command_line_does_not_decide_whatever_its_rights() -> None:
    entry = somebody(Role.OWNER).ask()
    with pytest.raises(Refused, match="signed in on a page"):
        approve(TERMINAL, TARGET, entry, Decided.APPROVED, "", None, utc_now())


def test_nobody_decides_on_what_they_asked_for_while_another_may() -> None:
    owner, approver = somebody(Role.OWNER), somebody(Role.APPROVER)
    entry = owner.ask()
    with pytest.raises(Refused, match=approver.viewer.name):
        owner.decide(entry)
    answer = owner.client.post(DECIDE, {"decided": "approved", "entry": entry})
    assert answer.status_code == 403
    assert not Approval.objects.exists()


def test_who_asked_decides_alone_when_nobody_else_could_and_the_record_says_so() -> None:
    somebody(Role.MANAGER)
    somebody(Role.APPROVER, until=utc_now().date().isoformat())
    owner = somebody(Role.OWNER)
    with recording("terminal:test", "end the approver's right"):
        Right.objects.filter(role="approver").update(ended_at=utc_now())
    entry = owner.ask()
    assert b"decided alone" in owner.client.get(DECIDE).content
    assert owner.decide(entry).alone
    assert "approved alone" in owner.client.get(PAGE).content.decode()


def test_an_approvers_right_that_is_over_does_not_count_as_a_second_person() -> None:
    owner, approver = somebody(Role.OWNER), somebody(Role.APPROVER)
    with recording("terminal:test", "let a right run out"):
        Right.objects.filter(role="approver").update(until=(utc_now() - timedelta(days=2)).date())
    assert owner.decide(owner.ask()).alone
    assert viewer_of(User.objects.get(person=approver.viewer.person), utc_now()).roles == frozenset()


# ── Who made or changed whose account ────────────────────────────────────────────────────────────────────


def made_by(actor: str, name: str = "Nadia Sharif") -> Somebody:
    """An approver whose account this actor makes now."""
    person = people.add_user(actor, f"{name.split()[0]}@clinic.example", name, PASSWORD, "approver")
    user = User.objects.get(person=person.pk)
    client = browser()
    client.force_login(user)
    return Somebody(viewer_of(user, utc_now()), client)


def test_who_was_let_in_by_the_asker_decides_only_after_thirty_days() -> None:
    owner = somebody(Role.OWNER)
    newcomer = made_by(owner.viewer.actor)
    entry = owner.ask()
    with pytest.raises(Refused, match="less than 30 days ago") as refusal:
        newcomer.decide(entry)
    free = re.search(r"after (\d+ \w+ \d{4})\.", str(refusal.value))
    assert free, "it says from when on"
    later = datetime.strptime(f"{free[1]} +0000", "%d %b %Y %z") + timedelta(days=1)
    with pytest.raises(Refused):
        newcomer.decide(entry, now=utc_now() + timedelta(days=29))
    assert newcomer.decide(entry, now=later).decided == "approved"


def test_who_was_let_in_by_another_decides_at_once() -> None:
    owner, other = somebody(Role.OWNER), somebody(Role.OWNER)
    assert made_by(other.viewer.actor).decide(owner.ask()).decided == "approved"


def change_right(actor: str, one: Somebody) -> None:
    person = Person.objects.get(pk=one.viewer.person)
    people.give_right(actor, person, "manager", None, None, None)


def end_right(actor: str, one: Somebody) -> None:
    person = Person.objects.get(pk=one.viewer.person)
    right = people.give_right("terminal:test", person, "manager", None, None, None)
    people.end_right(actor, right, utc_now())


def set_password(actor: str, one: Somebody) -> None:
    people.set_password(actor, User.objects.get(person=one.viewer.person).email, "another seven grey herons")


def change_factor(actor: str, one: Somebody) -> None:
    record_note(actor, "reset a second factor", "site.second-factor", one.viewer.person, {})


def rename(actor: str, one: Somebody) -> None:
    with recording(actor, "correct a name"):
        person = Person.objects.get(pk=one.viewer.person)
        person.name = "Somebody Else"
        person.save()


def add_passkey(actor: str, one: Somebody) -> None:
    with recording(actor, "slip in a passkey"):
        Passkey.objects.create(
            id=new_record_key(), person_id=one.viewer.person, name="x", credential="eA",
            public_key=Authenticator(new_key("ES256")).pem, made_at=utc_now(),
        )  # fmt: skip


@pytest.mark.parametrize(
    "change", [change_right, end_right, set_password, change_factor, rename, add_passkey]
)
def test_whose_account_the_asker_changed_does_not_decide(change: Any) -> None:
    owner, approver = somebody(Role.OWNER), somebody(Role.APPROVER)
    entry = owner.ask()
    change(owner.viewer.actor, approver)
    with pytest.raises(Refused, match="made or changed your account"):
        approver.decide(entry)


def test_changes_of_ones_own_account_or_of_somebody_elses_bar_nobody() -> None:
    owner, approver, third = somebody(Role.OWNER), somebody(Role.APPROVER), somebody(Role.APPROVER)
    change_factor(approver.viewer.actor, approver)
    change_right(owner.viewer.actor, third)
    assert approver.decide(owner.ask()).decided == "approved"


# ── What is decided on ───────────────────────────────────────────────────────────────────────────────────


def test_the_decision_names_the_entry_and_its_commitment() -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    entry = asker.ask()
    made = approver.decide(entry)
    payload = Payload.objects.get(index=entry)
    assert made.entry == entry
    assert made.commitment == commit("payload", bytes(payload.salt), bytes(payload.data)).hex()
    assert made.commitment == parse_leaf(bytes(Entry.objects.get(index=entry).leaf)).payload.hex()


def test_what_changed_since_it_was_shown_is_to_be_read_again() -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    shown = asker.ask(7)
    newer = asker.ask(9)
    with pytest.raises(BadInput, match="changed meanwhile"):
        approver.decide(shown)
    answer = approver.client.post(DECIDE, {"decided": "approved", "entry": shown})
    assert answer.status_code == 400
    assert f'name="entry" value="{newer}"' in answer.content.decode()
    assert not Approval.objects.exists()


def test_an_approval_ends_with_the_version_that_it_is_about() -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    approver.decide(asker.ask(7))
    assert TARGET in approvals_in_force([TARGET], approver.viewer)
    asker.ask(9)
    assert approvals_in_force([TARGET], approver.viewer) == {}
    assert b"the record was changed since" in approver.client.get(PAGE).content
    approver.decide(version_of(TARGET, approver.viewer).entry)
    assert TARGET in approvals_in_force([TARGET], approver.viewer)


def test_what_was_decided_is_not_decided_again() -> None:
    asker, approver, other = somebody(Role.MANAGER), somebody(Role.APPROVER), somebody(Role.OWNER)
    entry = asker.ask()
    approver.decide(entry)
    with pytest.raises(Refused, match="already"):
        other.decide(entry, Decided.REFUSED)
    assert Approval.objects.count() == 1


def test_a_refusal_needs_its_reason_and_approves_of_nothing() -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    entry = asker.ask()
    with pytest.raises(BadInput, match="reason"):
        approver.decide(entry, Decided.REFUSED, words="  ")
    assert approver.client.post(DECIDE, {"decided": "refused", "entry": entry}).status_code == 400
    approver.decide(entry, Decided.REFUSED, words="too long for us")
    assert approvals_in_force([TARGET], approver.viewer) == {}


@pytest.mark.parametrize(
    "about", ["program.person:{}", "program.outcome:x", "nonsense", "program.target:none"]
)
def test_only_what_is_meant_to_be_decided_on_can_be(about: str) -> None:
    owner = somebody(Role.OWNER)
    owner.ask()
    about = about.format(owner.viewer.person)
    assert owner.client.get(f"/approvals/{about}/").status_code == 404
    assert owner.client.post(f"/approvals/{about}/decide/", {"decided": "approved"}).status_code == 404


# ── Signed by the person ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_who_has_a_passkey_signs_and_the_record_alone_shows_it(algorithm: str) -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    maker = approver.register(algorithm)
    made = approver.decide(asker.ask(), signed=signed(maker, approver.viewer))
    assert made.passkey is not None
    (shown,) = decisions_about([TARGET], approver.viewer)[TARGET]
    assert (shown.signed, shown.fault, shown.counts) == (True, "", True)
    assert shown.passkey_entry is not None
    assert shown.entry is not None
    assert shown.passkey_entry < shown.approval.entry < shown.entry
    page = asker.client.get(PAGE).content.decode()
    assert "signed with the passkey “blue key”" in page
    assert "asserted by the server" not in page


def test_who_has_a_passkey_does_not_decide_without_it() -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    approver.register()
    with pytest.raises(BadInput, match="signed with it"):
        approver.decide(asker.ask())


def test_a_signature_is_good_for_what_it_was_made_for_only() -> None:
    asker, approver, other = somebody(Role.MANAGER), somebody(Role.OWNER), somebody(Role.APPROVER)
    maker, others = approver.register(), other.register()
    entry = asker.ask()
    theirs = signed(others, approver.viewer)
    with pytest.raises(Refused, match="not registered for you"):
        approver.decide(entry, signed=theirs)
    refusal = signed(maker, approver.viewer, Decided.REFUSED)
    with pytest.raises(Refused, match="another decision"):
        approver.decide(entry, signed=refusal)
    mine = signed(maker, approver.viewer)
    newer = asker.ask(9)
    with pytest.raises(Refused, match="another version"):
        approver.decide(newer, signed=mine)
    elsewhere = Signed(mine.assertion, frozenset({"https://elsewhere.example"}), SITE)
    with pytest.raises(Refused, match="another address"):
        approver.decide(newer, signed=elsewhere)
    assert not Approval.objects.exists()


def test_a_passkey_that_was_ended_signs_nothing_more_and_what_it_signed_stays() -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    maker = approver.register()
    approver.decide(asker.ask(), signed=signed(maker, approver.viewer))
    with recording(approver.viewer.actor, "end a passkey"):
        Passkey.objects.update(ended_at=utc_now())
    assert TARGET in approvals_in_force([TARGET], approver.viewer)
    entry = asker.ask(9)
    with pytest.raises(Refused, match="was ended"):
        approver.decide(entry, signed=signed(maker, approver.viewer))


@pytest.mark.parametrize("field", ["decided", "commitment", "authenticator_data", "client_data", "signature"])
def test_an_approval_that_is_changed_after_the_fact_no_longer_counts(field: str) -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    maker = approver.register()
    decided = Decided.REFUSED if field == "decided" else Decided.APPROVED
    made = approver.decide(asker.ask(), decided, signed=signed(maker, approver.viewer, decided))
    before = getattr(made, field)
    after = "approved" if field == "decided" else ("B" if before[0] != "B" else "C") + before[1:]
    if field == "commitment":
        after = before[::-1]
    with recording("terminal:insider", "touch up"):
        Approval.objects.update(**{field: after})
    assert approvals_in_force([TARGET], approver.viewer) == {}
    assert "The signature does not hold" in approver.client.get(PAGE).content.decode()


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────


def options(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="passkey-options" type="application/json">(.*?)</script>', page)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def send(one: Somebody, maker: Authenticator, page: str, decided: str = "approved", **more: Any) -> Any:
    """Sign what the page offers, and send the form."""
    offered = options(page)["challenges"][decided]
    entry = re.search(r'name="entry" value="(\d+)"', page)
    assert entry
    assertion = maker.sent(signing.decode(offered, "challenge"))
    return one.client.post(
        DECIDE, {"decided": decided, "words": "so be it", "entry": entry[1], "assertion": assertion, **more}
    )


def test_the_page_offers_what_is_to_be_signed_for_either_decision() -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    maker = approver.register()
    asker.ask()
    page = approver.client.get(DECIDE).content.decode()
    offered = options(page)
    commitment = version_of(TARGET, approver.viewer).commitment
    assert offered["challenges"] == {
        one: signing.encode(signing.challenge(one, commitment)) for one in ("approved", "refused")
    }
    assert offered["userVerification"] == "required"
    assert offered["allowCredentials"] == [{"type": "public-key", "id": maker.credential}]
    assert send(approver, maker, page).status_code == 302
    assert decisions_about([TARGET], approver.viewer)[TARGET][0].signed


def test_what_was_signed_in_one_browser_is_not_taken_from_another() -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    maker = approver.register()
    asker.ask()
    page = approver.client.get(DECIDE).content.decode()
    thief = browser()
    thief.force_login(User.objects.get(person=approver.viewer.person))
    answer = send(Somebody(approver.viewer, thief), maker, page)
    assert answer.status_code == 400
    assert "used already" in answer.content.decode()
    assert not Approval.objects.exists()


def test_a_page_that_was_open_for_more_than_five_minutes_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    maker = approver.register()
    asker.ask()
    page = approver.client.get(DECIDE).content.decode()
    later = utc_now() + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr("duecare.program.approval_views.utc_now", lambda: later)
    answer = send(approver, maker, page)
    assert answer.status_code == 400
    again = answer.content.decode()
    assert "so be it" in again, "nothing typed is lost"
    assert send(approver, maker, again).status_code == 302


def test_a_signature_by_another_key_is_told_on_the_form_and_can_be_made_anew() -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    maker = approver.register()
    asker.ask()
    page = approver.client.get(DECIDE).content.decode()
    wrong = send(approver, Authenticator(new_key("ES256"), maker.credential), page)
    assert wrong.status_code == 400
    again = wrong.content.decode()
    assert "does not belong to this passkey" in again
    assert send(approver, maker, again).status_code == 302


@pytest.mark.parametrize("assertion", ["{", "[]", "x" * 20_000, '{"credential": "a"}'])
def test_a_signature_that_cannot_be_read_is_told_on_the_form(assertion: str) -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    entry = asker.ask()
    approver.client.get(DECIDE)
    answer = approver.client.post(DECIDE, {"decided": "approved", "entry": entry, "assertion": assertion})
    assert answer.status_code == 400
    assert not Approval.objects.exists()


@pytest.mark.parametrize("entry", ["", "x", "-1", "9" * 30, "١"])
def test_a_form_without_the_entry_that_it_showed_decides_nothing(entry: str) -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    asker.ask()
    answer = approver.client.post(DECIDE, {"decided": "approved", "entry": entry})
    assert answer.status_code == 400
    assert not Approval.objects.exists()


def test_a_past_day_shows_what_was_decided_by_then() -> None:
    asker, approver = somebody(Role.MANAGER), somebody(Role.OWNER)
    entry = asker.ask()
    before = utc_now().isoformat()
    approver.decide(entry)
    assert "nobody has decided yet" in asker.client.get(PAGE, {"as_of": before}).content.decode()
    assert "nobody has decided yet" not in asker.client.get(PAGE).content.decode()
    assert approver.client.get(DECIDE, {"as_of": before}).status_code == 200
    assert approver.client.post(f"{DECIDE}?as_of={before}", {"decided": "approved"}).status_code == 403


def test_a_target_that_nobody_adopted_cannot_be_approved() -> None:
    owner = somebody(Role.OWNER)
    assert owner.client.get(PAGE).status_code == 404
    assert not Target.objects.exists()
