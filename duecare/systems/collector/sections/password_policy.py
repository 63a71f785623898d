"""The section `password_policy`: what PAM and login.defs(5) ask of passwords and of those who guess them."""

from __future__ import annotations

import re
from collections.abc import Iterable
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


_CHECKERS = ("pam_pwquality", "pam_passwdqc", "pam_cracklib")
_PAM_HASHES = ("yescrypt", "gost_yescrypt", "sha512", "sha256", "blowfish", "bigcrypt", "md5")


def password_policy_facts(look: Look) -> dict[str, Any]:
    defaults = {}
    for line in look.lines("/etc/login.defs"):
        name, _, value = line.partition(" ") if "\t" not in line.split(" ")[0] else line.partition("\t")
        defaults[name] = value.strip()
    if defaults:
        look.source("/etc/login.defs")
    modules = {name.replace(".so", ""): _arguments(words) for name, words in pam_lines(look, "password")}
    unix = modules.get("pam_unix", {})
    checker = next((name for name in _CHECKERS if name in modules), "none")
    if not modules and not defaults:
        raise Unreadable("/etc/pam.d and /etc/login.defs", "neither is there, or readable")
    return {
        "min_length": _minimum_length(look, checker, modules, defaults),
        "checker": checker,
        "max_days": whole(defaults.get("PASS_MAX_DAYS")),
        "hash": next((name for name in _PAM_HASHES if name in unix), None)
        or (defaults.get("ENCRYPT_METHOD") or "").lower()
        or None,
        "lockout": _lockout(look),
        "remembered": _remembered(look, modules),
    }


def _minimum_length(
    look: Look, checker: str, modules: dict[str, dict[str, str]], defaults: dict[str, str]
) -> int | None:
    arguments = modules.get(checker, {})
    if checker == "pam_pwquality":
        paths = ["/etc/security/pwquality.conf", *look.glob("/etc/security/pwquality.conf.d/*.conf")]
        look.source(*(path for path in paths if look.exists(path)))
        return whole(arguments.get("minlen") or loose_settings(look, *paths).get("minlen", "8"))
    if checker == "pam_cracklib":
        return whole(arguments.get("minlen", "9"))
    if checker == "pam_passwdqc":
        stated = arguments.get("min") or loose_settings(
            look, arguments.get("config", "/etc/passwdqc.conf")
        ).get("min")
        lengths = [int(n) for n in (stated or "disabled,24,11,8,8").split(",") if n.isdigit()]
        return min(lengths) if lengths else None
    if "pam_unix" in modules:
        return whole(modules["pam_unix"].get("minlen", "6"))
    return whole(defaults.get("PASS_MIN_LEN"))


def _lockout(look: Look) -> dict[str, Any] | None:
    for name, words in pam_lines(look, "auth"):
        arguments = _arguments(words)
        if name == "pam_faillock.so":
            settings = {**loose_settings(look, "/etc/security/faillock.conf"), **arguments}
            return {
                "module": "pam_faillock",
                "attempts": whole(settings.get("deny", "3")),
                "unlock_seconds": whole(settings.get("unlock_time", "600")),
            }
        if name in ("pam_tally2.so", "pam_tally.so"):
            return {
                "module": name[:-3],
                "attempts": whole(arguments.get("deny")),
                "unlock_seconds": whole(arguments.get("unlock_time")),
            }
    return None


def _remembered(look: Look, modules: dict[str, dict[str, str]]) -> int | None:
    if "pam_pwhistory" in modules:
        settings = loose_settings(look, "/etc/security/pwhistory.conf")
        return whole(modules["pam_pwhistory"].get("remember") or settings.get("remember", "10"))
    return whole(modules.get("pam_unix", {}).get("remember", "0"))
