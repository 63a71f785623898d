"""Versions of PHP packages: Composer's VersionParser::normalize, then PHP's version_compare.

Numbers (up to four, missing ones are 0) or a date, then a stability with a number, then `-dev`. In PHP's
order `dev`, `alpha`, `beta` and `RC` sort before the end, a number after it, and `patch` after that.

Rejected is what Composer rejects, and branches (`dev-main`): no order is defined between a branch and a
version, and Composer matches none either. PHP reads numbers into 64 bits; here larger ones sort as numbers.
"""

from __future__ import annotations

import re

from duecare.patching.versions.encoding import number
from duecare.patching.versions.interface import Scheme

_MODIFIER = (
    r"[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?[0-9]++)*+)?)?([.-]?dev)?"  # possessive: linear
)
_CLASSICAL = re.compile(rf"v?([0-9]{{1,5}})(\.[0-9]+)?(\.[0-9]+)?(\.[0-9]+)?{_MODIFIER}")
_DATED = re.compile(rf"v?([0-9]{{4}}(?:[.:-]?[0-9]{{2}}){{1,6}}(?:[.:-]?[0-9]{{1,3}})?){_MODIFIER}")
_BRANCH = re.compile(r"v?([0-9]+)(\.(?:[0-9]+|[x*]))?(\.(?:[0-9]+|[x*]))?(\.(?:[0-9]+|[x*]))?[.-]?dev")
_ALIAS = re.compile(r"([^,\s]+) +as +[^,\s]+")
_FLAG = re.compile(r"@(?:stable|rc|beta|alpha|dev)$")
_BUILD = re.compile(r"([^,\s+]+)\+[^\s]+")
_UNBOUNDED = "9999999"
"""What Composer writes for the x of `1.x-dev`."""
_STAGES = {"a": "alpha", "b": "beta", "p": "patch", "pl": "patch"}
_DEV, _END, _NUMBER = "\x01\x05\x06"
_ORDER = {"alpha": "\x02", "beta": "\x03", "rc": "\x04", "patch": "\x07"}
_digits = re.compile(r"[0-9]+").findall
_plain = re.compile(r"v?([0-9]{1,5})(\.[0-9]+)?(\.[0-9]+)?(\.[0-9]+)?").fullmatch


def _encode(text: str) -> str | None:
    if plain := _plain(text):
        return _numbers(*((one or "0").lstrip(".") for one in plain.groups())) + _END
    # Composer minds case in one place only, where it makes of `1.0-Stable` a version below `1.0-dev`: a slip.
    text = text.strip().lower()
    if alias := _ALIAS.fullmatch(text):
        text = alias[1]
    text = _FLAG.sub("", text)
    if build := _BUILD.fullmatch(text):
        text = build[1]
    if found := _CLASSICAL.fullmatch(text):
        *numbers, stage, count, dev = found.groups()
        return _numbers(*((one or "0").lstrip(".") for one in numbers)) + _stability(stage, count, dev)
    if found := _DATED.fullmatch(text):
        date, stage, count, dev = found.groups()
        return _numbers(*_digits(date)) + _stability(stage, count, dev)
    if found := _BRANCH.fullmatch(text):
        pieces = ((one or "x").lstrip(".") for one in found.groups())
        return _numbers(*(_UNBOUNDED if one in "x*" else one for one in pieces)) + _DEV + _END
    return None


def _numbers(*numbers: str) -> str:
    return "".join(_NUMBER + number(one) for one in numbers)


def _stability(stage: str | None, count: str | None, dev: str | None) -> str:
    if stage == "stable":
        return _END
    key = _ORDER[_STAGES.get(stage, stage)] + _numbers(*_digits(count or "")) if stage else ""
    return key + (_DEV if dev else "") + _END


COMPOSER = Scheme("composer", "composer/semver's VersionParser, version_compare of PHP", _encode)
