"""A report's data set as PDF, in a process that can do nothing else.

Typst (https://typst.app/docs/reference/pdf/) sets our own templates; what people typed reaches it as JSON
alone, never as source (SECURITY.md 17). The child process loads fonts and templates, then gives up for good
every file, the network, and all but a set time and memory; only then does it see the data. So a template that
asked for a package or another file would fail, whatever the data says.

The PDF follows PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1): level 3 because the signed checkpoint is
attached to it as a file. The same data and moment give the same bytes.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

from django.utils.translation import gettext as _

from duecare.confined import Limits, run_confined
from duecare.errors import BadInput, DuecareError
from duecare.program.papers.signs import all_shown
from duecare.words import number

SECONDS = 60
"""Of computing, and of waiting for it."""
MEMORY = 2 << 30
"""Bytes of address space; a report of a hundred pages takes a tenth of it."""
ANSWER_LIMIT = 1 << 30
STANDARDS: tuple[Literal["a-3a"], Literal["ua-1"]] = ("a-3a", "ua-1")
NO_GLYPH = "could not be displayed"
"""What typst says of a sign that no font has."""

_CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True, slots=True)
class Attached:
    """A text file within the PDF."""

    name: str
    text: str
    about: str
    """What it is, in a few words."""


def render(
    template: str,
    data: Mapping[str, Any],
    attached: tuple[Attached, ...],
    at: datetime,
    *,
    seconds: int = SECONDS,
    memory: int = MEMORY,
) -> bytes:
    """The PDF of a template of `content/` with this data; `at`, aware, is the time that the file names.

    Raises BadInput if it takes more than `seconds` or `memory` bytes; DuecareError means that the template or
    the child broke.
    """
    files = [{"name": one.name, "text": one.text, "about": one.about} for one in attached]
    orders = {"template": template, "at": int(at.timestamp())}
    limits = Limits(seconds, memory, ANSWER_LIMIT, patience=5)
    said = ""
    for plainest in (False, True):
        whole = {"data": all_shown(data, plainest=plainest), "attached": files}
        with tempfile.TemporaryDirectory(prefix="duecare-report-") as empty:
            made = run_confined(
                __name__, json.dumps(whole).encode(), orders, limits, _too_much(seconds, memory), place=empty
            )
        if made.startswith(b"%PDF-"):
            return made
        said = made.decode(errors="replace").strip()
        if NO_GLYPH not in said:
            break
    raise DuecareError(
        _("The process that sets reports stopped: %(value)s") % {"value": said.rpartition(chr(10))[2][:300]},
        _("This is a fault of Duecare: please report it. No report was issued."),
    )


def _too_much(seconds: int, memory: int) -> BadInput:
    return BadInput(
        _("The report could not be set within %(seconds)s seconds and %(value)s MiB of memory.")
        % {"seconds": seconds, "value": number(memory >> 20)},
        _("Choose one that tells of less; no report was issued."),
    )


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────

AT_FIRST_USE = ()


def ready(orders: Mapping[str, Any]) -> Callable[[BinaryIO, Mapping[str, Any]], Iterator[bytes]]:
    """Load typst, its fonts and the template; gives what then sets the report, or tells what typst says."""
    import typst

    source = "\n".join(
        (_CONTENT / f"{name}.typ").read_text("utf-8") for name in ("house", orders["template"])
    )
    fonts = typst.Fonts(include_system_fonts=False)
    # An empty working directory is the root: there is nothing in it to be read.
    compiler = typst.Compiler(root=Path.cwd(), font_paths=fonts)
    # Without data, so that typst starts its threads while it may; it loads nothing more afterwards.
    compiler.compile(source.encode(), format="pdf", timestamp=orders["at"])

    def pieces(given: BinaryIO, orders: Mapping[str, Any]) -> Iterator[bytes]:
        try:
            pdf: Any = compiler.compile(
                source.encode(),
                format="pdf",
                sys_inputs={"whole": given.read().decode()},
                pdf_standards=list(STANDARDS),
                timestamp=orders["at"],
            )
        except typst.TypstError as error:
            yield error.message.encode()
        else:
            yield pdf

    return pieces
