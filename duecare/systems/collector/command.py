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
from typing import Any

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


def write_sights(path: Path, sights: dict[str, str] | None) -> None:
    state = {"format": "duecare-collect-state/1", "first_sights": sights}
    write_private(path, json.dumps(state, indent=1, sort_keys=True).encode() + b"\n")


def written(report: dict[str, Any]) -> bytes:
    """A report as it is written and signed."""
    return json.dumps(report, ensure_ascii=False, indent=1).encode() + b"\n"


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


TOKEN = "DUECARE_ENROLMENT_TOKEN"  # noqa: S105  (a name)
"""The variable that may hold the token; never an argument, which every account can read."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="duecare-collect",
        description="Gather the security facts of this computer and print them as one JSON report. It "
        "changes nothing, sends nothing and takes up no secret; --enrol and --push alone talk to a Duecare. "
        "What it may not read it reports; run it as root for all.",
        epilog="Exit codes: 0 done, 1 the report could not be written or sent, 2 wrong usage.",
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
    parser.add_argument(
        "--enrol",
        metavar="URL",
        help="make a key and show it to the Duecare at URL; asks for the enrolment token, or reads it from "
        f"--token-file, ${TOKEN} or standard input",
    )
    parser.add_argument("--push", metavar="URL", help="sign the report and send it to the Duecare at URL")
    parser.add_argument("--token-file", metavar="FILE", type=Path, help="the file with the enrolment token")
    parser.add_argument(
        "--new-key", action="store_true", help="with --enrol: let a new key take the place of the old one"
    )
    parser.add_argument(
        "--keys",
        metavar="DIR",
        type=Path,
        help="keep key and receipts in DIR (for its owner alone), not in the usual place",
    )
    parser.add_argument(
        "--ca", metavar="FILE", type=Path, help="trust the certificate authority in FILE, and no other"
    )
    parser.add_argument("--version", action="version", version=f"duecare-collect {VERSION}")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.enrol or options.push:
        from .sending import enrol_this, push_this  # and with it what opens connections

        if options.root != "/" or (options.enrol and options.push):
            parser.error("--enrol and --push are of this computer as it runs, and one at a time")
        try:
            return enrol_this(options) if options.enrol else push_this(options)
        except ValueError as error:
            parser.error(str(error))
    try:
        machine = RealMachine(options.root)
        seen = load_sights(options.state) if options.state else None
    except (OSError, ValueError) as error:
        parser.error(str(error))
    report = collect(machine, datetime.now(UTC), seen)
    content = written(report)
    try:
        if options.state:
            write_sights(options.state, seen)
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
