"""What the clocks tell of an incident: the golden cases, every state, and what must hold of any incident."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.law.clocks import State, Told, binds, tell
from duecare.law.conditions import Facts, Value
from duecare.law.incident_files import answer, applicability, incident
from duecare.law.incidents import Event, Incident
from duecare.law.moments import Moment, moment
from duecare.law.obligations import CONTENT, obligations, register
from duecare.law.obligations import State as Force
from duecare.law.saying import ask_fact

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CASES = yaml.load((CONTENT / "cases.yaml").read_text("utf-8"), Loader=LOADER)  # noqa: S506
NOBODY = dict.fromkeys(register().profile_facts, False)


def told(written: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """(obligation, clock) to what it tells, as JSON."""
    given = incident(json.loads(json.dumps(written)), register())
    return {(one.clock.obligation, one.clock.id): answer(one) for one in tell(given, register())}


def of(
    obligation: str, clock: str, facts: Mapping[str, Any], events: list[tuple[str, str]], **others: Any
) -> dict[str, Any]:
    """What one clock tells of an organisation of which only the law's own facts are true."""
    law = obligations()[obligation]
    scope = {part for part in register().profile_facts if part in repr(law.applies_when)}
    written = {
        "profile": NOBODY | dict.fromkeys(scope, True) | others.pop("profile", {}),
        "country": "DE",
        "zone": "Europe/Berlin",
        "now": "2026-11-24T12:00",
        "facts": facts,
        "events": [{"type": type, "at": at} for type, at in events],
    } | others
    return told(written)[obligation, clock]


@pytest.mark.parametrize("case", CASES["vectors"], ids=lambda case: case["id"])
def test_the_golden_cases_come_out_as_checked_by_hand(case: dict[str, Any]) -> None:
    if "expected_error" in case:
        with pytest.raises(BadInput, match=case["expected_error"]) as refused:
            told(case["input"])
        assert refused.value.what.startswith("events, number 1")
        assert refused.value.next_step
        return
    found = told(case["input"])
    for expected in case["expected"]:
        clock = found[expected["obligation"], expected["clock"]]
        assert {key: clock[key] for key in expected} == expected, case["why"]


def test_there_are_43_golden_cases_and_they_know_every_state_by_name() -> None:
    assert len(CASES["vectors"]) == 43
    assert set(CASES["states"]) == set(State)


BREACH = {"personal_data_breach": True}
AWARE = [("awareness", "2026-11-23T10:00")]


def test_a_law_that_does_not_apply_says_by_which_fact() -> None:
    found = of("eu-gdpr", "authority", BREACH, AWARE, profile={"eu_gdpr_scope": False})
    assert found["state"] == "not_applicable"
    assert "established in EU/EEA" in found["why"]


def test_a_law_of_which_it_cannot_be_told_asks_and_says_by_when_to_act_if_it_applies() -> None:
    found = of("eu-gdpr", "authority", BREACH, AWARE, profile={"eu_gdpr_scope": None})
    assert (found["state"], found["strict_due"]) == ("needs_human_decision", None)
    assert found["would_be_due"] == "2026-11-26T10:00:00+01:00"
    assert [ask["id"] for ask in found["asks"]] == ["eu_gdpr_scope", "risk_to_individuals"]


def test_the_special_law_takes_the_place_of_the_general_one() -> None:
    facts = {"significant_incident": True, "dora_major": True}
    both = {"dora_financial_entity": True}
    found = of("eu-nis2", "early-warning", facts, AWARE, profile=both)
    assert (found["state"], found["why"]) == (
        "not_applicable", "Digital Operational Resilience Act applies in its place.",
    )  # fmt: skip
    open_ = of("eu-nis2", "early-warning", facts, AWARE, profile={"dora_financial_entity": None})
    assert open_["state"] == "late", "a special law of which it cannot be told takes no place"


def test_an_unknown_fact_in_when_asks_a_person_and_one_in_unless_never_stops() -> None:
    unknown = of("eu-gdpr", "authority", {}, AWARE)
    assert unknown["state"] == "needs_human_decision"
    assert unknown["asks"][0]["question"].startswith("Were personal data destroyed")
    running = of("eu-gdpr", "authority", BREACH, AWARE)
    assert (running["state"], running["strict_due"]) == ("running", "2026-11-26T10:00:00+01:00")
    assert [ask["id"] for ask in running["asks"]] == ["risk_to_individuals"]
    assert of("eu-gdpr", "authority", {"personal_data_breach": False}, AWARE)["state"] == "not_triggered"


def test_of_several_grounds_it_runs_while_none_is_denied_and_stops_when_all_are() -> None:
    grounds = [test.fact for test in obligations()["ch-isg"].clocks[0].when_any]
    found = [("discovery", "2026-11-24T09:00")]
    assert of("ch-isg", "bacs", {}, found)["state"] == "running"
    assert len(of("ch-isg", "bacs", {}, found)["asks"]) == len(grounds) == 4
    none = dict.fromkeys(grounds, False)
    assert of("ch-isg", "bacs", none, found)["state"] == "not_triggered"
    assert of("ch-isg", "bacs", none | {grounds[2]: None}, found)["state"] == "running"
    assert of("ch-isg", "bacs", none | {grounds[2]: True}, found)["asks"] == []


def test_a_missing_trigger_is_asked_for_and_no_other_event_stands_in() -> None:
    found = of("eu-nis2", "final", {"significant_incident": True, "incident_ongoing": False}, AWARE)
    assert (found["state"], found["strict_due"], found["would_be_due"]) == ("waiting_for_trigger", None, None)
    assert found["asks"][0] == {
        "about": "event", "id": "submission_of.notification",
        "question": "When was it that the notice “notification” was sent?",
    }  # fmt: skip


def test_an_event_of_a_time_to_come_has_not_happened() -> None:
    found = of("eu-gdpr", "authority", BREACH, [("awareness", "2026-11-24T12:01")])
    assert found["state"] == "waiting_for_trigger"
    assert "still to come" in found["why"]


def test_the_first_of_several_events_starts_it_and_for_dora_the_last_report() -> None:
    events = [("awareness", "2026-11-24T08:00"), ("awareness", "2026-11-23T10:00")]
    assert of("eu-gdpr", "authority", BREACH, events)["triggered_at"] == "2026-11-23T10:00:00+01:00"
    reports = [
        ("submission_of.intermediate", "2026-10-20T10:00"),
        ("submission_of.intermediate", "2026-10-31T10:00"),
    ]
    final = of("eu-dora", "final", {"dora_major": True}, reports)
    assert (final["triggered_at"], final["strict_due"]) == ("2026-10-31T10:00:00+01:00", "2026-11-30")


def test_what_is_counted_from_another_event_than_its_trigger_needs_both() -> None:
    facts = {"residents_affected.US-NY": 3}
    notice, discovery = ("notice_to_residents", "2026-11-20"), ("discovery", "2026-11-10")
    assert of("us-ny-shield", "state-agencies", facts, [discovery])["asks"][0]["id"] == "notice_to_residents"
    assert of("us-ny-shield", "state-agencies", facts, [notice])["asks"][0]["id"] == "discovery"
    assert of("us-ny-shield", "state-agencies", facts, [notice, discovery])["strict_due"] == "2026-12-10"


def test_met_is_who_sent_it_by_the_strict_limit_and_late_who_did_not() -> None:
    def sent(at: str, now: str = "2026-11-30T12:00") -> dict[str, Any]:
        return of("eu-gdpr", "authority", BREACH, [*AWARE, ("submission_of.eu-gdpr.authority", at)], now=now)

    assert sent("2026-11-26T10:00")["state"] == "met"
    assert sent("2026-11-26T10:00:01")["state"] == "late"
    assert (
        "still in time by a reading of the law: 2026-11-26T11:00:00+01:00" in sent("2026-11-26T10:30")["why"]
    )
    assert "keep the reasons" in sent("2026-11-26T11:30")["why"]
    by_day = sent("2026-11-26")
    assert (by_day["state"], by_day["asks"][0]["about"]) == ("needs_human_decision", "time")
    assert sent("2026-11-25")["state"] == "met"
    assert sent("2026-11-27")["state"] == "late"
    unsent = of("eu-gdpr", "authority", BREACH, AWARE, now="2026-11-26T10:00")
    assert unsent["state"] == "running", "the last second is in time"
    assert of("eu-gdpr", "authority", BREACH, AWARE, now="2026-11-26T10:00:01")["state"] == "late"


def test_the_last_moment_of_the_last_day_is_in_time() -> None:
    facts, found = (
        {"unencrypted_pi_acquired": True, "residents_affected.US-CA": 9},
        [("discovery_or_notification", "2026-10-25")],
    )
    at = {"zone": "America/Los_Angeles", "country": "US-CA"}
    running = of("us-ca-breach", "residents", facts, found, now="2026-11-24T23:59:59", **at)
    assert (running["state"], running["strict_due"]) == ("running", "2026-11-24")
    assert of("us-ca-breach", "residents", facts, found, now="2026-11-25T00:00", **at)["state"] == "late"


def test_without_a_number_it_runs_until_it_is_sent_with_a_target_that_is_ours() -> None:
    facts = {"risk_to_individuals": "high"}
    found = of("eu-gdpr", "individuals", facts, AWARE, now="2026-12-24T12:00")
    assert (found["state"], found["strict_due"], found["legal_latest"]) == ("running", None, None)
    assert found["target_due"] == "2026-11-26T10:00:00+01:00"
    assert "your policy and not the law's limit" in found["why"]
    assert (
        of("eu-gdpr", "individuals", facts, AWARE, policy_hours=24)["target_due"]
        == "2026-11-24T10:00:00+01:00"
    )
    sent = [*AWARE, ("submission_of.eu-gdpr.individuals", "2026-12-20T10:00")]
    assert of("eu-gdpr", "individuals", facts, sent, now="2026-12-24T12:00")["state"] == "met"


def test_a_day_without_a_time_is_asked_for_where_hours_count_and_counted_from_its_start() -> None:
    found = of("eu-gdpr", "authority", BREACH, [("awareness", "2026-11-23")])
    assert (found["state"], found["would_be_due"]) == ("needs_human_decision", "2026-11-26T00:00:00+01:00")
    assert found["asks"][0]["question"] == "At what time of that day was it?"


def test_a_law_still_to_come_binds_from_its_day_and_a_safe_harbour_carries_a_law_that_binds() -> None:
    for at, state in (("2027-05-13T10:00", "not_binding"), ("2027-05-14T10:00", "running")):
        found = of(
            "in-dpdp",
            "board-detailed",
            BREACH,
            [("awareness", at)],
            now="2027-05-15T00:00",
            zone="Asia/Kolkata",
        )
        assert found["state"] == state
    facts = {"actively_exploited_vulnerability": True}
    before = [("awareness_exploited_vulnerability", "2026-09-10T23:59")]
    assert of("eu-cra", "vuln-early", facts, before)["state"] == "not_binding"
    ohio = {"residents_affected.US-OH": 2, "material_identity_theft_risk": True}
    assert (
        of("us-oh-safe-harbor", "residents", ohio, [("discovery_or_notification", "2026-11-20")])["state"]
        == "running"
    )


def test_a_shorter_term_of_some_is_shown_until_it_is_known_who_we_are() -> None:
    facts = {"significant_incident": True}
    trust = "nis2_trust_service_provider"
    unknown = of("eu-nis2", "notification", facts, AWARE, profile={trust: None})
    assert (unknown["strict_due"], unknown["trust_service_provider"]) == (
        "2026-11-26T10:00:00+01:00", "2026-11-24T10:00:00+01:00",
    )  # fmt: skip
    assert trust in [ask["id"] for ask in unknown["asks"]]
    yes, no = (of("eu-nis2", "notification", facts, AWARE, profile={trust: known}) for known in (True, False))
    assert (yes["strict_due"], no["strict_due"]) == ("2026-11-24T10:00:00+01:00", "2026-11-26T10:00:00+01:00")
    assert "trust_service_provider" not in yes | no
    given = Incident(
        Facts(NOBODY | {"nis2_essential": True, trust: None}, facts),
        (Event("awareness", moment("2026-11-23T10:00", "Europe/Berlin", "at")),),
        datetime(2026, 11, 23, 12, tzinfo=UTC), "DE",
    )  # fmt: skip
    board = {(one.clock.obligation, one.clock.id): one for one in tell(given, register())}
    by = board["eu-nis2", "notification"].act_by
    assert by == datetime(2026, 11, 24, 9, tzinfo=UTC), "boards and reminders go by the earlier"
    sent = Event("submission_of.eu-nis2.notification", moment("2026-11-25T10:00", "Europe/Berlin", "at"))
    late = {
        (one.clock.obligation, one.clock.id): one
        for one in tell(
            replace(given, events=(*given.events, sent), now=datetime(2026, 11, 25, 12, tzinfo=UTC)),
            register(),
        )
    }["eu-nis2", "notification"]
    assert late.state == "needs_human_decision", "in time for most, and a day late for some"
    assert trust in [ask.id for ask in late.asks]


def test_by_when_to_act_is_told_of_targets_and_open_questions_and_not_of_what_is_done() -> None:
    at = moment("2026-11-23T10:00", "Europe/Berlin", "at")
    given = Incident(
        Facts(NOBODY | {"eu_gdpr_scope": None}, BREACH | {"risk_to_individuals": "high"}),
        (Event("awareness", at),), NOW + timedelta(days=1), "DE",
    )  # fmt: skip
    open_ = by_name(given)
    assert open_["eu-gdpr", "authority"].act_by == open_["eu-gdpr", "individuals"].act_by
    assert open_["eu-gdpr", "individuals"].act_by == at.at + timedelta(hours=72)
    sent = Event("submission_of.eu-gdpr.authority", at)
    assert by_name(replace(given, events=(*given.events, sent)))["eu-gdpr", "authority"].act_by is None


def test_a_day_of_rest_gives_time_only_to_those_known_to_be_outside_the_exclusion() -> None:
    sent, facts = [("submission_of.eu-dora.initial", "2026-08-06T13:00")], {"dora_major": True}
    given = {"country": "BE", "now": "2026-08-07T12:00"}
    for excluded, by in ((False, "2026-08-10T12:00:00+02:00"), (True, None), (None, None)):
        found = of(
            "eu-dora", "intermediate", facts, sent, profile={"dora_no_weekend_relief": excluded}, **given
        )
        assert (found["strict_due"], found["may_submit_by"]) == ("2026-08-09T13:00:00+02:00", by)


def test_a_backstop_whose_event_is_missing_is_asked_for() -> None:
    found = of("eu-dora", "initial", {"dora_major": True}, [("classification_major", "2026-11-24T08:00")])
    assert (found["state"], found["strict_due"]) == ("running", "2026-11-24T12:00:00+01:00")
    assert "awareness" in [ask["id"] for ask in found["asks"]]


def test_a_trigger_at_the_very_end_of_the_backstop_does_not_escape_it() -> None:
    for classified, due in (
        ("2026-11-24T10:00", "2026-11-24T10:00"),
        ("2026-11-24T10:01", "2026-11-24T14:01"),
    ):
        events = [*AWARE, ("classification_major", classified)]
        found = of("eu-dora", "initial", {"dora_major": True}, events)
        assert found["strict_due"] == f"{due}:00+01:00"


def test_business_days_are_those_of_the_law_and_not_of_whoever_counts_them() -> None:
    """Day 5 after 20 November 2026 steps over Thanksgiving, which nobody keeps in Germany."""
    facts, notice = {"notified_hhs": True}, [("notice_to_hhs", "2026-11-20")]
    found = of("us-ny-shield", "hipaa-copy-ag", facts, notice, profile={"hipaa_covered_entity": True})
    assert found["strict_due"] == "2026-11-30"
    assert found["calendar"].startswith("US-NY,")


def test_nothing_that_is_only_proposed_binds_whatever_its_clock_says() -> None:
    proposal = obligations()["us-circia"]
    clock = replace(proposal.clocks[0], binding=True)
    assert not binds(clock, proposal, NOW.date())
    assert binds(clock, replace(proposal, state=Force.IN_FORCE), NOW.date())
    assert not binds(proposal.clocks[0], replace(proposal, state=Force.IN_FORCE), NOW.date())


def test_states_that_count_otherwise_are_named_and_the_others_keep_the_directive() -> None:
    facts = {"significant_incident": True}
    finland = of("eu-nis2", "early-warning", facts, AWARE, country="FI")
    assert (finland["state"], finland["national_variant"]) == ("waiting_for_trigger", "FI")
    cyprus = of("eu-nis2", "early-warning", facts, AWARE, country="CY")
    assert (cyprus["strict_due"], cyprus["national_variant"]) == ("2026-11-23T16:00:00+01:00", "CY")
    italy = of("eu-nis2", "notification", facts, AWARE, country="IT")
    assert (italy["strict_due"], italy["national_variant"]) == ("2026-11-26T10:00:00+01:00", None)
    assert "ACN FAQ" in italy["why"]
    nowhere = of("eu-nis2", "notification", facts, AWARE, country=None)
    assert "place" in [ask["about"] for ask in nowhere["asks"]]


def test_a_notice_that_could_be_of_several_laws_is_refused_until_it_says_which() -> None:
    profile = NOBODY | {"eu_gdpr_scope": True, "uk_gdpr_scope": True}
    given = {
        "profile": profile,
        "zone": "Europe/London",
        "now": "2026-11-24T12:00",
        "facts": {"risk_to_individuals": "high"},
    }
    events = [
        {"type": "awareness", "at": "2026-11-23T10:00"},
        {"type": "submission_of.individuals", "at": "2026-11-24T10:00"},
    ]
    with pytest.raises(BadInput, match=r"could be of eu-gdpr, uk-gdpr\. Say which") as refused:
        told(given | {"events": events})
    assert "submission_of.eu-gdpr.individuals" in refused.value.next_step
    events[1]["type"] = "submission_of.uk-gdpr.individuals"
    found = told(given | {"events": events})
    assert found["uk-gdpr", "individuals"]["state"] == "met"
    assert found["eu-gdpr", "individuals"]["state"] == "running"
    events[1] = {"type": "submission_of.nobody", "at": "2026-11-24T10:00"}
    with pytest.raises(BadInput, match=r"'submission_of\.nobody' names no clock"):
        told(given | {"events": events})


def test_a_determination_under_one_law_starts_no_other() -> None:
    profile = NOBODY | {"holds_pi_us_tx": True, "us_banking_org": True}
    facts = {"sensitive_pi_acquired": True, "bank_notification_incident": True}
    event = {"type": "determination", "at": "2026-11-23T10:00", "obligation": "us-tx-breach"}
    found = told(
        {
            "profile": profile,
            "zone": "America/Chicago",
            "now": "2026-11-24T12:00",
            "facts": facts,
            "events": [event],
        }
    )
    assert found["us-tx-breach", "individuals"]["state"] == "running"
    assert found["us-bank-36h", "primary-regulator"]["state"] == "waiting_for_trigger"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fact": {}}, "'fact' is not known. Did you mean 'facts'?"),
        ({"facts": {"personal_data_breech": True}}, "Did you mean 'personal_data_breach'?"),
        ({"facts": {"personal_data_breach": "yes"}}, "Write true or false, or null."),
        ({"facts": {"affected_individuals": True}}, "Write a whole number, or null."),
        ({"facts": {"affected_individuals": -1}}, "Write a whole number, or null."),
        ({"facts": {"risk_to_individuals": "some"}}, "Write unlikely or likely or high, or null."),
        ({"profile": {"eu_gdpr": True}}, "names the profile fact 'eu_gdpr'"),
        ({"profile": {"eu_gdpr_scope": 1}}, "profile, eu_gdpr_scope: 1 is no answer."),
        ({"events": [{"type": "awarness", "at": "2026-11-23"}]}, "names the event 'awarness'"),
        ({"events": [{"type": "awareness"}]}, "events, number 1: the field 'at' must be text"),
        ({"events": {"type": "awareness"}}, "'events' must be a list"),
        ({"now": "2026-11-23"}, "now: a day alone will not do."),
        ({"now": None}, "'now' must be text"),
        ({"zone": "Berlin"}, "zone: there is no zone 'Berlin'."),
        ({"country": "Germany"}, "country: 'Germany' is no place"),
        ({"country": "XX-NW"}, "no calendar of public holidays for 'XX-NW'"),
        ({"policy_hours": 0}, "policy_hours: 0 is no target."),
        ({"closures": {"DE": ["Monday"]}}, "closures, DE, number 1"),
        ({"closures": {"Bavaria": ["2026-08-15"]}}, "closures: 'Bavaria' is no place"),
    ],
)  # fmt: skip
def test_an_input_that_cannot_be_used_is_refused_by_place(change: dict[str, Any], words: str) -> None:
    given = {
        "profile": {},
        "country": "DE",
        "zone": "Europe/Berlin",
        "now": "2026-11-23T12:00",
        "facts": {},
        "events": [],
    }
    told(given)
    with pytest.raises(BadInput) as refused:
        told(given | change)
    assert words in str(refused.value)
    assert refused.value.next_step


def test_numbers_of_people_of_places_without_a_clock_are_taken() -> None:
    given = {"zone": "Europe/Berlin", "now": "2026-11-23T12:00", "facts": {"residents_affected.US-CO": 12}}
    assert len(told(given)) == 114


def test_who_applies_is_told_from_the_same_input() -> None:
    rows = {
        row["obligation"]: row for row in applicability({"profile": {"nis2_essential": False}}, register())
    }
    assert len(rows) == 43
    assert (rows["eu-nis2"]["answer"], rows["eu-nis2"]["missing"]) == ("cannot tell", ["nis2_important"])
    assert rows["eu-nis2"]["why"].startswith("It cannot be told until you answer")
    assert "important entity under NIS2" in rows["eu-nis2"]["why"]


# Of any incident

FACTS = register().incident_facts
EVENTS = [
    *register().events,
    "submission_of.eu-nis2.notification",
    "submission_of.eu-dora.initial",
    "submission_of.br-lgpd.anpd",
]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def answers_to(fact: str) -> st.SearchStrategy[Value]:
    kind = FACTS[fact].answer
    if isinstance(kind, tuple):
        return st.sampled_from(kind)
    return st.booleans() if kind == "yes_no" else st.integers(0, 20000)


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    facts = draw(st.sets(st.sampled_from(sorted(FACTS)), max_size=40))
    moments = st.builds(
        lambda hours, zone: Moment(NOW - timedelta(hours=hours), zone),
        st.integers(0, 3000),
        st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo"]),
    )
    return Incident(
        facts=Facts(
            draw(
                st.dictionaries(
                    st.sampled_from(sorted(NOBODY)), st.sampled_from([True, True, False]), min_size=20
                )
            ),
            {fact: draw(answers_to(fact)) for fact in sorted(facts)},
        ),
        events=tuple(draw(st.lists(st.builds(Event, st.sampled_from(EVENTS), moments), max_size=30))),
        now=NOW,
        country=draw(st.sampled_from(["DE", "PT", "IT", "US-NY", "AU-NSW", ""])),
    )


def by_name(given: Incident) -> dict[tuple[str, str], Told]:
    return {(one.clock.obligation, one.clock.id): one for one in tell(given, register())}


COUNTED = (State.RUNNING, State.MET, State.LATE)


@settings(max_examples=40)
@given(incidents())
def test_limits_are_in_order_and_only_there_where_they_are_enforced(given: Incident) -> None:
    found = by_name(given)
    assert len(found) == 114
    for one in found.values():
        limits = [limit.at for limit in (one.strict_due, one.legal_latest) if limit]
        assert limits == sorted(limits)
        assert (one.strict_due is not None) == (one.state in COUNTED and one.clock.amount is not None)
        assert one.triggered is not None or one.state not in COUNTED
        assert one.why or one.state in COUNTED
        assert one.asks or one.state is not State.NEEDS_DECISION
        if one.strict_due and one.state in (State.RUNNING, State.LATE) and not one.submitted:
            assert (one.state is State.LATE) == (one.strict_due.at < NOW)


@settings(max_examples=40)
@given(incidents(), st.data())
def test_one_more_fact_never_stops_a_clock_in_silence(given: Incident, data: st.DataObject) -> None:
    """Whatever ran goes on, unless the new fact is the very reason that is given."""
    fact = data.draw(st.sampled_from(sorted(set(FACTS) - set(given.facts.incident)) or sorted(FACTS)))
    value = data.draw(answers_to(fact))
    more = replace(given, facts=replace(given.facts, incident={**given.facts.incident, fact: value}))
    before, after = by_name(given), by_name(more)
    question = ask_fact(fact, register()).question
    for name, one in before.items():
        if one.state in COUNTED and after[name].state not in COUNTED:
            assert after[name].state is State.NOT_TRIGGERED
            assert question in " ".join(after[name].why)


@settings(max_examples=25)
@given(incidents(), st.integers(1, 400))
def test_a_later_trigger_never_brings_an_earlier_limit(given: Incident, hours: int) -> None:
    def moved(event: Event) -> Event:
        return replace(event, moment=replace(event.moment, at=event.moment.at + timedelta(hours=hours)))

    later = replace(given, events=tuple(map(moved, given.events)), now=given.now + timedelta(hours=hours))
    after = by_name(later)
    for name, one in by_name(given).items():
        other = after[name]
        # A backstop that had ended before the trigger no longer binds: there, later is another rule.
        if one.strict_due and other.strict_due and not one.clock.backstop:
            assert one.strict_due.at <= other.strict_due.at


@settings(max_examples=25)
@given(incidents(), st.sampled_from(["UTC", "Asia/Kolkata", "Pacific/Apia"]))
def test_limits_in_hours_are_the_same_in_every_zone(given: Incident, zone: str) -> None:
    moved = replace(
        given, events=tuple(replace(event, moment=replace(event.moment, zone=zone)) for event in given.events)
    )
    after = by_name(moved)
    for name, one in by_name(given).items():
        if one.strict_due and one.strict_due.day is None:
            other = after[name].strict_due
            assert other
            assert other.at == one.strict_due.at


def test_the_clocks_of_an_incident_take_less_than_ten_milliseconds() -> None:
    everyone = Facts(
        dict.fromkeys(NOBODY, True) | {"dora_financial_entity": False}, dict.fromkeys(BREACH, True)
    )
    start = Moment(NOW - timedelta(hours=5), "Europe/Berlin")
    given = Incident(everyone, tuple(Event(type, start) for type in register().events), NOW, "DE")
    times = []
    for _run in range(15):
        begun = time.process_time()
        tell(given, register())
        times.append(time.process_time() - begun)
    assert min(times) < 0.010
