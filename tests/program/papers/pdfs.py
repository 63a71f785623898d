"""What a PDF says of itself, read without a library: typst writes its objects plainly."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def pages(pdf: bytes) -> int:
    """How many pages it has."""
    return len(re.findall(rb"/Type ?/Page\b", pdf))


def standards(pdf: bytes) -> tuple[bytes, ...]:
    """PDF/A part and conformance, and PDF/UA part, as its metadata claim them."""
    names = (rb"pdfaid:part", rb"pdfaid:conformance", rb"pdfuaid:part")
    found = [re.search(name + rb">(\w+)<", pdf) for name in names]
    return tuple(match[1] if match else b"" for match in found)


def streams(pdf: bytes) -> list[bytes]:
    """The content of every stream, the attached files among them."""
    found = []
    for match in _STREAM.finditer(pdf):
        try:
            found.append(zlib.decompress(match[1]))
        except zlib.error:
            found.append(match[1])
    return found


def text(pdf: bytes, place: Path) -> str:
    """What it reads, all white space as one blank; `place` is a directory for the file."""
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext: apt-get install poppler-utils")
    file = place / "report.pdf"
    file.write_bytes(pdf)
    said = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True).stdout
    return " ".join(said.decode().split())
