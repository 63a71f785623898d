"""The section `language_packages`: what pip and npm installed, and what lock files name.

Looked for in the usual places, within bounds (`walking.py`); what a distribution's own package brought is
counted and left out (`ownership.py`).
"""

from __future__ import annotations

import json
import re
from typing import Any

from ..look import Look
from ..machine import MIB
from ..text import decoded
from .lock_files import READERS, Named, read_lock
from .ownership import owned_paths
from .walking import Folder, Search

TOPS = (
    *("/usr/lib", "/usr/lib64", "/usr/local", "/usr/share/nodejs", "/opt", "/srv", "/var/www", "/root"),
    *("/home", "/Library/Python", "/Users"),
)
"""Where packages and projects are looked for, in this order."""
ITEMS = 50_000
"""How many packages are told of."""
ABOUT = 256 * 1024
"""Bytes of a package's own description that are read: what it says of itself stands at its head."""
LOCK_LIMIT = 32 * MIB
PYTHON = ("site-packages", "dist-packages")
WITHIN = ("vendor", "vendored", "_vendor", "third_party", "gems", "bower_components")
"""Folders of others' projects, whose lock files say nothing about what is used here."""
_FIELD = re.compile(r"^(Name|Version): *(\S[^\r\n]*?)\s*$", re.MULTILINE)
_FROM_NAME = re.compile(r"(.+?)-([^-]+)(?:-py[\d.]+.*)?\.(?:dist|egg)-info")
_LIBRARY = re.compile(r"python[23](?:\.\d+)?")
_LONGEST = 250
"""Characters of a name or version; file systems hold no longer ones."""


def language_packages_facts(look: Look) -> dict[str, Any]:
    return _Gathering(look).facts()


class _Gathering:
    """One search for packages, and what it found."""

    def __init__(self, look: Look) -> None:
        self.look, self.search = look, Search(look)
        self.ours = owned_paths(look)
        self.owned = 0
        self.found: dict[tuple[str, str, str, str, str], None] = {}

    def facts(self) -> dict[str, Any]:
        for top in TOPS:
            for folder in self.search.walk(top, self._into):
                self._gather(folder)
                if len(self.found) >= ITEMS:
                    self.search.cut = self.search.cut or f"the search was ended after {ITEMS} packages"
        if self.search.cut:
            self.look.problem("packages of programming languages", self.search.cut)
        self.look.source(*(top for top in TOPS if self.look.exists(top)))
        return {
            "items": [
                {"ecosystem": ecosystem, "name": name, "version": version, "path": path, "how": how}
                for ecosystem, name, version, path, how in sorted(self.found)
            ],
            "owned": self.owned,
        }

    def _into(self, folder: Folder) -> list[str]:
        """Which folders to go into: not into packages, but into what an npm package has below it."""
        if folder.name in PYTHON:
            return []
        above = folder.path.rpartition("/")[0].rpartition("/")[2]
        if folder.name == "node_modules" or (folder.name.startswith("@") and above == "node_modules"):
            return [name for name in folder.folders if not name.startswith(".") or name == ".pnpm"]
        if _is_npm_package(folder.path):
            return [name for name in folder.folders if name == "node_modules"]
        if _LIBRARY.fullmatch(folder.name):  # Python's own modules stand beside
            return [name for name in folder.folders if name in PYTHON]
        if folder.name == "pkg":  # Go's store of modules
            return [name for name in folder.folders if name != "mod"]
        return folder.folders

    def _gather(self, folder: Folder) -> None:
        if folder.name in PYTHON:
            for name in (*folder.folders, *folder.files):
                if name.endswith((".dist-info", ".egg-info")):
                    self._python(f"{folder.path}/{name}", name in folder.folders)
        elif _is_npm_package(folder.path):
            if "package.json" in folder.files:
                self._npm(f"{folder.path}/package.json")
        elif not set(folder.path.split("/")).intersection(WITHIN):
            for name in folder.files:
                if name in READERS and not (name == "go.sum" and "go.mod" in folder.files):
                    self._lock(f"{folder.path}/{name}", name)

    def _is_owned(self, place: str) -> bool:
        """Whether the distribution brought it; where that cannot be told, all in /usr but /usr/local."""
        if self.ours is None:
            return place.startswith("/usr/") and not place.startswith("/usr/local/")
        return place in self.ours

    def _python(self, path: str, is_folder: bool) -> None:
        """A distribution as installers record it (Core metadata; PyPA, "Recording installed projects")."""
        if self._is_owned(path):
            self.owned += 1
            return
        files = ("METADATA", "PKG-INFO") if is_folder else ("",)
        fields: dict[str, str] = {}
        for name in files:
            text = self._head(f"{path}/{name}".rstrip("/"))
            if text is not None:
                fields = dict(reversed(_FIELD.findall(text.partition("\n\n")[0])))
                break
        named = _FROM_NAME.fullmatch(path.rpartition("/")[2])
        if named:
            fields = {"Name": named[1], "Version": named[2], **fields}
        if {"Name", "Version"} <= fields.keys():
            self._add(Named("PyPI", fields["Name"], fields["Version"]), path, "installed")
        else:
            self.look.problem(path, "it names no package and version")

    def _npm(self, path: str) -> None:
        if self._is_owned(path):
            self.owned += 1
            return
        text = self._head(path)
        if text is None:
            return
        try:
            told = json.loads(text)
            name, version = told.get("name"), told.get("version")
        except (ValueError, AttributeError, RecursionError):
            self.look.problem(path, "it is not as JSON demands")
            return
        if isinstance(name, str) and isinstance(version, str):  # else a folder within a package
            self._add(Named("npm", name, version), path.rpartition("/")[0], "installed")

    def _lock(self, path: str, name: str) -> None:
        text = self.look.text(path, LOCK_LIMIT)
        try:
            for package in read_lock(name, text or "") if text and text.strip() else ():
                self._add(package, path, name)
        except ValueError as error:
            self.look.problem(path, f"it cannot be read as {name}: {error}")

    def _head(self, path: str) -> str | None:
        try:
            return decoded(self.look.machine.slice(path, 0, ABOUT))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.look.problem(path, error)
            return None

    def _add(self, package: Named, path: str, how: str) -> None:
        if all(isinstance(part, str) and _is_plain(part) for part in package):
            if len(self.found) < ITEMS:
                self.found[(*package, path, how)] = None
        else:
            self.look.problem(path, "it names a package or version that cannot be one")


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isprintable()


def _is_npm_package(path: str) -> bool:
    """Whether a folder is where npm puts a package: in node_modules, or in a scope there."""
    parts = path.split("/")
    return len(parts) > 2 and (
        (parts[-2] == "node_modules" and not parts[-1].startswith((".", "@")))
        or (len(parts) > 3 and parts[-3] == "node_modules" and parts[-2].startswith("@"))
    )
