"""An organisation with a past: what was so ten days ago, what changed five days ago, who sees it now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client, override_settings

from duecare.access.models import Account
from duecare.assurance.actions import issue
from duecare.assurance.models import IssuedReport
from duecare.assurance.reports import REPORTS
from duecare.assurance.reports.interface import Asked
from duecare.assurance.trust_actions import choose
from duecare.ledger import sealing
from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.patching.software.models import Software
from duecare.program import actions, exception_actions, matter_actions, setup_actions
from duecare.program.assessing import assess
from duecare.program.imports.terminal import Said, import_table
from duecare.program.judgement import Grade
from duecare.program.matter_models import Matter, MatterMember, MatterPaper, ReleasedPaper
from duecare.program.models import (
    Answer,
    Attachment,
    DataSet,
    Finding,
    Import,
    Keeper,
    Person,
    Right,
    SafeguardException,
    SharedView,
    StaffMember,
    Statement,
    Task,
)
from duecare.program.questions import questions
from duecare.program.remarks import add_attachment
from duecare.program.statement_actions import Draft, make_statement
from duecare.program.task_actions import make_task
from duecare.site import first_run, people
from duecare.site.models import User
from duecare.site.rights import viewer_of
from duecare.site.saved_views import save_view
from duecare.systems.actions import take_in_report
from duecare.systems.models import Device, Host, Name, NameKind, Report
from duecare.systems.name_actions import Eyes, add_name, look_at
from tests.homes import fresh_home
from tests.people import PASSWORD, browser
from tests.site import all_samples, samples
from tests.systems.trees import debian

TERMINAL = "terminal:test"
LONG_AGO, BEFORE, SINCE = timedelta(days=10), timedelta(days=7), timedelta(days=5)


@contextmanager
def clock(at: datetime) -> Iterator[None]:
    """Let the server's clock stand still at a moment, for entries and rights."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("duecare.ledger.recording", "duecare.ledger.sealing", "duecare.site.people"):
            patch.setattr(f"{module}.utc_now", lambda: at)
        yield


@dataclass(frozen=True, slots=True)
class Past:
    """What the tests ask about."""

    home: Path
    now: datetime
    browsers: dict[str, Client]
    """Signed in, by who it is; the stranger is not."""
    samples: dict[str, str]
    """By the name of an address's part: something that has been there for ten days."""

    @property
    def then(self) -> str:
        """A moment between what was so and what changed, as `?as_of=` takes it."""
        return (self.now - BEFORE).isoformat().replace("+00:00", "Z")


def _person(name: str, role: Role, *, factor: bool = True, **right: object) -> User:
    """Somebody who can sign in."""
    made = people.add_user(TERMINAL, f"{name}@clinic.example", name, PASSWORD, role, **right)  # type: ignore[arg-type]
    user = User.objects.get(person=made.pk)
    if factor:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not used"})
    return user


def report(at: datetime, hostname: str) -> bytes:
    """A report of a computer whose firewall is off, gathered then."""
    told = debian().report(at)
    told["host"].update(name=hostname, key=hostname.encode().hex().ljust(64, "0"))
    told["facts"]["firewall"].update(active=False, input_policy="accept")
    return json.dumps(told).encode()


def issue_report(who: str, at: datetime) -> IssuedReport:
    """The posture report of that moment."""
    person = Person.objects.get(name=who)
    viewer = Viewer(f"person:{person.pk}", who, frozenset({Role.OWNER}), person.pk)
    return issue(viewer, REPORTS["posture"], Asked(at.date(), at.date(), at), at)


def bring(kind: str, text: str, at: datetime) -> None:
    """Take in a list as it was downloaded then."""
    said = Said(kind, source="Intune" if kind == "devices" else "Entra ID", whole=True)
    import_table(text.encode(), f"{kind}.csv", said, TERMINAL, at, dry=False, tell=lambda line: None)


def _take_in(hostname: str, at: datetime) -> None:
    take_in_report(report(at, hostname), TERMINAL, at, Grade.IMPORTED, new_host=True)


@contextmanager
def organisation(template: str, place: Path) -> Iterator[Past]:
    """A home with all that, and a browser for everybody."""
    now = utc_now()
    cheap = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with fresh_home(template, place) as home, cheap:
        cache.clear()
        users = _history(now)
        browsers = {"stranger": browser()}
        for name, user in users.items():
            browsers[name] = browser()
            browsers[name].force_login(user)
        first_run.forget()
        yield Past(home, now, browsers, _samples())
        first_run.forget()


def _history(now: datetime) -> dict[str, User]:
    """Ten days ago an assessed host and most of the people; five days ago who gained and who lost a right."""
    day = (now - LONG_AGO).date()
    audit = {"until": (now.date() + timedelta(days=90)).isoformat()}
    with clock(now - LONG_AGO):
        people.claim("Riverside Clinic", "UTC", 150, "owner", "owner@clinic.example", PASSWORD)
        owner = User.objects.get()
        Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "not used"})
        users = {
            "owner": owner,
            "owner without a second factor": _person("bare", Role.OWNER, factor=False),
            "manager": _person("manager", Role.MANAGER),
            "approver": _person("approver", Role.APPROVER),
            "auditor": _person("auditor", Role.AUDITOR, **audit, sees_from=day),
            "auditor of a past period": _person(
                "late", Role.AUDITOR, **audit, sees_from=day, sees_to=(now - BEFORE).date()
            ),
            "auditor of a coming period": _person(
                "early", Role.AUDITOR, **audit, sees_from=now.date() + timedelta(days=9)
            ),
            "member": _person("member", Role.MEMBER),
            "gained": _person("gained", Role.MEMBER),
            "manager of patching only": _person("limited", Role.MANAGER, areas=["patching"]),
            "lost": _person("lost", Role.MANAGER),
            "expired": _person("expired", Role.MANAGER, until=(now - SINCE).date().isoformat()),
        }
        actions.adopt_target(TERMINAL, "security_update_days", 7, "we can", now - LONG_AGO)
        actions.keep_data_set(TERMINAL, None, name="Patients", people={"DE": 12000})
        take_in_report(
            report(now - LONG_AGO, "web-1"), TERMINAL, now - LONG_AGO, Grade.IMPORTED, new_host=True
        )
        name = add_name(TERMINAL, NameKind.MAIL, "clinic.example", now - LONG_AGO)
        look_at(name, TERMINAL, now - LONG_AGO, Eyes(name_servers=lambda: lambda name: ()))
        samples.enrol(now - LONG_AGO)
        samples.pull(now - LONG_AGO)
        bring("accounts", "login,enabled,mfa\nada@clinic.example,yes,no\n", now - LONG_AGO)
        bring("devices", "name,encrypted\nlaptop-7,no\n", now - LONG_AGO)
        bring("staff", "name,email,department\nAda Example,ada@clinic.example,Ward\n", now - LONG_AGO)
        assess(TERMINAL, now - LONG_AGO, clock=lambda: now - LONG_AGO)
        issue_report("owner", now - LONG_AGO)
        draft = Draft(Answer.YES, "Three rooms, all locked.", "", day, day)
        make_statement(TERMINAL, questions()["physical.rooms"], draft, now - LONG_AGO)
        departure = exception_actions.Draft(
            "patching", "Its maker forbids it.", "It stands alone.", now.date() + LONG_AGO
        )
        asker = f"person:{users['manager'].person}"
        exception_actions.ask_for_exception(asker, departure, now - LONG_AGO)
        task = make_task(TERMINAL, now - LONG_AGO, title="Restore a backup", due=now.date())
        add_attachment(TERMINAL, f"program.task:{task.pk}", "plan.txt", b"as agreed", now - LONG_AGO)
        setup_actions.add_keeper(
            TERMINAL,
            now - LONG_AGO,
            name="Niamh",
            organisation="Accountants",
            address="niamh@books.example",
            outside=True,
        )
        _open_a_matter(users, now - LONG_AGO)
        all_samples.write(viewer_of(users["owner"], now - LONG_AGO), now - LONG_AGO)
        choose(
            TERMINAL, shown=True, chosen=["assessed", "safeguard:patching"], words="", indexable=False,
            contact="security@clinic.example", now=now - LONG_AGO,
        )  # fmt: skip
        manager = Viewer(asker, "manager", frozenset({Role.MANAGER}), users["manager"].person)
        save_view(manager, "findings", "state=open", "What is open", shared=True, now=now - LONG_AGO)
        sealing.checkpoint()
    with clock(now - SINCE):
        gained = Person.objects.get(name="gained")
        people.give_right(TERMINAL, gained, Role.MANAGER, None, None, None)
        people.end_right(TERMINAL, Right.objects.get(person__name="lost"), now - SINCE)
        _take_in("web-2", now - SINCE)
        assess(TERMINAL, now - SINCE, clock=lambda: now - SINCE)
        sealing.checkpoint()
    return users


def _open_a_matter(users: dict[str, User], at: datetime) -> None:
    """A matter that the owner opened and the approver directs; one of its papers is released."""
    owner, approver = users["owner"], users["approver"]
    made = matter_actions.open_matter(
        viewer_of(owner, at), "The lost laptop", "Whether to notify; asked by letter.", approver.person, at
    )
    drafts = (
        matter_actions.Draft("What was on it", "Nothing that was not encrypted.", name="list.txt", data=b"-"),
        matter_actions.Draft("How it was lost", "On a train.", name="ticket.txt", data=b"2nd class"),
    )
    papers = [matter_actions.add_paper(viewer_of(owner, at), made.pk, one, at) for one in drafts]
    matter_actions.release(viewer_of(approver, at), made.pk, [papers[1].pk], "The insurer asks.", at)


def _samples() -> dict[str, str]:
    host = Host.objects.get(name="web-1")
    report = Entry.objects.filter(kind="systems.report").order_by("index")[0]
    return {
        **all_samples.keys(),
        "keeper": Keeper.objects.get().pk,
        "account": Account.objects.get().pk,
        "device": Device.objects.get().pk,
        "staff member": StaffMember.objects.get().pk,
        "import": Import.objects.get(list="accounts").pk,
        "data set": DataSet.objects.get().pk,
        "finding": Finding.objects.filter(subject__endswith=host.pk).order_by("opened_at")[0].pk,
        "host": host.pk,
        "issued": IssuedReport.objects.get().pk,
        "name": Name.objects.get().pk,
        "report": Report.objects.get(host=host).pk,
        "person": Person.objects.get(name="member").pk,
        "right": Right.objects.get(person__name="member").pk,
        "entry": str(report.index),
        "statement": Statement.objects.get().pk,
        "exception": SafeguardException.objects.get().pk,
        "task": Task.objects.get(title="Restore a backup").pk,
        "attachment": Attachment.objects.get().pk,
        "view": SharedView.objects.get().pk,
        "package": Software.objects.filter(name="openssl")[0].package,
        "blob": Report.objects.get(host=host).report,
        "matter": Matter.objects.get().pk,
        "matter member": MatterMember.objects.get(person__name="owner").pk,
        "paper": MatterPaper.objects.order_by("made_at", "pk")[0].pk,
        "released": ReleasedPaper.objects.get().pk,
    }
