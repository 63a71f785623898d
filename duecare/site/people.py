"""Who may sign in, and what they may do: each change of it is an act."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Collection
from datetime import date, datetime
from unicodedata import normalize

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role
from duecare.program.catalogue import limitable
from duecare.program.models import Person, Profile, Right, RightArea
from duecare.program.profile_followers import tell_profile_followers
from duecare.program.queries import PROFILE
from duecare.site.models import User
from duecare.site.passwords import BLOCKED, is_blocked
from duecare.site.rights import holding, holding_rights, today
from duecare.web.recorded import recorded
from duecare.words import Text, gettext_noop

RENEWED = "site.password"
"""The kind of the note that a password was changed."""
LONGEST = 200
"""Characters of a name or an address."""
LIMITED = (Role.MANAGER, Role.APPROVER, Role.AUDITOR)
"""Roles whose right may be limited to areas."""


def add_user(
    actor: str,
    email: str,
    name: str,
    password: str,
    role: str,
    until: str = "",
    *,
    sees_from: date | None = None,
    sees_to: date | None = None,
    areas: Collection[str] = (),
) -> Person:
    """Add a person who can sign in with one role, limited to areas if any are given.

    Raises BadInput naming what is wrong; nothing changes then.
    """
    person, user = _newcomer(email, name, password)
    right = _right(person, role, _last_day(until), utc_now(), sees_from, sees_to)
    limits = _limits(right, areas)
    with recording(actor, recorded("let a person sign in as %(role)s", role=Text(role))):
        if User.objects.filter(email=user.email).exists():
            raise BadInput(
                _("%(email)s can sign in already.") % {"email": user.email},
                _("Give that person another right instead."),
            )
        person.save(force_insert=True)
        right.save(force_insert=True)
        for limit in limits:
            limit.save(force_insert=True)
        user.save()
    return person


def claim(organisation: str, zone: str, computers: int | None, name: str, email: str, password: str) -> User:
    """The first run: the organisation's profile and its first owner, in one act.

    Raises BadInput naming what is wrong, Refused if somebody was faster.
    """
    if is_blocked(password, organisation):
        raise BadInput(str(BLOCKED), _("Choose another password."))
    person, user = _newcomer(email, name, password)
    right = _right(person, Role.OWNER, None, utc_now(), None, None)
    try:
        with recording(f"person:{person.pk}", "claim this Duecare"):
            if User.objects.exists():
                raise Refused(*map(_, _TAKEN))
            Profile.objects.create(id=PROFILE, name=organisation, zone=zone, computers=computers)
            person.save(force_insert=True)
            right.save(force_insert=True)
            user.save()
    except IntegrityError:
        # On PostgreSQL two claims can both see nobody; the key of the profile lets one through.
        raise Refused(*map(_, _TAKEN)) from None
    tell_profile_followers(f"person:{person.pk}")
    return user


_TAKEN = (gettext_noop("Somebody has claimed this Duecare already."), gettext_noop("Sign in."))


def _newcomer(email: str, name: str, password: str) -> tuple[Person, User]:
    """A person and their sign-in, not yet saved. Hashing takes its time, so it is done before any act."""
    email, name = email.strip().lower(), normalize("NFC", name.strip())
    try:
        validate_email(email)
    except ValidationError:
        raise BadInput(
            _("%(email)s is not an e-mail address.") % {"email": repr(email)},
            _("Write it as name@organisation.example."),
        ) from None
    if not 0 < len(name) <= LONGEST:
        raise BadInput(
            _("A person needs a name of at most %(longest)s characters.") % {"longest": LONGEST},
            _("It stands in the record beside what they do."),
        )
    person = Person(id=new_key(), name=name)
    user = User(email=email, person=person.pk)
    check_password(password, user)
    user.set_password(password)
    return person, user


def give_right(
    actor: str,
    person: Person,
    role: str,
    until: date | None,
    sees_from: date | None,
    sees_to: date | None,
    areas: Collection[str] = (),
    *,
    because: str = "",
) -> Right:
    """Give a person a role, limited to areas if any are given.

    Raises BadInput if it cannot be given so, if they hold it already, or if another right of theirs to read
    is limited otherwise.
    """
    now = utc_now()
    right = _right(person, role, until, now, sees_from, sees_to)
    limits = _limits(right, areas)
    given = recorded("give the right %(role)s", role=Text(role))
    with recording(actor, f"{given} {because}".strip()):
        if holding_rights(today(now)).filter(person=person, role=role).exists():
            raise BadInput(
                _("%(name)s is %(role)s already.") % {"name": person.name, "role": role},
                _("End that right first if the new one is to take its place."),
            )
        _demand_alike(person, role, frozenset(areas), today(now))
        right.save(force_insert=True)
        for limit in limits:
            limit.save(force_insert=True)
    return right


def end_right(actor: str, right: Right, now: datetime, *, because: str = "") -> None:
    """End a right at once.

    Raises Refused if nobody would stay owner (one whose right has a last day does not count), NotFound if it
    has ended already.
    """
    ended = recorded("end the right %(role)s", role=Text(right.role))
    with recording(actor, f"{ended} {because}".strip()):
        # All owners' rights are locked, so that two owners cannot end each other's at the same moment.
        owners = holding_rights(today(now)).select_for_update().filter(role=Role.OWNER)
        lasting = {one.pk for one in owners if one.until is None}
        if right.role == Role.OWNER and not lasting - {right.pk}:
            raise Refused(
                _("This is the last owner."), _("Make somebody else an owner first, without a last day.")
            )
        held = Right.objects.filter(pk=right.pk, ended_at=None).first()
        if held is None:
            raise NotFound(_("This right has ended already."), _("Go back to the settings."))
        held.ended_at = now
        held.save()


def set_password(actor: str, email: str, password: str) -> None:
    """Give somebody who forgot theirs a new password; their sessions end.

    Raises NotFound if nobody signs in with that address, BadInput if the password is not good enough.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise NotFound(
            _("Nobody signs in as %(email)s.") % {"email": email}, _("Add them with `duecare user add`.")
        )
    check_password(password, user)
    user.set_password(password)
    with recording(actor, "set a new password for a person") as act:
        user.save()
        act.note(RENEWED, user.person, {})


def check_password(password: str, user: User) -> None:
    """Raises BadInput with every reason why a password is not good enough."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), _("Choose another password.")) from None


def ask_password() -> str:
    """A password typed twice at the terminal, or one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password (at least 15 characters; four unrelated words do well): ")
    if getpass.getpass("Once more: ") != first:
        raise BadInput(_("The two passwords differ."), _("Try again."))
    return first


def _right(
    person: Person, role: str, until: date | None, now: datetime, sees_from: date | None, sees_to: date | None
) -> Right:
    if role not in set(Role):
        raise BadInput(
            _("There is no role %(role)s.") % {"role": repr(role)},
            _("Choose one of %(names)s.") % {"names": ", ".join(Role)},
        )
    if role == Role.AUDITOR and until is None:
        raise BadInput(_("An auditor's right needs a last day."), _("Add it, for example 2027-01-31."))
    if until is not None and until < today(now):
        raise BadInput(_("%(until)s is past.") % {"until": until}, _("Choose a last day from today on."))
    if role != Role.AUDITOR and (sees_from or sees_to):
        raise BadInput(_("Only an auditor's right has a period to see."), _("Leave the two days empty."))
    if sees_from and sees_to and sees_to < sees_from:
        raise BadInput(_("The auditor's period ends before it begins."), _("Swap the two days."))
    return Right(
        id=new_key(),
        person=person,
        role=role,
        given_at=now,
        until=until,
        sees_from=sees_from,
        sees_to=sees_to,
    )


def _limits(right: Right, areas: Collection[str]) -> list[RightArea]:
    """The areas of a right, not yet saved. Raises BadInput for a role or an area that has none."""
    known = [area.id for area in limitable()]
    if areas and right.role not in LIMITED:
        raise BadInput(
            _("The right %(role)s is not limited to areas.") % {"role": _(right.role)},
            _("Limit one of %(roles)s.") % {"roles": ", ".join(_(role) for role in LIMITED)},
        )
    if strange := [area for area in areas if area not in known]:
        raise BadInput(
            _("There is no area %(area)s.") % {"area": repr(strange[0])},
            _("Choose some of %(areas)s.") % {"areas": ", ".join(known)},
        )
    return [RightArea(id=new_key(), right=right, area=area) for area in known if area in areas]


def _demand_alike(person: Person, role: str, areas: frozenset[str], day: date) -> None:
    """Raises BadInput unless all of a person's rights to read are limited alike.

    Otherwise somebody who may change one area and read all would have to be asked about each page which of
    the two it is.
    """
    held = holding_rights(day).filter(person=person)
    if role not in LIMITED:
        return
    if areas and held.filter(role=Role.OWNER).exists():
        raise BadInput(_("An owner’s rights are never limited."), _("End that right first."))
    limits: dict[str, set[str]] = {}
    for key, area in held.filter(role__in=LIMITED).values_list("pk", "areas__area"):
        limits.setdefault(key, set()).update([area] if area else [])
    if any(limit != areas for limit in limits.values()):
        raise BadInput(
            _("Another right of %(name)s is limited to other areas, or to none.") % {"name": person.name},
            _("Give this one the same areas, or end the other first."),
        )


def _last_day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            _("%(text)s is not a day.") % {"text": repr(text)}, _("Write it as 2027-01-31.")
        ) from None


def rights_held(now: datetime) -> list[Right]:
    """The rights that hold at a moment, with their people: for showing, on a past day those of then."""
    held = holding(Right.objects.all(), today(now))
    return list(held.select_related("person").prefetch_related("areas").order_by("person__name", "role"))
