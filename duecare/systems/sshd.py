"""The SSH server's settings, for everyone and within each Match block; pure.

Keywords and values as sshd_config(5) of OpenSSH names them, in lower case. A Match block overrides the
settings for whoever it matches, so that a door closed for everyone may stand open in one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from duecare.program.judgement import Facts, Item, Judgement, Unread, judged, not_applicable
from duecare.systems.evidence import known_family, require_whole, value
from duecare.words import gettext as _

Settings = Mapping[str, str]
Finding = tuple[bool | None, str]
"""Whether settings are as they should be (None: cannot be told), and the reason if they are not."""


def judge_settings(facts: Facts, keywords: tuple[str, ...], rule: Callable[[Settings], Finding]) -> Judgement:
    """The rule applied to the settings for everyone and in each Match block that names one of the keywords.

    Not applicable where no SSH server is installed, and on macOS, which comes with one, where it is off.
    """
    section = facts.section("sshd")
    if section.absent or section["installed"] is False:
        return not_applicable(_("no SSH server is installed"))
    if section["running"] is not True and known_family(facts) == "macos":
        if section["running"] is None:
            raise Unread(_("whether Remote Login, the SSH server of macOS, is on could not be told"))
        return not_applicable(_("Remote Login, the SSH server of macOS, is turned off"))
    require_whole(section)
    settings: Settings = value(section, "settings")
    matches: list[Mapping[str, Any]] | None = section["matches"]
    scopes: dict[str, Settings] = {"": settings}
    for match in matches or ():
        if any(keyword in match["settings"] for keyword in keywords):
            scopes[f"Match {match['criteria']}"] = {**settings, **match["settings"]}
    unmet: list[Item] = []
    unknown: list[Item] = []
    for scope, effective in scopes.items():
        right, reason = rule(effective)
        if not right:
            (unknown if right is None else unmet).append(Item(scope, reason))
    if matches is None:
        unknown.append(Item("", _("whether Match blocks change this could not be read")))
    return judged(len(scopes), unmet, unknown)


def one_of(keyword: str, allowed: frozenset[str], consequence: str) -> Callable[[Settings], Finding]:
    """A rule: the keyword has one of the allowed values, else the consequence, in words."""

    def rule(settings: Settings) -> Finding:
        found = settings.get(keyword)
        if found is None:
            return None, _("the report does not give the setting %(keyword)s") % {"keyword": keyword}
        expected = " or ".join(sorted(allowed))
        return found.lower() in allowed, _(
            "%(consequence)s: %(keyword)s is %(found)s, expected %(expected)s"
        ) % {"consequence": consequence, "keyword": keyword, "found": found, "expected": expected}

    return rule


def at_most(keyword: str, limit: int) -> Callable[[Settings], Finding]:
    """A rule: the keyword has a number of at most the limit."""

    def rule(settings: Settings) -> Finding:
        found = settings.get(keyword, "")
        if not found.isdecimal():
            return None, _("the report gives no number for the setting %(keyword)s") % {"keyword": keyword}
        return int(found) <= limit, _("%(keyword)s is %(found)s, expected at most %(limit)s") % {
            "keyword": keyword,
            "found": found,
            "limit": limit,
        }

    return rule


def without(weak: Mapping[str, frozenset[str]]) -> Callable[[Settings], Finding]:
    """A rule: none of the lists of algorithms, by keyword, names a weak one.

    A list that begins with +, - or ^ changes a default that the report does not show: then a weak name
    that is added counts, and the absence of one shows nothing.
    """

    def rule(settings: Settings) -> Finding:
        named, untold = [], []
        for keyword, names in weak.items():
            found = settings.get(keyword, "")
            offered = set(found.lstrip("+^").split(",")) if not found.startswith("-") else set()
            named += sorted(names & offered)
            if not found or found[0] in "+-^":
                untold.append(keyword)
        if named:
            return False, _("weak algorithms are offered: %(names)s") % {"names": ", ".join(named)}
        return (None if untold else True), _("the report does not list in full: %(names)s") % {
            "names": ", ".join(untold)
        }

    return rule
