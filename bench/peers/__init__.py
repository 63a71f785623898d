"""What Duecare is measured beside. What it must not import has an environment of its own, `.bench-venv`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PYTHON = Path(__file__).parents[2] / ".bench-venv" / "bin" / "python"


def has(package: str, requirement: str) -> bool:
    """Whether a package is in that environment, both made if need be."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PYTHON.parents[1])], check=False)
    if not PYTHON.exists():
        return False
    pip = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    there = subprocess.run([*pip, "show", package], stdout=subprocess.DEVNULL, check=False)
    return not there.returncode or not subprocess.run([*pip, "install", requirement], check=False).returncode
