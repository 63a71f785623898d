"""What applies, as everything asks it: by the facts, as people decided, with obligations of one's own; and
what is told of every change."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from duecare.errors import BadInput, NotFound, Refused
from duecare.law import clocks, incident_files
from duecare.law.answering import Answered, Overriding, answered, told_answer
from duecare.law.applicable import answers, overrides_now, register_now, unreadable
from duecare.law.applies import Answer
from duecare.law.following.actions import follow, is_due, told_in_short
from duecare.law.following.queries import cause_words
from duecare.law.models import Applying, LawChange, Override, OwnObligation
from duecare.law.obligations import register
from duecare.law.own import actions as own
from duecare.law.own.entries import read, taken_in
from duecare.law.own.isolated import read_file
from duecare.law.rulings.actions import override, withdraw
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.program.actions import answer_facts, change_profile, keep_data_set
from duecare.program.models import Profile
from duecare.program.queries import required_by
from tests.site.law_samples import CONTRACT, OWN

ACTOR = "terminal:test"


@pytest.fixture
def organisation(home: Path) -> None:
    with recording(ACTOR, "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic", country="DE")
    follow(ACTOR, utc_now())


def holds(id: str) -> Answered:
    return answers()[id]


def table() -> dict[str, str]:
    return dict(Applying.objects.values_list("pk", "answer"))


def contract(**changes: Any) -> dict[str, Any]:
    return taken_in({**CONTRACT, **changes}, OWN)


# ── Pure ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_people_decide_holds_beside_what_the_content_says() -> None:
    said = Overriding("k", Answer.DOES_NOT_APPLY, "Counsel's letter.", ACTOR, date(2027, 1, 1))
    found = answered(register(), {"nis2_essential": True}, {"eu-nis2": said, "no-such-law": said})
    assert (found["eu-nis2"].answer, found["eu-nis2"].applicability.answer) == (
        Answer.DOES_NOT_APPLY,
        Answer.APPLIES,
    )
    words = told_answer(found["eu-nis2"], register())
    assert "until 1 Jan 2027" in words
    assert "Counsel's letter" in words
    assert "It applies, because" in words
    assert answered(register(), {})["eu-nis2"].answer is Answer.CANNOT_TELL


def test_an_override_displaces_and_what_people_say_applies_is_displaced_by_nothing() -> None:
    facts = {"nis2_essential": True, "dora_financial_entity": False}
    dora = Overriding("k", Answer.APPLIES, "x", ACTOR)
    assert answered(register(), facts, {"eu-dora": dora})["eu-nis2"].displaced_by == "eu-dora"
    both = answered(register(), facts, {"eu-dora": dora, "eu-nis2": dora})
    assert both["eu-nis2"].displaced_by == ""


def test_clocks_go_by_what_people_decided() -> None:
    written = {
        "profile": {"eu_gdpr_scope": True}, "country": "DE", "zone": "Europe/Berlin",
        "now": "2026-10-24T10:00", "facts": {"personal_data_breach": True, "risk_to_individuals": "likely"},
        "events": [{"type": "awareness", "at": "2026-10-23T10:20"}],
    }  # fmt: skip
    incident = incident_files.incident(written, register())

    def authority(*said: Overriding) -> Any:
        told = clocks.tell(incident, register(), dict.fromkeys(["eu-gdpr"], said[0]) if said else {})
        return next(one for one in told if (one.clock.obligation, one.clock.id) == ("eu-gdpr", "authority"))

    assert authority().state is clocks.State.RUNNING
    stopped = authority(Overriding("k", Answer.DOES_NOT_APPLY, "No people of the Union.", ACTOR))
    assert stopped.state is clocks.State.NOT_APPLICABLE
    assert "No people of the Union" in stopped.why[0]


# ── Records ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_is_filled_once_in_silence_and_then_only_with_what_changes(organisation: None) -> None:
    assert len(table()) == len(register().obligations)
    assert not LawChange.objects.exists()
    before = Entry.objects.count()
    assert follow(ACTOR, utc_now()) == []
    assert (Entry.objects.count(), is_due(utc_now())) == (before, False)


def test_an_answer_about_the_organisation_is_followed_at_once_and_told_with_its_cause(
    organisation: None,
) -> None:
    since = Applying.objects.get(pk="eu-nis2").since
    answer_facts(ACTOR, {"nis2_essential": True, "is_processor": True})
    (change,) = LawChange.objects.filter(obligation="eu-nis2")
    assert (change.before, change.after, change.causes) == ("cannot tell", "applies", ["facts"])
    assert change.facts == {"nis2_essential": True}
    assert ": yes." in cause_words(change)
    assert "applies now" in told_in_short([change])
    assert Applying.objects.get(pk="eu-nis2").since > since
    answer_facts(ACTOR, {"nis2_essential": None})
    assert Profile.objects.get().facts == {"is_processor": True}, "the others stay"
    assert table()["eu-nis2"] == "cannot tell"
    change_profile(ACTOR, facts={"dora_financial_entity": True, "nis2_important": True})
    newest = LawChange.objects.filter(obligation="eu-nis2").order_by("-at", "-id")[0]
    assert (newest.after, newest.displaced_after) == ("applies", "eu-dora")


def test_a_decision_counts_everywhere_until_it_is_withdrawn_or_its_day_has_passed(organisation: None) -> None:
    answer_facts(ACTOR, dict.fromkeys(register().profile_facts, False))
    now = utc_now()
    assert "mfa" not in required_by(Profile.objects.get())
    override(ACTOR, "us-nydfs-500", Answer.APPLIES, "A licence is on its way.", now.date(), now)
    assert [one.id for one in required_by(Profile.objects.get())["mfa"]] == ["us-nydfs-500"]
    row = Override.objects.get()
    assert (row.said, row.version) == ("does not apply", register().version)
    assert (table()["us-nydfs-500"], Applying.objects.get(pk="us-nydfs-500").says) == (
        "applies",
        "does not apply",
    )
    assert overrides_now(now.date() + timedelta(days=1)) == {}
    override(ACTOR, "us-nydfs-500", Answer.APPLIES, "It was granted.", None, now)
    assert Override.objects.filter(ended_at=None).count() == 1, "another takes its place"
    held = Override.objects.get(ended_at=None)
    withdraw(ACTOR, held.pk, "It was refused after all.", now)
    assert holds("us-nydfs-500").answer is Answer.DOES_NOT_APPLY
    told = LawChange.objects.filter(obligation="us-nydfs-500", at=now)
    assert [one.causes for one in told] == [["override"]] * 3
    with pytest.raises(Refused, match="ended already"):
        withdraw(ACTOR, held.pk, "x", now)
    with pytest.raises(BadInput, match="without a reason"):
        override(ACTOR, "us-nydfs-500", Answer.APPLIES, " ", None, now)
    with pytest.raises(BadInput, match="day has passed"):
        override(ACTOR, "us-nydfs-500", Answer.APPLIES, "x", now.date() - timedelta(days=2), now)
    with pytest.raises(NotFound):
        override(ACTOR, "no-such-law", Answer.APPLIES, "x", None, now)


def test_new_content_is_noticed_by_the_worker_and_told_part_by_part(organisation: None) -> None:
    with recording(ACTOR, "as if an older release had written it"):
        row = Applying.objects.get(pk="eu-gdpr")
        row.version, row.parts = "2020-01-01.1", {**row.parts, "clocks": "0" * 12}
        row.save()
        Applying.objects.get(pk="eu-dora").delete()
    assert is_due(utc_now())
    found = {one.obligation: one for one in follow("worker", utc_now())}
    assert (found["eu-gdpr"].causes, found["eu-gdpr"].parts) == (["content"], ["clocks"])
    assert "its clocks" in cause_words(found["eu-gdpr"])
    assert (found["eu-dora"].before, found["eu-dora"].after) == ("", "cannot tell")
    assert not is_due(utc_now())


# ── Obligations of one's own ─────────────────────────────────────────────────────────────────────────────


def test_an_obligation_of_ones_own_counts_like_a_law_with_versions_of_its_own(organisation: None) -> None:
    now = utc_now()
    done = own.add(ACTOR, contract(), now)
    assert [(one.obligation, one.after, one.causes) for one in done.changes] == [(OWN, "applies", ["own"])]
    one = register_now().obligations[OWN]
    assert (one.own, one.version, one.duties[0].version, one.clocks[0].version) == (True, *[f"{OWN}/1"] * 3)
    assert OWN in [asker.id for asker in required_by(Profile.objects.get())["backups"]]
    seen = Entry.objects.filter(subject=OWN, kind="law.ownobligation").latest("index").index
    changed = own.change(ACTOR, OWN, contract(name="Northwind, renewed"), "Annex of May.", now, seen=seen)
    assert [one.parts for one in changed.changes] == [["place"]]
    assert register_now().obligations[OWN].clocks[0].version == f"{OWN}/2"
    with pytest.raises(Refused, match="changed this while you wrote"):
        own.change(ACTOR, OWN, contract(), "x", now, seen=seen)
    own.end(ACTOR, OWN, "The contract ran out.", now)
    assert OWN not in register_now().obligations
    assert OWN not in table()
    with pytest.raises(Refused, match="before"):
        own.add(ACTOR, contract(), now)


def test_what_cannot_be_is_refused_with_its_field_and_nothing_is_taken_in(organisation: None) -> None:
    now = utc_now()
    for fault, changes in {
        "'id' must begin with own-": {"id": "eu-gdpr"},
        "'jurisdiction' holds": {"jurisdiction": "Germany"},
        "'cadence' holds": {"duties": [{**CONTRACT["duties"][0], "cadence": "daily"}]},  # type: ignore[index]
        "safeguard 'backup'": {"measures": [{"use": "backup", "citation": "x"}]},
        "'displaces' names the obligation": {"displaces": ["eu-gdrp"]},
        "ends no law. Decide on its page": {"displaces": ["eu-gdpr"]},
        "'penalty' is not known": {"penalty": "x"},
        "no condition": {"applies_when": {"all": []}},
    }.items():
        with pytest.raises(BadInput, match=fault.replace("(", r"\(")):
            own.bring(ACTOR, [contract(id="own-good"), contract(**changes)], "", now)
    assert not OwnObligation.objects.exists()
    for odd in ({"classification": {"share": 0.5}}, {"name": "a\0b"}, {"thresholds": {"\0": 1}}):
        with pytest.raises(BadInput, match="cannot be kept"):
            contract(**odd)


def test_obligations_of_ones_own_displace_only_each_other_and_in_one_direction(organisation: None) -> None:
    now = utc_now()
    one, two = contract(), contract(id="own-two", displaces=[OWN])
    own.bring(ACTOR, [one, two], "", now)
    assert answers()[OWN].displaced_by == "own-two"
    with pytest.raises(BadInput, match="stands in its place already"):
        own.bring(ACTOR, [contract(displaces=["own-two"])], "Round.", now)
    proposed = {**two, "status": {"state": "proposed"}}
    own.bring(ACTOR, [proposed], "It was never signed.", now)
    assert answers()[OWN].displaced_by == "", "what binds nobody takes nobody's place"


def test_a_file_changes_nothing_without_a_reason_or_from_an_older_version(organisation: None) -> None:
    now = utc_now()
    own.bring(ACTOR, [contract()], "", now)
    with pytest.raises(BadInput, match="without a reason"):
        own.bring(ACTOR, [contract(name="Renewed")], " ", now)
    own.bring(ACTOR, [{**contract(name="Renewed"), "version": 1}], "Annex 3.", now)
    with pytest.raises(Refused, match="saved of version 1, and version 2 stands"):
        own.bring(ACTOR, [{**contract(name="Renewed again"), "version": 1}], "Annex 4.", now)
    assert OwnObligation.objects.get().number == 2
    assert "version" not in OwnObligation.objects.get().body


def test_one_that_content_no_longer_carries_stands_aside_with_its_fault(organisation: None) -> None:
    own.add(ACTOR, contract(), utc_now())
    with recording(ACTOR, "as if a fact had gone"):
        row = OwnObligation.objects.get()
        row.body = {**row.body, "applies_when": "gone_fact"}
        row.save()
    assert OWN not in register_now().obligations
    ((broken, fault),) = unreadable()
    assert broken.pk == OWN
    assert "gone_fact" in str(fault)
    (change,) = follow("worker", utc_now())
    assert (change.before, change.after, change.causes) == ("applies", "cannot tell", ["unreadable"])
    assert "cannot be read" in cause_words(change)
    assert (table()[OWN], is_due(utc_now())) == ("cannot tell", False)


def test_data_sets_tell_how_many_people_live_where(organisation: None) -> None:
    from duecare.law.affected_people import data_sets_of, people_by_place, people_in, places_of_ours
    from duecare.ledger.viewers import Role, Viewer

    owner = Viewer(ACTOR, "", frozenset({Role.OWNER}))
    keep_data_set(ACTOR, None, name="Patients", people={"DE": 12000, "US-NY": None})
    keep_data_set(ACTOR, None, name="Staff", people={"DE": 40, "FR": 2})
    assert people_by_place(owner) == {"DE": 12040, "FR": 2}
    assert [(one.name, one.people, one.open) for one in data_sets_of("EU", owner)] == [
        ("Patients", 12000, False),
        ("Staff", 42, False),
    ]
    assert [(one.people, one.open) for one in data_sets_of("US", owner)] == [(None, True)]
    assert people_in("US", owner) == {"US-NY": None}
    assert places_of_ours(owner) == ("DE", "US-NY", "FR")
    limited = Viewer(ACTOR, "", frozenset({Role.MANAGER}), areas=frozenset({"law"}))
    assert people_by_place(limited) == {}


def test_answers_as_json_name_what_people_decided(organisation: None) -> None:
    override(ACTOR, "eu-nis2", Answer.APPLIES, "Named by the authority.", None, utc_now())
    rows = {row["obligation"]: row for row in incident_files.answers_json(answers(), register_now())}
    assert json.loads(json.dumps(rows["eu-nis2"]["overridden"])) == {
        "says": "cannot tell", "reason": "Named by the authority.", "by": ACTOR, "until": None,
    }  # fmt: skip
    assert rows["eu-nis2"]["answer"] == "applies"
    assert rows["eu-gdpr"]["overridden"] is None


def test_the_example_for_contributors_can_be_taken_in() -> None:
    page = (Path(__file__).parents[2] / "docs/obligations.md").read_text("utf-8")
    text = page.partition("```yaml\n")[2].partition("```")[0]
    (entry,) = read_file(text.encode(), "the page")
    assert read(entry, "own/1", "2026-11-28", register()).clocks[0].amount == 24
