"""Programs plan and play an exercise, answer its lessons and close its case by the same rules as pages."""

from __future__ import annotations

from pathlib import Path

import yaml

from duecare.incidents.exercises.scenarios import source_of
from duecare.ledger.viewers import Role
from tests.people import browser, sign_in
from tests.site.test_api import Program, day, program


def test_a_program_plays_an_exercise_and_closes_its_case_once_its_lessons_are_answered(home: Path) -> None:
    owner: Program = program(sign_in(browser(), Role.OWNER))
    story = yaml.safe_load(source_of("insider-list"))
    story["injects"] = story["injects"][:1]
    planned = owner.do("POST", "exercises", {"own": story, "day": day(), "title": "Quiet talk"}, 201)
    story["injects"][0]["events"] = ["suspicoin"]
    error = owner.do("POST", "exercises", {"own": story, "day": day()}, 400)["error"]
    assert "suspicoin" in error["what"]
    assert "suspicion" in error["next_step"]
    assert owner.refused("POST", "exercises", {"day": day()}) == "scenario"
    key = planned["id"]
    begun = owner.do("POST", f"exercises/{key}/begin")
    owner.do("POST", f"exercises/{key}/turns/hint/give")
    owner.do("POST", f"exercises/{key}/turns/hint/give", None, 403)
    scored = {"words": "All spoke of it.", "score": "not", "score_words": "Nobody kept it quiet."}
    turn = owner.do("POST", f"exercises/{key}/turns/hint/score", scored)["turns"][0]
    assert (turn["score"], turn["minutes_off"]) == ("not", 0)
    (lesson,) = owner.do("POST", f"exercises/{key}/end", {"words": "Useful."})["lessons"]

    case = begun["case"]
    told = owner.get(f"cases/{case}/lessons")
    assert told["lessons"][0]["gap"] == "Nobody kept it quiet."
    assert len(told["hindrances"]) == 1
    error = owner.do("POST", f"cases/{case}/close", {"words": "Over."}, 403)["error"]
    assert "Nobody kept it quiet." in error["what"]
    assert owner.refused("POST", f"lessons/{lesson}/answer", {"answer": "safeguard", "words": "x"}) == "due"
    answered = {
        "answer": "safeguard",
        "words": "Few are told.",
        "due": day(9),
        "seen": told["lessons"][0]["seen"],
    }
    assert owner.do("POST", f"lessons/{lesson}/answer", answered)["state"] == "under way"
    owner.do("POST", f"lessons/{lesson}/answer", answered, 403)  # it was changed since it was seen
    assert owner.do("POST", f"cases/{case}/close", {"words": "Over."})["closed_as"] == "resolved"
    assert owner.do("POST", f"lessons/{lesson}/done", {"words": "It is in the plan."})["state"] == "done"
    assert owner.get("lessons?state=done&from=exercise")["rows"][0]["gap"] == "Nobody kept it quiet."
    assert owner.get("exercises?state=done")["rows"][0]["title"] == "Quiet talk"
    owner.do("PUT", f"cases/{case}/classes", {"actor": ["internal"], "motive": "Convenience"})
    assert owner.get(f"cases/{case}/veris")["actor"] == {"internal": {"motive": ["Convenience"]}}
    assert owner.get("incident-figures")["incidents"] == 0, "an exercise is no incident"
