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
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _

from duecare.assurance.signs import all_shown
from duecare.confined import give_up_all_else
from duecare.errors import BadInput, DuecareError
from duecare.words import number

SECONDS = 60
"""Of computing, and of waiting for it."""
MEMORY = 2 << 30
"""Bytes of address space; a report of a hundred pages takes a tenth of it."""
STANDARDS: tuple[Literal["a-3a"], Literal["ua-1"]] = ("a-3a", "ua-1")
OUT_OF_MEMORY = 3
"""Exit code of a child that met its limit of memory."""
NOT_SET = 4
"""Exit code of a child to whom typst said why it cannot set the report."""
NO_GLYPH = "could not be displayed"
"""What typst says of a sign that no font has."""

_ROOT = Path(__file__).parents[2]
_CONTENT = Path(__file__).parent / "content"
_BOOT = """\
import sys
sys.path.insert(0, sys.argv[1])
from duecare.assurance.render import child
child(sys.argv[2])
"""


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
    for plainest in (False, True):
        whole = {"data": all_shown(data, plainest=plainest), "attached": files}
        done = _run(template, json.dumps(whole), at, seconds, memory)
        if done.returncode < 0 or done.returncode == OUT_OF_MEMORY:
            raise _too_much(seconds, memory)
        if done.returncode == 0 and done.stdout.startswith(b"%PDF-"):
            return done.stdout
        said = done.stderr.decode(errors="replace").strip()
        if done.returncode != NOT_SET or NO_GLYPH not in said:
            break
    raise DuecareError(
        _("The process that sets reports stopped: %(value)s") % {"value": said.rpartition(chr(10))[2][:300]},
        _("This is a fault of Duecare: please report it. No report was issued."),
    )


def _run(
    template: str, whole: str, at: datetime, seconds: int, memory: int
) -> subprocess.CompletedProcess[bytes]:
    limits = {"seconds": seconds, "memory": memory}
    orders = json.dumps({"template": template, "at": int(at.timestamp()), **limits})
    with tempfile.TemporaryDirectory(prefix="duecare-report-") as empty:
        try:
            return subprocess.run(  # noqa: S603  (our own interpreter and our own words)
                [sys.executable, "-I", "-c", _BOOT, str(_ROOT), orders],
                input=whole.encode(),
                capture_output=True,
                env={},
                cwd=empty,
                timeout=seconds + 5,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _too_much(seconds, memory) from None


def _too_much(seconds: int, memory: int) -> BadInput:
    return BadInput(
        _("The report could not be set within %(seconds)s seconds and %(value)s MiB of memory.")
        % {"seconds": seconds, "value": number(memory >> 20)},
        _("Choose one that tells of less; no report was issued."),
    )


# ── In the child ─────────────────────────────────────────────────────────────────────────────────────────


def child(orders: str) -> None:
    """Read data from standard input and write its PDF to standard output."""
    import typst

    told = json.loads(orders)
    source = "\n".join((_CONTENT / f"{name}.typ").read_text("utf-8") for name in ("house", told["template"]))
    fonts = typst.Fonts(include_system_fonts=False)
    # An empty working directory is the root: there is nothing in it to be read.
    compiler = typst.Compiler(root=Path.cwd(), font_paths=fonts)
    # Without data, so that typst starts its threads while it may; it loads nothing more afterwards.
    compiler.compile(source.encode(), format="pdf", timestamp=told["at"])
    give_up_all_else(told["seconds"], told["memory"])
    try:
        pdf: Any = compiler.compile(
            source.encode(),
            format="pdf",
            sys_inputs={"whole": sys.stdin.buffer.read().decode()},
            pdf_standards=list(STANDARDS),
            timestamp=told["at"],
        )
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except typst.TypstError as error:
        sys.stderr.write(error.message)
        sys.stderr.flush()
        os._exit(NOT_SET)
    sys.stdout.buffer.write(pdf)
    sys.stdout.buffer.flush()
    os._exit(0)
