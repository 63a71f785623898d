"""The two commands that talk to a Duecare: enrolling this computer, and pushing a report of it."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from datetime import datetime
from pathlib import Path

from .command import TOKEN, load_sights, write_private, write_sights, written
from .identity import host_facts
from .keeping import Kept, usual_place
from .look import Host, Look
from .machine import RealMachine
from .pushing import NotDone, Server, enrol, push
from .report import collect
from .text import clean
from .times import UTC

TOKEN_LIMIT = 200


def enrol_this(options: argparse.Namespace) -> int:
    """Enrol this computer; the exit code. Raises ValueError for wrong usage."""
    server, kept = _server(options.enrol, options.ca), Kept(options.keys or usual_place())
    token = _token(options.token_file)
    host = dict(clean(host_facts(Look(Host(RealMachine(), datetime.now(UTC), None)))))
    try:
        print(enrol(server, kept, token, host, anew=options.new_key))
    except (NotDone, OSError) as error:
        return _failed(error)
    finally:
        kept.done()
    return 0


def push_this(options: argparse.Namespace) -> int:
    """Gather a report, push it, keep the receipt; the exit code. Raises ValueError for wrong usage."""
    server, kept = _server(options.push, options.ca), Kept(options.keys or usual_place())
    try:
        kept.prepare()
        kept.load()  # before minutes of gathering
        place = options.state or kept.state
        seen = load_sights(place)
        content = written(collect(RealMachine(), datetime.now(UTC), seen))
        write_sights(place, seen)
        if options.out:
            write_private(options.out, content)
        receipt = push(server, kept, content)
    except (NotDone, OSError) as error:
        return _failed(error)
    finally:
        kept.done()
    print(f"The report was taken in as entry {receipt['index']}; its receipt lies in {kept.place}.")
    return 0


def _server(url: str, ca: Path | None) -> Server:
    try:
        return Server(url, ca)
    except OSError as error:  # of ssl, too
        raise ValueError(f"{ca}: no certificate could be read from it ({error})") from error


def _token(file: Path | None) -> str:
    """The token, from wherever it was put. Raises ValueError if there is none."""
    if file is not None:
        try:
            with file.open("rb") as opened:
                text = opened.read(TOKEN_LIMIT + 1).decode("ascii", "replace")
        except OSError as error:
            raise ValueError(f"{file}: {error.strerror}") from error
    elif os.environ.get(TOKEN):
        text = os.environ[TOKEN]
    elif sys.stdin.isatty():
        text = getpass.getpass("Enrolment token (it is not shown): ")
    else:
        text = sys.stdin.readline(TOKEN_LIMIT + 1)
    token = text.strip()
    if not 0 < len(token) <= TOKEN_LIMIT or not token.isascii():
        raise ValueError("there is no enrolment token; a manager makes one on the page “Enrol a computer”")
    return token


def _failed(error: Exception) -> int:
    print(f"duecare-collect: {error}", file=sys.stderr)
    return 1
