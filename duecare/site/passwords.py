"""Passwords by NIST SP 800-63B-4 section 3.1.1.2: long, not on a list of common ones, and nothing else.

No rule about kinds of characters, no expiry. The blocklist is Django's shipped list of 20,000 common
passwords, and what an attacker would try first here: the names of the program and of the organisation.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.program.queries import live_profile

LONGEST = 256
BLOCKED = gettext_lazy(
    "Attackers try this early. Choose what nobody would guess: four unrelated words do well."
)


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


class NotTooLong:
    """A bound, far above the 64 characters that must be accepted, so that hashing stays cheap."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(_("Use at most %d characters.") % LONGEST, code="password_too_long")

    def get_help_text(self) -> str:
        return _("At most %d characters; spaces and any script are welcome.") % LONGEST


class NotBlocked:
    """Not a common password, nor one repeated, counted up, or made of a name that everybody knows."""

    def validate(self, password: str, user: object = None) -> None:
        profile = live_profile()
        if is_blocked(password, profile.name if profile else ""):
            raise ValidationError(BLOCKED, code="password_blocked")

    def get_help_text(self) -> str:
        return _("Not a common password and not the organisation's name. Four unrelated words do well.")


def is_blocked(password: str, organisation: str) -> bool:
    """Whether attackers would try it early at an organisation of that name."""
    plain = unicodedata.normalize("NFKC", password).lower().strip()
    core = plain.strip("0123456789!?.,-_ ")
    own = organisation.lower()
    names = {"duecare", "password", "passphrase", "letmein", "welcome", "qwertyuiop", own, *own.split()}
    return (
        plain in _common()
        or core in _common()
        or _only_names(names, core)
        or len(set(plain)) <= 4
        or _repeats(plain)
        or _counts(plain)
    )


def _only_names(names: set[str], core: str) -> bool:
    """Whether nothing much is left when all the names are taken out."""
    rest = core
    for name in sorted(filter(None, names), key=len, reverse=True):
        rest = rest.replace(name, "")
    return rest != core and len(rest) < 6


RUNS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1234567890qwertyuiop")


def _counts(plain: str) -> bool:
    """Whether it is a run of digits, of the alphabet or of a keyboard's rows, from anywhere, either way."""
    return any(plain in run * 26 or plain in run[::-1] * 26 for run in RUNS)


def _repeats(plain: str) -> bool:
    """Whether it is one short piece over and over ("abcabcabcabcabc")."""
    return any(
        plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, min(8, len(plain) // 2 + 1))
    )
