"""What debsecan and pip-audit ask over the network, answered on this machine from the data pack.

- debsecan fetches one list a suite, `SOURCE/bullseye`, which Debian's tracker makes. Its format is what
  `fetch_data` in /usr/bin/debsecan reads, compressed with zlib: a line `VERSION 1`; the names of weaknesses,
  a line `name,flags,words` each; an empty line; a line `package,number of the name,flags,version with the
  fix,other versions with the fix` each, where the flags are S for a source package, an urgency, whether
  remote, and F if a fix is there, and no version stands for none; an empty line; `source,binaries`. The names
  here are those of DSA and DLA, so that verdicts can be compared one by one; the tracker's are of CVEs.
- pip-audit asks OSV's API about each package in its version (`POST /v1/query`, https://osv.dev/docs/). It
  compares no versions itself: whoever answers does. Here that is packaging's order of versions and the
  evaluation of the OSV schema, by no code of Duecare's.
"""

from __future__ import annotations

import gzip
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

SUITE, RELEASE = "bullseye", "11"
_NOTHING_THERE = ("<not-affected>", "<undetermined>")


def records(file: Path) -> Iterator[dict[str, Any]]:
    """The JSON lines of a compressed file."""
    with gzip.open(file, "rt") as lines:
        for line in lines:
            yield json.loads(line)


def suite_list(feeds: Path) -> bytes:
    """The list of SUITE as debsecan fetches it."""
    names, lines = [], []
    for record in records(feeds / "debian-dsa-dla.jsonl.gz"):
        here = [one for one in record["pkgs"] if one["release"] == SUITE]
        for one in here:
            if one["fixed"] in _NOTHING_THERE:
                continue
            fixed = "" if one["fixed"].startswith("<") else one["fixed"]
            lines.append(f"{one['source']},{len(names)},S ?{'F' if fixed else ' '},{fixed},")
        if here:
            names.append(f"{record['id']},,{record['summary']}")
    return zlib.compress("\n".join(["VERSION 1", *names, "", *lines, "", ""]).encode())


class OsvService:
    """What OSV's API says of packages of PyPI, from the records of two feeds."""

    def __init__(self, feeds: Path) -> None:
        self._by_name: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
        for file in ("osv-pypa.jsonl.gz", "osv-psf.jsonl.gz"):
            for record in records(feeds / file):
                for affected in record.get("affected", ()):
                    package = affected.get("package", {})
                    if package.get("ecosystem") == "PyPI":
                        name = canonicalize_name(package["name"])
                        self._by_name.setdefault(name, []).append((record, affected))

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to one question about a package in a version."""
        try:
            version = Version(asked["version"])
        except InvalidVersion:
            return {}
        found = {
            record["id"]: record
            for record, affected in self._by_name.get(canonicalize_name(asked["package"]["name"]), ())
            if "withdrawn" not in record and _holds(version, affected)
        }
        return {"vulns": list(found.values())} if found else {}


def _holds(version: Version, affected: dict[str, Any]) -> bool:
    """The evaluation of the OSV schema (https://ossf.github.io/osv-schema/#evaluation)."""
    if any(_same(version, one) for one in affected.get("versions", ())):
        return True
    for one in affected.get("ranges", ()):
        if one["type"] != "ECOSYSTEM":
            continue
        inside = False
        for _bound, kind, text in sorted(_bounds(one["events"])):
            bound = Version("0.dev0" if text == "0" else text)
            if version > bound or (version == bound and kind != "last_affected"):
                inside = kind == "introduced"
        if inside:
            return True
    return False


def _bounds(events: list[dict[str, str]]) -> Iterator[tuple[Version, str, str]]:
    for event in events:
        for kind, text in event.items():
            yield Version("0.dev0" if text == "0" else text), kind, text


def _same(version: Version, text: str) -> bool:
    try:
        return Version(text) == version
    except InvalidVersion:
        return False


@contextmanager
def serving(feeds: Path) -> Iterator[str]:
    """Both services on a port of the loopback; gives the address."""
    suite, osv = suite_list(feeds), OsvService(feeds)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece, which nobody waits 40 ms to acknowledge
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._send(suite if self.path.endswith(f"/{SUITE}") else b"", 200)

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(json.dumps(osv.answer(asked)).encode(), 200)

        def _send(self, data: bytes, code: int) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *words: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
