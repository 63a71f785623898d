"""STIX for programs: passing on what a case shows, and taking in what others tell."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router

from duecare.incidents.evidence.queries import taken_from
from duecare.incidents.indicators.api import Added, Tlp
from duecare.incidents.indicators.views import worked_on
from duecare.incidents.stix import actions, views
from duecare.incidents.stix.isolated import MOST_BYTES
from duecare.ledger.viewers import Request, Scope
from duecare.program.remarks import clean_name
from duecare.web.api import download, endpoint, sent, upload
from duecare.web.api_shapes import Body, Key, Line

router = Router(tags=["Incidents: STIX"])
JSON = "application/json"


class PassOn(Body):
    """Who gets it, and what they may read at most."""

    recipient: Line
    tlp: Literal["clear", "green", "amber", "amber+strict"]
    summary: bool = False
    """Whether the title and the summary of the case go along."""


@endpoint(router, "POST", "/cases/{key}/stix", Scope.INCIDENTS, extra=download(JSON))
def pass_on_as_stix(request: Request, key: Key, body: PassOn) -> HttpResponseBase:
    """What a case shows as a bundle of STIX 2.1; the record keeps who got it."""
    case = taken_from(request, key)
    made = actions.pass_on(
        request.viewer.actor, case, body.recipient, body.tlp, request.now, summary=body.summary
    )
    return views.as_file(case, made.text)


@endpoint(router, "POST", "/cases/{key}/stix/bundles", Scope.INCIDENTS, Added, status=201, extra=upload(JSON))
def take_in_stix(request: Request, key: Key, tlp: Tlp = "amber", name: Line = "bundle.json") -> Any:
    """Take in the indicators and techniques of a bundle of STIX 2.1, whose bytes are the body."""
    case = worked_on(request, key)
    data = sent(request, MOST_BYTES, _("Ask for a smaller one."))
    table, digest = views.read_table(data, request.now), hashlib.sha256(data).hexdigest()
    made = actions.take_in(request.viewer.actor, case, table, tlp, digest, clean_name(name), request.now)
    return {"added": made}
