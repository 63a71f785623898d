"""The one way to offer something to programs: what it takes and gives said once, checked, and described.

Rooms declare endpoints beside their pages, in `api.py`; `site/api.py` puts them together. A list of a page
(`listing.py`) becomes one of the API by its own declaration: same columns, same filters, same order, paged by
the same keys.

Whatever is not declared is refused, in addresses and bodies alike: a misspelt name would otherwise be passed
over in silence. Every error is `{"error": {"what", "next_step", "place"}}` (`views.error_page`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Router
from ninja.constants import NOT_SET
from ninja.decorators import decorate_view
from ninja.security.base import AuthBase
from pydantic import BaseModel, create_model

from duecare.errors import BadInput, Refused
from duecare.web import keyset
from duecare.web.api_shapes import Answer
from duecare.web.exports import plain
from duecare.web.listing import AFTER, AS_OF, LONGEST, SEARCH, SORT, FilterKind, Kind, Listing

M = TypeVar("M", bound=Model)
V = TypeVar("V", bound=Callable[..., Any])

PAGE = 100
"""Rows of an answer."""
LISTED = 20
"""Most choices that the description of a filter lists: more of them are what ships, not what the API is."""


# ── Endpoints ────────────────────────────────────────────────────────────────────────────────────────────


class Token(AuthBase):
    """Asks for a scope. Who asks, and what their token allows, the doors have found out already."""

    openapi_type: ClassVar[str] = "http"
    openapi_scheme: ClassVar[str] = "bearer"

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> bool:
        if self.scope not in getattr(request, "scopes", ()):
            raise Refused(
                _("This token was not given the scope “%s”.") % self.scope,
                _("Make one that has it, on the page of your account."),
            )
        return True


def endpoint(
    router: Router,
    method: str,
    path: str,
    scope: str,
    answer: Any = NOT_SET,
    *,
    status: int = 200,
    listing: Listing[Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Callable[[V], V]:
    """Offer the decorated function at a path. Its first line of documentation is the summary.

    `scope` is what a token must have been given. `answer` is the shape of what it returns; with a `listing`
    the parameters are those of that list. `extra` is merged into the description. A parameter of the function
    called `body` is what is sent.
    """

    def decorate(view: V) -> V:
        more = dict(extra or {})
        parameters = list(more.pop("parameters", ()))
        parameters += [] if listing is None else parameters_of(listing)
        if method == "GET":
            parameters.append(_AS_OF)
        taken = {one["name"]: one["schema"] for one in parameters if one["in"] == "query"}
        arguments = set(inspect.signature(view).parameters) - {"request", "body"}
        for name in arguments - set(re.findall(r"{(?:\w+:)?(\w+)}", path)):
            taken[name] = {}
        offer = router.api_operation(
            [method],
            path,
            auth=Token(scope),
            response=NOT_SET if answer is NOT_SET else {status: answer},
            operation_id=view.__name__,
            summary=(view.__doc__ or "").partition("\n")[0].rstrip("."),
            description=f"Scope: {scope}.",
            openapi_extra={**more, "parameters": parameters, "x-scope": str(scope)},
        )
        offer(decorate_view(_only(taken))(view))
        return view

    return decorate


_AS_OF = {
    "in": "query",
    "name": AS_OF,
    "required": False,
    "description": "The day, or the moment with its offset, as of which to answer.",
    "schema": {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]},
}


def _only(
    taken: Mapping[str, Mapping[str, Any]],
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Refuse a request whose address has other parameters than these, one twice, or one that is no choice."""

    def decorate(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(run)
        def guarded(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
            for name, given in request.GET.lists():
                _demand_taken(name, given, taken)
            return run(request, *args, **values)

        return guarded

    return decorate


def _demand_taken(name: str, given: Sequence[Any], taken: Mapping[str, Mapping[str, Any]]) -> None:
    if name not in taken:
        told, shown = ", ".join(sorted(taken)) or _("none"), name[:60]
        raise BadInput(_("There is no parameter “%s” here.") % shown, _("It has %s.") % told, shown)
    if len(given) > 1 or not given[0]:
        what = _("A parameter is given more than once, or without a value.")
        raise BadInput(what, _("Give it one value, or leave it out."), name)
    choices, pattern = taken[name].get("enum"), taken[name].get("pattern")
    if choices and given[0] not in choices:
        raise BadInput(
            _("“%s” is no choice here.") % given[0][:40], _("Choose one of %s.") % ", ".join(choices), name
        )
    if pattern and not re.fullmatch(pattern, given[0], re.ASCII):
        raise BadInput(_("“%s” is not understood here.") % given[0][:40], _("Send what was answered."), name)


def download(kind: str) -> dict[str, Any]:
    """The `extra` of an endpoint that answers with a file of this media type."""
    return {"responses": {200: {"content": {kind: {}}}}}


def upload(kind: str) -> dict[str, Any]:
    """The `extra` of an endpoint whose body is a file of this media type, read by `sent`."""
    shape = {"type": "object"} if kind == "application/json" else {"type": "string", "format": "binary"}
    return {"requestBody": {"required": True, "content": {kind: {"schema": shape}}}}


def cleaned(form: BaseForm) -> dict[str, Any]:
    """What a form makes of its values: the rules of the page hold for programs too.

    Raises BadInput for the first field that is wrong.
    """
    if form.is_valid():
        return form.cleaned_data
    place, faults = next(iter(form.errors.items()))
    where = "" if place == "__all__" else place
    raise BadInput(" ".join(map(str, faults)), _("Correct it and send it again."), where)


def sent(request: HttpRequest, most: int, next_step: str) -> bytes:
    """The body as it came, of at most so many bytes. Raises BadInput beyond, or if there is none."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    size = int(announced) if announced.isascii() and announced.isdecimal() else 0
    if size > most:
        raise BadInput(
            _("The body has %(size)s bytes; at most %(most)s are taken.")
            % {"size": f"{size:,}", "most": f"{most:,}"},
            next_step,
            "body",
        )
    data: bytes = request.read(size) if size else b""
    if not data:
        raise BadInput(_("Nothing was sent."), _("Send the file as the body."), "body")
    return data


@contextmanager
def sent_file(request: HttpRequest, most: int, next_step: str) -> Iterator[Path]:
    """The body as a file, which lasts as long as the context; however long it is, it is never in memory.

    Raises BadInput beyond so many bytes, if there is none, or if it breaks off.
    """
    announced = request.META.get("CONTENT_LENGTH") or "0"
    size = int(announced) if announced.isascii() and announced.isdecimal() else 0
    if size > most or not size:
        what = (
            _("Nothing was sent.")
            if not size
            else _("The body has %(size)s bytes; at most %(most)s are taken.")
        )
        raise BadInput(what % {"size": f"{size:,}", "most": f"{most:,}"}, next_step, "body")
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        left = size
        while left and (piece := request.read(min(left, _PIECE))):
            file.write(piece)
            left -= len(piece)
        if left:
            raise BadInput(_("The body broke off."), _("Send it again."), "body")
        file.flush()
        yield Path(file.name)


_PIECE = 1 << 20


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────


def parameters_of(listing: Listing[Any]) -> list[dict[str, Any]]:
    """A list's filters, search, orders and place, as OpenAPI describes parameters."""
    sortable = [column.key for column in listing.columns if column.order]
    found = []
    for one in listing.filters:
        found.append(_parameter(one.key, _schema(one.kind, [value for value, _label in one.choices])))
    if listing.search:
        found.append(_parameter(SEARCH, {"type": "string", "maxLength": LONGEST}))
    if sortable:
        orders = [*sortable, *(f"-{key}" for key in sortable)]
        found.append(_parameter(SORT, {"type": "string", "enum": orders}))
    found.append(_parameter(AFTER, {"type": "string"}, "The `next` of the answer before."))
    return found


def _parameter(name: str, schema: Mapping[str, Any], description: str = "") -> dict[str, Any]:
    told = {"description": description} if description else {}
    return {"in": "query", "name": name, "required": False, "schema": dict(schema), **told}


def _schema(kind: FilterKind, choices: Sequence[str]) -> dict[str, Any]:
    if kind in (FilterKind.SINCE, FilterKind.UNTIL):
        return {"type": "string", "format": "date"}
    if kind is FilterKind.CHOICE and 0 < len(choices) <= LISTED:
        return {"type": "string", "enum": list(choices)}
    return {"type": "string", "maxLength": LONGEST}


def rows_of(listing: Listing[Any], key: type = str) -> type[BaseModel]:
    """The shape of what `list_rows` gives: `rows` by column key, each with its `id`; `next` or null."""
    title = "".join(part.title() for part in listing.name.split("-"))
    fields: dict[str, Any] = {"id": (key, ...)}
    for column in listing.columns:
        fields[column.key] = (int | None if column.kind is Kind.NUMBER else str | None, ...)
    row = create_model(f"{title}Row", **fields)
    return page_of(title, row)


def page_of(title: str, row: type[BaseModel]) -> type[BaseModel]:
    """The shape of one page of rows."""
    fields: dict[str, Any] = {"rows": (list[row], ...), "next": (str | None, ...)}  # type: ignore[valid-type]
    return create_model(f"{title}Page", __base__=Answer, **fields)


def list_rows(request: HttpRequest, listing: Listing[M], rows: QuerySet[M]) -> dict[str, Any]:
    """One page of a list, as the address asks for it. Raises BadInput as the list's page does."""
    asked = listing.read(request.GET, rows.model)
    part = listing.fetch(listing.narrow(rows, asked), asked, PAGE, asked.after)
    last = (
        keyset.write_cursor(listing.name, asked.orders, part.keys[-1]) if part.after and part.keys else None
    )
    return {"rows": [_row(listing, row) for row in part.rows], "next": last}


def _row(listing: Listing[M], row: M) -> dict[str, Any]:
    return {"id": row.pk, **{column.key: plain(column.exported(row)) for column in listing.columns}}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A page of a sequence that is already in memory, or nearly: its place is a number."""

    rows: Sequence[Any]
    next: str | None


PLACE = {
    "parameters": [
        {
            "in": "query",
            "name": "after",
            "required": False,
            "description": "The `next` of the answer before.",
            "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        }
    ]
}
"""How an operation of which the answer is part of such a sequence is described."""


def number_rows(rows: Sequence[Any], after: int) -> Numbered:
    """The rows from place `after` on."""
    end = after + PAGE
    return Numbered(rows[after:end], str(end) if end < len(rows) else None)


def choice(name: str, values: Iterable[str]) -> dict[str, Any]:
    """A parameter that narrows by one of some values."""
    return _parameter(name, {"type": "string", "enum": [str(value) for value in values]})
