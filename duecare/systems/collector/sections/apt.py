"""What apt was told, and what its lists offer (apt.conf(5), sources.list(5), apt_preferences(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..look import Look, Unreadable
from ..text import decoded
from ..times import earliest, latest, mail_date
from ..versions import dpkg_key
from .offers import Offer, updates_on_offer
from .packages import Package
from .unpacking import unpacked

APT_LISTS = "/var/lib/apt/lists"


class Release(NamedTuple):
    """What the Release file of an apt repository says of itself."""

    base: str
    suite: str | None
    label: str
    security: bool
    priority: int
    made_at: str | None
    signed: bool


def apt_sources(look: Look) -> dict[str, Any]:
    """The suites that apt is told to use, and whether any is to be trusted without a signature."""
    suites, trusted = [], False
    for path in ("/etc/apt/sources.list", *look.glob("/etc/apt/sources.list.d/*.list")):
        for line in look.lines(path):
            match = re.match(r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?\S+\s+(?P<suite>\S+)", line)
            if match:
                suites.append(match["suite"])
                trusted |= "trusted=yes" in (match["options"] or "")
    for path in look.glob("/etc/apt/sources.list.d/*.sources"):
        for stanza in (look.text(path) or "").split("\n\n"):
            fields = {
                name.lower(): value for name, value in re.findall(r"^([\w-]+): *(.*)$", stanza, re.MULTILINE)
            }
            if fields.get("enabled", "yes").lower() != "no" and "deb" in fields.get("types", "").split():
                suites += fields.get("suites", "").split()
                trusted |= fields.get("trusted", "no").lower() == "yes"
    return {"suites": suites, "trusted": trusted}


def _apt_releases(look: Look, entries: list[str], trusted: bool) -> list[Release]:
    found = []
    for entry in entries:
        match = re.fullmatch(r"(.+)_(InRelease|Release)", entry)
        if match is None or (match[2] == "Release" and f"{match[1]}_InRelease" in entries):
            continue
        try:
            head = decoded(look.machine.slice(f"{APT_LISTS}/{entry}", 0, 64 * 1024))
        except OSError as error:
            look.problem(f"{APT_LISTS}/{entry}", error)
            continue
        fields = dict(re.findall(r"^([A-Z][\w-]*): *(.*)$", head, re.MULTILINE))
        names = [fields.get("Codename", ""), fields.get("Suite", ""), match[1].partition("_dists_")[2]]
        label = fields.get("Label", "")
        reluctant = fields.get("NotAutomatic", "no") == "yes"
        priority = 500 if not reluctant else 100 if fields.get("ButAutomaticUpgrades", "no") == "yes" else 1
        found.append(
            Release(
                match[1],
                names[0]
                if "-" in names[0]
                else names[1]
                if "-" in names[1]
                else names[2] or names[0] or None,
                label,
                label == "Debian-Security" or any(name.endswith("-security") for name in names),
                priority,
                mail_date(fields.get("Date")),
                not trusted and (match[2] == "InRelease" or f"{match[1]}_Release.gpg" in entries),
            )
        )
    return sorted(found, key=lambda release: -len(release.base))


def apt_updates(look: Look, items: list[Package]) -> dict[str, Any]:
    entries = look.names(APT_LISTS)
    indexes = [entry for entry in entries if re.search(r"_Packages(\.\w+)?$", entry)]
    if not indexes:
        raise Unreadable(APT_LISTS, "no package lists: apt-get update has not run here, or they were deleted")
    look.source(f"{APT_LISTS} (pins are not applied)")
    releases = _apt_releases(look, entries, look.share(apt_sources)["trusted"])
    by_name: dict[str, list[Package]] = {}
    for package in items:
        by_name.setdefault(package.name, []).append(package)
    offered: dict[tuple[str, str | None], list[Offer]] = {}
    for index in indexes:
        release = next((r for r in releases if index.startswith(r.base + "_")), None)
        for name, architecture, version in _apt_index(look, f"{APT_LISTS}/{index}", by_name):
            origin = f"{release.label} {release.suite or ''}".strip() if release else index
            offer = Offer(
                version, origin, release.security if release else None, release.priority if release else 500
            )
            offered.setdefault((name, architecture), []).append(offer)
    security = [release for release in releases if release.security]
    return updates_on_offer(
        look,
        _apt_candidates(items, offered, look.word("/var/lib/dpkg/arch-native")),
        dpkg_key,
        metadata_at=earliest(*(r.made_at for r in security)) or latest(*(r.made_at for r in releases)),
        metadata_fetched_at=latest(
            look.modified("/var/lib/apt/periodic/update-success-stamp"), look.modified(APT_LISTS)
        ),
        metadata_signed=all(release.signed for release in releases) if releases else None,
        packages_signed=all(release.signed for release in releases) if releases else None,
        security_labelled=bool(security),
        repositories=[
            {
                "name": release.base.replace("_", "/"),
                "suite": release.suite,
                "security": release.security,
                "signed": release.signed,
                "metadata_at": release.made_at,
            }
            for release in sorted(releases)
        ],
    )


def _apt_index(
    look: Look, path: str, wanted: dict[str, list[Package]]
) -> Iterator[tuple[str, str | None, str]]:
    """Name, architecture and version of each wanted package that an apt index offers."""
    data = unpacked(look, path) or b""
    names = {name.encode() for name in wanted}
    for match in re.finditer(rb"^Package: (\S+)$", data, re.MULTILINE):
        if match[1] in names:
            end = data.find(b"\n\n", match.end())
            stanza = decoded(data[match.start() : end if end >= 0 else len(data)])
            fields = dict(re.findall(r"^(Version|Architecture): *(.*)$", stanza, re.MULTILINE))
            if "Version" in fields:
                yield decoded(match[1]), fields.get("Architecture"), fields["Version"]


def _apt_candidates(
    items: list[Package], offered: dict[tuple[str, str | None], list[Offer]], native: str | None
) -> Iterator[tuple[Package, Offer | None, list[Offer]]]:
    """For each package the version that apt would choose (apt_preferences(5), "Default Priority")."""
    for package in items:
        others = {package.architecture, "all", native if package.architecture == "all" else "all"}
        offers = [offer for each in others for offer in offered.get((package.name, each), [])]
        if not offers:
            continue
        current = dpkg_key(package.version)
        newer = [offer for offer in offers if dpkg_key(offer.version) > current]
        here = max([100, *(offer.priority for offer in offers if dpkg_key(offer.version) == current)])
        chosen = max(
            (offer for offer in newer if offer.priority > here or (offer.priority == here and here >= 100)),
            key=lambda offer: (offer.priority, dpkg_key(offer.version), bool(offer.security)),
            default=None,
        )
        from_security = [offer for offer in newer if offer.security]
        if chosen is None and from_security:
            chosen = max(from_security, key=lambda offer: dpkg_key(offer.version))
        yield (
            package,
            chosen,
            [offer for offer in newer if chosen and (offer.priority >= chosen.priority or offer.security)],
        )


def _forget(found: dict[str, list[str]], scope: str) -> None:
    """What `#clear` does to a list or a scope that was set before (apt.conf(5))."""
    for name in [one for one in found if one == scope or one.startswith(f"{scope}::")]:
        del found[name]


def apt_configuration(look: Look) -> dict[str, list[str]]:
    """What apt's configuration files set: lower-case `a::b` to its values (apt.conf(5))."""
    found: dict[str, list[str]] = {}
    for path in ("/etc/apt/apt.conf", *look.glob("/etc/apt/apt.conf.d/*")):
        if path != "/etc/apt/apt.conf" and not re.fullmatch(r"[\w-]+(\.conf)?", path.rpartition("/")[2]):
            continue
        text = re.sub(r"/\*.*?\*/", "", look.text(path) or "", flags=re.DOTALL)
        text = re.sub(r"^\s*#clear\b", "clear", text, flags=re.MULTILINE)
        text = re.sub(r'("(?:[^"\\\n]|\\.)*")|(?://|#).*', lambda match: match[1] or "", text)
        tokens = re.findall(r'"((?:[^"\\]|\\.)*)"|([{};])|([^\s"{};]+)', text)
        scope: list[str] = []
        name, value = "", None
        for quoted, sign, word in tokens:
            if sign == "{":
                scope.append(name)
                name, value = "", None
            elif sign:
                if sign == "}" and scope:
                    scope.pop()
                elif name == "clear":
                    _forget(found, (value or "").lower())
                elif name or value is not None:
                    full = "::".join([*filter(None, scope), *filter(None, [name.rstrip(":")])]).lower()
                    if name.endswith("::") or not name:
                        found.setdefault(full, []).append(value or "")
                    else:
                        found[full] = [value or ""]
                name, value = "", None
            elif word and not name:
                name = word
            else:
                value = word or quoted
    return found
