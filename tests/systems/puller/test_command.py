"""`duecare-pull` at the terminal: what it loads, whom it refuses, what its timer looks like."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path

MODULE = (sys.executable, "-m", "duecare.systems.puller.command")


def said(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DUECARE_PULL_HOME": str(home)}
    return subprocess.run([*MODULE, *words], env=environment, capture_output=True, text=True, check=False)


def test_it_loads_neither_django_nor_ansible() -> None:
    words = (
        "import sys, duecare.systems.puller.command; "
        "print([one for one in ('django', 'ansible') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_root_is_refused_and_others_get_a_key_of_their_own(tmp_path: Path) -> None:
    done = said("key", home=tmp_path / "own")
    if os.geteuid() == 0:
        assert (done.returncode, done.stderr) == (
            2,
            "duecare-pull: duecare-pull does not run as root. "
            "Give it a user of its own, and run it as that.\n",
        )
    else:
        assert done.stdout.startswith("ssh-ed25519 ")


def test_the_timer_is_two_files_that_systemd_reads(tmp_path: Path) -> None:
    done = said("timer", "--reports", "/var/spool/duecare/pulled", home=tmp_path)
    assert done.returncode == 0, done.stderr
    parts = done.stdout.split("# ── ")
    for text, section in ((parts[1], "Service"), (parts[2], "Timer")):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.read_string(text.partition("\n")[2])
        assert section in unit
    assert "User=duecare-pull" in parts[1]
    assert " run --reports /var/spool/duecare/pulled" in parts[1]
    wrong = said("timer", "--reports", "pulled here", home=tmp_path)
    assert (wrong.returncode, "no whole path" in wrong.stderr) == (2, True)
