"""CycloneDX (1.4 to 1.6) and SPDX (2.3) in JSON, read component by component.

Of CycloneDX the members `components`, with what is nested in each, are read, by their `purl`; of SPDX the
`packages`, by their external reference of the type `purl`. What a component is without one is told too, of
the ecosystem "" (none): it is shown, and matched with nothing. So is one whose purl is none.

Of the rest a list's own word about itself is read: what made it, when, of which version (`About`).
Statements on weaknesses in it (CycloneDX `vulnerabilities`, VEX) are counted alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, BinaryIO

from duecare.errors import BadInput
from duecare.patching.bills.purls import is_known, triple_of
from duecare.patching.bills.streaming import ELEMENTS, Stream
from duecare.patching.purls import parse_purl
from duecare.patching.software.installed import Triple
from duecare.words import gettext as _

MOST = 1_000_000
"""Components of one list."""
DEEP = 100
"""How deep components may be nested."""


class Trouble(StrEnum):
    """Why no advisory could speak of a component."""

    NONE = ""
    NO_PURL = "no purl"
    UNKNOWN_TYPE = "unknown type"
    NO_VERSION = "no version"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Component:
    """Something that a list names."""

    place: str
    """Where it stands: `components[3].components[0]`."""
    triple: Triple
    trouble: Trouble
    fault: str = ""
    """What is wrong with a purl that is unreadable."""

    @property
    def matched(self) -> bool:
        """Whether advisories could speak of it: it has a version, of an ecosystem that has a name here."""
        return self.trouble is Trouble.NONE


@dataclass(frozen=True, slots=True)
class About:
    """What a list says of itself; texts are empty where it does not."""

    format: str
    """ "CycloneDX 1.5"."""
    version: str
    """Of what it is a list of."""
    tool: str
    stated_at: str
    """When it was made, as it is written."""
    statements: int
    """On weaknesses (VEX)."""


def read_bill(file: BinaryIO) -> Iterator[Component | About]:
    """The components of a list, one by one, and last what it says of itself.

    Raises BadInput naming the place.
    """
    stream, heads, count, statements = Stream(file), dict[str, Any](), 0, 0
    lists = {"components": _cyclonedx, "packages": _spdx}
    for name, value in stream.members():
        if value is not ELEMENTS:
            heads[name] = value
            _demand_format(name, value)
        elif name in lists:
            for at, element in enumerate(stream.elements()):
                for component in lists[name](element, f"{name}[{at}]", 0):
                    count += 1
                    if count > MOST:
                        raise BadInput(_("%(place)s: the list names too many.") % {"place": component.place})
                    yield component
        elif name == "vulnerabilities":
            statements = sum(isinstance(one, dict) and "analysis" in one for one in stream.elements())
    if heads.get("bomFormat") != "CycloneDX" and "spdxVersion" not in heads:
        raise BadInput(
            _("The file is neither CycloneDX nor SPDX: it has no bomFormat and no spdxVersion."),
            _("Export the list as CycloneDX 1.4 to 1.6 or SPDX 2.3, in JSON."),
        )
    yield _about(heads, statements)


def _about(heads: Mapping[str, Any], statements: int) -> About:
    """What a list says of itself: a claim, so that what is not as the formats say is left out."""
    if heads.get("bomFormat") == "CycloneDX":
        told = _mapping(heads.get("metadata"))
        return About(
            f"CycloneDX {_word(heads.get('specVersion'))}".strip(),
            _word(_mapping(told.get("component")).get("version")),
            _cyclonedx_tool(told.get("tools")),
            _word(told.get("timestamp")),
            statements,
        )
    told = _mapping(heads.get("creationInfo"))
    creators = told.get("creators")
    named = [_word(one) for one in creators] if isinstance(creators, list) else []
    tools = [one.removeprefix("Tool:").strip() for one in named if one.startswith("Tool:")]
    return About(
        _word(heads.get("spdxVersion")).replace("-", " "),
        "",
        ", ".join(tools),
        _word(told.get("created")),
        statements,
    )


def _cyclonedx_tool(tools: object) -> str:
    """A list of tools up to 1.4, an object with components from 1.5 on."""
    listed = tools if isinstance(tools, list) else _mapping(tools).get("components")
    named = [_mapping(one) for one in listed] if isinstance(listed, list) else []
    told = (f"{_word(one.get('name'))} {_word(one.get('version'))}".strip() for one in named)
    return ", ".join(filter(None, told))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


_VERSIONS = {
    "specVersion": ("1.4", "1.5", "1.6"),
    "spdxVersion": ("SPDX-2.2", "SPDX-2.3"),
    "bomFormat": ("CycloneDX",),
}


def _demand_format(name: str, value: object) -> None:
    known = _VERSIONS.get(name)
    if known is not None and value not in known:
        raise BadInput(
            _("%(name)s: expected %(known)s, got %(value)s.")
            % {"name": name, "known": ", ".join(known), "value": repr(value)[:40]},
            _("Export the list as CycloneDX 1.4 to 1.6 or SPDX 2.3, in JSON."),
        )


def _cyclonedx(element: object, place: str, depth: int) -> Iterator[Component]:
    told = _object(element, place)
    if depth > DEEP:
        raise BadInput(_("%(place)s: components are nested too deep.") % {"place": place[:80]})
    group, name = _text(told, "group", place), _text(told, "name", place)
    purl = _text(told, "purl", place)
    yield _component(purl, f"{group}/{name}" if group else name, _text(told, "version", place), place)
    below = told.get("components") or []
    if not isinstance(below, list):
        raise BadInput(_("%(place)s.components: expected a list.") % {"place": place})
    for at, one in enumerate(below):
        yield from _cyclonedx(one, f"{place}.components[{at}]", depth + 1)


def _spdx(element: object, place: str, depth: int) -> Iterator[Component]:
    told = _object(element, place)
    references = told.get("externalRefs") or []
    if not isinstance(references, list):
        raise BadInput(_("%(place)s.externalRefs: expected a list.") % {"place": place})
    purl = ""
    for at, one in enumerate(references):
        where = f"{place}.externalRefs[{at}]"
        if _text(_object(one, where), "referenceType", where) == "purl":
            purl = purl or _text(one, "referenceLocator", where)
    yield _component(purl, _text(told, "name", place), _text(told, "versionInfo", place), place)


def _component(purl: str, name: str, version: str, place: str) -> Component:
    if not purl and not name:
        raise BadInput(_("%(place)s: it has neither a name nor a purl.") % {"place": place})
    try:
        parsed = parse_purl(purl) if purl else None
    except BadInput as error:
        nameless = Triple("", "", name or purl, "", version, "")
        return Component(place, nameless, Trouble.UNREADABLE, error.what)
    if parsed is None:
        return Component(place, Triple("", "", name, "", version, ""), Trouble.NO_PURL)
    triple = triple_of(parsed)
    triple = triple if triple.version else triple._replace(version=version)
    if not is_known(parsed):
        return Component(place, triple, Trouble.UNKNOWN_TYPE)
    return Component(place, triple, Trouble.NONE if triple.version else Trouble.NO_VERSION)


def _object(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(_("%(place)s: expected an object.") % {"place": place})
    return value


def _text(told: Mapping[str, Any], name: str, place: str) -> str:
    value = told.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(_("%(place)s.%(name)s: expected text.") % {"place": place, "name": name})
    return value
