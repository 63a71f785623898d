"""An organisation in `$DUECARE_HOME` whose register is empty, and an owner whose code generator tests know.

`python -m tests.risk.register.register_home` makes it: a program of its own, because the tests' process has
another home.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.site.browser import PASSWORD, environment

OWNER = "owner@clinic.example"
SECRET = "KRUGS4ZANFZSA3TPOQQGCICTMVRXEZLU"


def seed(home: Path) -> Path:
    """Make it there."""
    home.mkdir(mode=0o700, parents=True)
    subprocess.run(
        [sys.executable, "-m", "tests.risk.register.register_home"],
        cwd=Path(__file__).parents[3],
        env=environment(home),
        check=True,
    )
    return home


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "duecare.site.settings"
    django.setup()
    from allauth.mfa.totp.internal.auth import TOTP
    from django.db import connections

    from duecare.ledger import sealing
    from duecare.site import people
    from duecare.site.models import User
    from duecare.site.setup import set_up

    set_up(domain="localhost")
    people.claim("Harbour Clinic", "Europe/Dublin", 150, "Olga Owner", OWNER, PASSWORD)
    TOTP.activate(User.objects.get(email=OWNER), SECRET)
    sealing.checkpoint()
    connections.close_all()


if __name__ == "__main__":
    main()
