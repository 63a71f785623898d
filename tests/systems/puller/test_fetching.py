"""What the puller makes of what ansible told, where ansible itself broke off."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from duecare.systems.puller import fetching
from duecare.systems.puller.passes import Came

CARRIED = {"changed": True, "dest": "~/.duecare-pull/collect.pyz"}
PRINTED = {"cmd": ["python3"], "rc": 0, "stdout": "{}"}


def listed(name: str) -> Any:
    return SimpleNamespace(name=name, key=f"{name}:22", reached=name)


def test_hosts_that_were_on_their_way_when_ansible_broke_off_are_asked_once_more_each_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[list[str]] = []

    def carry_out(play: object, hosts: Sequence[tuple[str, object]], place: object, work: Path) -> Any:
        names = [name for name, _variables in hosts]
        passes.append(names)
        (work / "told").mkdir(parents=True)
        words = {"web-1": PRINTED if len(names) == 1 else CARRIED, "done": PRINTED}
        for name in names:
            if name in words:
                (work / "told" / f"{name}:22").write_text(json.dumps(words[name]))
        return SimpleNamespace(unknown={}, by_itself="")

    monkeypatch.setattr(fetching.playing, "carry_out", carry_out)
    hosts = [listed(name) for name in ("done", "web-1", "breaks")]
    told = fetching.fetch(hosts, SimpleNamespace(), b"", tmp_path / "work")  # type: ignore[arg-type]
    assert passes == [["done", "web-1", "breaks"], ["web-1"], ["breaks"]]
    assert {name: one.came for name, one in told.items()} == {
        "done": Came.REPORTED, "web-1": Came.REPORTED, "breaks": Came.FAILED,
    }  # fmt: skip
