"""The story's events put on the record, each through the action that a page would call, at its own time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from duecare.assurance.actions import issue
from duecare.assurance.quarters import Quarter
from duecare.assurance.reports import REPORTS
from duecare.assurance.reports.interface import Asked
from duecare.program import actions, exception_actions
from duecare.program.approval_actions import approve
from duecare.program.approval_queries import TARGET, version_of
from duecare.program.exception_queries import reference
from duecare.program.models import Answer, Decided, Ending, Finding, Person, Review
from duecare.program.outgoing import Outgoing
from duecare.program.questions import questions
from duecare.program.remarks import add_attachment, add_comment
from duecare.program.statement_actions import Draft, make_statement, review_statement
from duecare.program.task_actions import end_task, make_task
from duecare.site import people
from duecare.site.demonstration import arranging, bringing, counsel, happening, post, responding, weighing
from duecare.site.demonstration.story import Event
from duecare.site.demonstration.teller import Telling
from duecare.systems.actions import remove_host
from duecare.systems.models import Host, Name, NameKind
from duecare.systems.name_actions import Eyes, add_name, look_at
from duecare.systems.names.interface import Section, read

PERIOD = timedelta(days=30)
"""How far back a statement speaks of."""


def tell(telling: Telling, event: Event, now: datetime) -> None:
    """Let an event happen at a moment."""
    _TOLD[event.kind](telling, event, now)


def begin(telling: Telling, now: datetime) -> None:
    """The organisation, its first owner, and what it says of itself."""
    one = telling.told["organisation"]
    key, owner = next((key, who) for key, who in telling.told["people"].items() if who["role"] == "owner")
    people.claim(
        one["name"],
        one["zone"],
        one["computers"],
        owner["name"],
        telling.address(key),
        telling.passwords[key],
    )
    telling.people[key] = Person.objects.get()
    actor = telling.actor(key)
    actions.change_profile(actor, country=one["country"], people=one["people"], facts=one["facts"])
    for data_set in telling.told["data"]:
        actions.keep_data_set(actor, None, **{"supplier": "", **data_set})


def look_at_names(telling: Telling, day: int, now: datetime) -> None:
    """What the made-up world says of the clinic's names on a day; nothing is asked of the real one."""
    texts = _since(telling.told["answers"], day)["texts"]
    told = {name: (text,) for name, text in texts.items()}
    website = _since(telling.told["website"], day)
    eyes = Eyes(
        Outgoing(resolve=lambda host: []),
        lambda: lambda name: told.get(name, ()),
        lambda host, port, out: _seen_of_tls(host, website, day, now),
    )
    for name in Name.objects.filter(removed_at=None).order_by("pk"):
        look_at(name, "worker", now, eyes)


def _since(changes: Sequence[Mapping[str, Any]], day: int) -> Mapping[str, Any]:
    """The newest of some changes that has come about by a day; the first if none has."""
    return [changes[0], *(one for one in changes if one["day"] <= day)][-1]


def _seen_of_tls(host: str, told: Mapping[str, Any], day: int, now: datetime) -> dict[str, Section]:
    """How the website answers: what `look_at_tls` would tell of a server like that."""
    begins, ends = (now + timedelta(days=told[name] - day) for name in ("day", "ends"))
    versions = [
        {"version": name, "accepted": name in told["speaks"], "why": ""}
        for name in ("TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
    ]
    certificate = read(
        subject=f"CN={host}", issuer="CN=Made up for a demonstration", names=[host], names_host=True,
        not_before=f"{begins:%Y-%m-%dT%H:%M:%SZ}", not_after=f"{ends:%Y-%m-%dT%H:%M:%SZ}",
        key="EC", key_bits=256, signature_hash="sha256", trusted=True, untrusted_because="",
        fingerprint=sha256(f"{host} {begins.date()}".encode()).hexdigest(),
    )  # fmt: skip
    return {"tls": read(offered=True, why="", versions=versions), "certificate": certificate}


def _person(telling: Telling, event: Event, now: datetime) -> None:
    key = event.name.removeprefix("people ")
    if key in telling.people:
        return
    until = event.told.get("until")
    day = "" if until is None else (telling.end + timedelta(days=until)).date().isoformat()
    by = telling.actor(next(iter(telling.people)))
    who = event.told
    telling.people[key] = people.add_user(
        by, telling.address(key), who["name"], telling.passwords[key], who["role"], day,
        areas=who.get("areas", ()),
    )  # fmt: skip


def _removal(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    host = Host.objects.get(name=told["computer"])
    remove_host(host, telling.actor(told["by"]), told["words"], now)


def _name(telling: Telling, event: Event, now: datetime) -> None:
    told = dict(event.told)
    kind, name, by = NameKind(told.pop("kind")), told.pop("name"), told.pop("by")
    del told["day"]
    add_name(telling.actor(by), kind, name, now, **told)


def _target(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    actions.adopt_target(telling.actor(told["by"]), told["id"], told["value"], told["reason"], now)
    telling.made[event.name] = f"{TARGET}:{told['id']}"


def _statement(telling: Telling, event: Event, now: datetime) -> None:
    told, day = event.told, now.date()
    expires = telling.end.date() + timedelta(days=told["expires"]) if "expires" in told else None
    draft = Draft(Answer(told["answer"]), told["words"], told.get("link", ""), day - PERIOD, day, expires)
    made = make_statement(telling.actor(told["by"]), questions()[told["question"]], draft, now)
    telling.made[event.name] = made.pk
    if "file" in told:
        about, text = f"program.statement:{made.pk}", f"{told['file']}: made up, for a demonstration.\n"
        add_attachment(telling.actor(told["by"]), about, told["file"], text.encode(), now)


def _review(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    key = telling.made[event.name]
    review_statement(telling.actor(told["by"]), key, Review(told["review"]), told["words"], now)


def _exception(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    finding = None
    if told.get("covers") == "finding":
        finding = Finding.objects.filter(closed_at=None, safeguard=told["safeguard"]).order_by("pk").first()
    wanted = exception_actions.Draft(
        told["safeguard"], told["reason"], told["measure"],
        telling.end.date() + timedelta(days=told["expires"]), finding.pk if finding else "",
    )  # fmt: skip
    made = exception_actions.ask_for_exception(telling.actor(told["by"]), wanted, now)
    telling.made[event.name] = reference(made.pk)


def _decide(telling: Telling, event: Event, now: datetime) -> None:
    told, viewer = event.told, telling.viewer(event.told["by"], now)
    about = telling.made[event.name]
    decided = Decided(told.get("as", Decided.APPROVED))
    approve(viewer, about, version_of(about, viewer).entry, decided, told["words"], None, now)


def _task(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    named = {name: told[name] for name in ("why", "minutes", "repeats", "safeguard") if name in told}
    made = make_task(
        telling.actor(told["by"]), now, title=told["title"], owner=telling.people[told["owner"]].pk,
        due=(telling.end + timedelta(days=told["due"])).date(), **named,
    )  # fmt: skip
    telling.made[event.name] = made.pk


def _done(telling: Telling, event: Event, now: datetime) -> None:
    owner = telling.told["tasks"][int(event.name.rpartition(" ")[2])]["owner"]
    end_task(telling.actor(owner), telling.made[event.name], Ending.DONE, event.told["words"], now)


def _say(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    about = f"program.task:{telling.made[event.name]}"
    named = [one.pk for one in telling.people.values() if f"@{one.name}" in told["words"]]
    add_comment(telling.actor(told["by"]), about, told["words"], named, now)


def _report(telling: Telling, event: Event, now: datetime) -> None:
    told, quarter = event.told, Quarter.of(now.date())
    about = told.get("about", "")
    first = quarter.first if told["report"] == "board" else now.date()
    asked = Asked(first, now.date(), now, about=about, words=told.get("words", ""))
    issue(telling.viewer(told["by"], now), REPORTS[told["report"]], asked, now)


_TOLD: Mapping[str, Callable[[Telling, Event, datetime], None]] = {
    "people": _person,
    "languages": arranging.language,
    "mail": post.server,
    "choices": post.choice,
    "steps": arranging.step,
    "plan": arranging.plan,
    "plan.handed": arranging.plan_handed,
    "plan.ended": arranging.plan_ended,
    "removals": _removal,
    "names": _name,
    "targets": _target,
    "targets.approved": _decide,
    "imports": bringing.bring,
    "imports.undone": bringing.undone,
    "response": responding.response,
    "response.approved": _decide,
    "contacts": responding.contact,
    "contacts.tried": responding.tried,
    "products": bringing.product,
    "products.bills": bringing.bill,
    "advisories": bringing.advisories,
    "accounts": bringing.review,
    "became": bringing.became,
    "exposures": arranging.exposure,
    "statements": _statement,
    "statements.review": _review,
    "exceptions": _exception,
    "exceptions.decided": _decide,
    "tasks": _task,
    "tasks.done": _done,
    "tasks.said": _say,
    "incidents": happening.reported,
    "incidents.taken": happening.taken,
    "incidents.closed": happening.closed,
    "terms": weighing.terms,
    "calibrations": weighing.calibration,
    "scenarios": weighing.scenario,
    "scenarios.holds": weighing.held,
    "scenarios.estimates": weighing.estimated,
    "scenarios.reviewed": weighing.reviewed,
    "measures": weighing.measure,
    "matters": counsel.matter,
    "matters.papers": counsel.paper,
    "matters.released": counsel.release,
    "trust": arranging.trust_page,
    "trust.approved": _decide,
    "views": arranging.view,
    "tokens": arranging.token,
    "reports": _report,
}
