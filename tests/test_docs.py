"""The documentation tells what is there: commands, options, settings, files and links."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from typer.main import get_command

from duecare import cli
from duecare.ledger.duecare_verify import __file__ as verifier
from duecare.site import configuration

ROOT = Path(__file__).parents[1]
OPERATIONS = ROOT / "docs" / "operations.md"


def tracked() -> list[Path]:
    """The files of the repository that are there."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("needs git: run the tests in a checkout")
    return [place for name in done.stdout.split("\0") if name and (place := ROOT / name).is_file()]


def pages() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> dict[tuple[str, ...], set[str]]:
    """The options of every command, by its words; those of all that is above it included."""

    def walk(
        command: Any, words: tuple[str, ...], above: set[str]
    ) -> Iterator[tuple[tuple[str, ...], set[str]]]:
        own = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        yield words, own | above | {"--help"}
        for name, one in getattr(command, "commands", {}).items():
            yield from walk(one, (*words, name), own | above)

    return dict(walk(get_command(cli.app), (), set()))


def told(page: Path) -> list[str]:
    """What a page tells to type: each line of a block and each piece of code that begins with `duecare `."""
    text = page.read_text()
    blocks = [
        line.strip() for block in re.findall(r"```\w*\n(.*?)```", text, re.S) for line in block.splitlines()
    ]
    pieces = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    return [one.strip() for one in (*blocks, *pieces) if re.match(r"\s*duecare [a-z-]", one)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_command_that_a_page_tells_to_type_exists_with_its_options(page: Path) -> None:
    known = commands()
    for line in told(page):
        words = shlex.split(line.partition(" #")[0].replace("...", "").replace("|", " "))[1:]
        path: tuple[str, ...] = ()
        for word in words:
            if (*path, word) in known:
                path = (*path, word)
        assert path or words[0].startswith("-"), f"{line}: there is no such command"
        options = {word.strip("[]") for word in words if word.strip("[]").startswith("--")}
        assert options <= known[path], f"{line}: {options - known[path]} is no option of it"


def test_every_command_is_told_in_operations() -> None:
    text = OPERATIONS.read_text()
    ends = [
        words
        for words in commands()
        if not any(other[: len(words)] == words != other for other in commands())
    ]
    missing = [" ".join(words) for words in ends if f"`{' '.join(words)}" not in text]
    assert not missing, f"docs/operations.md does not tell {missing}"


def test_the_settings_that_are_told_are_those_that_are_read() -> None:
    blocks = re.findall(r"```\n(\[web\].*?)```", OPERATIONS.read_text(), re.S)
    assert len(blocks) == 1
    settings = tomllib.loads(blocks[0])
    configuration.parse(settings, "docs/operations.md")
    assert {table: set(values) for table, values in settings.items()} == {
        table: set(values) for table, values in configuration.KNOWN.items()
    }


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target} is not there"


def test_every_page_of_the_documentation_is_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\((docs/[^)#]+)\)", (ROOT / "README.md").read_text()))
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} <= linked


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`make ([a-z-]+)", page.read_text())) <= targets


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_file_of_the_program_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"`((?:duecare|tests|bench|docs)/[\w./-]*(?:/|\.[a-z]+))`", page.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


def registries() -> set[str]:
    """Host names of the package registries that this machine is set up to use."""
    found = {value for name, value in os.environ.items() if name.endswith(("INDEX_URL", "PROXY", "proxy"))}
    for place in (Path("/etc/pip.conf"), Path.home() / ".pip/pip.conf", Path.home() / ".config/pip/pip.conf"):
        parser = configparser.RawConfigParser()
        parser.read(place)
        found |= {value for section in parser.sections() for _, value in parser.items(section)}
    hosts = {urlsplit(word).hostname for value in found for word in value.split()}
    return {host for host in hosts if host and "." in host}


def test_no_file_names_this_machine_or_where_its_packages_come_from() -> None:
    mine = {str(ROOT), sys.prefix, *registries()}
    for place in tracked():
        content = place.read_bytes()
        assert not [one for one in mine if one.encode() in content], place


def test_the_locks_hold_hashes_and_no_addresses() -> None:
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert len(locks) == 2
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text
        pinned = re.findall(r"^[a-z0-9][\w.\[\]-]*==", text, re.M)
        assert pinned
        assert text.count("--hash=sha256:") >= len(pinned)


def test_the_verifier_can_be_read_aloud() -> None:
    text = Path(verifier).read_text()
    assert len(text.splitlines()) <= 300
    names = {name.split(".")[0] for name in re.findall(r"^(?:from|import) ([\w.]+)", text, re.M)}
    assert names <= set(sys.stdlib_module_names)
