"""Records and tables of this room, each in a module of its own."""

from __future__ import annotations
