"""The section `updates`: what the vendor offers, from the metadata of whichever package manager there is."""

from __future__ import annotations

from typing import Any

from ..look import Look
from .apk import apk_updates
from .apt import apt_updates
from .dnf import dnf_updates
from .packages import packages


def updates_facts(look: Look) -> dict[str, Any]:
    found = look.share(packages)
    return {"dpkg": apt_updates, "rpm": dnf_updates, "apk": apk_updates}[found.manager](look, found.items)
