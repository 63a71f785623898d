"""How much a feed may hold before it is an attack and no feed (SECURITY.md 16). Sizes in bytes, unpacked."""

from __future__ import annotations

LINE = 64 << 20
"""One line of JSON lines, and one file in an archive."""
DOCUMENT = 384 << 20
"""One JSON document. Debian's tracker is the largest, with about 80 MiB."""
TOTAL = 16 << 30
"""Everything that one file unpacks to. OSV's archive of npm unpacks to about 1 GiB."""
MEMBERS = 1_000_000
"""Files in one archive. OSV's of all ecosystems has about 600,000."""
FILES = 1_000_000
"""Files in one directory, with those below."""
DEPTH = 8
"""Directories in directories."""
FAULTS = 1000
"""Faults of one file that are told one by one; the rest are counted."""
NAME = 1000
"""Characters of a package's name, an id, a release."""
SUMMARY = 400
"""Characters of a summary or a note that are kept."""
TEXT = 256 << 10
"""One record of YAML."""
PARTS = 20_000
"""Texts, lists and mappings in it."""
NESTED = 12
"""Lists and mappings in one another in it."""
SAID_OF = 1000
"""Ecosystems and CVEs of which it is told apart how many pieces could not be read."""
LISTED = 2000
"""Aliases, related ids and severities of one record that are kept."""
