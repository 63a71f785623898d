"""What pages, commands and posture read of approvals: what can be decided on, and what was decided.

A decision is about one entry: the record as it stood there. Whether its signature holds is found out anew
each time that it is shown, from nothing but what is on the record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import DuecareError, NotFound, Refused, Tampered
from duecare.ledger.asof import LIVE
from duecare.ledger.browsing import entries_about
from duecare.ledger.leaves import commit, parse_leaf
from duecare.ledger.models import Entry, Payload, from_microseconds, to_microseconds
from duecare.ledger.naming import PERSON
from duecare.ledger.records import Record
from duecare.ledger.viewers import Role, Viewer
from duecare.program import signing
from duecare.program.catalogue import area_of
from duecare.program.models import Approval, Decided, Passkey, Right, Target
from duecare.program.subjects import address_of, referred, register_reference
from duecare.program.targets import definitions
from duecare.program.task_queries import today_at
from duecare.words import day, number

APPROVERS = (Role.OWNER, Role.APPROVER)
"""Who decides."""
_ROLE_WORDS = {
    Role.OWNER: gettext_lazy("owner"),
    Role.MANAGER: gettext_lazy("manager"),
    Role.APPROVER: gettext_lazy("approver"),
    Role.AUDITOR: gettext_lazy("auditor"),
    Role.MEMBER: gettext_lazy("member"),
}
BARRED = timedelta(days=30)
"""How long nobody decides on what was asked for by whoever made or changed their account (SECURITY.md 5)."""
TARGET = "program.target"
_KIND, _PASSKEY = "program.approval", "program.passkey"
_ACCOUNT = ("program.person", "site.password", "site.second-factor")
"""Kinds of entries about a person's account whose subject is the person."""


@dataclass(frozen=True, slots=True)
class Version:
    """A record as it stands, and the entry that says so: what a decision is about."""

    reference: str
    record: Record
    entry: int
    """Index of the entry."""
    commitment: bytes
    actor: str
    """Who made this version: who asks."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A decision as pages show it."""

    approval: Approval
    entry: int | None
    """Index of its own entry."""
    passkey_entry: int | None
    """Index of the entry by which its passkey was registered."""
    current: bool
    """Whether it is about the record as it stands; false once the record was changed since."""
    fault: str
    """Why its signature does not hold; empty if it does, or if there is none."""

    @property
    def by(self) -> str:
        return self.approval.by.name

    @property
    def signed(self) -> bool:
        return self.approval.passkey_id is not None

    @property
    def counts(self) -> bool:
        """Whether it approves of the record as it stands, and its signature, if it has one, holds."""
        return self.approval.decided == Decided.APPROVED and self.current and not self.fault


def usual_roles(record: Any) -> Collection[Role]:
    """Who decides on most kinds of records, whatever they hold."""
    return APPROVERS


@dataclass(frozen=True, slots=True)
class Approvable:
    """What the mechanism needs to know of a kind of record that is decided on."""

    name: Callable[[Any], str]
    facts: Callable[[Any, Viewer], Sequence[tuple[str, Any]]]
    """What whoever decides has to read: (term, value)."""
    closed: Callable[[Any, datetime], str] = lambda record, now: ""
    """Why it can no longer be decided on; empty if it can."""
    decided: Callable[[Any, Decided, datetime], None] = lambda record, decided, now: None
    """What else a decision changes, within its act."""
    two_people: bool = False
    """Whether only a second person's passkey approves: never alone, never asserted by the server."""
    askers: Callable[[Any], Collection[str]] = lambda record: ()
    """Actors who asked for it beside whoever made this version: who drew up or changed what another put."""
    roles: Callable[[Any], Collection[Role]] = usual_roles
    """Who decides on this record; other than usual where it hangs on what it holds, such as an amount."""


_approvable: dict[str, Approvable] = {}


def register_approvable(kind: str, approvable: Approvable) -> None:
    """Let records of this kind be decided on; nothing else can be."""
    _approvable[kind] = approvable


def approvable(reference: str) -> Approvable:
    """How what the reference names is decided on. Raises NotFound for what is not decided on at all."""
    found = _approvable.get(reference.partition(":")[0])
    if found is None:
        raise NotFound(_("There is nothing to decide on here."), _("Begin at the home page."))
    return found


def version_of(reference: str, viewer: Viewer) -> Version:
    """The record as it stands on the day that is being viewed, with its newest entry.

    Raises NotFound if the viewer may see none, Tampered if the entry does not open its commitment.
    """
    approvable(reference)
    kind, _colon, key = reference.partition(":")
    record = referred(reference, viewer)
    entry = entries_about(kind, [key], viewer).filter(kind=kind).order_by("-index").first()
    if record is None or entry is None:
        raise NotFound(_("There is no such record, or none that you may see."), _("Begin at the home page."))
    payload = Payload.objects.get(index=entry.index)
    commitment = parse_leaf(bytes(entry.leaf)).payload
    if commit("payload", bytes(payload.salt), bytes(payload.data)) != commitment:
        raise Tampered(
            _("Entry %s is not what was committed to.") % entry.index,
            _("Run “duecare ledger verify --live” before anybody decides on it."),
        )
    return Version(reference, record, entry.index, commitment, entry.actor, from_microseconds(entry.at))


def passkeys_of(person: str) -> list[Passkey]:
    """The passkeys with which a person signs today, oldest first."""
    return list(Passkey.objects.using(LIVE).filter(person=person, ended_at=None).order_by("made_at", "id"))


# ── Who may decide ───────────────────────────────────────────────────────────────────────────────────────


def demand_right(viewer: Viewer, roles: Collection[Role] = APPROVERS) -> None:
    """Raises Refused for a viewer who decides on nothing: who has no such right, or is not on a page."""
    if viewer.person and viewer.has(*roles):
        return
    if set(roles) == set(APPROVERS):
        raise Refused(
            _("Only an owner or an approver decides, signed in on a page of Duecare."), _("Ask one of them.")
        )
    raise Refused(
        _("Only who holds one of these rights decides on this, signed in on a page of Duecare: %s.")
        % ", ".join(str(_ROLE_WORDS[role]) for role in Role if role in roles),
        _("Ask one of them."),
    )


def decides_alone(version: Version, viewer: Viewer, now: datetime) -> bool:
    """Whether who asked would decide, for want of a second person.

    Raises Refused, saying why and who else may, if this viewer may not decide on this version.
    """
    roles = approvable(version.reference).roles(version.record)
    demand_right(viewer, roles)
    askers = {version.actor, *approvable(version.reference).askers(version.record)}
    if viewer.actor in askers:
        area = area_of(getattr(version.record, "safeguard", "")) or version.record.room
        others = others_who_decide(today_at(now), area, roles, askers)
        if others:
            raise Refused(
                _("Nobody decides on what they asked for themselves."),
                _("Ask %s.") % ", ".join(sorted({name for _key, name in others})),
            )
        if approvable(version.reference).two_people:
            raise Refused(
                _("This always takes two people, and nobody else here is an owner or an approver."),
                _("Give a second person the right to decide."),
            )
        return True
    changed = _last_change(askers, viewer.person, now - BARRED)
    if changed is not None:
        free = today_at(from_microseconds(changed.at) + BARRED)
        raise Refused(
            _("Who asked for this made or changed your account less than 30 days ago (entry %s).")
            % changed.index,
            _("Let somebody else decide, or decide after %s.") % day(free),
        )
    return False


def others_who_decide(
    day: date, area: str, roles: Collection[Role], askers: Collection[str]
) -> list[tuple[str, str]]:
    """Those who may decide on what is of an area on a day and did not ask for it: key and name, by name. Only
    where there are none does somebody who asked decide, alone; however many asked."""
    return [one for one in who_decides(day, area, roles) if f"{PERSON}{one[0]}" not in askers]


def who_decides(day: date, area: str, roles: Collection[Role]) -> list[tuple[str, str]]:
    """Who holds one of the roles for an area on a day, by the live tables: key and name, by name."""
    holding = Right.objects.using(LIVE).filter(
        Q(until=None) | Q(until__gte=day), ended_at=None, role__in=[role.value for role in roles]
    )
    rows = holding.values_list("person", "person__name", "areas__area")
    found = {(key, name) for key, name, limit in rows if limit is None or limit == area}
    return sorted(found, key=lambda one: (one[1], one[0]))


def _last_change(askers: Collection[str], person: str, since: datetime) -> Entry | None:
    """The newest entry since a moment by which one of the askers made or changed another person's account."""
    others = set(askers) - {f"{PERSON}{person}"}
    rights = list(Right.objects.using(LIVE).filter(person=person).values_list("pk", flat=True))
    keys = list(Passkey.objects.using(LIVE).filter(person=person).values_list("pk", flat=True))
    about = (
        Q(kind__in=_ACCOUNT, subject=person)
        | Q(kind="program.right", subject__in=rights)
        | Q(kind=_PASSKEY, subject__in=keys)
    )
    found: Entry | None = (
        Entry.objects.filter(about, actor__in=others, at__gte=to_microseconds(since))
        .order_by("-index")
        .first()
    )
    return found


# ── What was decided ─────────────────────────────────────────────────────────────────────────────────────


def decisions_about(references: Collection[str], viewer: Viewer) -> dict[str, list[Shown]]:
    """All decisions about these records, newest first, by reference; records without any are left out."""
    rows = list(
        Approval.objects.all()
        .visible_to(viewer)
        .filter(about__in=references)
        .select_related("by", "passkey")
        .order_by("-at", "-id")
    )
    own = _newest_entries(_KIND, [row.pk for row in rows], viewer)
    registered = _first_entries(_PASSKEY, [row.passkey_id for row in rows if row.passkey_id], viewer)
    standing: dict[str, tuple[int, int]] = {}
    for kind in {row.about.partition(":")[0] for row in rows}:
        keys = [row.about.partition(":")[2] for row in rows if row.about.startswith(f"{kind}:")]
        newest = _newest_entries(kind, keys, viewer)
        standing |= {f"{kind}:{key}": found for key, found in newest.items()}
    found: dict[str, list[Shown]] = {}
    for row in rows:
        mine, newest_of = own.get(row.pk), standing.get(row.about)
        # A decision that changes the record by itself (a refusal that ends it) is about what stands, too.
        current = newest_of is not None and (
            newest_of[0] == row.entry or (mine is not None and newest_of[1] == mine[1])
        )
        found.setdefault(row.about, []).append(
            Shown(
                row,
                mine[0] if mine else None,
                registered.get(row.passkey_id) if row.passkey_id else None,
                current,
                _fault(row),
            )
        )
    return found


def approvals_in_force(references: Collection[str], viewer: Viewer) -> dict[str, Shown]:
    """Of these records, those that are approved as they stand, by reference."""
    return {
        reference: counting
        for reference, rows in decisions_about(references, viewer).items()
        if (counting := next((row for row in rows if row.counts), None)) is not None
    }


def _newest_entries(kind: str, keys: Sequence[str], viewer: Viewer) -> dict[str, tuple[int, int]]:
    """Index of the newest entry about each record, and of the act that it belongs to."""
    if not keys:
        return {}
    entries = entries_about(kind, keys, viewer).filter(kind=kind)
    newest = [index for _key, index in entries.values_list("subject").annotate(newest=Max("index"))]
    found = Entry.objects.filter(index__in=newest).values_list("subject", "index", "head")
    return {subject: (index, head) for subject, index, head in found}


def _first_entries(kind: str, keys: Sequence[str], viewer: Viewer) -> dict[str, int]:
    entries = entries_about(kind, keys, viewer).filter(kind=kind, action="created")
    return dict(entries.values_list("subject", "index"))


def _fault(row: Approval) -> str:
    """Why a decision's signature does not hold; empty if it does, or if there is none."""
    if row.passkey is None:
        return ""
    signed = (row.authenticator_data, row.client_data, row.signature)
    return _checked(row.decided, row.commitment, row.passkey.credential, row.passkey.public_key, *signed)


@lru_cache(maxsize=4096)
def _checked(
    decided: str, commitment: str, credential: str, key: str, authenticator: str, client: str, signature: str
) -> str:
    try:
        parts = [signing.decode(text, "signature") for text in (authenticator, client, signature)]
        expected = signing.challenge(decided, bytes.fromhex(commitment))
        signing.check_signed(signing.Assertion(credential, *parts), key, expected)
    except (DuecareError, ValueError) as error:
        return getattr(error, "what", str(error))
    return ""


# ── Targets ──────────────────────────────────────────────────────────────────────────────────────────────


def _target_name(record: Target) -> str:
    definition = definitions().get(record.pk)
    return definition.name if definition else record.pk


def _target_facts(record: Target, viewer: Viewer) -> Sequence[tuple[str, Any]]:
    definition = definitions().get(record.pk)
    return [
        (_("We hold ourselves to"), definition.counted(record.value) if definition else number(record.value)),
        (_("Reason"), record.reason),
    ]


register_approvable(TARGET, Approvable(_target_name, _target_facts))
register_reference(TARGET, lambda key: reverse("approvals", args=[f"{TARGET}:{key}"]))


def title_of(version: Version) -> str:
    """What the record is called."""
    return approvable(version.reference).name(version.record)


def url_of(reference: str) -> str:
    """The page about what is decided on."""
    return address_of(reference) or reverse("approvals", args=[reference])
