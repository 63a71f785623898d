"""A register that was written down counts as the one that it was."""

from __future__ import annotations

import json

import pytest

from duecare.errors import BadInput
from duecare.law.frozen import freeze, thaw
from duecare.law.obligations import register
from duecare.words import Text


def test_a_register_comes_back_as_it_was_with_texts_that_are_still_translated() -> None:
    before = register()
    after = thaw(freeze(before))
    assert after == before
    assert list(after.obligations) == list(before.obligations)
    assert isinstance(after.disclaimer, Text)
    assert type(after.obligations["eu-gdpr"].clocks[0].recipient) is type(
        before.obligations["eu-gdpr"].clocks[0].recipient
    )
    assert freeze(after) == freeze(before)


def test_what_another_release_wrote_is_refused_and_never_read_in_part() -> None:
    whole = json.loads(freeze(register()))
    later = {**whole, "shape": 2}
    strange = {**whole, "register": {"is": "Law", "of": {}}}
    short = json.loads(freeze(register()))
    del short["register"]["of"]["rules"]
    for data in (b"", b"[]", b"{}", *(json.dumps(one).encode() for one in (later, strange, short))):
        with pytest.raises(BadInput, match="another release"):
            thaw(data)
