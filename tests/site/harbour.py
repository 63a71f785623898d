"""Harbour Clinic, the demonstration's, for browser tests: with sign-ins that tests know, and a few states.

`python -m tests.site.harbour` brings it up in `$DUECARE_HOME` and prints, as JSON, the keys that addresses
are made of. It is a program of its own because the tests' process has another home. It is made once for all
test processes of a run; each module of tests gets a copy.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.site.browser import PASSWORD, environment

if TYPE_CHECKING:
    import pytest

OWNER = "maeve@harbour.example"
COUNSEL = "ciara@byrne-law.example"
MEMBER = "rory@harbour.example"
SECRET = "KRUGS4ZANFZSA3TPOQQGCICTMVRXEZLU"
"""Of the owner's code generator, and of counsel's."""


def seed(places: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home with the organisation for one module of tests, and the keys of what is in it."""
    template = made(places)
    home = places.mktemp("harbour") / "home"
    shutil.copytree(template / "home", home)
    found: dict[str, str] = json.loads((template / "said.json").read_text())["keys"]
    return home, found


def made(places: pytest.TempPathFactory) -> Path:
    """Where it is made: `home`, and `said.json` with its `keys` and the demonstration's `counts`."""
    base = places.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    template = shared / "harbour-template"
    with (shared / "harbour.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (template / "said.json").exists():
            template.mkdir(exist_ok=True)
            home = template / "home"
            done = subprocess.run(
                [sys.executable, "-m", "tests.site.harbour"],
                cwd=Path(__file__).parents[2],
                env=environment(home),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            (template / "said.json").write_text(done.stdout.splitlines()[-1])
    return template


def main() -> None:
    """Make the organisation in `$DUECARE_HOME`."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "duecare.site.settings"
    django.setup()
    from django.db import connections

    from duecare.ledger import sealing
    from duecare.ledger.records import utc_now
    from duecare.site.demonstration import making
    from duecare.site.models import User
    from duecare.site.rights import viewer_of
    from tests.site import all_samples, samples

    making.make(lambda line: None)
    told = counts()
    now = utc_now()
    _leave_the_worker_nothing_to_do()
    _let_tests_sign_in()
    _attach(now)
    _sign_with_a_passkey(now)
    samples.enrol(now)
    owner = viewer_of(User.objects.get(email=OWNER), now)
    all_samples.write(owner, now)
    sealing.checkpoint()
    past = (now - timedelta(days=6)).date().isoformat()
    print(json.dumps({"keys": {**keys(), **all_samples.keys(), "past": past}, "counts": told}))
    connections.close_all()  # so that the file alone holds all of it


def counts() -> dict[str, int]:
    """How many entries of each kind the record holds."""
    from duecare.ledger.models import Entry

    return dict(Counter(Entry.objects.values_list("kind", flat=True)))


def _let_tests_sign_in() -> None:
    """With the password that tests type, and second factors whose codes they can tell."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    from duecare.site.models import User

    for email in (OWNER, COUNSEL, MEMBER):
        user = User.objects.get(email=email)
        user.set_password(PASSWORD)
        user.save()
        if email != MEMBER:
            Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
            TOTP.activate(user, SECRET)


def _sign_with_a_passkey(now: datetime) -> None:
    """An exception that the owner approves and signs, which the demonstration cannot tell: nobody in it has a
    passkey."""
    from duecare.ledger.recording import recording
    from duecare.ledger.records import new_key
    from duecare.program import signing
    from duecare.program.approval_actions import Signed, approve
    from duecare.program.approval_queries import version_of
    from duecare.program.exception_actions import Draft, ask_for_exception
    from duecare.program.exception_queries import reference
    from duecare.program.models import Decided, Passkey, Person
    from duecare.site.models import User
    from duecare.site.rights import viewer_of
    from tests.program.authenticator import ORIGIN, SITE, Authenticator
    from tests.program.authenticator import new_key as new_private_key

    maeve, finn = (Person.objects.get(name=name) for name in ("Maeve Brennan", "Finn Doyle"))
    viewer = viewer_of(User.objects.get(person=maeve.pk), now)
    maker = Authenticator(new_private_key("ES256"))
    with recording(viewer.actor, "register a passkey"):
        Passkey.objects.create(
            id=new_key(), person=maeve, name="blue key", credential=maker.credential,
            public_key=maker.pem, made_at=now,
        )  # fmt: skip
    wanted = Draft(
        "monitoring", "Nobody is paid to be woken at night before the new contract begins in spring.",
        "Alarms go to Quay IT by day, and to Finn’s telephone in the evening until eleven.",
        now.date() + timedelta(days=90),
    )  # fmt: skip
    about = reference(ask_for_exception(f"person:{finn.pk}", wanted, now).pk)
    version = version_of(about, viewer)
    assertion = maker.assertion(signing.challenge(Decided.APPROVED.value, version.commitment))
    signed = Signed(assertion, frozenset({ORIGIN}), SITE)
    approve(viewer, about, version.entry, Decided.APPROVED, "Read and weighed.", signed, now)


def _attach(now: datetime) -> None:
    """A file and a mention on a task."""
    from duecare.program.models import Person, Task
    from duecare.program.remarks import add_attachment, add_comment

    maeve, rory = (Person.objects.get(name=name) for name in ("Maeve Brennan", "Rory Walsh"))
    task = Task.objects.get(title__startswith="Restore a whole", ended_at=None)
    reference = f"program.task:{task.pk}"
    add_comment(f"person:{maeve.pk}", reference, "@Rory Walsh has the key of the tape safe.", [rory.pk], now)
    add_attachment(f"person:{maeve.pk}", reference, "Plan.pdf", b"%PDF-1.7 not really", now)


def _leave_the_worker_nothing_to_do() -> None:
    """Else it would verify the record half a minute after the start, and the pages would show that."""
    from duecare.ledger.recording import record_note
    from duecare.site import worker

    for job in worker.jobs():
        record_note(worker.ACTOR, job.name, worker.JOB, job.name, {"done": True})


def keys() -> dict[str, str]:
    """Keys of what is in the home, by the names that samples of addresses use."""
    from duecare.access.models import Account
    from duecare.assurance.models import IssuedReport
    from duecare.ledger.models import Entry
    from duecare.patching.software.following import package_key
    from duecare.program.matter_models import Matter, MatterMember, MatterPaper, ReleasedPaper
    from duecare.program.models import (
        Attachment,
        DataSet,
        Finding,
        Import,
        Person,
        Right,
        SafeguardException,
        SharedView,
        StaffMember,
        Statement,
        Task,
    )
    from duecare.systems.models import Device, Host, Name, Report

    host = Host.objects.get(name="db-1")
    report = Report.objects.filter(host=host).order_by("collected_at").last()
    outcome = Entry.objects.filter(kind="program.outcome").order_by("index").first()
    assert report is not None
    assert outcome is not None
    return {
        "account": Account.objects.get(login__startswith="service_scanmaker").pk,
        "device": Device.objects.get(name="HC-PC-005").pk,
        "staff member": StaffMember.objects.get(number="HC1005").pk,
        "import": Import.objects.filter(loader="entra-mfa").order_by("-made_at")[0].pk,
        "attachment": Attachment.objects.order_by("-pk")[0].pk,
        "data set": DataSet.objects.get(name="Patients").pk,
        "entry": str(outcome.index),
        "exception": SafeguardException.objects.get(safeguard="pentest").pk,
        "approved exception": SafeguardException.objects.filter(safeguard__in=("monitoring", "patching"))
        .order_by("-pk")[0]
        .pk,
        "finding": Finding.objects.filter(closed_at=None).order_by("pk")[0].pk,
        "host": host.pk,
        "issued": IssuedReport.objects.get(report="board").pk,
        "matter": Matter.objects.get().pk,
        "matter member": MatterMember.objects.get(person__name="Maeve Brennan").pk,
        "name": Name.objects.get(name="harbour.example").pk,
        "package": package_key("Debian", "openssl"),
        "paper": MatterPaper.objects.get(kind="copy").pk,
        "released": ReleasedPaper.objects.get().pk,
        "withheld": str(Entry.objects.filter(kind="program.matterpaper")[0].index),
        "person": Person.objects.get(name="Rory Walsh").pk,
        "report": report.pk,
        "right": Right.objects.get(person__name="Rory Walsh").pk,
        "statement": Statement.objects.get(question="restore_test.done", ended_at=None).pk,
        "view": SharedView.objects.order_by("pk")[0].pk,
        "task": Task.objects.get(title__startswith="Restore a whole", ended_at=None).pk,
    }


if __name__ == "__main__":
    main()
