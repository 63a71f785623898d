"""The deployer's own directory, which nobody else may read or write: keys, people whom it trusts, runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from duecare.reaching.own_files import Own

HOME = "DUECARE_DEPLOY_HOME"


@dataclass(frozen=True, slots=True)
class Place(Own):
    """Paths below the deployer's home."""

    program: ClassVar[str] = "duecare-deploy"
    variable: ClassVar[str] = HOME
    hidden: ClassVar[str] = ".duecare-deploy"

    @property
    def people(self) -> Path:
        return self.path / "people.json"

    @property
    def runs(self) -> Path:
        """One directory for each order that was ever taken: what is here is never done again."""
        return self.path / "runs"

    @property
    def seen(self) -> Path:
        """One empty file for each bundle that was read, by its digest."""
        return self.path / "seen"

    @property
    def directories(self) -> tuple[Path, ...]:
        return (self.path, self.runs, self.seen)

    @property
    def private(self) -> tuple[Path, ...]:
        return (self.people, self.known_hosts, self.ssh_key)
