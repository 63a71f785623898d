"""The clinic in `$DUECARE_HOME`, with an open case and an owner whose code generator tests know.

`python -m tests.incidents.clinic_home` makes it, and with `settle` hands in what is still owed: a program of
its own, because the tests' process has another home.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from tests import stillness
from tests.site.browser import environment

APPS = "tests.stillness"
OWNER = "owner@clinic.example"
SECRET = "KRUGS4ZANFZSA3TPOQQGCICTMVRXEZLU"


def seed(home: Path, moment: datetime) -> Path:
    """Make it there, as of a moment."""
    home.mkdir(mode=0o700, parents=True)
    stillness.move(home, moment)
    subprocess.run(
        [sys.executable, "-m", "tests.incidents.clinic_home"],
        cwd=Path(__file__).parents[2],
        env=environment(home, APPS),
        check=True,
    )
    return home


def settle(home: Path) -> None:
    """Whatever clock of its case runs there, or is late, has its notice handed in at the home's moment."""
    subprocess.run(
        [sys.executable, "-m", "tests.incidents.clinic_home", "settle"],
        cwd=Path(__file__).parents[2],
        env=environment(home, APPS),
        check=True,
    )


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "duecare.site.settings"
    django.setup()
    from allauth.mfa.totp.internal.auth import TOTP
    from django.db import connections

    from duecare.ledger import sealing
    from duecare.site.models import User
    from duecare.site.setup import set_up
    from tests.incidents import clinic

    if sys.argv[1:] == ["settle"]:
        clinic.hand_in_all()
        connections.close_all()
        return
    set_up(domain="localhost")
    clinic.found(answered=False)
    clinic.case()
    TOTP.activate(User.objects.get(email=OWNER), SECRET)
    sealing.checkpoint()
    connections.close_all()


if __name__ == "__main__":
    main()
