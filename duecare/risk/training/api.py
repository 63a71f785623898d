"""Calibration for programs: the exercises that were taken. They are taken on pages, by people."""

from __future__ import annotations

from typing import Any

from ninja import Router

from duecare.ledger.viewers import Request, Scope
from duecare.risk.training.queries import LISTING, demand_seer, rows
from duecare.web.api import endpoint, list_rows, rows_of

router = Router(tags=["Risk"])


@endpoint(router, "GET", "/risk/calibrations", Scope.READ, rows_of(LISTING), listing=LISTING)
def list_calibrations(request: Request) -> Any:
    """Calibration exercises, the newest first."""
    return list_rows(request, LISTING, rows(demand_seer(request)))
