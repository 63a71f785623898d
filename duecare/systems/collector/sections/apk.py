"""What apk's repositories offer, by the indexes in its cache."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from typing import Any

from ..look import Look, Unreadable
from ..text import decoded, masked
from ..times import earliest, from_epoch, latest
from ..versions import apk_key
from .offers import Offer, updates_on_offer
from .packages import Package
from .unpacking import unpacked


def apk_updates(look: Look, items: list[Package]) -> dict[str, Any]:
    files = [
        path
        for folder in ("/var/cache/apk", "/etc/apk/cache")
        for path in look.glob(f"{folder}/APKINDEX.*.tar.gz")
    ]
    if not files:
        raise Unreadable(
            "/var/cache/apk", "no package index: apk update has not run here, or its cache is off"
        )
    look.source("/var/cache/apk")
    urls = [line.split()[-1] for line in look.lines("/etc/apk/repositories")]
    tagged = {line.split()[-1] for line in look.lines("/etc/apk/repositories") if line.startswith("@")}
    by_digest = {
        digest(url.encode()).hexdigest()[:8]: url for url in urls for digest in (hashlib.sha1, hashlib.sha256)
    }
    offered: dict[str, list[Offer]] = {}
    repositories: list[dict[str, Any]] = []
    for path in files:
        url = by_digest.get(path.split(".")[-3])
        index = _apk_index(look, path)
        if index is None or url in tagged or url is None:
            # An index of a repository that is no longer set up, or whose packages only come when named.
            continue
        made_at, signed, stanzas = index
        for name, version in stanzas:
            offered.setdefault(name, []).append(Offer(version, masked(url), None))
        repositories.append(
            {"name": masked(url), "suite": None, "security": None, "signed": signed, "metadata_at": made_at}
        )
    if not repositories:
        raise Unreadable("/var/cache/apk", "no index there belongs to a line of /etc/apk/repositories")
    for url in set(urls) - tagged - {by_digest.get(path.split(".")[-3]) for path in files}:
        look.problem(masked(url), "its index is not in /var/cache/apk")
    candidates = []
    for package in items:
        newer = [o for o in offered.get(package.name, []) if apk_key(o.version) > apk_key(package.version)]
        candidates.append((package, max(newer, key=lambda o: apk_key(o.version), default=None), newer))
    signatures = [repository["signed"] for repository in repositories]
    return updates_on_offer(
        look,
        candidates,
        apk_key,
        metadata_at=earliest(*(repository["metadata_at"] for repository in repositories)),
        metadata_fetched_at=latest(*map(look.modified, files)),
        metadata_signed=all(signatures),
        packages_signed=all(signatures),
        security_labelled=False,
        repositories=repositories,
    )


def _apk_index(look: Look, path: str) -> tuple[str | None, bool, list[tuple[str, str]]] | None:
    """When an index was made, whether it is signed, and name and version of each package."""
    content = unpacked(look, path)
    if content is None:
        return None
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:", ignore_zeros=True) as archive:
            members = archive.getmembers()
            member = next(m for m in members if m.name == "APKINDEX")
            file = archive.extractfile(member)
            text = decoded(file.read()) if file else ""
    except (tarfile.TarError, StopIteration) as error:
        look.problem(path, f"damaged: {error or 'no APKINDEX in it'}")
        return None
    pairs = re.findall(r"^P:(.*)\n(?:[^\n]+\n)*?V:(.*)$", text, re.MULTILINE)
    made = member.mtime or max(map(int, re.findall(r"^t:(\d+)$", text, re.MULTILINE)), default=0)
    return from_epoch(made) if made else None, any(m.name.startswith(".SIGN.") for m in members), pairs
