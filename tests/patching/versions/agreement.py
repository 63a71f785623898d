"""How our order and another's are held against each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import Phase, settings

from duecare.patching.versions import compare
from tests.patching.versions.oracles import Oracle, Pair

some = settings(max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate], deadline=None)
"""Each example is hundreds of pairs and a process, so a failure is shown as it was found."""


def differences(
    scheme: str, oracle: Oracle, pairs: Sequence[Pair]
) -> list[tuple[str, str, int | None, int | None]]:
    """Each pair on which the two differ, with our answer and theirs."""
    return [
        (first, second, ours, theirs)
        for (first, second), theirs in zip(pairs, oracle(pairs), strict=True)
        if (ours := compare(scheme, first, second)) != theirs
    ]


def unexplained(
    scheme: str, oracle: Oracle, pairs: Sequence[Pair], explained: Callable[[str], bool] = lambda text: False
) -> list[tuple[str, str, int | None, int | None]]:
    """The differences in which neither version is of a form that `explained` knows."""
    return [
        found
        for found in differences(scheme, oracle, pairs)
        if not (explained(found[0]) or explained(found[1]))
    ]
