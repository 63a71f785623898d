"""A list of 10,000 accounts as XLSX: from the upload to the record, over itself, and undone, on SQLite.

What is measured is in `import_times.py`, in a process and a home of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.figures import Figure, at_most

ROOT = Path(__file__).parents[1]


def run(small: bool) -> list[Figure]:
    """The figures of 10,000 rows; with `small`, of a hundred."""
    rows = 100 if small else 10_000
    with tempfile.TemporaryDirectory() as place:
        environment = dict(
            os.environ,
            DUECARE_HOME=str(Path(place) / "home"),
            DJANGO_SETTINGS_MODULE="duecare.site.settings",
            PYTHONPATH=str(ROOT),
        )
        environment.pop("DUECARE_DATABASE", None)
        code = f"import django; django.setup(); from bench.import_times import main; main({rows})"
        ran = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found = json.loads(ran.stdout.splitlines()[-1])
    return [
        Figure("the file: rows, columns, size", f"{rows:,}, 29, {found['bytes'] / 1e6:.1f} MB"),
        at_most("XLSX from the upload to its preview", found["preview"], 10, "s"),
        Figure("of that, time of processor, the child included", f"{found['processor']:.2f} s"),
        Figure("of that, reading it in the child process", f"{found['read']:.2f} s"),
        Figure("the same rows as CSV, to the preview", f"{found['csv']:.2f} s"),
        Figure("taking it in, all acts", f"{found['take']:.2f} s"),
        at_most("the longest of its acts", found["longest_act"], 2, "s"),
        at_most("the preview of the same file once more: all unchanged", found["again"], 10, "s"),
        Figure("undoing it", f"{found['undo']:.2f} s"),
        at_most("the longest act of that", found["longest_undo"], 2, "s"),
        at_most("ten rows and a million empty ones, read", found["empty"], 10, "s"),
    ]
