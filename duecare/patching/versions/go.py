"""Versions of Go modules: golang.org/x/mod/semver, whose order is that of SemVer with Go's own forms.

A leading `v` (OSV leaves it out, so it may lack here), the short forms `v1` and `v1.2`, `+incompatible` as
a build that does not count, and pseudo-versions (`v0.0.0-20191109021931-daa7c04131f5`), which sort by their
time because it stands where a pre-release stands. A toolchain's own name (`go1.21rc2`) is another scheme,
and is rejected; the Go vulnerability database writes `1.21.0-rc.2` for it.
"""

from __future__ import annotations

import re

from duecare.patching.versions.encoding import number
from duecare.patching.versions.interface import Scheme
from duecare.patching.versions.semver import BUILD, PRE, RELEASED, encode_pre

_N = r"(0|[1-9][0-9]*)"
_WHOLE = re.compile(rf"v?{_N}(?:\.{_N}(?:\.{_N}{PRE}{BUILD})?)?")


def _encode(text: str) -> str | None:
    found = _WHOLE.fullmatch(text)
    if found is None:
        return None
    major, minor, patch, pre = found.groups()
    end = encode_pre(pre) if pre is not None else RELEASED
    return f"{number(major)}{number(minor or '0')}{number(patch or '0')}{end}"


GO = Scheme("go", "golang.org/x/mod/semver", _encode)
