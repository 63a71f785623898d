"""Uploads: their size is looked at before their body is read.

Reading a form for its token stores all of the request first; so a view that takes files is exempt from that
check, asks here, and hands on to a protected one.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.words import number

FORM_OVERHEAD = 1 << 20
"""Bytes of an upload beside its files, generously."""


def demand_size(request: HttpRequest, most: int, next_step: str) -> None:
    """Raises BadInput with that next step if a request announces files of more than `most` bytes."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and int(announced) > most + FORM_OVERHEAD:
        raise BadInput(
            _("The upload has %(size)s bytes; at most %(most)s MiB are taken.")
            % {"size": number(int(announced)), "most": most >> 20},
            next_step,
        )


class _InMemory(MemoryFileUploadHandler):
    """Keeps files of any size in memory, which `demand_size` has bounded."""

    def handle_raw_input(self, *words: Any, **more: Any) -> None:
        self.activated = True


def keep_in_memory(request: HttpRequest) -> None:
    """Let no file of this request touch the disk. Before its body is read, and after `demand_size`."""
    request.upload_handlers = [_InMemory(request)]
