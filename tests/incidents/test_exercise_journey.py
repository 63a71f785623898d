"""An exercise in a real browser, from its plan to the closing of its case: refused, then allowed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.site.browser import passkey_in, serving
from tests.site.test_passkeys import Signed, enter

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("DUECARE_PICTURES")


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    """The owner of a Duecare in which nothing has happened yet, without a passkey."""
    place = tmp_path_factory.mktemp("exercise") / "home"
    with chromium() as browser, serving(place) as site, windows(browser) as several:
        page = several.open()
        one = Signed(site, page, passkey_in(page))
        enter(one)
        yield one


def looked_at(page: Any, name: str) -> None:
    """The page is whole for every eye and reader: narrow and wide, in light and dark."""
    wide = page.viewport_size
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # What is amiss in the dark alone is a colour.
            rules = () if scheme == "light" else ("color-contrast",)
            assert axe_faults(page, *rules) == [], f"{name} {width} {scheme}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} {width}"
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(wide)


def errors(page: Any) -> str:
    page.locator(".error-summary").wait_for()
    return str(page.locator(".error-summary").inner_text())


def score(page: Any, words: str, choice: str, fell_short: str = "") -> None:
    """Record what was done in the newest turn."""
    page.get_by_role("link", name="Record what they did").last.click()
    page.locator("[name=words]").fill(words)
    page.locator(f"[name=score][value='{choice}']").check()
    page.locator("[name=score_words]").fill(fell_short)
    page.get_by_role("button", name="Record it").click()


def test_an_exercise_is_played_to_its_end_and_its_case_closes_once_its_lessons_are_answered(
    owner: Signed,
) -> None:
    page = owner.open("/incidents/exercises/")
    assert page.get_by_text("No exercise was planned yet").is_visible()
    looked_at(page, "exercises")
    page.get_by_role("link", name="A laptop with health data is gone").click()
    looked_at(page, "story")
    page.get_by_role("link", name="Plan it for a day").click()
    page.get_by_role("button", name="Plan it").click()
    assert "Day" in errors(page)
    page.locator("[name=day]").fill(datetime.now(UTC).date().isoformat())
    page.locator("[name=people]").fill("Maeve, Ada and Bo")
    page.get_by_role("button", name="Plan it").click()
    page.get_by_role("button", name="Begin now").click()
    assert page.get_by_text("Nothing of it is sent to anybody outside.").is_visible()

    page.get_by_role("button", name="Tell them now", exact=True).click()
    score(page, "They locked it from afar.", "as planned")
    page.get_by_role("button", name="Tell them now", exact=True).click()
    page.get_by_role("link", name="Record what they did").last.click()
    page.locator("[name=words]").fill("They believed it.")
    page.locator("[name=score][value=not]").check()
    page.get_by_role("button", name="Record it").click()
    assert "Say in a sentence what fell short." in errors(page)
    looked_at(page, "score")
    page.locator("[name=score_words]").fill("Nobody could show that the disk was encrypted.")
    page.get_by_role("button", name="Record it").click()
    page.get_by_role("button", name="Tell them now", exact=True).click()
    looked_at(page, "exercise")
    page.get_by_role("link", name="End the exercise").click()
    page.locator("[name=words]").fill("An hour well spent.")
    page.get_by_role("button", name="End it").click()
    assert "It is not said yet how this went" in errors(page)
    page.go_back()
    page.go_back()
    score(page, "They called those with a key box.", "in part", "The list took an hour to find.")
    page.get_by_role("link", name="End the exercise").click()
    page.locator("[name=words]").fill("An hour well spent.")
    page.get_by_role("button", name="End it").click()
    assert page.get_by_text("It showed 2 gaps").is_visible()
    assert page.get_by_text("1 as planned, 1 in part, 1 not, 2 not given, of 5 turns").is_visible()

    # What an inject brought made the clocks of the law run, and hinders nothing: it was an exercise.
    page.get_by_role("link", name="Exercise 1").click()
    assert page.get_by_text("This is an exercise.").is_visible()
    page.get_by_role("link", name="Lessons", exact=True).first.click()
    looked_at(page, "case-lessons")
    page.get_by_role("link", name="Close the case").click()
    page.locator("[name=words]").fill("We know more now.")
    page.get_by_role("button", name="Close it").click()
    assert "cannot be closed yet" in errors(page)
    assert page.get_by_text("Nobody could show that the disk was encrypted.").is_visible()
    assert page.locator("[name=words]").input_value() == "We know more now.", "nothing typed is lost"
    looked_at(page, "closing-refused")

    page.get_by_role("link", name="Lessons", exact=True).first.click()
    page.get_by_role("link", name="Nobody could show").click()
    page.get_by_role("link", name="Answer", exact=True).click()
    page.locator("[name=words]").fill("Each laptop reports its encryption.")
    page.get_by_role("button", name="Record the answer").click()
    page.get_by_role("link", name="It is carried out").click()
    page.locator("[name=words]").fill("The list of devices shows it.")
    page.get_by_role("button", name="Record that it is done").click()
    looked_at(page, "lesson")
    page.locator(".back a").click()
    page.get_by_role("link", name="The list took an hour to find.").click()
    page.get_by_role("link", name="Answer", exact=True).click()
    page.locator("[name=answer][value=accepted]").check()
    page.locator("[name=words]").fill("Few have such a box; the round is checked by hand.")
    page.locator("[name=retest]").fill((datetime.now(UTC).date() + timedelta(days=90)).isoformat())
    page.get_by_role("button", name="Record the answer").click()
    page.get_by_role("link", name="Decide").click()
    page.locator("[name=decided][value=approved]").check()
    page.get_by_role("button", name="Record", exact=False).first.click()
    assert page.get_by_text("Accepted", exact=True).first.is_visible()
    page.locator(".back a").click()
    assert page.get_by_text("Nothing stands in the way of closing this case.").is_visible()
    page.get_by_role("link", name="Close the case").click()
    page.locator("[name=words]").fill("We know more now.")
    page.get_by_role("button", name="Close it").click()
    page.get_by_text("The case is closed.").wait_for()

    page = owner.open("/incidents/figures/")
    assert page.get_by_text("There is nothing to count yet.").is_visible(), "exercises are left out"
    looked_at(page, "figures")
    page = owner.open("/incidents/lessons/?from=exercise")
    assert page.locator("#lessons tbody tr").count() == 2
    looked_at(page, "lessons")
