"""What a verification says: how much it looked at, and every fault by the entry it concerns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as the record says."""

    index: int | None
    """The entry's number, where it concerns one."""
    what: str

    def __str__(self) -> str:
        return self.what if self.index is None else f"entry {self.index}: {self.what}"


@dataclass(slots=True)
class Verified:
    """What a verification looked at and found."""

    size: int = 0
    """Entries, as the head says."""
    root: str = ""
    """Hex, of all entries."""
    checkpoints: int = 0
    """Signed checkpoints that were checked."""
    checkpoint: int | None = None
    """Size of the newest checkpoint."""
    blobs: int = 0
    live: int | None = None
    """Rows of record tables compared with a replay; None if that was not asked for."""
    faults: list[Fault] = field(default_factory=list)
    """The first of them, at most LISTED."""
    count: int = 0
    """All faults."""

    LISTED: ClassVar[int] = 100

    def add(self, index: int | None, what: str) -> None:
        self.count += 1
        if len(self.faults) < self.LISTED:
            self.faults.append(Fault(index, what))

    @property
    def ok(self) -> bool:
        return self.count == 0
