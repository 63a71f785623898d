"""Pages of the notices of a case: all of them, one, and what is done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import DuecareError, NotFound
from duecare.incidents.cases.frame import framed
from duecare.incidents.cases.queries import find_case, may_work
from duecare.incidents.decisions.forms import EndForm
from duecare.incidents.notices import forms, notice_actions
from duecare.incidents.notices.boards import case_board, countable_board
from duecare.incidents.notices.clocks import Clocks
from duecare.incidents.notices.drafting import draft_of, subject_of
from duecare.incidents.notices.models import Notice
from duecare.incidents.notices.notice_actions import NOTICE
from duecare.incidents.notices.pages import again, form_page, sent, worker
from duecare.incidents.notices.queries import find_notice, material_of, notices_of, state_of, telling_of
from duecare.incidents.notices.showing import Group, at_words, state_words, utc_words
from duecare.incidents.timeline.queries import register_of
from duecare.law.obligations import Register
from duecare.law.told import Told
from duecare.ledger import asof
from duecare.ledger.naming import actor_words
from duecare.ledger.viewers import Request
from duecare.program import remarks
from duecare.program.mail.models import OutboxMessage
from duecare.program.mail.server import mail_server
from duecare.program.unchanged import seen_entry
from duecare.web.recorded import in_the_records_language

PAGE = "case-notices"
OFFERED = (Group.LATE, Group.RUNNING, Group.NEEDS, Group.WAITING, Group.MET)
"""Clocks for which a notice is offered on the list."""


@require_safe
def notices(request: Request, key: str) -> HttpResponseBase:
    """All notices of a case, and the clocks that ask for one."""
    viewer = request.viewer
    case = find_case(key, viewer)
    told = countable_board(case, viewer, request.view_now)
    shown = [one for group in OFFERED for one in told.board[group]] if told else []
    offered = [one for one in shown if not one.told.clock.internal]
    register = register_of(case)
    context = {
        "notices": [_row(row, register) for row in notices_of(case, viewer)],
        "offered": offered,
        "working": asof.current() is None and may_work(case, viewer),
    }
    return render(request, "incidents/notices.html", framed(case, request, PAGE, **context))


def _row(notice: Notice, register: Register) -> dict[str, Any]:
    law = register.obligations.get(notice.obligation)
    at = notice.submitted_at
    return {
        "notice": notice,
        "state": state_of(notice),
        "law": law.name if law else notice.obligation,
        "at": at_words(at, notice.case.zone) if at else "",
        "utc": utc_words(at) if at else "",
    }


@require_safe
def notice(request: Request, key: str) -> HttpResponseBase:
    """One notice, as it is or was handed in; it prints as it stands."""
    viewer = request.viewer
    found = find_notice(key, viewer)
    case = found.case
    board = countable_board(case, viewer, request.view_now)
    told = board.clocks.of(f"{found.obligation}.{found.clock}") if board else None
    live = asof.current() is None
    mail = OutboxMessage.objects.filter(about=notice_actions.message_of(key)).first() if live else None
    context = {
        **_row(found, register_of(case)),
        "told": told,
        "clock": f"{found.obligation}.{found.clock}",
        "clock_words": state_words(told) if told else "",
        "names": {
            field: actor_words(getattr(found, field), getattr(found, f"{field}_name"))
            for field in ("drafted_by", "changed_by", "reviewed_by", "submitted_by")
        },
        "working": live and may_work(case, viewer) and found.dropped_at is None,
        "entry": telling_of(found) if live else None,
        "mail": mail,
        "may_mail": mail is None and not case.exercise and mail_server() is not None,
        **remarks.context(f"{NOTICE}:{key}", viewer),
    }
    return render(request, "incidents/notice.html", framed(case, request, PAGE, **context))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, key: str, clock: str) -> HttpResponseBase:
    """Draft a notice for a clock, filled from the case."""
    viewer = request.viewer
    case = worker(request, key)
    found = case_board(case, viewer, request.view_now).clocks
    told = found.of(clock)
    if told is None:
        raise NotFound(
            _("The law of this case has no clock “%s”.") % clock[:80],
            _("Begin from the clock on the page of the case."),
        )
    form = forms.NoticeForm(sent(request), initial=_filled(found, told, request))
    if form.is_valid():
        values = form.cleaned_data
        try:
            made = notice_actions.draft_notice(
                viewer.actor,
                case.pk,
                clock,
                values["recipient"],
                values["subject"],
                values["words"],
                request.now,
            )
        except DuecareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The draft is kept. Let somebody else read it before it goes out."))
            return redirect("case-notice", made.pk)
    law = found.register.obligations[told.clock.obligation]
    text = _("Under %(law)s, %(citation)s. What the case does not know is left as a gap.") % {
        "law": law.name, "citation": told.clock.citation,
    }  # fmt: skip
    back = reverse("case-clocks", args=[key])
    return form_page(request, case, form, _("Draft the notice"), _("Keep the draft"), back, PAGE, text=text)


def _filled(found: Clocks, told: Told, request: Request) -> dict[str, Any]:
    before = [
        one.part
        for one in notices_of(found.case, request.viewer)
        if (one.obligation, one.clock) == (told.clock.obligation, told.clock.id) and one.dropped_at is None
    ]
    with in_the_records_language():
        material = material_of(found, told, request.viewer, max(before, default=0) + 1)
        return {
            "recipient": material.recipient,
            "subject": subject_of(material)[:300],
            "words": draft_of(material),
        }


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, key: str) -> HttpResponseBase:
    """Change the text."""
    found = _workable(request, key)
    initial = {**notice_actions.values_of(found), "seen": seen_entry(found)}
    form = forms.NoticeForm(sent(request), initial=initial)

    def act(values: dict[str, Any]) -> None:
        seen = -1 if values["seen"] is None else values["seen"]
        notice_actions.change_notice(
            request.viewer.actor,
            key,
            values["recipient"],
            values["subject"],
            values["words"],
            seen,
            request.now,
        )

    return _acted(request, found, form, act, _("Change the notice"), _("Save"), _("The text was changed."))


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Request, key: str) -> HttpResponseBase:
    """Agree to the text."""
    found = _workable(request, key)
    form = forms.ReviewForm(sent(request), initial={"seen": seen_entry(found)})

    def act(values: dict[str, Any]) -> None:
        notice_actions.review_notice(request.viewer.actor, key, values["words"], values["seen"], request.now)

    text = ""
    if found.changed_by == request.viewer.actor:
        text = _("You wrote this text yourself: the record will say that it was reviewed alone.")
    return _acted(
        request, found, form, act, _("Agree to the text"), _("I have read it, and agree"),
        _("Your review was recorded."), text, notice=found,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: Request, key: str) -> HttpResponseBase:
    """Record that it was handed in outside."""
    found = _workable(request, key)
    exercise = found.case.exercise
    initial = {"zone": found.case.zone, "seen": seen_entry(found)}
    form = forms.HandInForm(sent(request), exercise=exercise, initial=initial)

    def act(values: dict[str, Any]) -> None:
        notice_actions.hand_in(
            request.viewer.actor,
            key,
            form.moment(),
            request.now,
            seen=values["seen"],
            address=values["address"],
            reference=values["reference"],
            proof_words=values["proof_words"],
        )

    text = _("Hand it in yourself first: Duecare sends nothing here, it records what you did.")
    if exercise:
        text = _("This is an exercise: record it as if it had been handed in. Nothing is sent.")
    return _acted(
        request, found, form, act, _("Record that it was handed in"), _("Record it"),
        _("Recorded. The clock is told by it."), text, notice=found,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: Request, key: str) -> HttpResponseBase:
    """Send it by mail."""
    found = _workable(request, key)
    form = forms.MailForm(sent(request), initial={"seen": seen_entry(found)})

    def act(values: dict[str, Any]) -> None:
        notice_actions.mail_notice(request.viewer.actor, key, values["address"], values["seen"], request.now)

    text = _("The text leaves the house as plain mail, readable on its way. It counts as handed in once the "
             "mail server has taken it.")  # fmt: skip
    return _acted(
        request, found, form, act, _("Send it by mail"), _("Send it"), _("It is on its way."), text,
        notice=found,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: Request, key: str) -> HttpResponseBase:
    """Say their reference, and what shows that it went in, once that is known."""
    found = _workable(request, key)
    names = ("reference", "proof_words")
    initial = {**{name: getattr(found, name) for name in names}, "seen": seen_entry(found)}
    form = forms.CompleteForm(sent(request), initial=initial)

    def act(values: dict[str, Any]) -> None:
        notice_actions.complete_notice(
            request.viewer.actor,
            key,
            values["reference"],
            values["proof_words"],
            values["seen"],
            request.now,
        )

    return _acted(
        request, found, form, act, _("Reference and proof"), _("Save"), _("Recorded."), found.subject
    )  # fmt: skip


@require_POST
def take_back(request: Request, key: str) -> HttpResponseBase:
    """Take it back from the outbox."""
    found = _workable(request, key)
    notice_actions.give_up_mail(request.viewer.actor, found.pk, request.now)
    messages.success(request, _("It is a draft again; hand it in another way."))
    return redirect("case-notice", key)


@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: Request, key: str) -> HttpResponseBase:
    """Drop a draft."""
    found = _workable(request, key)
    form = EndForm(sent(request))

    def act(values: dict[str, Any]) -> None:
        notice_actions.drop_notice(request.viewer.actor, key, values["reason"], request.now)

    return _acted(
        request,
        found,
        form,
        act,
        _("Drop the notice"),
        _("Drop it"),
        _("The notice was dropped."),
        found.subject,
    )


def _workable(request: Request, key: str) -> Notice:
    """The notice, if the viewer may work on its case."""
    found = find_notice(key, request.viewer)
    worker(request, found.case_id)
    return found


def _acted(
    request: Request,
    found: Notice,
    form: Any,
    act: Any,
    title: str,
    button: str,
    done: str,
    text: str = "",
    **more: Any,
) -> HttpResponseBase:
    """The form's page, or the notice's once the act was done; with `notice` under its text."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
            if again(form, error, found):
                more = {"notice": found, "afresh": True}
        else:
            messages.success(request, done)
            return redirect("case-notice", found.pk)
    back = reverse("case-notice", args=[found.pk])
    return form_page(request, found.case, form, title, button, back, PAGE, text=text, **more)
