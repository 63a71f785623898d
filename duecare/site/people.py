"""Who may sign in, and what they may do: each change of it is an act."""

from __future__ import annotations

import getpass
import sys
from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from duecare.errors import BadInput, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role
from duecare.program.models import Person, Profile, Right
from duecare.program.queries import PROFILE
from duecare.site.models import User
from duecare.site.rights import holding_rights, owners


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
) -> Person:
    """Add a person who can sign in with one role. Raises BadInput naming what is wrong; nothing changes."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise BadInput(
            f"{email!r} is not an e-mail address.", "Write it as name@organisation.example."
        ) from None
    if User.objects.filter(email=email).exists():
        raise BadInput(f"{email} can sign in already.", "Give that person another right instead.")
    person = Person(id=new_key(), name=name.strip() or email)
    user = User(email=email, person=person.pk)
    check_password(password, user)
    last = _last_day(until)
    right = _right(person, role, last, utc_now(), sees_from, sees_to)
    with recording(actor, f"let a person sign in as {role}"):
        person.save(force_insert=True)
        right.save(force_insert=True)
        user.set_password(password)
        user.save()
    return person


def claim(organisation: str, zone: str, computers: int | None, name: str, email: str, password: str) -> User:
    """The first run: the organisation's profile and its first owner, in one act.

    Raises Refused if somebody was faster.
    """
    person = Person(id=new_key(), name=name.strip())
    user = User(email=email.strip().lower(), person=person.pk)
    check_password(password, user)
    now = utc_now()
    with recording(f"person:{person.pk}", "claim this Duecare"):
        if User.objects.exists():
            raise Refused("Somebody has claimed this Duecare already.", "Sign in.")
        Profile.objects.create(id=PROFILE, name=organisation, zone=zone, computers=computers)
        person.save(force_insert=True)
        _right(person, Role.OWNER, None, now, None, None).save(force_insert=True)
        user.set_password(password)
        user.save()
    return user


def give_right(
    actor: str, person: Person, role: str, until: date | None, sees_from: date | None, sees_to: date | None
) -> Right:
    """Give a person a role. Raises BadInput if it cannot be given so."""
    right = _right(person, role, until, utc_now(), sees_from, sees_to)
    with recording(actor, f"give the right {role}"):
        right.save(force_insert=True)
    return right


def end_right(actor: str, right: Right, now: datetime) -> None:
    """End a right today. Raises Refused if nobody would be owner any more."""
    with recording(actor, f"end the right {right.role}"):
        if right.role == Role.OWNER and owners(now.date()) <= 1:
            raise Refused("This is the last owner.", "Make somebody else an owner first.")
        right.ended_at = now
        right.save()


def check_password(password: str, user: User) -> None:
    """Raises BadInput with every reason why a password is not good enough."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), "Choose another password.") from None


def ask_password() -> str:
    """A password typed twice at the terminal, or one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password (at least 15 characters; four unrelated words do well): ")
    if getpass.getpass("Once more: ") != first:
        raise BadInput("The two passwords differ.", "Try again.")
    return first


def _right(
    person: Person, role: str, until: date | None, now: datetime, sees_from: date | None, sees_to: date | None
) -> Right:
    if role not in set(Role):
        raise BadInput(f"There is no role {role!r}.", f"Choose one of {', '.join(Role)}.")
    if role == Role.AUDITOR and until is None:
        raise BadInput("An auditor's right needs a last day.", "Add it, for example 2027-01-31.")
    if until is not None and until < now.date():
        raise BadInput(f"{until} is past.", "Choose a last day from today on.")
    if sees_from and sees_to and sees_to < sees_from:
        raise BadInput("The auditor's period ends before it begins.", "Swap the two days.")
    return Right(
        id=new_key(),
        person=person,
        role=role,
        given_at=now,
        until=until,
        sees_from=sees_from,
        sees_to=sees_to,
    )


def _last_day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is not a day.", "Write it as 2027-01-31.") from None


def current_rights(now: datetime) -> list[Right]:
    """The rights that hold today, with their people."""
    return list(holding_rights(now.date()).select_related("person").order_by("person__name", "role"))
