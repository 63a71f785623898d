"""The read-only connection to the replay that the running request asked for (`asof.py`).

One alias serves every past day: a thread's connection is closed when its view ends, and the next one opens
the file of its own view. Outside a view there is nothing to read.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base

from duecare.errors import Refused
from duecare.ledger.asof import current


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        view = current()
        if view is None:
            raise Refused("No past day was asked for.", "Read the live tables.")
        parameters = super().get_connection_params()
        parameters["database"] = f"file:{view.file}?mode=ro&immutable=1"
        parameters["uri"] = True
        return parameters
