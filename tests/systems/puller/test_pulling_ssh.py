"""The puller for real: sshd, ansible as a process, an ordinary account, and hosts that misbehave.

sshd and its accounts live in mounts of their own, which nobody else on this machine sees.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from duecare.reaching.known import fingerprint, learn
from duecare.systems.portable import one_file
from duecare.systems.puller.fetching import fetch
from duecare.systems.puller.hosts import Listed, Place, add
from duecare.systems.puller.passes import PASSED, REPORT, Came, read_pass
from duecare.systems.puller.pulling import Puller
from tests.patching.runs.deploying_ssh import SSHD, Sshd, run, sshd

pytestmark = [
    pytest.mark.skipif(
        not all(map(shutil.which, ("ansible-playbook", "ssh-keygen")))
        or not Path(SSHD).exists()
        or os.geteuid() != 0,
        reason="needs root, openssh-server and ansible-core",
    ),
    pytest.mark.skipif(
        subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0,
        reason="this machine lets nobody have mounts of their own",
    ),
]
ACCOUNTS = ("collect", "bare", "flood", "slow", "rubbish", "large")
ALSO = "ListenAddress 127.0.0.6\nListenAddress 127.0.0.7\n"
FORCED = {
    "bare": 'sh -c "$(printf %s "$SSH_ORIGINAL_COMMAND" | sed s,/usr/bin/python3,/nowhere/python3,g)"',
    "flood": "cat /dev/zero",
}
BEGIN = """\
set -e
mount -t tmpfs -o mode=755 none /mnt
cp "$BASE/authorized" /mnt/authorized
chmod 644 /mnt/authorized
cp /etc/passwd "$BASE/passwd"
chmod 644 "$BASE/passwd"
number=64100
for name in $ACCOUNTS; do
    mkdir -m 700 "/mnt/$name"
    chown "$number:$number" "/mnt/$name"
    echo "$name:x:$number:$number::/mnt/$name:/bin/sh" >> "$BASE/passwd"
    number=$((number + 1))
done
mount --bind "$BASE/passwd" /etc/passwd
exec "$@"
"""
MISBEHAVING = """\
import getpass, time
who = getpass.getuser()
print({"slow": "", "rubbish": "hello", "large": "x" * (17 << 20)}[who], flush=True)
if who == "slow":
    time.sleep(60)
"""


@dataclass(frozen=True, slots=True)
class Computers:
    """Accounts on one server, each as if it was a host of its own."""

    place: Place
    server: Sshd

    def listed(self, user: str, **changes: object) -> Listed:
        told = {
            "name": user, "address": "127.0.0.1", "port": self.server.port, "user": user,
            "host_key": fingerprint(self.server.host_key.split()[1]),
        }  # fmt: skip
        return Listed(**(told | changes))  # type: ignore[arg-type]


@pytest.fixture
def computers(tmp_path: Path) -> Iterator[Computers]:
    place = Place(tmp_path / "pull")
    place.prepare()
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place.ssh_key)
    (tmp_path / "begin").write_text(BEGIN)
    base = tmp_path / "sshd"
    within = (
        "env",
        f"BASE={base}",
        f"ACCOUNTS={' '.join(ACCOUNTS)}",
        "unshare",
        "--mount",
        "sh",
        tmp_path / "begin",
    )
    matches = "".join(f"Match User {name}\n  ForceCommand {command}\n" for name, command in FORCED.items())
    key = place.ssh_key.with_suffix(".pub").read_text()
    with sshd(base, key, {}, within, f"{ALSO}AuthorizedKeysFile /mnt/authorized\n{matches}") as made:
        learn(place, "127.0.0.1", made.port, made.host_key)
        yield Computers(place, made)


def test_hosts_that_misbehave_hurt_themselves_alone(computers: Computers, tmp_path: Path) -> None:
    place, server = computers.place, computers.server
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other")
    other = (tmp_path / "other.pub").read_text()
    add(place, "web-1", "127.0.0.1", server.port, "collect", server.host_key)
    add(place, "other-key", "localhost", server.port, "collect", other)
    add(place, "dead", "127.0.0.1", 1, "collect", server.host_key)
    for user in ("bare", "flood"):  # more names for the same server, which stands for a host of its own here
        add(place, user, f"127.0.0.{2 + len(user)}", server.port, user, server.host_key)
    reports = tmp_path / "reports"
    reports.mkdir()
    said: list[str] = []
    fetching = partial(fetch, wait=8)
    made = Puller(place, reports, one_file(), lambda: datetime.now(UTC), said.append, fetching).pass_once()
    came = {one.name: one for one in made.lines}
    assert {one.name: one.came for one in made.lines} == {
        "web-1": Came.REPORTED,
        "other-key": Came.OTHER_KEY,
        "dead": Came.UNREACHABLE,
        "bare": Came.NO_PYTHON,
        "flood": Came.LATE,
    }, said
    told = json.loads((reports / f"{came['web-1'].report}{REPORT}").read_bytes())
    assert told["collector"]["as_root"] is False  # as an ordinary account
    (file,) = reports.glob(f"*{PASSED}")
    assert read_pass(file.read_bytes()) == made
    assert file.stat().st_mode & 0o777 == 0o640

    hosts = [computers.listed(name) for name in ("slow", "rubbish", "large")]
    bad = fetch(hosts, place, MISBEHAVING.encode(), tmp_path / "second", seconds=2)
    assert bad["slow"].came is Came.LATE, bad
    assert bad["large"].came is Came.UNUSABLE, bad
    assert (bad["rubbish"].came, bad["rubbish"].report) == (Came.REPORTED, b"hello\n")  # the server reads it
