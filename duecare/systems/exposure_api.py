"""What hosts are exposed to, for programs: reading it of one, saying it of one or of many in one act."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Router

from duecare.ledger.viewers import Request, Scope, demand_area
from duecare.systems import views
from duecare.systems.exposure import cutoff, exposure_of, known_of
from duecare.systems.exposure_actions import NOBODY, Answer, Said, say_exposure
from duecare.systems.exposure_telling import tell_exposure
from duecare.systems.exposure_views import demand_there
from duecare.systems.models import NEWEST, Host, Report
from duecare.systems.telling import unreadable_because
from duecare.web.api import endpoint
from duecare.web.api_shapes import Answer as Shape
from duecare.web.api_shapes import Body, Key, Moment, Words

router = Router(tags=["Systems"])
Answering = Literal["yes", "no", "unknown"]


class ExposureAnswer(Shape):
    """What was said of a host, and what of it counts today. Null is not known."""

    host: str
    internet: bool | None
    """Whether the internet reaches it, as it counts today."""
    internet_said: bool | None
    """What was said last, which may be too old to count."""
    internet_at: Moment | None
    holds_data: bool | None
    """Whether data of people lie on it, as it counts today."""
    holds_data_said: bool | None
    data_at: Moment | None
    data_sets: list[str]
    """Keys of the data sets that lie on it."""
    responsible: str | None
    """Key of the person."""
    because: str
    said_by: str
    said_at: Moment | None
    against: str
    """What its newest report says against the answer; empty if nothing."""


class SayExposure(Body):
    """What is said; what is left out stays as it was."""

    internet: Answering | None = None
    holds_data: Answering | None = None
    data_sets: list[Key] | None = None
    """With `holds_data` yes: keys of the data sets that lie on it; left out, they stay as they were."""
    responsible: Key | Literal["nobody"] | None = None
    because: Words = ""
    """How it is known; needed with a yes or no."""


class SayOfSeveral(SayExposure):
    """The same of several hosts, in one act."""

    hosts: list[Key]
    """Keys, at most 1,000."""


class SaidOf(Shape):
    """How many hosts it was."""

    hosts: int


def _said(body: SayExposure) -> Said:
    return Said(
        Answer(body.internet) if body.internet else None,
        Answer(body.holds_data) if body.holds_data else None,
        None if body.data_sets is None else tuple(body.data_sets),
        NOBODY if body.responsible == NOBODY else body.responsible,
        body.because,
    )


def _told(host: Host, request: Request) -> dict[str, Any]:
    said = exposure_of(host)
    counts = known_of(said, cutoff())
    reports = Report.objects.all().visible_to(request.viewer).filter(host=host, newest__in=NEWEST)
    facts, _fault = unreadable_because(reports.first())
    return {
        "host": host.pk,
        "internet": counts.internet,
        "internet_said": said and said.internet,
        "internet_at": said and said.internet_at,
        "holds_data": counts.holds_data,
        "holds_data_said": said and said.holds_data,
        "data_at": said and said.data_at,
        "data_sets": said.data_sets if said else [],
        "responsible": said and said.responsible_id,
        "because": said.because if said else "",
        "said_by": said.said_by if said else "",
        "said_at": said and said.said_at,
        "against": tell_exposure(host, facts, request.viewer).against,
    }


@endpoint(router, "GET", "/hosts/{key}/exposure", Scope.READ, ExposureAnswer)
def one_exposure(request: Request, key: Key) -> Any:
    """What a host is exposed to, and who is responsible for it."""
    return _told(views.find_host(key, demand_area(request, views.AREA)), request)


@endpoint(router, "PUT", "/hosts/{key}/exposure", Scope.SYSTEMS, ExposureAnswer)
def say_one_exposure(request: Request, key: Key, body: SayExposure) -> Any:
    """Say what a host is exposed to, and who is responsible for it."""
    viewer = views.changer(request)
    demand_there(views.find_host(key, viewer))
    say_exposure(viewer.actor, [key], _said(body), request.now)
    return _told(views.find_host(key, viewer), request)


@endpoint(router, "POST", "/hosts-exposure", Scope.SYSTEMS, SaidOf)
def say_exposure_of_several(request: Request, body: SayOfSeveral) -> Any:
    """Say it of several hosts in one act."""
    viewer = views.changer(request)
    return {"hosts": say_exposure(viewer.actor, body.hosts, _said(body), request.now)}
