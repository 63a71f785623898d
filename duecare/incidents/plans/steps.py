"""The guided form of the plan: which questions, in which order, and what is there already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecare.incidents.plans.content import PlanContent
from duecare.incidents.plans.shipped import shipped
from duecare.incidents.plans.stored import stored
from duecare.incidents.plans.telling import hours_words
from duecare.web.listing import Text

NEEDED = ("lead", "decider")
"""Roles without whom a plan is none."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the guided form."""

    id: str
    """In the address; never changed once published."""
    name: Text
    question: Text
    why: Text
    answer: Callable[[PlanContent], str]
    """The present answer in words; empty while it is open."""


def _cut(text: str) -> str:
    return text if len(text) <= 120 else text[:120].rsplit(" ", 1)[0] + " …"


def _roles(plan: PlanContent) -> str:
    named = sum(bool(role.person) for role in plan.roles)
    if any(not role.person for role in plan.roles if role.id in NEEDED):
        return ""
    return _("%(named)s of %(all)s roles have a person") % {"named": named, "all": len(plan.roles)}


def _severities(plan: PlanContent) -> str:
    return ", ".join(f"{one.name}: {hours_words(one.hours)}" for one in plan.severities)


def _playbooks(plan: PlanContent) -> str:
    if not plan.playbooks:
        return ""
    kept, ships = stored(plan)["playbooks"], stored(shipped())["playbooks"]
    own = sum(kept[id] != ships.get(id) for id in kept)
    count = ngettext("%(n)s playbook", "%(n)s playbooks", len(kept)) % {"n": len(kept)}
    changed = ngettext("%(n)s of them is yours", "%(n)s of them are yours", own) % {"n": own}
    return f"{count}; {changed}" if own else count


QUESTIONS = (
    Question(
        "scope",
        gettext_lazy("Scope"),
        gettext_lazy("What does the plan cover, and when is it in force?"),
        gettext_lazy("On a bad day nobody should have to ask whether this is one and who may say so."),
        lambda plan: _cut(plan.scope),
    ),
    Question(
        "meeting",
        gettext_lazy("Meeting place"),
        gettext_lazy("Where do you meet when mail and sign-in are down?"),
        gettext_lazy("Who is in your mail reads along. Agree on a place and a channel that need neither."),
        lambda plan: _cut(plan.meeting),
    ),
    Question(
        "roles",
        gettext_lazy("Roles"),
        gettext_lazy("Who does what?"),
        gettext_lazy(
            "One person may have several roles, but whoever leads should not repair as well. A deputy steps "
            "in when the person is ill or asleep. At least who leads and who decides must be named."
        ),
        _roles,
    ),
    Question(
        "severities",
        gettext_lazy("Severity"),
        gettext_lazy("How grave is grave?"),
        gettext_lazy("Four steps, each with the time in which somebody must be at work on it."),
        _severities,
    ),
    Question(
        "playbooks",
        gettext_lazy("Playbooks"),
        gettext_lazy("What is done in which kind of incident?"),
        gettext_lazy(
            "Seven playbooks come along. Keep them as they are if you are short of time; change, drop or add "
            "where your organisation is different."
        ),
        _playbooks,
    ),
    Question(
        "words",
        gettext_lazy("What else holds"),
        gettext_lazy("What else holds here?"),
        gettext_lazy("Leave it empty if there is nothing."),
        lambda plan: _cut(plan.words),
    ),
)
OPTIONAL = frozenset({"words"})


def missing(plan: PlanContent) -> list[Question]:
    """The questions that must be answered before the plan can be approved."""
    return [one for one in QUESTIONS if one.id not in OPTIONAL and not one.answer(plan)]
