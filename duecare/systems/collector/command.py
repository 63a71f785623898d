"""The command: where to look, where to write, what to remember."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from .machine import RealMachine
from .report import VERSION, collect
from .times import UTC


def load_sights(path: Path) -> dict[str, str]:
    """The first sights of a state file; none if there is no such file. Raises ValueError if it is not one."""
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a state file: {error}") from error
    if not isinstance(content, dict) or content.get("format") != "duecare-collect-state/1":
        raise ValueError(f"{path} is not a state file of this collector")
    sights = content.get("first_sights")
    if not isinstance(sights, dict) or not all(isinstance(at, str) for at in sights.values()):
        raise ValueError(f"{path}: first_sights is not a mapping of text")
    return sights


def write_private(path: Path, content: bytes) -> None:
    """Put the content in place of the file at once, readable by its owner alone."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="duecare-collect",
        description="Gather the security facts of this computer and print them as one JSON report. It "
        "changes nothing, sends nothing and takes up no secret. What it may not read it reports; run it as "
        "root for all.",
        epilog="Exit codes: 0 a report was made, 1 it could not be written, 2 wrong usage.",
    )
    parser.add_argument(
        "--root", metavar="DIR", default="/", help="read the file system mounted at DIR; runs no command"
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="write to FILE (for its owner alone) and not to the screen"
    )
    parser.add_argument(
        "--state", metavar="FILE", type=Path, help="remember in FILE when each update was first seen on offer"
    )
    parser.add_argument("--version", action="version", version=f"duecare-collect {VERSION}")
    options = parser.parse_args(arguments)
    try:
        machine = RealMachine(options.root)
        seen = load_sights(options.state) if options.state else None
    except (OSError, ValueError) as error:
        parser.error(str(error))
    report = collect(machine, datetime.now(UTC), seen)
    content = json.dumps(report, ensure_ascii=False, indent=1).encode() + b"\n"
    try:
        if options.state:
            state = {"format": "duecare-collect-state/1", "first_sights": seen}
            write_private(options.state, json.dumps(state, indent=1, sort_keys=True).encode() + b"\n")
        if options.out:
            write_private(options.out, content)
        else:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
    except OSError as error:
        print(f"duecare-collect: the report could not be written: {error}", file=sys.stderr)
        return 1
    if options.out and report["more_as_root"]:
        print("As root it could also read: " + "; ".join(report["more_as_root"]), file=sys.stderr)
    return 0
