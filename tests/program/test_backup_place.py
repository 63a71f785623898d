"""A place for backups is tried on the spot: really written to, never harmed, refused for a plain reason."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from duecare.errors import BadInput
from duecare.program import backup_place
from duecare.program.backup_place import LONGEST, Tried, attempt


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "keys").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


def refused(path: str, home: Path) -> str:
    with pytest.raises(BadInput) as error:
        attempt(path, home)
    assert error.value.next_step
    return str(error.value)


def test_a_file_is_written_read_back_and_gone_and_what_was_there_is_as_it_was(
    home: Path, place: Path
) -> None:
    (place / ".duecare-trial-0").write_text("theirs")
    tried = attempt(f"  {place}/ ", home)
    assert tried.place == str(place)
    assert tried.apart is False, "pytest keeps both on one file system"
    assert tried.free > 0
    assert [(one.name, one.read_text()) for one in place.iterdir()] == [(".duecare-trial-0", "theirs")]


def test_the_kind_of_file_system_and_whether_it_is_another_are_told(
    home: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform == "linux":
        assert attempt(str(place), home).system
    other = Path("/dev/shm")  # noqa: S108
    if not other.is_dir() or other.stat().st_dev == home.stat().st_dev:
        pytest.skip("needs a second file system that can be written")
    monkeypatch.setattr(backup_place, "MEMORY", frozenset())
    assert attempt(str(other), home).apart is True


def test_a_place_in_memory_is_refused(home: Path) -> None:
    if not Path("/dev/shm").is_dir():  # noqa: S108
        pytest.skip("needs /dev/shm")
    assert "empty after the next start" in refused("/dev/shm", home)  # noqa: S108


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "1 to 500 printable characters"),
        ("   ", "1 to 500 printable characters"),
        ("/" + "a" * LONGEST, "1 to 500 printable characters"),
        ("/mnt/a\0b", "printable characters"),
        ("/mnt/a\nb", "printable characters"),
        ("backups", "is not an absolute path"),
        ("../backups", "is not an absolute path"),
        ("~/backups", "is not an absolute path"),
        ("//server/share/nothing", "No such file"),
        ("/no/such/place", "No such file or directory. Make the directory on the server first"),
        ("/" + "a" * 300, "File name too long"),
        ("/proc/self", "cannot be used"),
        (sys.executable, "Not a directory. Name a directory"),
    ],
)
def test_what_cannot_be_a_place_is_refused_with_the_reason(home: Path, path: str, words: str) -> None:
    assert words in refused(path, home)


def test_nothing_within_the_home_is_taken_by_any_path_or_link(home: Path, place: Path) -> None:
    (place / "link").symlink_to(home / "keys")
    (place / "round").symlink_to(place / "link")
    for path in (home, home / "keys", place / ".." / "home", place / "link", place / "round"):
        assert "within the home directory" in refused(str(path), home)
    assert list((home / "keys").iterdir()) == []


def test_a_link_to_a_place_outside_is_followed_and_the_place_itself_is_named(home: Path, place: Path) -> None:
    (place / "link").symlink_to(place)
    assert attempt(str(place / "link"), home).place == str(place)


def test_links_in_a_circle_are_refused(home: Path, place: Path) -> None:
    (place / "a").symlink_to(place / "b")
    (place / "b").symlink_to(place / "a")
    assert "circle" in refused(str(place / "a"), home)


def as_nobody(path: Path, home: Path) -> str:
    """What somebody without rights is told: root could write everywhere."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        try:
            attempt(str(path), home)
        except BadInput as error:
            os.write(theirs, str(error).encode())
        os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    with os.fdopen(ours, "rb") as told:
        return told.read().decode()


def test_a_directory_that_cannot_be_written_is_refused_with_what_to_do(home: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as outer:
        place, other = Path(outer, "backups"), Path(outer, "home")
        for made in (place, other):
            made.mkdir()
            made.chmod(0o555)
        Path(outer).chmod(0o755)
        told = as_nobody(place, other)
        place.chmod(0o700)
        unreadable = as_nobody(place, other)
    assert "Permission denied. Let the server’s user write there" in told
    assert "Permission denied" in unreadable or os.geteuid() != 0


def test_a_place_that_hangs_is_given_up_and_the_next_trial_waits_for_it(
    home: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Event

    free, began = Event(), Event()

    def hang(given: str, home: Path) -> Tried:
        began.set()
        free.wait(20)
        return Tried(given, False, "", 0)

    with monkeypatch.context() as patch:
        patch.setattr(backup_place, "_attempt", hang)
        with pytest.raises(BadInput, match="did not answer within 0 seconds"):
            attempt(str(place), home, patience=0.05)
        assert began.is_set()
        with pytest.raises(BadInput, match="being tried just now"):
            attempt(str(place), home)
        free.set()
        while backup_place._one_at_a_time.locked():
            pass
    assert attempt(str(place), home).place == str(place)


def test_a_disk_that_gives_back_something_else_is_not_trusted(
    home: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_place.os, "read", lambda file, size: b"\0" * 4096)
    assert "was not what came back" in refused(str(place), home)
    assert list(place.iterdir()) == []
