"""Records and tables of this room, each in a module of its own."""

from __future__ import annotations

from duecare.patching.feed_models import Feed, FeedSnapshot

__all__ = ["Feed", "FeedSnapshot"]
