"""What programs that reach hosts say at the terminal, and how they end."""

from __future__ import annotations

import os
import sys
from typing import NoReturn, TypeVar
from unicodedata import normalize

import typer

from duecare.errors import DuecareError, Refused
from duecare.reaching.own_files import Own

WORDS = 500
"""Characters of what ansible, ssh or a host said that are kept."""
Place = TypeVar("Place", bound=Own)


def plain(text: str) -> str:
    """What others' programs said, on one line, bounded, without what could steer a terminal or a page."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return normalize("NFC", " ".join(shown.split()))[:WORDS]


def say(line: str) -> None:
    """One line, without what could steer the terminal."""
    typer.echo("".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line))


def opened(kind: type[Place]) -> Place:
    """The program's own directory, ready. Raises Refused for root, who could be anybody."""
    if os.geteuid() == 0:
        raise Refused(
            f"{kind.program} does not run as root.", "Give it a user of its own, and run it as that."
        )
    place = kind.from_environment()
    place.prepare()
    return place


def run_to_its_end(app: typer.Typer, program: str) -> NoReturn:
    """Run a command; errors of ours are a sentence on the error stream, never a traceback."""
    try:
        result = app(standalone_mode=False)
    except DuecareError as error:
        typer.echo(f"{program}: {error}", err=True)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(130)
    except Exception as error:
        usage = getattr(error, "format_message", None)
        if usage is None:
            raise
        typer.echo(f"{program}: {usage()}", err=True)
        sys.exit(2)
    sys.exit(result if isinstance(result, int) else 0)
