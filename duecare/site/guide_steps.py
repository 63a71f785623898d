"""The guided set-up: which questions, in which order, and what each rests on.

A step is one entry of `STEPS`. Whether it is answered is read from the records that hold the answer, so a
step that was answered elsewhere, in the settings or at the terminal, is answered here too. To add one, write
an entry: its form, how the present answer reads, and the action that saves another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecare.errors import BadInput
from duecare.law.asking import asked_first
from duecare.law.facts_form import FactsForm
from duecare.law.obligations import profile_facts
from duecare.ledger.viewers import Role, Viewer
from duecare.program import actions, setup_actions
from duecare.program.mail.models import MailServer
from duecare.program.mail.server import (
    demand_encryption,
    give_up_server,
    keep_server,
    mail_server,
    was_decided,
)
from duecare.program.mail.smtp import Security
from duecare.program.models import DataSet, Keeper, Person, Profile, Setup
from duecare.program.queries import profile
from duecare.program.setup_queries import keepers, other_approvers, setup
from duecare.program.task_queries import holding_people
from duecare.site import guide_forms, people
from duecare.site.mail_forms import NONE, SERVER, MailStepForm
from duecare.site.mail_trying import send_test_mail
from duecare.site.models import User

Text = str | Promise
Sent = QueryDict | None
"""What a form was sent with; None while it is only shown."""


@dataclass(frozen=True, slots=True)
class Here:
    """What the steps read: one organisation at a moment, as its owner may see it."""

    viewer: Viewer
    now: datetime
    today: date
    profile: Profile | None
    data_sets: tuple[DataSet, ...]
    arranged: Setup
    keepers: tuple[Keeper, ...]
    approvers: tuple[Person, ...]
    """Who may approve besides the viewer."""
    mail: MailServer | None
    no_mail: bool
    """Whether somebody has said that nothing is to be mailed."""
    origin: str
    """Under which address the page was opened; empty where no page was."""


def read(viewer: Viewer, now: datetime, today: date, origin: str = "") -> Here:
    """What the steps read, by a handful of queries."""
    server = mail_server()
    return Here(
        viewer=viewer,
        now=now,
        today=today,
        profile=profile(),
        data_sets=tuple(DataSet.objects.all().visible_to(viewer).order_by("name", "id")),
        arranged=setup(viewer),
        keepers=tuple(keepers(viewer)),
        approvers=tuple(other_approvers(viewer, today)),
        mail=server,
        no_mail=server is None and was_decided(),
        origin=origin,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says once an answer was saved; nothing where nothing needs saying."""

    words: str = ""
    caution: str = ""
    """What is not as good as it could be."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the set-up."""

    id: str
    """In the address; never changed once published."""
    name: Text
    """Two or three words, for lists."""
    question: Text
    why: Text
    """Why we ask, in a sentence or two."""
    seconds: int
    """About how long it takes."""
    form: Callable[[Here, Sent], forms.Form]
    """The form, with the present answer where it holds one."""
    answer: Callable[[Here], str]
    """The present answer in words; empty while the question is open."""
    save: Callable[[Here, Any], Said]
    """Saves what a valid form holds, by an action. Raises DuecareError."""
    blames: str = ""
    """The field beside which an error of the action is shown; empty for the form as a whole."""
    several: bool = False
    """Whether another answer may be added at once."""


# ── Who and where ────────────────────────────────────────────────────────────────────────────────────────


def _organisation_form(here: Here, sent: Sent) -> forms.Form:
    one = here.profile
    initial = {"name": one.name, "country": one.country, "zone": one.zone} if one else None
    return guide_forms.OrganisationForm(sent, initial=initial)


def _organisation_answer(here: Here) -> str:
    one = here.profile
    return f"{one.name}, {one.country}, {one.zone}" if one and one.country else ""


def _profile_save(here: Here, form: Any) -> Said:
    actions.change_profile(here.viewer.actor, **form.cleaned_data)
    return Said()


def _size_form(here: Here, sent: Sent) -> forms.Form:
    one = here.profile
    return guide_forms.SizeForm(
        sent, initial={"people": one.people, "computers": one.computers} if one else None
    )


def _size_answer(here: Here) -> str:
    one = here.profile
    if one is None or one.people is None or one.computers is None:
        return ""
    people_words = ngettext("%s person", "%s people", one.people) % f"{one.people:,}"
    computers = ngettext("about %s computer", "about %s computers", one.computers) % f"{one.computers:,}"
    return f"{people_words}, {computers}"


# ── Data and the law ─────────────────────────────────────────────────────────────────────────────────────


def _data_form(here: Here, sent: Sent) -> forms.Form:
    return guide_forms.DataStepForm(sent, enough=bool(here.data_sets))


def _data_answer(here: Here) -> str:
    return ", ".join(one.name for one in here.data_sets)


def _data_save(here: Here, form: Any) -> Said:
    if not form.cleaned_data["name"]:
        return Said()
    actions.keep_data_set(here.viewer.actor, None, **form.cleaned_data)
    return Said(_("The data set was recorded."))


def laws_asked(here: Here) -> Mapping[str, str]:
    """The facts that are asked for, with their questions."""
    places = [here.profile.country if here.profile else ""]
    places += [code for one in here.data_sets for code in one.people]
    return {id: profile_facts()[id] for id in asked_first(places)}


def _laws_form(here: Here, sent: Sent) -> forms.Form:
    return FactsForm(dict(laws_asked(here)), here.profile.facts if here.profile else {}, sent)


def _laws_answer(here: Here) -> str:
    asked, known = laws_asked(here), here.profile.facts if here.profile else {}
    if any(known.get(id) is None for id in asked):
        return ""
    yes = sum(bool(known.get(id)) for id in asked)
    return _("%(yes)s of %(all)s answered with yes") % {"yes": yes, "all": len(asked)}


def _laws_save(here: Here, form: Any) -> Said:
    form.record(here.viewer.actor)  # says in the form itself why it could not
    return Said()


# ── Systems ──────────────────────────────────────────────────────────────────────────────────────────────


def _systems_form(here: Here, sent: Sent) -> forms.Form:
    initial = {"services": here.arranged.services, "other": here.arranged.other_services}
    return guide_forms.ServicesForm(sent, initial=initial)


def _systems_answer(here: Here) -> str:
    words = {id.value: str(label).partition(":")[0] for id, label in guide_forms.SERVICES}
    found = [words[id] for id in here.arranged.services if id in words]
    return ", ".join(filter(None, [*found, here.arranged.other_services]))


def _systems_save(here: Here, form: Any) -> Said:
    setup_actions.say_services(here.viewer.actor, **form.cleaned_data)
    return Said()


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────


def _approver_form(here: Here, sent: Sent) -> forms.Form:
    named = {person.pk for person in here.approvers}
    others = holding_people(here.today).visible_to(here.viewer).exclude(pk__in={*named, here.viewer.person})
    kept = _approver_answer(here) if here.approvers else ""
    initial = guide_forms.KEPT if kept else guide_forms.ALONE if here.arranged.alone else guide_forms.NEW
    return guide_forms.ApproverForm(
        sent, kept=kept, others=others.order_by("name", "id"), initial={"who": initial}
    )


def _approver_answer(here: Here) -> str:
    if here.approvers:
        return ", ".join(person.name for person in here.approvers)
    return _("You approve alone for now") if here.arranged.alone else ""


def _approver_save(here: Here, form: Any) -> Said:
    values, actor = form.cleaned_data, here.viewer.actor
    who = values["who"]
    if who == guide_forms.KEPT:
        return Said()
    if who == guide_forms.ALONE:
        setup_actions.approve_alone(actor, True)
        return Said(_("Recorded. Decisions will say “approved alone”."))
    if who == guide_forms.NEW:
        made = people.add_user(actor, values["email"], values["name"], values["password"], Role.APPROVER)
        barred = _("You made their account, so for 30 days they cannot decide on what you ask for.")
    else:
        made, barred = holding_people(here.today).visible_to(here.viewer).get(pk=who), ""
        people.give_right(actor, made, Role.APPROVER, None, None, None)
    if here.arranged.alone:
        setup_actions.approve_alone(actor, False)
    return Said(_("%s can approve.") % made.name, barred)


def _keeper_form(here: Here, sent: Sent) -> forms.Form:
    return guide_forms.KeeperForm(sent, enough=bool(here.keepers))


def _keeper_answer(here: Here) -> str:
    return ", ".join(keeper.person.name for keeper in here.keepers)


def _keeper_save(here: Here, form: Any) -> Said:
    if not form.cleaned_data["name"]:
        return Said()
    setup_actions.add_keeper(here.viewer.actor, here.now, **form.cleaned_data)
    return Said(_("Recorded. Give them the newest checkpoint, and ask them to keep it."))


# ── Machine ──────────────────────────────────────────────────────────────────────────────────────────────


def _backup_form(here: Here, sent: Sent) -> forms.Form:
    return guide_forms.BackupPlaceForm(sent, initial={"path": here.arranged.backup_place})


def _backup_answer(here: Here) -> str:
    one = here.arranged
    if not one.backup_place:
        return ""
    return f"{one.backup_place}, {_apart_words(bool(one.backup_apart), one.backup_system)}"


def _apart_words(apart: bool, system: str) -> str:
    words = _("on another file system") if apart else _("on the same file system as the record")
    return f"{words} ({system})" if system else words


def _backup_save(here: Here, form: Any) -> Said:
    home: Path = settings.DUECARE_HOME.path
    _setup, tried = setup_actions.name_backup_place(
        here.viewer.actor, form.cleaned_data["path"], home, here.now
    )
    words = _("A file was written to %(place)s, read back and removed: %(apart)s, %(free)s MB free.") % {
        "place": tried.place,
        "apart": _apart_words(tried.apart, tried.system),
        "free": f"{tried.free // 1_000_000:,}",
    }
    if tried.apart:
        return Said(words)
    return Said(words, _("One broken disk would take both: a place on another machine is better."))


def _mail_form(here: Here, sent: Sent) -> forms.Form:
    shipped = {"port": 587, "security": Security.STARTTLS.value}
    initial = MailStepForm.of(here.mail) if here.mail else shipped
    return MailStepForm(sent, initial={**initial, "how": NONE if here.no_mail else SERVER})


def _mail_answer(here: Here) -> str:
    if here.mail:
        return f"{here.mail.host}, {here.mail.sender}"
    return _("Nothing is mailed for now") if here.no_mail else ""


def _mail_save(here: Here, form: Any) -> Said:
    """Mail is kept only once the server has taken a test mail, as the place for backups is."""
    viewer = here.viewer
    if form.cleaned_data["how"] == NONE:
        if not here.no_mail:
            give_up_server(viewer.actor, here.now)
        return Said(_("Nothing is mailed. Whoever signs in still sees what waits for them."))
    chosen, password = form.asked(here.mail, here.origin), form.cleaned_data["password"] or None
    demand_encryption(chosen, password)
    to = User.objects.get(person=viewer.person).email
    tried = send_test_mail(viewer, to, chosen, password, here.now)
    if not tried.taken:
        raise BadInput(
            _("The test mail was not taken. %s") % tried.words,
            _("Mend it and try again, or say none for now."),
        )
    keep_server(viewer.actor, chosen, password, here.now)
    return Said(_("%(told)s. Look into the mailbox of %(to)s.") % {"told": tried.words, "to": to})


def address_form(here: Here, sent: Sent) -> forms.Form:
    """The form about the address, also of the page about going live."""
    one = here.arranged
    host = one.host or settings.DUECARE_DOMAIN
    away = host != setup_actions.HERE
    proxies = one.proxies if one.host else settings.DUECARE_PROXIES
    initial = {
        "where": "name" if away else setup_actions.HERE if one.host else "",
        "host": host if away else "",
        "proxies": "\n".join(proxies),
    }
    return guide_forms.AddressForm(sent, initial=initial)


def _address_answer(here: Here) -> str:
    if here.arranged.host == setup_actions.HERE:
        return _("On this machine only")
    return here.arranged.host


def address_save(here: Here, form: Any) -> Said:
    """Save the address; what to say then."""
    values = form.cleaned_data
    away = values["where"] == "name"
    setup_actions.say_address(
        here.viewer.actor,
        values["host"] if away else setup_actions.HERE,
        values["proxies"].splitlines() if away else (),
    )
    return Said(_("Recorded. The page “Go live” shows the lines to put in.") if away else "")


STEPS: tuple[Step, ...] = (
    Step(
        "organisation",
        gettext_lazy("Who and where"),
        gettext_lazy("Who are you, and where?"),
        gettext_lazy(
            "The name stands on every report. The country decides which laws may apply, and days end by the "
            "time zone."
        ),
        30,
        _organisation_form,
        _organisation_answer,
        _profile_save,
    ),
    Step(
        "size",
        gettext_lazy("People and computers"),
        gettext_lazy("How many people and computers are there?"),
        gettext_lazy(
            "Every page then says how much of it was seen: “1 of about 150 computers”. What was not seen is "
            "never shown as safe."
        ),
        20,
        _size_form,
        _size_answer,
        _profile_save,
    ),
    Step(
        "data",
        gettext_lazy("Data"),
        gettext_lazy("Which data do you hold, and whose?"),
        gettext_lazy(
            "After a breach there are often only hours to say whose data was affected. Two or three kinds "
            "are "
            "enough to begin with."
        ),
        90,
        _data_form,
        _data_answer,
        _data_save,
        several=True,
    ),
    Step(
        "laws",
        gettext_lazy("Laws"),
        gettext_lazy("What is true of you?"),
        gettext_lazy(
            "These answers decide which laws are shown as applying. Leave open what you do not know: an open "
            "question is shown as open, never as no."
        ),
        90,
        _laws_form,
        _laws_answer,
        _laws_save,
    ),
    Step(
        "systems",
        gettext_lazy("Systems"),
        gettext_lazy("Which systems does the work rest on?"),
        gettext_lazy("What matters most this week depends on it, and so does where evidence can come from."),
        30,
        _systems_form,
        _systems_answer,
        _systems_save,
    ),
    Step(
        "approver",
        gettext_lazy("Who approves"),
        gettext_lazy("Who approves what you decide?"),
        gettext_lazy(
            "Exceptions, targets and statements are worth more when a second person has agreed: a director, "
            "a "
            "partner, the head of the practice."
        ),
        60,
        _approver_form,
        _approver_answer,
        _approver_save,
    ),
    Step(
        "keeper",
        gettext_lazy("Who keeps checkpoints"),
        gettext_lazy("Who outside keeps checkpoints?"),
        gettext_lazy(
            "A checkpoint is a signed line that fixes the whole record so far. While somebody outside holds "
            "one, "
            "nobody, you included, can change what was recorded before it without being found out."
        ),
        60,
        _keeper_form,
        _keeper_answer,
        _keeper_save,
        several=True,
    ),
    Step(
        "backup",
        gettext_lazy("Backup place"),
        gettext_lazy("Where do backups of Duecare go?"),
        gettext_lazy(
            "The record is worth nothing on the day its disk dies. The place is tried at once, as the "
            "server’s "
            "own user."
        ),
        45,
        _backup_form,
        _backup_answer,
        _backup_save,
        blames="path",
    ),
    Step(
        "mail",
        gettext_lazy("Mail"),
        gettext_lazy("How does mail leave?"),
        gettext_lazy(
            "Reminders reach people who do not look in by themselves: one short mail a day, and at once only "
            "what is urgent. The server is tried at once, by a mail to you."
        ),
        60,
        _mail_form,
        _mail_answer,
        _mail_save,
        blames="host",
    ),
    Step(
        "address",
        gettext_lazy("Address"),
        gettext_lazy("Where will people open Duecare?"),
        gettext_lazy(
            "On this machine it is safe as it is. From other machines it needs a name and encrypted "
            "connections; "
            "the page “Go live” then shows what to set, and checks it."
        ),
        45,
        address_form,
        _address_answer,
        address_save,
    ),
)


def find(id: str) -> int | None:
    """The place of a step; None if there is none."""
    return next((number for number, step in enumerate(STEPS) if step.id == id), None)
