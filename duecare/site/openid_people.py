"""Who comes in through an OpenID Connect provider, and which rights their groups give them.

Rights follow the groups at each sign-in: those that groups gave end when the groups no longer do, each by an
act that names the group. Rights that a person gave are not touched. Somebody who signs in here otherwise is
never taken for the same person by their e-mail address alone: an owner must have allowed it, and the provider
must have verified the address.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.models import Person, Right
from duecare.site import people
from duecare.site.configuration import OpenId
from duecare.site.models import OpenIdAccount, User
from duecare.site.openid import Who
from duecare.site.rights import holding_rights, today
from duecare.web.recorded import recorded

LINK = "site.openid"
"""The kind of the note that somebody may sign in, or first signed in, through the provider."""
SERVER = "server"


def sign_in(who: Who, settings: OpenId, now: datetime) -> User:
    """The user whom the provider means, their rights brought in line with their groups.

    Raises Refused for who has no group that gives a right here, or may not come in this way.
    """
    mapped = {settings.roles[group]: group for group in sorted(who.groups) if group in settings.roles}
    account = _account_of(who, settings)
    if account is None and mapped:
        try:
            account = _first_time(who, settings, now)
        except IntegrityError:
            # They came twice at once, in two windows: the first one has made them the account.
            account = _account_of(who, settings)
            if account is None:
                raise Refused(
                    _("Somebody was let in by your e-mail address at this very moment."),
                    _("Sign in again."),
                ) from None
    if account is not None:
        _bring_in_line(account, mapped, now)
    if account is None or not mapped:
        raise Refused(
            _("None of your groups at %s gives you a right here.") % settings.name,
            _("Ask an owner of this Duecare, or whoever looks after your groups."),
        )
    OpenIdAccount.objects.filter(pk=account.pk).update(used_at=now)
    user: User | None = User.objects.filter(person=account.person).first()
    if user is None:
        raise Refused(_("You cannot sign in here any more."), _("Ask an owner of this Duecare."))
    return user


def _account_of(who: Who, settings: OpenId) -> OpenIdAccount | None:
    return OpenIdAccount.objects.filter(issuer=settings.issuer, subject=who.subject).first()


def allow(viewer: Viewer, person: Person, settings: OpenId, now: datetime) -> None:
    """Let somebody who signs in here otherwise also come through the provider, by their e-mail address.

    Raises NotFound for who does not sign in here, Refused if it is allowed already.
    """
    if not User.objects.filter(person=person.pk).exists():
        raise NotFound(_("There is no such person who may sign in."), _("Go back to the settings."))
    with recording(
        viewer.actor, recorded("let a person sign in through %(name)s", name=settings.name)
    ) as act:
        if OpenIdAccount.objects.filter(issuer=settings.issuer, person=person.pk).exists():
            raise Refused(_("%s may do that already.") % person.name, _("Go back to the settings."))
        OpenIdAccount.objects.create(
            person=person.pk, issuer=settings.issuer, allowed_by=viewer.actor, made_at=now
        )
        act.note(LINK, person.pk, {"issuer": settings.issuer, "allowed": True})


def _first_time(who: Who, settings: OpenId, now: datetime) -> OpenIdAccount:
    """An account for who comes for the first time: of a new person, or of one for whom it is allowed."""
    domain = who.email.rpartition("@")[2]
    try:
        validate_email(who.email)
    except ValidationError:
        raise Refused(
            _("%s does not say that your e-mail address was verified.") % settings.name,
            _("Have it verified there, then sign in again."),
        ) from None
    if settings.domains and domain not in settings.domains:
        raise Refused(
            _("Addresses at %s do not sign in here.") % domain, _("Use the address of your organisation.")
        )
    known = User.objects.filter(email=who.email).first()
    if known is not None:
        return _account_of(who, settings) or _link(known, who, settings)
    person = Person(id=new_key(), name=normalize("NFC", who.name.strip() or who.email)[: people.LONGEST])
    user = User(email=who.email, person=person.pk)
    user.set_unusable_password()
    with recording(SERVER, recorded("let a person sign in through %(name)s", name=settings.name)) as act:
        person.save(force_insert=True)
        user.save()
        account: OpenIdAccount = OpenIdAccount.objects.create(
            person=person.pk, issuer=settings.issuer, subject=who.subject, made_at=now
        )
        act.note(LINK, person.pk, {"issuer": settings.issuer, "allowed": False})
    return account


def _link(known: User, who: Who, settings: OpenId) -> OpenIdAccount:
    """The account of somebody who signs in otherwise, if an owner allowed it and nobody else took it."""
    with recording(SERVER, recorded("know a person at %(name)s", name=settings.name)) as act:
        account: OpenIdAccount | None = (
            OpenIdAccount.objects.select_for_update()
            .filter(issuer=settings.issuer, person=known.person, subject="")
            .first()
        )
        if account is None:
            raise Refused(
                _("Somebody signs in here by your e-mail address already, in another way."),
                _("Sign in that way, or ask an owner to allow you to come through %s.") % settings.name,
            )
        account.subject = who.subject
        account.save()
        act.note(LINK, known.person, {"issuer": settings.issuer, "linked": True})
    return account


def _bring_in_line(account: OpenIdAccount, mapped: dict[str, str], now: datetime) -> None:
    """End the rights that groups gave and no longer give; give those that they do and that are lacking."""
    person = Person.objects.get(pk=account.person)
    given = Right.objects.filter(pk__in=account.rights, ended_at=None).order_by("role")
    kept = [right.pk for right in given if right.role in mapped]
    for right in given:
        if right.role not in mapped:
            try:
                people.end_right(SERVER, right, now, because=recorded("for want of an OpenID Connect group"))
            except Refused:  # of the last owner: somebody has to stay
                kept.append(right.pk)
    _note_rights(account, ended=set(account.rights) - set(kept))
    for role, group in mapped.items():
        if role not in _held(person, now):
            because = recorded("by OpenID Connect group %(group)s", group=normalize("NFC", group)[:80])
            try:
                given_now = people.give_right(SERVER, person, role, None, None, None, because=because)
            except BadInput:
                if role not in _held(person, now):
                    raise
                continue  # they came twice at once, and have it by now
            _note_rights(account, given={given_now.pk})


def _held(person: Person, now: datetime) -> set[str]:
    """The roles that somebody holds today."""
    return set(holding_rights(today(now)).filter(person=person).values_list("role", flat=True))


def _note_rights(account: OpenIdAccount, ended: Collection[str] = (), given: Collection[str] = ()) -> None:
    """Note which rights groups gave; another sign-in of the same person may note others meanwhile."""
    if ended or given:
        with transaction.atomic():
            row = OpenIdAccount.objects.select_for_update().get(pk=account.pk)
            row.rights = [key for key in row.rights if key not in ended] + sorted(given)
            row.save(update_fields=["rights"])
