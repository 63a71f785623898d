"""`python -m bench [NAME ...] [--small] [--write]`: measure, and say whether the bounds are kept.

A benchmark is a module here with `run(small) -> figures`. Each works in a temporary directory of its own,
which it removes. `--small` is for trying them out; `--write` puts the figures into docs/benchmarks.md.
Exit code 1 if a bound is missed at full size.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time

from bench import figures

NAMES = (
    "ledger",
    "pages",
    "digest",
    "imports",
    "versions",
    "matching",
    "fleet",
    "osv",
    "curves",
    "incidents",
    "timeline",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all by default")
    parser.add_argument("--small", action="store_true", help="a hundredth of the size, bounds not judged")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    missed = False
    for name in options.names or NAMES:
        start = time.monotonic()
        found = importlib.import_module(f"bench.{name}").run(options.small)
        print(
            f"\n{name}, in {time.monotonic() - start:,.0f} s; {figures.machine()}\n\n{figures.table(found)}",
            flush=True,
        )
        if options.write:
            figures.write(
                name, " ".join(["python -m bench", name, *(["--small"] if options.small else [])]), found
            )
        missed |= any(figure.kept is False for figure in found)
    return 1 if missed and not options.small else 0


if __name__ == "__main__":
    sys.exit(main())
