"""The questions on which clocks turn, and the forms that answer them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from duecare.errors import BadInput, DuecareError, NotFound, Refused
from duecare.incidents.cases.models import Case, CaseFact
from duecare.incidents.decisions.queries import value_words
from duecare.incidents.notices import clock_actions
from duecare.incidents.notices.clock_actions import RESIDENTS
from duecare.incidents.notices.clock_forms import (
    UNKNOWN,
    AnswerForm,
    EventForm,
    PlaceForm,
    kind_of,
    written,
)
from duecare.incidents.notices.clocks import Clocks, clock_id, clocks_of, differing
from duecare.incidents.notices.pages import again, form_page, sent, worker
from duecare.incidents.notices.showing import (
    Question,
)
from duecare.law.affected_people import people_by_place
from duecare.law.clocks import State
from duecare.law.moments import Moment
from duecare.law.saying import Ask, ask_event, ask_fact
from duecare.law.terms import PROFILE, SUBMISSION
from duecare.law.told import Told
from duecare.ledger.models import Entry
from duecare.ledger.records import Record
from duecare.ledger.viewers import Request, Role, Viewer
from duecare.program.queries import profile
from duecare.program.unchanged import seen_entry
from duecare.words import number

FACT_KIND = "incidents.casefact"


def asked_of(questions: list[Question], found: Clocks, viewer: Viewer, working: bool) -> list[dict[str, Any]]:
    """The questions, each with the form that answers it; without one for who may not."""
    if not working:
        return [{"question": one} for one in questions]
    seen = seen_of([one.ask.id for one in questions if one.ask.about == "fact"], found)
    if any(one.ask.about == "profile" for one in questions):
        seen[PROFILE] = _seen_of_us()
    offered = people_by_place(viewer) if any(_place_of(one.ask.id) for one in questions) else {}
    return [{"question": one, **_form_of(one, found, viewer, seen, offered)} for one in questions]


def _form_of(
    one: Question, found: Clocks, viewer: Viewer, seen: Mapping[str, int | None], offered: Mapping[str, int]
) -> dict[str, Any]:
    ask, key, prefix = one.ask, found.case.pk, one.anchor
    if ask.about == "fact":
        form = _answer_form(ask.id, found, seen=seen[ask.id], offered=offered, prefix=prefix)
        return {"form": form, "address": reverse("case-answer", args=[key, ask.id])}
    if ask.about == "profile" and may_answer_about_us(viewer):
        form = _answer_form(f"{PROFILE}{ask.id}", found, seen=seen[PROFILE], offered={}, prefix=prefix)
        return {"form": form, "address": reverse("case-answer", args=[key, f"{PROFILE}{ask.id}"])}
    if ask.about in ("event", "time"):
        address = reverse("case-happened", args=[key, ask.id])
        return {"form": _event_form(ask, found, prefix=prefix), "address": address}
    return {"address": reverse("case-place", args=[key])} if ask.about == "place" else {}


def _place_of(fact: str) -> str:
    """The place of whose residents a fact tells; empty for another fact."""
    return fact.removeprefix(RESIDENTS) if fact.startswith(RESIDENTS) else ""


def _answer_form(
    fact: str,
    found: Clocks,
    sent: Any = None,
    *,
    seen: int | None,
    offered: Mapping[str, int],
    prefix: str = "id",
) -> AnswerForm:
    initial: dict[str, Any] = {"seen": seen}
    row = found.facts.get(fact)
    if row is not None:
        number_asked = kind_of(fact, found.register) == "number"
        value = row.value if number_asked else written(row.value) or UNKNOWN
        initial |= {"value": value, "words": row.words}
    count = offered.get(_place_of(fact))
    help = (
        _("Your data sets name %s people there. Leave it empty if it is not known.") % number(count)
        if count
        else ""
    )
    return AnswerForm(fact, found.register, sent, offered=help, initial=initial, auto_id=f"{prefix}-%s")


def _event_form(ask: Ask, found: Clocks, sent: Any = None, *, prefix: str = "id") -> EventForm:
    """For an event that is asked for; for one of which only the day is known, with the entry to tell anew."""
    laws = {
        told.clock.obligation: str(found.register.obligations[told.clock.obligation].name)
        for told in found.told
        if told.state is not State.NOT_APPLICABLE and ask.id in (told.clock.trigger, told.clock.start_from)
    }
    initial = {"zone": found.case.zone}
    if ask.about == "time":
        entry = next((one for one in found.events if one.trigger == ask.id and one.whole_day), None)
        if entry is not None:
            local = Moment(entry.happened_at, entry.zone, True).day.isoformat()
            initial |= {
                "at": f"{local} ", "zone": entry.zone, "obligation": entry.obligation,
                "words": entry.words, "instead_of": entry.pk,
            }  # fmt: skip
    return EventForm(list(laws.items()), sent, initial=initial, auto_id=f"{prefix}-%s")


def _seen_of_us() -> int | None:
    """Index of the newest entry about the organisation's profile."""
    here = profile()
    return None if here is None else seen_entry(here)


def may_answer_about_us(viewer: Viewer) -> bool:
    """As in the settings."""
    return viewer.has(Role.OWNER, Role.MANAGER) and viewer.areas is None


def seen_of(facts: list[str], found: Clocks) -> dict[str, int | None]:
    """Index of the newest entry about each answer, None for none: one query for all."""
    keys = {row.pk: fact for fact, row in found.facts.items() if fact in facts}
    rows = Entry.objects.filter(kind=FACT_KIND, subject__in=keys).values_list("subject", "index")
    seen: dict[str, int | None] = dict.fromkeys(facts)
    for subject, index in rows.order_by("index"):
        seen[keys[subject]] = index
    return seen


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, key: str, fact: str) -> HttpResponseBase:
    """Answer one question. What would stop a clock that runs is asked twice."""
    viewer = request.viewer
    case = worker(request, key)
    found = clocks_of(case, viewer, request.view_now)
    if fact.startswith(PROFILE) and not may_answer_about_us(viewer):
        raise Refused(
            _("This is a question about the organisation, and you may not answer for it."),
            _("Ask an owner or a manager."),
        )
    clock_actions.demand_answer(fact, None, found.register)
    row = found.facts.get(fact)
    about: Record | None = profile() if fact.startswith(PROFILE) else row
    seen = None if about is None else seen_entry(about)
    given = sent(request)
    offered = people_by_place(viewer) if _place_of(fact) else {}
    form = _answer_form(fact, found, given, seen=seen, offered=offered)
    stopping: tuple[Any, ...] = ()
    stands = ""
    if form.is_valid():
        confirmed = request.POST.getlist("clock") if form.cleaned_data["confirmed"] else []
        before = found.told
        try:
            _take(request, case, fact, form, confirmed)
        except clock_actions.Stops as error:
            stopping = error.clocks
            form.ask_to_confirm()
            form.add_error("confirmed", _("Clocks that run would stop. Read which, and confirm it."))
        except DuecareError as error:
            form.add_error(None, str(error))
            if about is not None and again(form, error, about):
                stands = _stands(about, fact)
        else:
            messages.success(request, _changed(before, clocks_of(case, viewer, request.now).told))
            return redirect(reverse("case-clocks", args=[case.pk]) + "#questions")
    question = ask_fact(fact, found.register).question
    return form_page(
        request, case, form, question, _("Answer"), reverse("case-clocks", args=[key]), "case-clocks",
        stopping=_named(stopping), stands=stands,
    )  # fmt: skip


def _named(stopping: Iterable[Told]) -> list[dict[str, Any]]:
    return [{"id": clock_id(told), "told": told} for told in stopping]


def _stands(about: Record, fact: str) -> str:
    """The answer that somebody else gave meanwhile."""
    if isinstance(about, CaseFact):
        return f"{value_words(about.value)} {about.words}".strip()
    return value_words(getattr(about, "facts", {}).get(fact.removeprefix(PROFILE)))


def _take(request: Request, case: Case, fact: str, form: AnswerForm, confirmed: list[str]) -> None:
    viewer, value, given = request.viewer, form.value(), form.cleaned_data["seen"]
    if fact.startswith(PROFILE):
        about_us = value if isinstance(value, bool) else None
        clock_actions.answer_about_us(
            viewer.actor, case.pk, fact, about_us, request.now, seen=given, confirmed=confirmed
        )
        return
    clock_actions.answer_fact(
        viewer.actor,
        case.pk,
        fact,
        value,
        form.cleaned_data["words"],
        request.now,
        seen=-1 if given is None else given,
        confirmed=confirmed,
    )


def _changed(before: Any, after: Any) -> str:
    count = len(differing(before, after))
    if not count:
        return _("The answer was recorded. No clock changed by it.")
    return ngettext(
        "The answer was recorded. %s clock stands otherwise by it.",
        "The answer was recorded. %s clocks stand otherwise by it.",
        count,
    ) % number(count)


# ── Events, place, law ───────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def happened(request: Request, key: str, event: str) -> HttpResponseBase:
    """Record when an event of the law happened."""
    viewer = request.viewer
    case = worker(request, key)
    found = clocks_of(case, viewer, request.view_now)
    if event not in found.register.events:
        if event.startswith(SUBMISSION):
            return redirect("case-notices", case.pk)
        raise NotFound(
            _("The law of this case knows no event “%s”.") % event[:60],
            _("Choose one of those that the page lists."),
        )
    ask = ask_event(event, found.register)
    known = any(one.trigger == event and one.whole_day for one in found.events)
    form = _event_form(Ask("time" if known else "event", event, ask.question), found, sent(request))
    if form.is_valid():
        values = form.cleaned_data
        try:
            clock_actions.record_event(
                viewer.actor,
                case.pk,
                event,
                form.moment(),
                request.now,
                obligation=values["obligation"],
                words=values["words"],
                instead_of=values["instead_of"],
            )
        except DuecareError as error:
            form.add_error(error.place if error.place in form.fields else None, str(error))
        else:
            messages.success(request, _("Recorded in the timeline. The clocks count from it."))
            return redirect("case-clocks", case.pk)
    return form_page(
        request, case, form, ask.question, _("Record it"), reverse("case-clocks", args=[key]), "case-clocks"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def place(request: Request, key: str) -> HttpResponseBase:
    """Say in which country the case is counted."""
    case = worker(request, key)
    initial = {"country": case.country, "seen": seen_entry(case)}
    form = PlaceForm(sent(request), initial=initial)
    stopping: tuple[Any, ...] = ()
    stands = ""
    if form.is_valid():
        values = form.cleaned_data
        try:
            confirmed = request.POST.getlist("clock") if values["confirmed"] else []
            clock_actions.set_place(
                request.viewer.actor,
                case.pk,
                values["country"],
                values["seen"],
                request.now,
                confirmed=confirmed,
            )
        except clock_actions.Stops as error:
            stopping = error.clocks
            form.ask_to_confirm()
            form.add_error("confirmed", _("Clocks that run would stop. Read which, and confirm it."))
        except DuecareError as error:
            form.add_error("country" if isinstance(error, BadInput) else None, str(error))
            if again(form, error, case):
                stands = case.country or _("not known")
        else:
            messages.success(request, _("Recorded. Days of rest and national acts follow from it."))
            return redirect("case-clocks", case.pk)
    return form_page(
        request, case, form, _("In which country do you act?"), _("Record it"),
        reverse("case-clocks", args=[key]), "case-clocks", stopping=_named(stopping), stands=stands,
    )  # fmt: skip
