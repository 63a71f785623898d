"""The program on a port of its own within the tests' process: real requests, settings that a test may set."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application


class Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True  # head and body are sent apart: 40 ms an answer otherwise

    def log_message(self, *words: Any) -> None:
        """Thousands of lines tell nobody anything."""


@contextmanager
def served(port: int = 0) -> Iterator[str]:
    """The address at which it answers; on a free port, unless one is given."""
    server = ThreadedWSGIServer(("127.0.0.1", port), Handler)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
