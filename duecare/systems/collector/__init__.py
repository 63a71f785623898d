"""The collector: the security facts of one computer, as one JSON report (docs/report-format.md).

It needs nothing but Python 3.8 and its standard library, so that it can be carried to a computer
(`duecare collect --write-copy`), read, and run there with as few rights as wanted: what cannot be read is
reported with the reason. It changes nothing, opens no network connection, starts only read-only commands by
fixed paths, and takes up no secret: of a password it reports the kind of hash, of a key its fingerprint.
Facts only: the judgement is made elsewhere.

All that it learns comes through a `Machine`; `collect(machine, now)` is the whole program.
"""

from .command import load_sights, main, write_private
from .machine import Machine, RealMachine
from .report import collect
from .versions import apk_key, dpkg_key, rpm_key

__all__ = [
    "Machine",
    "RealMachine",
    "apk_key",
    "collect",
    "dpkg_key",
    "load_sights",
    "main",
    "rpm_key",
    "write_private",
]
