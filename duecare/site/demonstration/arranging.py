"""What the clinic arranged: its set-up, the first ninety days, hosts, the trust page, views, tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from duecare.assurance.trust import REFERENCE
from duecare.assurance.trust_actions import choose
from duecare.program import setup_actions
from duecare.program.models import DataSet, Ending, Task
from duecare.program.ninety import PREFIX
from duecare.program.plan_actions import make_plan
from duecare.program.plan_queries import proposed
from duecare.program.setup_queries import setup
from duecare.program.task_actions import end_task, hand_over
from duecare.site.api_tokens import make_token
from duecare.site.demonstration.story import Event
from duecare.site.demonstration.teller import Telling
from duecare.site.models import User
from duecare.site.saved_views import save_view
from duecare.systems.exposure_actions import Answer, Said, say_exposure
from duecare.systems.models import Host


def step(telling: Telling, event: Event, now: datetime) -> None:
    """One answer of the guided set-up."""
    told, actor = event.told, telling.actor(event.told["by"])
    match told["step"]:
        case "services":
            setup_actions.say_services(actor, told["services"], told["other"])
        case "alone":
            setup_actions.approve_alone(actor, told["alone"])
        case "keeper":
            named = {name: told[name] for name in ("name", "organisation", "address", "outside")}
            setup_actions.add_keeper(actor, now, **named)
        case "address":
            setup_actions.say_address(actor, told["host"], told["proxies"])


def plan(telling: Telling, event: Event, now: datetime) -> None:
    """The plan that the program proposes on that day."""
    told, viewer = event.told, telling.viewer(event.told["by"], now)
    planned = proposed(viewer, now, now.date(), setup(viewer), (), approver=True)
    people = {who: telling.people[told[who]].pk for who in ("owner", "approver")}
    make_plan(viewer.actor, planned, now, now.date(), **people)


def plan_handed(telling: Telling, event: Event, now: datetime) -> None:
    for task in _of_plan(event.told):
        to = telling.people[event.told["to"]].pk
        hand_over(telling.actor(event.told["by"]), task.pk, to, event.told["words"], now)


def plan_ended(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    for task in _of_plan(told):
        owner = f"person:{task.owner_id}" if task.owner_id else telling.actor(told["by"])
        end_task(owner, task.pk, Ending(told["as"]), told["words"], now)


def _of_plan(told: Mapping[str, object]) -> list[Task]:
    """The open tasks that are meant. What the program proposes is its own to choose: one may be missing."""
    open_ = Task.objects.filter(origin__startswith=PREFIX, ended_at=None)
    return list(open_.filter(origin=f"{PREFIX}{told['of']}") if "of" in told else open_.order_by("pk"))


def exposure(telling: Telling, event: Event, now: datetime) -> None:
    """What somebody says that hosts are exposed to, and who is responsible for them."""
    told = event.told
    hosts = Host.objects.filter(name__in=told["hosts"], removed_at=None).values_list("pk", flat=True)
    said = Said(
        internet=Answer(told["internet"]),
        data=Answer(told["data"]),
        data_sets=tuple(
            DataSet.objects.filter(name__in=told.get("data_sets", ())).values_list("pk", flat=True)
        ),
        responsible=telling.people[told["responsible"]].pk,
        because=told["because"],
    )
    say_exposure(telling.actor(told["by"]), hosts, said, now)


def trust_page(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    named = {name: told[name] for name in ("shown", "chosen", "words", "contact", "indexable")}
    choose(telling.actor(told["by"]), now=now, **named)
    telling.made[event.name] = REFERENCE


def view(telling: Telling, event: Event, now: datetime) -> None:
    told = event.told
    save_view(
        telling.viewer(told["by"], now),
        told["list"],
        told["query"],
        told["name"],
        shared=told["shared"],
        now=now,
    )


def token(telling: Telling, event: Event, now: datetime) -> None:
    """Nobody is told the token itself, so it opens nothing."""
    told = event.told
    make_token(telling.viewer(told["by"], now), told["name"], told["scopes"], told["counts"], now)


def language(telling: Telling, event: Event, now: datetime) -> None:
    """Which language somebody's pages speak; a preference, so not in the record."""
    person = telling.people[event.told["by"]].pk
    User.objects.filter(person=person).update(language=event.told["language"])
