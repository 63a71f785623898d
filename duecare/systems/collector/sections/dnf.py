"""What dnf's repositories offer, by the advisories (updateinfo) in its cache."""

from __future__ import annotations

import configparser
import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.etree import ElementTree

from ..look import Look, Unreadable
from ..settings import ini, truth
from ..times import earliest, from_epoch, latest
from ..versions import rpm_key
from .offers import Offer, updates_on_offer
from .packages import Package
from .unpacking import unpacked


def _dnf_repositories(look: Look) -> list[dict[str, Any]]:
    found = []
    for path in look.glob("/etc/yum.repos.d/*.repo"):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(look.text(path) or "")
        except configparser.Error as error:
            look.problem(path, str(error).splitlines()[0])
            continue
        defaults = ini(look, "/etc/dnf/dnf.conf").get("main", {})
        for name in parser.sections():
            settings = parser[name]
            if truth(settings.get("enabled", "1")):
                checked = truth(settings.get("gpgcheck", defaults.get("gpgcheck", "0")))
                found.append(
                    {
                        "name": name,
                        "suite": settings.get("name"),
                        "signed": truth(settings.get("repo_gpgcheck", defaults.get("repo_gpgcheck", "0"))),
                        "packages_signed": checked,
                    }
                )
    return found


class Advisory(NamedTuple):
    """One package of one advisory in a repository's updateinfo."""

    name: str
    version: str
    architecture: str
    module: str | None
    security: bool
    id: str


def _xml(data: bytes) -> Iterator[Any]:
    """The elements of a document as they end. Raises ValueError for what metadata never has or is damaged."""
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:4096]:
        raise ValueError("it declares a document type")
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(data)):  # noqa: S314  (refused above)
            element.tag = element.tag.rpartition("}")[2]
            yield element
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from error


def _advisories(data: bytes) -> Iterator[Advisory]:
    for update in _xml(data):
        if update.tag != "update":
            continue
        name, security = update.findtext("id") or "", update.get("type") == "security"
        for collection in update.iter("collection"):
            module = collection.find("module")
            stream = None if module is None else f"{module.get('name')}:{module.get('stream')}"
            for package in collection.iter("package"):
                epoch = package.get("epoch") or "0"
                version = f"{package.get('version')}-{package.get('release')}"
                version = version if epoch == "0" else f"{epoch}:{version}"
                yield Advisory(
                    package.get("name", ""), version, package.get("arch", ""), stream, security, name
                )
        update.clear()


def dnf_updates(look: Look, items: list[Package]) -> dict[str, Any]:
    repositories = _dnf_repositories(look)
    advisories: list[Advisory] = []
    made: list[str | None] = []
    labelled = unread = False
    for repository in repositories:
        folder = _dnf_cache(look, repository["name"])
        repository.update(security=False, metadata_at=None)
        index = look.data(f"{folder}/repomd.xml") if folder else None
        if index is None:
            look.problem(
                f"metadata of {repository['name']}", "not in dnf's cache: dnf makecache has not run as root"
            )
            continue
        try:
            elements = list(_xml(index))
            stamps = [e.text for e in elements if e.tag in ("revision", "timestamp")]
            times = [int(text) for text in stamps if text and text.isdigit() and len(text) >= 9]
            repository["metadata_at"] = from_epoch(max(times)) if times else None
            made.append(repository["metadata_at"])
            places = [
                e.find("location") for e in elements if e.tag == "data" and e.get("type") == "updateinfo"
            ]
            for place in places:
                file = "" if place is None else (place.get("href") or "").rpartition("/")[2]
                content = unpacked(look, f"{folder}/{file}")
                if content is None:
                    look.problem(f"{folder}/{file}", "the repository's advisories could not be read")
                    unread = True
                    continue
                here = list(_advisories(content))
                repository["security"] = any(advisory.security for advisory in here)
                labelled |= repository["security"]
                advisories += here
        except ValueError as error:
            look.problem(f"{folder}/repomd.xml", error)
    if not repositories or not any(made):
        raise Unreadable("/var/cache/dnf", "no repository's metadata is there: run dnf makecache as root")
    look.source("/var/cache/dnf (updateinfo)")
    result = updates_on_offer(
        look,
        _dnf_candidates(items, advisories + (_dnf_listed(look) if unread else [])),
        rpm_key,
        metadata_at=earliest(*(r["metadata_at"] for r in repositories if r["security"])) or latest(*made),
        metadata_fetched_at=latest(
            look.modified("/var/cache/dnf/last_makecache"),
            *map(look.modified, look.glob("/var/cache/*dnf*/*/repodata")),
        ),
        metadata_signed=all(r["signed"] for r in repositories),
        packages_signed=all(r.pop("packages_signed") for r in list(repositories)),
        security_labelled=labelled or unread,
        repositories=repositories,
    )
    if not advisories and not unread:
        look.problem(
            "updateinfo", "these repositories publish no advisories, so updates on offer are not told"
        )
        result["items"] = None
    return result


def _dnf_cache(look: Look, repository: str) -> str | None:
    pattern = re.compile(re.escape(repository) + r"-[0-9a-f]{16}")
    for base in ("/var/cache/libdnf5", "/var/cache/dnf"):
        for name in look.names(base):
            if pattern.fullmatch(name):
                return f"{base}/{name}/repodata"
    return None


def _dnf_listed(look: Look) -> list[Advisory]:
    """dnf's own list of the security advisories that apply, from its cache."""
    found = []
    for line in (look.printed("dnf", "-q", "-C", "updateinfo", "list", "--security") or "").splitlines():
        match = re.match(r"(\S+)\s+\S+\s+(\S+)-((?:\d+:)?[^-\s]+-[^-\s]+)\.(\w+)", line)
        if match:
            found.append(Advisory(match[2], match[3], match[4], None, True, match[1]))
    return found


def _dnf_candidates(
    items: list[Package], advisories: list[Advisory]
) -> Iterator[tuple[Package, Offer | None, list[Offer]]]:
    by_name: dict[tuple[str, str | None], list[Advisory]] = {}
    for advisory in advisories:
        by_name.setdefault((advisory.name, advisory.architecture), []).append(advisory)
    newest: dict[tuple[str, str | None], Package] = {}
    for package in items:  # Kernels are installed side by side; the newest counts.
        at = (package.name, package.architecture)
        if at not in newest or rpm_key(package.version) > rpm_key(newest[at].version):
            newest[at] = package
    for at, package in newest.items():
        current = rpm_key(package.version)
        newer = [
            Offer(advisory.version, advisory.id, advisory.security)
            for advisory in by_name.get(at, [])
            if rpm_key(advisory.version) > current and advisory.module in (None, package.module)
        ]
        newer = [offer for offer in newer if (".module" in offer.version) == (".module" in package.version)]
        yield package, max(newer, key=lambda offer: rpm_key(offer.version), default=None), newer
