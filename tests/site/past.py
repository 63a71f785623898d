"""An organisation with a past: what was so ten days ago, what changed five days ago, who sees it now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
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
from duecare.ledger import blobs, sealing
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.patching import orders
from duecare.patching.feed_models import Feed, FeedSnapshot, State, Verified
from duecare.patching.run_actions import say_how_reached
from duecare.patching.run_models import PatchRun
from duecare.patching.software_models import Software
from duecare.patching.weak_models import Advisory, AdvisoryName, Matching, Weak
from duecare.patching.windows import Window
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
from duecare.systems import enrolment_actions
from duecare.systems.actions import take_in_report
from duecare.systems.envelopes import Shown
from duecare.systems.fleet_models import Enrolment
from duecare.systems.models import Device, Host, Name, NameKind, Report
from duecare.systems.name_actions import Eyes, add_name, look_at
from duecare.web.recorded import recorded
from tests.homes import fresh_home
from tests.people import PASSWORD, browser
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


def enrol_sample(at: datetime) -> None:
    """A computer that showed a key, and waits for a decision."""
    _offered, token = enrolment_actions.offer(TERMINAL, "db-1", at)
    enrolment_actions.answer(Shown(token, "ab" * 32, "db-1", "cd" * 32), "192.0.2.7", at)


def bring(kind: str, text: str, at: datetime) -> None:
    """Take in a list as it was downloaded then."""
    said = Said(kind, source="Entra ID" if kind == "accounts" else "Intune", whole=True)
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
        enrol_sample(now - LONG_AGO)
        bring("accounts", "login,enabled,mfa\nada@clinic.example,yes,no\n", now - LONG_AGO)
        bring("devices", "name,encrypted\nlaptop-7,no\n", now - LONG_AGO)
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
        _set_an_update_aside(now - LONG_AGO)
        _find_weak(now - LONG_AGO)
        _order_updates(viewer_of(users["owner"], now - LONG_AGO), now - LONG_AGO)
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


def _set_an_update_aside(at: datetime) -> None:
    """A feed of advisories with an update that takes much away."""
    with recording(TERMINAL, recorded("take in what the feed %(name)s brought", name="OSV, PyPI")):
        feed = Feed.objects.create(id=new_key(), feed="osv-pypi", tried_at=at)
        FeedSnapshot.objects.create(
            id=new_key(), feed=feed, fetched_at=at, confirmed_at=at, address="https://feeds.example/all.zip",
            verified=Verified.TLS.value, by_hand=False, file=blobs.keep(b"-"), size=1, format="OSV", count=3,
            faults=1, fault_list=blobs.keep(b'[["all.zip: X-1.json", "it is encrypted"]]'),
            was_known=9, withdrawn=6, state=State.WAITING.value,
        )  # fmt: skip


def _find_weak(at: datetime) -> None:
    """An advisory about the openssl of every host."""
    made = Advisory.objects.create(
        id="CVE-2026-1", feeds=["osv"], aliases=["GHSA-1"], called="CVE-2026-1 GHSA-1",
        summary="It reads too far.", published=at,
        urgency="exploited", urgent_because="CISA lists it as exploited", points=70,
        ranked_because="exploited in the wild (KEV)", kev=True,
    )  # fmt: skip
    AdvisoryName.objects.create(name=made.pk, advisory=made)
    for one in Software.objects.filter(name="openssl"):
        Weak.objects.create(
            software=one, advisory=made, undecided=False, fixed="9.9", why="osv: below 9.9", since=at,
            since_index=1, fix_seen_at=at,
        )  # fmt: skip
    Matching.objects.create(id=1, at=at, index=1, software=1, newest_software=Software.objects.count())


def _order_updates(owner: Viewer, at: datetime) -> None:
    """A patch run that the owner drew up, of an update that another report would have told."""
    host = Host.objects.get(name="web-1")
    reach = say_how_reached(owner, host, "web-1.clinic.example", 22, f"SHA256:{'A' * 43}", at)
    ordered = orders.Host(
        host.pk, host.name, reach.address, reach.port, reach.host_key, orders.Manager.APT,
        (orders.Package("openssl", "3.0.11-1", "3.0.11-2"),),
    )  # fmt: skip
    window = Window(at, at + timedelta(days=50), "UTC", frozenset({0, 5}), time(22), time(4))
    key = new_key()
    order = orders.Order(
        key, "The lamp", (ordered,), ((host.pk,),), 5, window, orders.Stop(0, 0), False,
        (orders.LeftOut("laptop-7", "", "It stands alone."),),
    )  # fmt: skip
    digest = blobs.keep(orders.write_order(order))
    with recording(owner.actor, recorded("draw up the patch run %(title)s", title=order.title)):
        PatchRun.objects.create(
            id=key, title=order.title, order=digest, hosts=1, packages=1, left_out=1,
            not_before=window.not_before, not_after=window.not_after, made_by=owner.actor, made_at=at,
        )  # fmt: skip


def _samples() -> dict[str, str]:
    host = Host.objects.get(name="web-1")
    report = Entry.objects.filter(kind="systems.report").order_by("index")[0]
    return {
        "keeper": Keeper.objects.get().pk,
        "account": Account.objects.get().pk,
        "device": Device.objects.get().pk,
        "import": Import.objects.get(list="accounts").pk,
        "data set": DataSet.objects.get().pk,
        "finding": Finding.objects.filter(subject__endswith=host.pk).order_by("opened_at")[0].pk,
        "host": host.pk,
        "enrolment": Enrolment.objects.get().pk,
        "issued": IssuedReport.objects.get().pk,
        "name": Name.objects.get().pk,
        "feed update": FeedSnapshot.objects.get().pk,
        "report": Report.objects.get(host=host).pk,
        "person": Person.objects.get(name="member").pk,
        "right": Right.objects.get(person__name="member").pk,
        "entry": str(report.index),
        "statement": Statement.objects.get().pk,
        "exception": SafeguardException.objects.get().pk,
        "task": Task.objects.get().pk,
        "attachment": Attachment.objects.get().pk,
        "view": SharedView.objects.get().pk,
        "package": Software.objects.get(name="openssl").package,
        "blob": Report.objects.get(host=host).report,
        "matter": Matter.objects.get().pk,
        "matter member": MatterMember.objects.get(person__name="owner").pk,
        "paper": MatterPaper.objects.order_by("made_at", "pk")[0].pk,
        "released": ReleasedPaper.objects.get().pk,
        "patch run": PatchRun.objects.get().pk,
    }
