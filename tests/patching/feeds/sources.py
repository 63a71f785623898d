"""A source of feeds on this machine: ranges, marks, checksums, and whatever a test lets go wrong."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from duecare.patching.feeds.sources import FeedSource
from duecare.program.outgoing import Outgoing
from duecare.program.outgoing_rules import read_rules
from tests.program.others import head_of, listening

HERE = Outgoing(read_rules(["127.0.0.0/8"]))


@dataclass
class Source:
    """What is served at every address, and how."""

    body: bytes = b""
    port: int = 0
    status: str = "200 OK"
    breaks_after: int | None = None
    """Bytes of a body after which the connection ends."""
    checksum: bytes | None = None
    """What it says the MD5 is; None for the right one."""
    marks: bool = True
    ranges: bool = True
    asked: list[str] = field(default_factory=list)
    """The heads of requests."""

    def mark(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'

    def feed(self, id: str = "osv-pypi", most: int = 64) -> FeedSource:
        address = f"http://127.0.0.1:{self.port}/{id}/all.zip"
        return FeedSource(id, id, "Words.", address, "CC0", ("PyPI",), True, most)

    def serve(self, sock: socket.socket) -> None:
        head = head_of(sock).decode()
        self.asked.append(head)
        headers = {name.lower(): value for name, value in re.findall(r"(?m)^([\w-]+): (.*)\r$", head)}
        body, status, extra = self.body, self.status, []
        digest = hashlib.md5(self.body).digest() if self.checksum is None else self.checksum  # noqa: S324
        extra.append(f"x-goog-hash: crc32c=AAAAAA==,md5={base64.b64encode(digest).decode()}")
        if self.marks:
            extra.append(f"ETag: {self.mark()}")
            if headers.get("if-none-match") == self.mark():
                status, body = "304 Not Modified", b""
        asked = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        if asked and self.ranges and headers.get("if-range") == self.mark():
            start = int(asked[1])
            status = "206 Partial Content"
            extra.append(f"Content-Range: bytes {start}-{len(body) - 1}/{len(body)}")
            body = body[start:]
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *extra, "", ""]
        sent = body if self.breaks_after is None else body[: self.breaks_after]
        sock.sendall("\r\n".join(lines).encode() + sent)


@contextmanager
def serving(body: bytes) -> Iterator[Source]:
    """A source with this file."""
    source = Source(body)
    with listening(source.serve) as port:
        source.port = port
        yield source
