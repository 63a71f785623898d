"""The section `password_policy`: what PAM and login.defs(5) ask of passwords and of those who guess them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..look import Look, Unreadable
from ..settings import loose_settings
from ..text import whole


def pam_lines(look: Look, kind: str) -> list[tuple[str, list[str]]]:
    """Module and arguments of each line of a kind (`auth`, `password`) for ordinary sign-in (pam.conf(5))."""
    files = {
        "auth": ("common-auth", "system-auth", "base-auth"),
        "password": ("common-password", "system-auth", "base-password"),
    }
    for name in files[kind]:
        path = f"/etc/pam.d/{name}"
        if not look.exists(path):
            continue
        look.source(path)
        found = []
        for line in look.lines(path):
            match = re.match(rf"-?{kind}\s+(?:\[[^\]]*\]|\S+)\s+(\S+)(.*)$", line)
            if match:
                found.append((match[1].rpartition("/")[2], match[2].split()))
        return found
    return []


def _arguments(words: Iterable[str]) -> dict[str, str]:
    """PAM arguments as a mapping; a bare word maps to itself."""
    return {word.partition("=")[0]: word.partition("=")[2] or word for word in words}


_PWQUALITY = "/etc/security/pwquality.conf"
_FAILLOCK = "/etc/security/faillock.conf"
_CHECKERS = ("pam_pwquality", "pam_passwdqc", "pam_cracklib")
_PAM_HASHES = ("yescrypt", "gost_yescrypt", "sha512", "sha256", "blowfish", "bigcrypt", "md5")


def password_policy_facts(look: Look) -> dict[str, Any]:
    defaults = {}
    for line in look.lines("/etc/login.defs"):
        name, _, value = line.partition(" ") if "\t" not in line.split(" ")[0] else line.partition("\t")
        defaults[name] = value.strip()
    if defaults:
        look.source("/etc/login.defs")
    asked = look.in_full(lambda part: pam_lines(part, "password"))
    if not asked and not defaults:
        raise Unreadable("/etc/pam.d and /etc/login.defs", "neither is there, or readable")
    facts = {"max_days": whole(defaults.get("PASS_MAX_DAYS")), "lockout": _lockout(look)}
    if asked is None:  # PAM may overrule what login.defs says of the rest.
        return facts
    modules = {name.replace(".so", ""): _arguments(words) for name, words in asked}
    checker = next((name for name in _CHECKERS if name in modules), "none")
    stated = next((name for name in _PAM_HASHES if name in modules.get("pam_unix", {})), None)
    return {
        **facts,
        "min_length": _minimum_length(look, checker, modules, defaults),
        "checker": checker,
        "hash": stated or defaults.get("ENCRYPT_METHOD", "").lower() or None,
        "remembered": _remembered(look, modules),
    }


def _minimum_length(
    look: Look, checker: str, modules: Mapping[str, Mapping[str, str]], defaults: Mapping[str, str]
) -> int | None:
    arguments = modules.get(checker, {})
    if checker == "pam_pwquality":
        # The main file is read last and so has the last word (pwquality.conf(5)).
        return _setting(look, arguments, "minlen", "8", f"{_PWQUALITY}.d/*.conf", _PWQUALITY)
    if checker == "pam_cracklib":
        return whole(arguments.get("minlen", "9"))
    if checker == "pam_passwdqc":
        file = arguments.get("config", "/etc/passwdqc.conf")
        stated = _stated(look, arguments, "min", "disabled,24,11,8,8", file)
        return min((int(part) for part in (stated or "").split(",") if part.isdigit()), default=None)
    if "pam_unix" in modules:
        return whole(modules["pam_unix"].get("minlen", "6"))
    return whole(defaults.get("PASS_MIN_LEN"))


def _setting(look: Look, arguments: Mapping[str, str], name: str, default: str, *patterns: str) -> int | None:
    return whole(_stated(look, arguments, name, default, *patterns))


def _stated(look: Look, arguments: Mapping[str, str], name: str, default: str, *patterns: str) -> str | None:
    """A module's argument, else what its files set, else its default; None if a file could not be read."""
    if name in arguments:
        return arguments[name]

    def files(part: Look) -> dict[str, str]:
        paths = [path for pattern in patterns for path in part.glob(pattern)]
        part.source(*paths)
        return loose_settings(part, *paths)

    settings = look.in_full(files)
    return None if settings is None else settings.get(name, default)


def _lockout(look: Look) -> dict[str, Any] | None:
    for name, words in pam_lines(look, "auth"):
        arguments = _arguments(words)
        if name == "pam_faillock.so":
            return {
                "module": "pam_faillock",
                "attempts": _setting(look, arguments, "deny", "3", _FAILLOCK),
                "unlock_seconds": _setting(look, arguments, "unlock_time", "600", _FAILLOCK),
            }
        if name in ("pam_tally2.so", "pam_tally.so"):
            return {
                "module": name[:-3],
                "attempts": whole(arguments.get("deny")),
                "unlock_seconds": whole(arguments.get("unlock_time")),
            }
    return None


def _remembered(look: Look, modules: Mapping[str, Mapping[str, str]]) -> int | None:
    if "pam_pwhistory" in modules:
        return _setting(look, modules["pam_pwhistory"], "remember", "10", "/etc/security/pwhistory.conf")
    return whole(modules.get("pam_unix", {}).get("remember", "0"))
