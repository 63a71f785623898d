"""Whether the facts of an incident meet the tests of a clock, where some facts are not known yet.

Three lists, read with care for what is not known:

- `when`: all must be true. One that is false settles it; otherwise each unknown one is a question for a
  person.
- `when_any`: one that is true settles it. While none is known to be true and one is still open, the clock
  runs and asks: a limit must not wait for the answer that would have started it.
- `unless`: one that is known to be true stops the clock. An unknown one never does.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from duecare.law.terms import PROFILE, Clock, Test

Value = bool | int | str
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the organisation and of the incident; None, or absent, is not known."""

    profile: Mapping[str, bool | None]
    incident: Mapping[str, Value | None]

    def get(self, fact: str) -> Value | None:
        """The fact's value by its name, of the profile or of the incident."""
        if fact.startswith(PROFILE):
            return self.profile.get(fact.removeprefix(PROFILE))
        return self.incident.get(fact)


@dataclass(frozen=True, slots=True)
class Met:
    """What the tests of a clock say of these facts."""

    verdict: bool | None
    """Whether it is to run; None: a person has to say."""
    deciding: tuple[Test, ...]
    """The tests that settle a no: the failed ones of `when` or `when_any`, the true ones of `unless`."""
    stopped: bool
    """Whether the no comes from `unless`."""
    missing: tuple[str, ...]
    """Facts not known on which it still turns, `unless` among them: an answer there could stop it."""


def holds(test: Test, facts: Facts) -> bool | None:
    """Whether the test is true of these facts; None if its fact is not known."""
    value = facts.get(test.fact)
    return None if value is None else _OPERATORS[test.operator](value, test.value)


def met(clock: Clock, facts: Facts) -> Met:
    """Whether the clock is to run for these facts, as far as they are known."""
    stopping = tuple(test for test in clock.unless if holds(test, facts) is True)
    if stopping:
        return Met(False, stopping, True, ())
    failed = tuple(test for test in clock.when if holds(test, facts) is False)
    any_of = [holds(test, facts) for test in clock.when_any]
    if not failed and any_of and all(one is False for one in any_of):
        failed = clock.when_any
    if failed:
        return Met(False, failed, False, ())
    open_when = [test.fact for test in clock.when if holds(test, facts) is None]
    open_any = [] if True in any_of else [test.fact for test in clock.when_any if holds(test, facts) is None]
    open_unless = [test.fact for test in clock.unless if holds(test, facts) is None]
    missing = tuple(dict.fromkeys((*open_when, *open_any, *open_unless)))
    return Met(None if open_when else True, (), False, missing)
