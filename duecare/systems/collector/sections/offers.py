"""What is on offer and since when, once a package manager's own metadata has been read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..look import Look
from ..times import moment
from .packages import Package


class Offer(NamedTuple):
    """A version that a repository offers."""

    version: str
    origin: str
    security: bool | None
    priority: int = 500


def updates_on_offer(
    look: Look,
    offers: Iterable[tuple[Package, Offer | None, list[Offer]]],
    key: Callable[[str], Any],
    **rest: Any,
) -> dict[str, Any]:
    """The section's fields: for each package the offer that counts, and all that are newer than it."""
    items, sights = [], {}
    seen = look.host.seen
    for package, chosen, newer in offers:
        if chosen is None or not newer:
            continue
        security = _any_security(newer)
        earlier = []
        for offer in newer:
            # A sight counts for as long as what was seen is newer than what is installed: an update that
            # is itself overtaken does not start the clock anew.
            name = "\t".join((package.name, package.architecture or "", offer.version, str(offer.security)))
            if seen is not None:
                sights[name] = seen.get(name, moment(look.host.now))
        prefix = f"{package.name}\t{package.architecture or ''}\t"
        for name, at in {**(seen or {}), **sights}.items():
            version, _, labelled = name[len(prefix) :].partition("\t")
            if name.startswith(prefix) and key(version) > key(package.version):
                sights[name] = at
                if not security or labelled == "True":
                    earlier.append(at)
        items.append(
            {
                "name": package.name,
                "architecture": package.architecture,
                "installed": package.version,
                "offered": chosen.version,
                "security": security,
                "origin": chosen.origin,
                "first_seen": min(earlier) if earlier else None,
                "first_seen_by": "this collector" if earlier else None,
            }
        )
    if seen is not None:
        seen.clear()
        seen.update(sights)
    return {"items": sorted(items, key=lambda item: (item["name"], item["architecture"] or "")), **rest}


def _any_security(offers: Iterable[Offer]) -> bool | None:
    labels = {offer.security for offer in offers}
    return True if True in labels else None if None in labels else False
