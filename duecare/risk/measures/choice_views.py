"""placeholder"""

from __future__ import annotations

from django.http.response import HttpResponseBase

from duecare.ledger.viewers import Request


def choice(request: Request) -> HttpResponseBase: ...
def kept(request: Request, key: str) -> HttpResponseBase: ...
