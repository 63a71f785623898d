"""Files that package managers keep compressed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Any

from ..look import Look
from ..machine import LIST_LIMIT

CAT_FILE = "/usr/lib/apt/apt-helper"


def unpacked(look: Look, path: str) -> bytes | None:
    """The content of a file that may be compressed; None, with the reason noted, if it cannot be had."""
    ending = path.rpartition(".")[2]
    if ending in ("lz4", "zst") and look.machine.exists(CAT_FILE):
        try:
            code, content = look.machine.run([CAT_FILE, "cat-file", path], 60.0, LIST_LIMIT)
        except OSError as error:
            look.problem(path, error)
            return None
        if code:
            look.problem(path, f"{CAT_FILE} ended with {code}")
        return None if code else content
    openers: dict[str, Callable[[io.BytesIO], Any]] = {"gz": _gunzip, "xz": lzma.open, "bz2": bz2.open}
    if sys.version_info >= (3, 14):
        from compression import zstd

        openers["zst"] = zstd.open
    if ending in ("lz4", "zst") and ending not in openers:
        look.problem(path, f"this Python cannot unpack .{ending}")
        return None
    data = look.data(path, LIST_LIMIT)
    if data is None or ending not in openers:
        return data
    try:
        with openers[ending](io.BytesIO(data)) as file:
            content = file.read(LIST_LIMIT + 1)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        look.problem(path, f"damaged: {error}")
        return None
    if len(content) > LIST_LIMIT:
        look.problem(path, f"unpacks to more than {LIST_LIMIT} bytes")
        return None
    return bytes(content)


def _gunzip(file: io.BytesIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=file)
