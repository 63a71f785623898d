"""The API, put together: every room's endpoints under `/api/`, one shape for errors, and its description.

Who may come in, and as of which day, the doors decide (`doors.py`). What pages can do, the API can, by the
same actions; approving is left out on purpose (SECURITY.md 5). There is no page to try it out: such pages run
others' scripts.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from duecare import __version__
from duecare.assurance import api as assurance_api
from duecare.incidents.alerts import api as alerts_api
from duecare.incidents.cases import api as cases_api
from duecare.incidents.evidence import api as evidence_api
from duecare.incidents.exercises import api as exercises_api
from duecare.incidents.figures import api as figures_api
from duecare.incidents.indicators import api as indicators_api
from duecare.incidents.lessons import api as lessons_api
from duecare.incidents.notices import api as notices_api
from duecare.incidents.plans import api as plans_api
from duecare.incidents.stix import api as stix_api
from duecare.incidents.timeline import api as timeline_api
from duecare.law import api as law_api
from duecare.law.duties import api as duties_api
from duecare.law.holds import api as holds_api
from duecare.ledger import api as ledger_api
from duecare.ledger.browsing import size_in_view
from duecare.ledger.viewers import Request, Scope, demand_reader
from duecare.patching.bills import api as bills_api
from duecare.patching.feeds import api as feeds_api
from duecare.patching.runs import api as runs_api
from duecare.patching.software import api as software_api
from duecare.patching.weaknesses import api as weak_api
from duecare.program import api as program_api
from duecare.risk.decisions import api as risk_decisions_api
from duecare.risk.insurance import api as insurance_api
from duecare.risk.measures import api as measures_api
from duecare.risk.picture import api as risk_picture_api
from duecare.risk.register import api as register_api
from duecare.risk.register import estimate_api
from duecare.risk.training import api as training_api
from duecare.site import settings_api
from duecare.site.terminal import posture_of
from duecare.systems import api as systems_api
from duecare.systems import enrolment_api, exposure_api
from duecare.web.api import endpoint
from duecare.web.api_shapes import Answer, StrictParser
from duecare.web.views import error_page

router = Router(tags=["Posture"])


class PostureException(Answer):
    """One thing that is not met, or not known."""

    subject: str
    reason: str


class PostureCheck(Answer):
    """What a check found."""

    id: str
    question: str
    verdict: str
    population: int
    exceptions: list[PostureException]
    measure: int | None
    evidence: str | None


class PostureStatement(Answer):
    """What a person stated."""

    question: str
    asked: str
    answer: str
    made_by: str
    made_at: str
    expires: str
    review: str | None


class PostureSafeguard(Answer):
    """What can be said of a safeguard."""

    id: str
    title: str
    status: str
    required_by: list[str]
    checks: list[PostureCheck]
    statements: list[PostureStatement]


class PostureLedger(Answer):
    """The record that says it."""

    size: int
    root: str
    checkpoint: int | None


class Posture(Answer):
    """The same as `duecare assess --json` prints."""

    as_of: str
    safeguards: list[PostureSafeguard]
    ledger: PostureLedger


@endpoint(router, "GET", "/posture", Scope.READ, Posture)
def the_posture(request: Request) -> Any:
    """What can be said of every safeguard, with every exception by name."""
    return posture_of(demand_reader(request), request.view_now, size_in_view()).told()


def _exact(fields: dict[str, Any]) -> dict[str, Any]:
    """An object of exactly these fields."""
    return {
        "type": "object",
        "required": list(fields),
        "properties": fields,
        "additionalProperties": False,
    }


class Api(NinjaAPI):
    """Every operation may be answered by an error of the one shape."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        text = {"type": "string"}
        fields = {"what": text, "next_step": text, "place": text}
        schema["components"]["schemas"]["Error"] = _exact({"error": _exact(fields)})
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"]["4XX"] = {"description": "Refused", "content": content}
        return schema


api = Api(
    title="Duecare",
    version=__version__,
    description="What the pages of Duecare can do, for programs. See docs/api.md.",
    docs_url=None,
    openapi_url=None,
    parser=StrictParser(),
    urls_namespace="api",
)
for _router in (
    router,
    *program_api.ROUTERS,
    systems_api.router,
    bills_api.router,
    software_api.router,
    weak_api.router,
    feeds_api.router,
    runs_api.router,
    enrolment_api.router,
    exposure_api.router,
    law_api.router,
    duties_api.router,
    holds_api.router,
    risk_decisions_api.router,
    insurance_api.router,
    cases_api.router,
    alerts_api.router,
    plans_api.router,
    timeline_api.router,
    evidence_api.router,
    indicators_api.router,
    stix_api.router,
    notices_api.router,
    lessons_api.router,
    exercises_api.router,
    figures_api.router,
    training_api.router,
    measures_api.router,
    register_api.router,
    estimate_api.router,
    risk_picture_api.router,
    assurance_api.router,
    ledger_api.router,
):
    api.add_router("", _router)
api.add_router("", settings_api.router)


@api.exception_handler(ValidationError)
def _misshapen(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What was sent has not the shape that is described; the first fault is named."""
    first = error.errors[0]
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path")) or "body"
    what = _("%(place)s: %(fault)s.") % {"place": place, "fault": str(first["msg"]).rstrip(".")}
    return error_page(422, "", what, _("Look it up in /api/openapi.json."), request, place)


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON; ninja raises nothing else of this kind here."""
    what = _("The body is not JSON that says each thing once.")
    return error_page(error.status_code, "", what, _("Correct it and send it again."), request, "body")


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    what = _("The body is too large.")
    return error_page(413, "", what, _("Send less at a time."), request, "body")


@api.exception_handler(Http404)
def _nothing_here(request: HttpRequest, error: Http404) -> HttpResponse:
    return error_page(404, "", _("There is no such thing here."), _("Look in /api/openapi.json."), request)


def description() -> dict[str, Any]:
    """The API as OpenAPI 3.1 describes it."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
    return found


@require_safe
def openapi(request: Request) -> HttpResponseBase:
    """The description, for programs and for whoever is signed in."""
    demand_reader(request)
    text = json.dumps(description(), ensure_ascii=False, indent=1)
    return HttpResponse(text, content_type="application/json")
