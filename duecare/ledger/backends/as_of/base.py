"""The read-only connection to the replay that the running context asked for (`asof.py`).

One alias serves every past day. A thread may go from one view to another, or to none, without closing its
connection: each cursor therefore makes sure that the open file is that of the view in force.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from duecare.errors import Refused
from duecare.ledger.asof import View, current, replay_file


class DatabaseWrapper(base.DatabaseWrapper):
    _open_file: Path | None = None

    def get_connection_params(self) -> dict[str, Any]:
        view = _demanded()
        self._open_file = view.file
        # Other requests may have pushed this replay out since its view was made.
        file = view.file if view.file.exists() else replay_file(view.size)
        # The replay is complete before it gets its name, and never written again: no locks are needed.
        self.settings_dict = {**self.settings_dict, "NAME": f"{file.as_uri()}?mode=ro&immutable=1"}
        return super().get_connection_params()

    def _cursor(self, name: str | None = None) -> Any:
        if self.connection is not None and _demanded().file != self._open_file:
            self.close()
        return super()._cursor(name)  # type: ignore[misc]  # missing in the stubs


def _demanded() -> View:
    view = current()
    if view is None:
        raise Refused("No past day was asked for.", "Read the live tables.")
    return view
