"""Harbour Clinic, an organisation that is made up, so that pages have something on them to look at.

Its computers are the fixture trees of the collector's tests with faults of their own. It was first assessed
twelve days ago and again today. `python -m tests.site.harbour` brings up `$DUECARE_HOME` and prints, as JSON,
the keys that addresses are made of. It is a program of its own because the tests' process has another home.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.site.browser import PASSWORD, environment
from tests.systems.tree import NOW, Tree

OWNER = "maeve@harbour.example"
COUNSEL = "aoife@kelly-law.example"
MEMBER = "rory@harbour.example"
SECRET = "KRUGS4ZANFZSA3TPOQQGCICTMVRXEZLU"
"""Of the owner's code generator, and of counsel's."""
TERMINAL = "terminal:maeve"
SOON = timedelta(days=25)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def seed(home: Path) -> dict[str, str]:
    """Make the organisation in a new home; the keys of what is in it."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.site.harbour"],
        cwd=Path(__file__).parents[2],
        env=environment(home),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    keys: dict[str, str] = json.loads(made.stdout.splitlines()[-1])
    return keys


def _computers() -> dict[str, tuple[Tree, dict[str, Any], dict[str, Any]]]:
    """By name: the tree, what is wrong with it from the beginning, and what changed since."""
    from tests.systems.trees import alpine, debian, rhel, ubuntu

    return {
        "web-1": (
            debian(),
            {"sshd.settings.permitrootlogin": "yes"},
            {"antivirus.products.0.running": False},
        ),
        "db-1": (rhel(), {"firewall.active": False, "firewall.input_policy": "accept"}, {}),
        "mail-1": (alpine(), {"backup.jobs": []}, {}),
        "laptop-orla": (ubuntu(), {"disk_encryption.mounts.0.encrypted": False}, {}),
        "laptop-finn": (ubuntu().as_user(), {"time.synchronized": False}, {"time.synchronized": True}),
    }


def _report(name: str, tree: Tree, changes: dict[str, Any], now: datetime) -> bytes:
    """The collector's report about a tree, as if the tree were of this moment."""
    from tests.systems.healthy import changed

    told = tree.report()
    told["facts"] = changed(told["facts"], changes)
    told["host"].update(name=name, key=hashlib.sha256(name.encode()).hexdigest())
    shift = now.replace(microsecond=0) - NOW

    def later(found: re.Match[str]) -> str:
        return (datetime.fromisoformat(found[0]) + shift).strftime("%Y-%m-%dT%H:%M:%SZ")

    return _MOMENT.sub(later, json.dumps(told)).encode()


def main() -> None:
    """Make the organisation in `$DUECARE_HOME`."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "duecare.site.settings"
    django.setup()
    from duecare.ledger import sealing
    from duecare.ledger.records import utc_now
    from duecare.site.setup import set_up
    from tests.site.past import clock

    set_up()
    now = utc_now()
    first = now - timedelta(days=12, hours=3)
    with clock(first):
        _begin(first)
        _assess(first, later=False)
        sealing.checkpoint()
    with clock(first + timedelta(days=1)):
        _decide(first + timedelta(days=1))
    with clock(first + timedelta(days=2)):
        _work_for_counsel(first + timedelta(days=2))
    with clock(now - timedelta(minutes=20)):
        _assess(now - timedelta(minutes=20), later=True)
    _report_to_the_board(now - timedelta(minutes=15))
    _bring_lists(now - timedelta(minutes=10))
    _leave_the_worker_nothing_to_do()
    sealing.checkpoint()
    print(json.dumps({**_keys(), "past": (now - timedelta(days=6)).date().isoformat()}))


def _begin(now: datetime) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    from duecare.site import people

    owner = people.claim("Harbour Clinic", "Europe/Dublin", 40, "Maeve Brennan", OWNER, PASSWORD)
    TOTP.activate(owner, SECRET)
    RecoveryCodes.activate(owner)
    people.add_user(TERMINAL, MEMBER, "Rory Walsh", PASSWORD, "member", "")
    until = (now + timedelta(days=90)).date().isoformat()
    people.add_user(
        TERMINAL, "tomasz@audit.example", "Tomasz Wolny", PASSWORD, "auditor", until,
        sees_from=now.date(), sees_to=date.fromisoformat(until),
    )  # fmt: skip


def _assess(now: datetime, *, later: bool) -> None:
    from duecare.program.assessing import assess
    from duecare.program.judgement import Grade
    from duecare.systems.actions import take_in_report

    for name, (tree, faults, since) in _computers().items():
        data = _report(name, tree, faults | since if later else faults, now)
        take_in_report(data, TERMINAL, now, Grade.IMPORTED, new_host=True)
    _look_at_names(now, later=later)
    assess(TERMINAL, now, clock=lambda: now)


def _look_at_names(now: datetime, *, later: bool) -> None:
    """A mail domain, and a website that leads into the clinic's own network and so is not reached."""
    from duecare.program.outgoing import Outgoing
    from duecare.systems.models import Name, NameKind
    from duecare.systems.name_actions import Eyes, add_name, look_at

    told = {
        "harbour.example": ("v=spf1 ip4:198.51.100.7 include:_spf.mail.example ~all",),
        "_spf.mail.example": ("v=spf1 ip4:203.0.113.0/24 -all",),
        "_dmarc.harbour.example": ("v=DMARC1; p=none; rua=mailto:dmarc@harbour.example",),
    }
    eyes = Eyes(Outgoing(resolve=lambda host: ["10.0.0.7"]), lambda: lambda name: told.get(name, ()))
    if not later:
        add_name(TERMINAL, NameKind.MAIL, "harbour.example", now, selectors=["harbour2024"], daily=True)
        add_name(TERMINAL, NameKind.TLS, "www.harbour.example", now, port=443)
    for name in Name.objects.order_by("pk"):
        look_at(name, TERMINAL, now, eyes)


def _decide(now: datetime) -> None:
    from duecare.law.obligations import profile_facts
    from duecare.program import actions

    actor = "terminal:maeve"
    actions.adopt_target(actor, "security_update_days", 7, "Exploits follow within a week, and we can.", now)
    actions.keep_data_set(
        actor, None, name="Patients", kinds="names, addresses, diagnoses", people={"IE": 12000, "GB": 900},
        place="Dublin", encryption="at rest, by the database", supplier="", keeper="Maeve Brennan",
    )  # fmt: skip
    answers = {"eu_gdpr_scope": True, "uk_gdpr_scope": False, "is_processor": False}
    assert answers.keys() <= dict(profile_facts()).keys()
    actions.change_profile(actor, country="IE", people=85, facts=answers)
    _give_work(now)
    _state(now)
    _depart(now)
    _save_views(now)
    _set_up(now)


def _save_views(now: datetime) -> None:
    """A shared view and one of the owner's own."""
    from duecare.ledger.viewers import Role, Viewer
    from duecare.program.models import Person
    from duecare.site.saved_views import save_view

    maeve = Person.objects.get(name="Maeve Brennan")
    viewer = Viewer(f"person:{maeve.pk}", maeve.name, frozenset({Role.OWNER}), maeve.pk)
    save_view(viewer, "findings", "state=open", "What the clinic has to mend", shared=True, now=now)
    save_view(viewer, "tasks", "state=late&whose=mine", "My late ones", shared=False, now=now)


def _set_up(now: datetime) -> None:
    """The answers of the set-up but for the place for backups, and the plan with one task done."""
    from duecare.ledger.viewers import Role, Viewer
    from duecare.program import setup_actions
    from duecare.program.models import Ending, Person
    from duecare.program.plan_actions import make_plan
    from duecare.program.plan_queries import plan_tasks, proposed
    from duecare.program.setup_queries import setup
    from duecare.program.task_actions import end_task

    maeve = Person.objects.get(name="Maeve Brennan")
    viewer = Viewer(f"person:{maeve.pk}", maeve.name, frozenset({Role.OWNER}), maeve.pk)
    setup_actions.say_services(viewer.actor, ["microsoft_365", "trade_software", "website"], "")
    setup_actions.approve_alone(viewer.actor, True)
    setup_actions.add_keeper(
        viewer.actor, now, name="Niamh Walsh", organisation="Walsh & Daughters, accountants",
        address="niamh@walsh.example", outside=True,
    )  # fmt: skip
    setup_actions.say_address(viewer.actor, "duecare.harbour.example", ["127.0.0.1"])
    day, arranged = now.date(), setup(viewer)
    planned = proposed(viewer, now, day, arranged, (), True)
    make_plan(viewer.actor, planned, now, day, owner=maeve.pk, approver=maeve.pk)
    end_task(viewer.actor, plan_tasks(viewer)[0].pk, Ending.DONE, "Done for all 85 people.", now)


def _state(now: datetime) -> None:
    """Statements of every kind: stated, about to expire, doubted, admitted gaps, replaced, not to apply."""
    from duecare.program.models import Answer, Person, Review
    from duecare.program.questions import questions
    from duecare.program.remarks import add_attachment
    from duecare.program.statement_actions import Draft, make_statement, review_statement

    maeve = f"person:{Person.objects.get(name='Maeve Brennan').pk}"
    day = now.date()

    def state(
        actor: str, id: str, answer: Answer, words: str, at: datetime = now, link: str = "", **more: Any
    ) -> str:
        draft = Draft(answer, words, link, day - timedelta(days=30), day, **more)
        return make_statement(actor, questions()[id], draft, at).pk

    before = now - timedelta(hours=2)
    state(TERMINAL, "physical.rooms", Answer.PARTLY, "The cellar has no lock yet.", at=before)
    rooms = state(
        TERMINAL, "physical.rooms", Answer.YES,
        "Server room and archive have card locks since May; the cellar got its lock on Monday.\n\n"
        "Cards: Maeve, Rory, the caretaker. The list was gone through with the caretaker.",
        link="https://intranet.harbour.example/facilities/locks/list-of-card-holders-2026.pdf?version=3",
    )  # fmt: skip
    add_attachment(TERMINAL, f"program.statement:{rooms}", "Card holders.pdf", b"%PDF-1.7 not really", now)
    review_statement(maeve, rooms, Review.AGREED, "I tried every door on Tuesday evening.", now)
    state(maeve, "physical.walk_round", Answer.YES, "Two unlocked screens, spoken to.", expires=day + SOON)
    state(maeve, "mfa.cloud", Answer.NO, "Three shared mailboxes have no second factor.")
    doubted = state(TERMINAL, "edr.covered", Answer.YES, "The agent is on all laptops.")
    review_statement(maeve, doubted, Review.DOUBTED, "The console lists 31 of 40.", now)
    state(maeve, "component_inventory.listed", Answer.NOT_APPLICABLE, "Nobody here builds software.")


def _depart(now: datetime) -> None:
    """Exceptions of every kind: asked for, approved and signed, refused, expired; and an approved target."""
    from duecare.assurance.trust_actions import choose
    from duecare.ledger.recording import recording
    from duecare.ledger.records import new_key
    from duecare.ledger.viewers import Role, Viewer
    from duecare.program import signing
    from duecare.program.approval_actions import Signed, approve
    from duecare.program.approval_queries import version_of
    from duecare.program.exception_actions import Draft, ask_for_exception
    from duecare.program.exception_queries import reference
    from duecare.program.models import Decided, Finding, Passkey, Person
    from tests.program.authenticator import ORIGIN, SITE, Authenticator
    from tests.program.authenticator import new_key as new_private_key

    maeve = Person.objects.get(name="Maeve Brennan")
    viewer = Viewer(f"person:{maeve.pk}", maeve.name, frozenset({Role.OWNER}), maeve.pk)
    maker = Authenticator(new_private_key("ES256"))
    with recording(viewer.actor, "register a passkey"):
        Passkey.objects.create(
            id=new_key(), person=maeve, name="blue key", credential=maker.credential,
            public_key=maker.pem, made_at=now,
        )  # fmt: skip

    def ask(safeguard: str, days: int, finding: str = "") -> str:
        wanted = Draft(
            safeguard, "The maker of the scanner forbids updates until its new release in May.",
            "The scanner stands in a network of its own and is looked at every morning.",
            now.date() + timedelta(days=days), finding,
        )  # fmt: skip
        return reference(ask_for_exception(TERMINAL, wanted, now).pk)

    def decide(about: str, decided: Decided) -> None:
        version = version_of(about, viewer)
        made = maker.assertion(signing.challenge(decided.value, version.commitment))
        signed = Signed(made, frozenset({ORIGIN}), SITE)
        approve(viewer, about, version.entry, decided, "Read and weighed.", signed, now)

    finding = Finding.objects.filter(closed_at=None, safeguard="network_security").order_by("pk")[0]
    decide(ask("network_security", 90, finding.pk), Decided.APPROVED)
    decide(ask("role_training", 60), Decided.REFUSED)
    decide(ask("pentest", 2), Decided.APPROVED)
    decide("program.target:security_update_days", Decided.APPROVED)
    ask("patching", 30)
    choose(
        TERMINAL, shown=True, contact="security@harbour.example", indexable=False, now=now,
        words="We are a clinic of 85 people in Dublin. The facts below are drawn from the record that "
        "we work with; none of them is written for this page.",
        chosen=[
            "counts", "reach", "assessed", "checkpoint", "safeguard:physical", "safeguard:logging",
            "safeguard:time_sync", "safeguard:backups", "safeguard:mfa", "obligation:eu-gdpr",
        ],
    )  # fmt: skip
    decide("program.trustpage:trust", Decided.APPROVED)


def _give_work(now: datetime) -> None:
    """Tasks of every kind, with remarks."""
    from duecare.program.models import Ending, Finding, Person
    from duecare.program.remarks import add_attachment, add_comment
    from duecare.program.task_actions import end_task, make_task

    maeve, rory = (Person.objects.get(name=name) for name in ("Maeve Brennan", "Rory Walsh"))
    actor, today = f"person:{maeve.pk}", now.date()
    finding = Finding.objects.filter(closed_at=None).order_by("pk")[0]
    task = make_task(
        actor, now, title="Restore the appointments from last night’s backup, and time it", owner=maeve.pk,
        why="A backup that nobody has read back may be none.\nDone when ten records were compared.",
        due=today + timedelta(days=14), minutes=90, repeats="quarterly", safeguard=finding.safeguard,
        about=f"program.finding:{finding.pk}",
    )  # fmt: skip
    reference = f"program.task:{task.pk}"
    add_comment(actor, reference, "@Rory Walsh has the key of the tape safe.", [rory.pk], now)
    add_attachment(actor, reference, "Plan.pdf", b"%PDF-1.7 not really", now)
    make_task(actor, now, title="Ask the board for a second firewall", due=today + timedelta(days=3))
    done = make_task(actor, now, title="Give Rory a locker key", owner=maeve.pk, due=today)
    end_task(actor, done.pk, Ending.DONE, "Number 14.", now)


def _work_for_counsel(now: datetime) -> None:
    """A matter with papers of every kind, one of them released, that the owner opened and counsel directs."""
    from allauth.mfa.totp.internal.auth import TOTP

    from duecare.program import matter_actions
    from duecare.program.matter_actions import Draft
    from duecare.program.matter_queries import copied
    from duecare.program.models import Finding, Person
    from duecare.site import people
    from duecare.site.models import User
    from duecare.site.rights import viewer_of

    aoife = people.add_user(TERMINAL, COUNSEL, "Aoife Kelly", PASSWORD, "approver", "")
    counsel = User.objects.get(person=aoife.pk)
    TOTP.activate(counsel, SECRET)
    owner = User.objects.get(person=Person.objects.get(name="Maeve Brennan").pk)
    matter = matter_actions.open_matter(
        viewer_of(owner, now), "The laptop that was left on the train",
        "Whether patients and the regulator must be told.\nAsked for by letter of 3 March.", aoife.pk, now,
    ).pk  # fmt: skip
    finding = f"program.finding:{Finding.objects.filter(closed_at=None).order_by('pk')[0].pk}"
    copy = copied(finding, viewer_of(owner, now))
    drafts = (
        Draft(
            "What stood on the disk",
            "Appointments of two weeks.\n\nNo diagnoses.",
            name="files.txt",
            data=b"-",
        ),
        Draft(copy.title, copy.words, about=finding),
        Draft("Report of the loss to the railway", "Handed in on the same day.", name="claim.txt", data=b"-"),
    )
    papers = [matter_actions.add_paper(viewer_of(owner, now), matter, one, now).pk for one in drafts]
    why = "The railway’s insurer asked for it; it holds no advice."
    matter_actions.release(viewer_of(counsel, now), matter, papers[2:], why, now)


def _report_to_the_board(now: datetime) -> None:
    from duecare.assurance.actions import issue
    from duecare.assurance.quarters import Quarter
    from duecare.assurance.reports import REPORTS
    from duecare.assurance.reports.interface import Asked
    from duecare.ledger.viewers import Role, Viewer
    from duecare.program.models import Person

    maeve = Person.objects.get(name="Maeve Brennan")
    viewer = Viewer(f"person:{maeve.pk}", maeve.name, frozenset({Role.OWNER}), maeve.pk)
    asks = "Approve 4,200 EUR for a second firewall, and an hour in January to exercise the plan."
    quarter = Quarter.of(now.date())
    issue(viewer, REPORTS["board"], Asked(quarter.first, now.date(), now, words=asks), now)


def _bring_lists(now: datetime) -> None:
    """After the last assessment, so that they change their own pages and no picture of the home page."""
    from duecare.program.imports.terminal import Said, import_table
    from tests.program.imports import files

    for kind, text in (
        ("entra-users", files.ENTRA_USERS),
        ("entra-mfa", files.ENTRA_FACTORS),
        ("intune-devices", files.INTUNE_DEVICES),
    ):
        said = Said(kind, whole=True)
        import_table(text.encode(), f"{kind}.csv", said, TERMINAL, now, dry=False, tell=lambda line: None)


def _leave_the_worker_nothing_to_do() -> None:
    """Else it would assess the real computer half a minute after the start, and the pages would show that."""
    from duecare.ledger.recording import record_note
    from duecare.site import worker

    for job in worker.jobs():
        record_note(worker.ACTOR, job.name, worker.JOB, job.name, {"done": True})


def _keys() -> dict[str, str]:
    from duecare.access.models import Account
    from duecare.assurance.models import IssuedReport
    from duecare.ledger.models import Entry
    from duecare.patching.software import package_key
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
        "account": Account.objects.get(kind="guest").pk,
        "device": Device.objects.get(own_id="d-2").pk,
        "import": Import.objects.get(loader="entra-mfa").pk,
        "attachment": Attachment.objects.get(name="Plan.pdf").pk,
        "data set": DataSet.objects.get().pk,
        "entry": str(outcome.index),
        "exception": SafeguardException.objects.get(safeguard="patching").pk,
        "approved exception": SafeguardException.objects.get(safeguard="network_security").pk,
        "finding": Finding.objects.filter(closed_at=None).order_by("pk")[0].pk,
        "host": host.pk,
        "issued": IssuedReport.objects.get().pk,
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
        "statement": Statement.objects.get(question="physical.rooms", ended_at=None).pk,
        "view": SharedView.objects.get().pk,
        "task": Task.objects.get(title__startswith="Restore").pk,
    }


if __name__ == "__main__":
    main()
