"""A register that was written down counts as the one that it was."""

from __future__ import annotations

import json
from datetime import date

import pytest

from duecare.errors import BadInput
from duecare.law.answering import Overriding
from duecare.law.applies import Answer
from duecare.law.frozen import freeze, thaw
from duecare.law.obligations import register
from duecare.words import Text


def test_a_register_comes_back_as_it_was_with_texts_that_are_still_translated() -> None:
    before = register()
    said = {"eu-nis2": Overriding("k3", Answer.APPLIES, "Counsel says so.", "person:k1", date(2027, 1, 1))}
    frozen = thaw(freeze(before, said))
    after = frozen.register
    assert after == before
    assert frozen.overrides == said
    assert list(after.obligations) == list(before.obligations)
    assert isinstance(after.disclaimer, Text)
    assert type(after.obligations["eu-gdpr"].clocks[0].recipient) is type(
        before.obligations["eu-gdpr"].clocks[0].recipient
    )
    assert freeze(after, frozen.overrides) == freeze(before, said)


def test_an_override_whose_time_is_over_counts_no_longer_in_what_was_frozen() -> None:
    until = date(2027, 1, 1)
    said = {"eu-nis2": Overriding("k3", Answer.APPLIES, "Counsel says so.", "person:k1", until)}
    frozen = thaw(freeze(register(), said))
    assert frozen.on(until).overrides == said, "on the last day"
    assert frozen.on(date(2027, 1, 2)).overrides == {}
    always = {"eu-nis2": Overriding("k3", Answer.APPLIES, "Counsel says so.", "person:k1")}
    assert thaw(freeze(register(), always)).on(date(2040, 1, 1)).overrides == always


def test_what_another_release_wrote_is_refused_and_never_read_in_part() -> None:
    whole = json.loads(freeze(register()))
    later = {**whole, "shape": 2}
    strange = {**whole, "register": {"is": "Law", "of": {}}}
    short = json.loads(freeze(register()))
    del short["register"]["of"]["rules"]
    for data in (b"", b"[]", b"{}", *(json.dumps(one).encode() for one in (later, strange, short))):
        with pytest.raises(BadInput, match="another release"):
            thaw(data)
