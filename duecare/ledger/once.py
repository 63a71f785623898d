"""What a page that only reads asks for again and again, asked once.

    with remembering():
        ...
        once("profile", lambda: Profile.objects.get())

The frame of a page and the page itself need the same few rows. What is remembered belongs to one context and
one view, and ends with it. Nothing is remembered where somebody writes: an action has to see what it changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from duecare.ledger import asof

T = TypeVar("T")

_known: ContextVar[dict[tuple[str, object], Any] | None] = ContextVar("known", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Remember what `once` is told, until the end."""
    before = _known.set({})
    try:
        yield
    finally:
        _known.reset(before)


def once(name: str, ask: Callable[[], T], *, live: bool = False) -> T:
    """The answer to a question, by its name and the day that is viewed. Outside `remembering` it is asked.

    A question that is `live` has the same answer whatever day is viewed.
    """
    known, view = _known.get(), None if live else asof.current()
    if known is None:
        return ask()
    key = (name, None if view is None else (view.size, view.instant))
    if key not in known:
        known[key] = ask()
    return cast(T, known[key])
