"""The collector as it enrols and pushes: what it keeps and for whom, whom it talks to, what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.judgement import Grade
from duecare.systems import enrolment_actions
from duecare.systems.collector.keeping import Kept, new_key
from duecare.systems.collector.pushing import NotDone, Server, push
from duecare.systems.models import Host, Report
from duecare.systems.portable import write_one_file
from tests.people import browser, sign_in
from tests.program.others import Authority, http, listening, saying, secured
from tests.site.api_server import served
from tests.systems.fleet import TERMINAL, Computer
from tests.systems.test_collector_file import pythons

FORBIDDEN = http(
    json.dumps({"error": {"what": "No.", "next_step": "\x1b[31mAsk."}}).encode(), "403 Forbidden"
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("copy") / "duecare-collect.pyz"
    write_one_file(path)
    return path


def run(
    copy: Path, *words: object, token: str = "", python: str = sys.executable, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The file, run alone."""
    command = [python, "-I", str(copy), *map(str, words)]
    return subprocess.run(
        command,
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
        input=token,
        cwd=copy.parent,
        env={"PATH": os.environ["PATH"], "HOME": str(copy.parent), **environment},
    )


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    cache.clear()
    sign_in(browser(), Role.OWNER)
    with served() as found:
        yield found


def name_here(copy: Path) -> str:
    found: str = json.loads(run(copy).stdout)["host"]["name"]
    return found


# ── From end to end ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("python", pythons()[:2])
def test_the_one_file_enrols_this_machine_and_pushes_its_report(
    address: str, copy: Path, tmp_path: Path, python: str
) -> None:
    offered, token = enrolment_actions.offer(TERMINAL, name_here(copy), utc_now())
    keys = tmp_path / "keys"
    done = run(copy, "--enrol", address, "--keys", keys, token=token + "\n", python=python)
    assert done.returncode == 0, done.stderr
    assert "fingerprint" in done.stdout
    early = run(copy, "--push", address, "--keys", keys, python=python)
    assert early.returncode == 1
    assert "Nobody has approved this computer yet" in early.stderr
    enrolment_actions.approve(offered, TERMINAL, utc_now(), compared=True)
    pushed = run(copy, "--push", address, "--keys", keys, "--out", tmp_path / "out.json", python=python)
    assert pushed.returncode == 0, pushed.stderr
    assert re.search(r"taken in as entry \d+", pushed.stdout)
    report = Report.objects.get()
    assert (report.grade, report.host) == (Grade.SIGNED, Host.objects.get())
    assert (tmp_path / "out.json").stat().st_mode & 0o777 == 0o600
    assert keys.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in keys.iterdir()} == {"key.json", "receipts.jsonl", "state.json", "lock"}
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}


def test_the_token_comes_from_a_file_or_a_variable_and_never_from_the_command_line(
    address: str, copy: Path, tmp_path: Path
) -> None:
    name = name_here(copy)
    for way in ("file", "variable"):
        _offered, token = enrolment_actions.offer(TERMINAL, name, utc_now())
        (tmp_path / "token").write_text(f" {token}\n")
        words: list[object] = ["--enrol", address, "--keys", tmp_path / way]
        more = {"DUECARE_ENROLMENT_TOKEN": token} if way == "variable" else {}
        words += ["--token-file", tmp_path / "token"] if way == "file" else []
        done = run(copy, *words, **more)
        assert done.returncode == 0, done.stderr
        assert token not in done.stdout + done.stderr
    assert run(copy, "--enrol", address, "--token", "dce_x").returncode == 2


# ── Wrong usage ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--push", "http://duecare.example"], "without TLS only this very computer"),
        (["--push", "http://127.0.0.1.example"], "without TLS only this very computer"),
        (["--push", "ftp://localhost"], "is no address of a Duecare"),
        (["--push", "https://user@localhost"], "is no address of a Duecare"),
        (["--push", "localhost"], "is no address of a Duecare"),
        (["--push", "http://localhost:1"], "holds no key: enrol this computer first"),
        (["--push", "http://localhost:1", "--enrol", "http://localhost:1"], "one at a time"),
        (["--push", "http://localhost:1", "--root", "/tmp"], "of this computer as it runs"),  # noqa: S108
        (["--push", "https://localhost:1", "--ca", "/etc/hostname"], "no certificate could be read"),
        (["--push", "https://localhost:1", "--ca", "/no/such"], "no certificate could be read"),
        (["--enrol", "http://localhost:1"], "there is no enrolment token"),
        (["--enrol", "http://localhost:1", "--token-file", "/no/such"], "No such file"),
    ],
)
def test_wrong_usage_is_told_in_words(copy: Path, tmp_path: Path, words: list[str], said: str) -> None:
    done = run(copy, *words, "--keys", tmp_path / "keys")
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_a_directory_that_others_read_is_refused(copy: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = run(copy, "--push", "http://localhost:1", "--keys", tmp_path)
    assert done.returncode == 2
    assert "closed to all others" in done.stderr


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": "duecare-host-key/1"}', '{"format": "x", "seed": "00"}']
)
def test_a_damaged_key_is_told_and_kept(tmp_path: Path, content: str) -> None:
    kept = Kept(tmp_path / "keys")
    kept.prepare()
    place = kept.place / "key.json"
    place.write_text(content)
    place.chmod(0o600)
    with pytest.raises(ValueError, match="enrol anew, with --new-key"):
        kept.load()
    assert place.read_text() == content
    kept.done()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "keys")
    kept.prepare()
    kept.write(new_key("https://x.example", "web-1"))
    kept.load()
    (kept.place / "key.json").chmod(0o640)
    with pytest.raises(ValueError, match="can be read by others"):
        kept.load()
    kept.done()


def test_two_runs_at_once_do_not_share_a_counter(tmp_path: Path) -> None:
    one, other = Kept(tmp_path / "keys"), Kept(tmp_path / "keys")
    one.prepare()
    with pytest.raises(ValueError, match="in use by another run"):
        other.prepare()
    one.done()
    other.done()
    other.prepare()
    other.done()


# ── Whom it talks to ─────────────────────────────────────────────────────────────────────────────────────


def enrolled_at(url: str, place: Path, ca: Path | None = None) -> Computer:
    """A computer with a key for a server that need not be one."""
    computer = Computer(Server(url, ca), Kept(place / "keys"), "web-1")
    computer.kept.prepare()
    computer.kept.write(new_key(computer.server.url, "web-1"))
    computer.kept.done()
    return computer


def test_a_certificate_is_checked_and_an_authority_can_be_pinned(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pem = tmp_path / "ca.pem"
    from cryptography.hazmat.primitives import serialization

    pem.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    with listening(secured(authority.server("localhost"), saying(FORBIDDEN))) as port:
        url = f"https://localhost:{port}"
        with pytest.raises(NotDone, match="its certificate is not trusted"):
            enrolled_at(url, tmp_path / "a").pushes(b"{}")
        with pytest.raises(NotDone, match=r"No\. "):
            enrolled_at(url, tmp_path / "b", pem).pushes(b"{}")
    with listening(secured(authority.server("other.example"), saying(FORBIDDEN))) as port:
        url = f"https://localhost:{port}"
        with pytest.raises(NotDone, match="its certificate is not trusted"):
            enrolled_at(url, tmp_path / "c", pem).pushes(b"{}")


def test_what_a_server_says_does_not_steer_the_terminal(tmp_path: Path) -> None:
    with listening(saying(FORBIDDEN)) as port, pytest.raises(NotDone) as caught:
        enrolled_at(f"http://localhost:{port}", tmp_path).pushes(b"{}")
    assert str(caught.value) == "No. ?[31mAsk."


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (http(b"", "302 Found", "Location: https://elsewhere.example/"), "answered 302"),
        (http(b"<html>", "200 OK"), "answered 200"),
        (http(b"x" * (2 << 20), "200 OK"), "answered 200"),
        (b"nonsense\r\n\r\n", "cannot be reached"),
        (b"", "cannot be reached"),
    ],
)
def test_an_answer_of_something_else_is_told(tmp_path: Path, answer: bytes, said: str) -> None:
    heard: list[bytes] = []
    with listening(saying(answer, heard)) as port, pytest.raises(NotDone, match=said):
        enrolled_at(f"http://localhost:{port}", tmp_path).pushes(b"{}")
    assert len(heard) == 1  # and no redirect was followed


def test_a_report_goes_only_where_the_computer_is_enrolled(tmp_path: Path) -> None:
    computer = enrolled_at("https://a.example", tmp_path)
    with pytest.raises(ValueError, match=r"enrolled at https://a.example, not at https://b.example"):
        push(Server("https://b.example"), computer.kept, b"{}")


def test_a_busy_server_is_asked_again_under_a_new_counter_and_not_for_ever(tmp_path: Path) -> None:
    counters: list[bytes] = []
    lock = threading.Lock()

    def serve(sock: Any) -> None:
        from tests.program.others import whole_request

        request = whole_request(sock)
        if b"/collect/challenge/" in request:
            sock.sendall(http(b'{"challenge": "abc"}'))
            return
        with lock:
            counters.extend(re.findall(rb"Duecare-Counter: (\d+)", request))
        sock.sendall(http(b"{}", "503 Service Unavailable", "Retry-After: 7"))

    waited: list[float] = []
    with listening(serve) as port, pytest.raises(NotDone, match="answered 503"):
        enrolled_at(f"http://localhost:{port}", tmp_path).pushes(b"{}", wait=waited.append)
    assert counters == [b"%d" % count for count in range(1, 9)]
    assert waited == [7] * 7
