"""A download goes to a file piece by piece, and is held to the same rules as any other way out."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from duecare.errors import Refused
from duecare.ledger import blobs
from duecare.program import outgoing
from duecare.program.outgoing import NoAnswer, Outgoing, Reply
from duecare.program.outgoing_rules import read_rules
from tests.program.others import head_of, http, listening, saying

HERE = Outgoing(read_rules(["127.0.0.0/8"]))


def download(answer: bytes, most: int = 1 << 20, way: Outgoing = HERE) -> tuple[Reply, bytes]:
    pieces: list[bytes] = []
    with listening(saying(answer)) as port:
        reply = way.download(f"http://127.0.0.1:{port}/a", lambda head: pieces.append, most=most)
    return reply, b"".join(pieces)


def test_the_body_goes_where_the_head_says_and_the_reply_is_without_it() -> None:
    body = bytes(range(256)) * 3000
    reply, written = download(http(body, "200 OK", "ETag: x"))
    assert (reply.status, reply.headers["etag"], reply.body) == (200, "x", b"")
    assert written == body


def test_nothing_is_read_of_what_is_not_wanted() -> None:
    heads: list[int] = []
    with listening(saying(http(b"x" * 5000, "404 Not Found"))) as port:
        reply = HERE.download(
            f"http://127.0.0.1:{port}/", lambda head: heads.append(head.status) or None, most=10
        )
    assert (reply.status, heads) == (404, [404])


def test_more_than_is_taken_is_refused_before_and_while_it_comes() -> None:
    with pytest.raises(NoAnswer, match="more than 100 bytes"):
        download(http(b"x" * 101), most=100)
    with pytest.raises(NoAnswer, match="more than 100 bytes"):
        download(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 101, most=100)


def test_what_breaks_off_is_said_so_and_what_came_was_written() -> None:
    pieces: list[bytes] = []
    cut = http(b"x" * 1000)[:-400]
    with (
        listening(saying(cut)) as port,
        pytest.raises(NoAnswer, match="broke off after 600 bytes"),
    ):
        HERE.download(f"http://127.0.0.1:{port}/", lambda head: pieces.append, most=9999)
    assert len(b"".join(pieces)) == 600


def test_a_step_that_stalls_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "SECONDS", 0.3)

    def stall(sock: socket.socket) -> None:
        head_of(sock)
        sock.sendall(http(b"x" * 1000)[:-400])
        time.sleep(2)

    begun = time.monotonic()
    with listening(stall) as port, pytest.raises(NoAnswer, match="took too long"):
        HERE.download(f"http://127.0.0.1:{port}/", lambda head: lambda piece: None, most=9999)
    assert time.monotonic() - begun < 1.5


def test_a_redirect_is_followed_and_judged_anew() -> None:
    with listening(saying(http(b"there"))) as other:
        to = http(b"not this", "302 Found", f"Location: http://127.0.0.1:{other}/b")
        reply, written = download(to)
        assert (reply.url, written) == (f"http://127.0.0.1:{other}/b", b"there")
    inside = http(b"", "302 Found", "Location: http://10.0.0.1/")
    with pytest.raises(Refused, match="not an address of the public internet"):
        download(inside)


def test_a_large_file_is_kept_as_a_blob_and_read_from_it(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(bytes(3 << 20) + b"end")
    digest = blobs.keep_file(file)
    assert blobs.keep(file.read_bytes()) == digest
    assert blobs.keep_file(file) == digest
    with blobs.opened(digest) as found:
        assert found.read() == file.read_bytes()
    assert [one.name for one in (home / "blobs").iterdir()] == [digest[:2]]
    place = home / "blobs" / digest[:2] / digest[2:]
    assert place.stat().st_mode & 0o077 == 0
    place.write_bytes(b"other")
    with pytest.raises(Exception, match="was altered on disk"), blobs.opened(digest):
        pass
