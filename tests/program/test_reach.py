"""The words that say how far the evidence reaches are true for every number."""

from __future__ import annotations

import pytest

from duecare.program import reach as module
from duecare.program.models import Profile
from duecare.program.reach import Reach, reach, register_count


@pytest.mark.parametrize(
    ("seen", "known", "words"),
    [
        (0, None, "0 computers seen; how many there are was not said, so nothing is known of the rest."),
        (1, None, "1 computer seen; how many there are was not said, so nothing is known of the rest."),
        (1, 150, "1 of about 150 computers seen; the rest unknown."),
        (0, 1, "0 of about 1 computers seen; the rest unknown."),
        (1, 1, "1 computer seen, of about 1."),
        (151, 150, "151 computers seen, of about 150."),
        (1234, 5678, "1,234 of about 5,678 computers seen; the rest unknown."),
    ],
)
def test_the_reach_is_told_in_words(seen: int, known: int | None, words: str) -> None:
    assert Reach(seen, known).words == words


def test_every_area_that_knows_computers_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_count", [])
    monkeypatch.setattr("duecare.program.reach._silent", [])
    register_count(lambda: 3)
    register_count(lambda: 4)
    assert reach(None) == Reach(7, None)
    assert reach(Profile(computers=20)) == Reach(7, 20)
    assert reach(Profile()) == Reach(7, None)
