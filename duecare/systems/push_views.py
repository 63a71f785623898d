"""Where hosts come by themselves: to show a key, to ask for a challenge, to push a report.

Nobody is signed in here: a token or a key says who it is. Whoever has neither gets the same answers whatever
there is, may ask so often a minute and no more, and is on the record the first times. Of a report no byte is
read before its signature has held and its size is known; it is parsed in a child process that can do nothing
else (`isolated.py`).
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import zlib
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from duecare.errors import BadInput, DuecareError, Refused
from duecare.ledger.recording import record_note
from duecare.ledger.viewers import Request
from duecare.systems import challenges, enrolment_actions, push_actions
from duecare.systems.envelopes import read_envelope, read_shown
from duecare.systems.reports import SIZE_LIMIT
from duecare.words import number

ASKED_A_MINUTE = 1200
"""Requests from one network address, behind which a whole site may stand."""
TRIED_AN_HOUR = 30
"""Refused tries to enrol from one address: a token cannot be guessed, and need not be tried."""
PUSHED_AN_HOUR = 30
"""Reports of one host."""
TOLD_AN_HOUR = 20
"""Refusals of one address that are entries: more would fill the record."""
AT_ONCE = 2
"""Reports that are read at the same time; others wait at their senders."""
MOST_SHOWN = 8 << 10
"""Bytes of what a computer shows to be enrolled."""
SECONDS = 1.0
"""How long a report waits for another to be read, at the cost of a thread that pages need."""
_reading = threading.BoundedSemaphore(AT_ONCE)
_PIECE = 1 << 20


class _TooMuch(DuecareError):
    """Too many, for now."""


def _answering(view: Callable[[Request], JsonResponse]) -> Callable[[Request], JsonResponse]:
    """A view for programs without a session: errors are JSON, as everywhere in the API."""

    @csrf_exempt
    @require_POST
    def answer(request: Request) -> JsonResponse:
        try:
            if not _count(f"asked:{_address(request)}", ASKED_A_MINUTE, 60):
                raise _TooMuch(_("Too many requests came from this address."), _("Try again in a minute."))
            return view(request)
        except _TooMuch as error:
            response = _fault(429, error)
            response["Retry-After"] = "60"
        except Refused as error:
            response = _fault(403, error)
        except BadInput as error:
            response = _fault(400, error)
        except DuecareError as error:
            response = _fault(500, error)
        return response

    return answer


@_answering
def enrol(request: Request) -> JsonResponse:
    """Show a key with a token; a person decides on it."""
    address = _address(request)
    if _tries(address) >= TRIED_AN_HOUR:
        raise _TooMuch(_("Too many enrolments from this address failed."), _("Try again in an hour."))
    try:
        shown = read_shown(_body(request, MOST_SHOWN))
        enrolment_actions.answer(shown, address, request.now)
    except (Refused, BadInput) as error:
        _count(f"failed:{address}", TRIED_AN_HOUR, 3600)
        _note("systems.enrolment-refused", "refuse an enrolment", address, error)
        raise
    return JsonResponse({"state": "waiting"}, status=202)


@_answering
def challenge(request: Request) -> JsonResponse:
    """Something to sign a report over; the same for everybody."""
    seconds = int(challenges.LASTS.total_seconds())
    return JsonResponse({"challenge": challenges.make_challenge(request.now), "seconds": seconds})


@_answering
def report(request: Request) -> JsonResponse:
    """Take in a report by its host's key. The answer holds the receipt."""
    address = _address(request)
    try:
        envelope = read_envelope(request.headers)
        key = push_actions.admit(envelope, address, request.now)
        if not _count(f"pushed:{key.pk}", PUSHED_AN_HOUR, 3600):
            raise _TooMuch(_("This computer pushed too many reports."), _("Push one a day; try in an hour."))
        if not _reading.acquire(timeout=SECONDS):
            return _busy()
        try:
            data = _inflated(request)
            if hashlib.sha256(data).hexdigest() != envelope.digest:
                raise BadInput(_("The report is not the one that was signed."), _("Push it again."))
            pushed = push_actions.take_in_pushed(key, envelope, data, address, request.now)
        finally:
            _reading.release()
    except (Refused, BadInput) as error:
        _note("systems.push-refused", "refuse a pushed report", address, error)
        raise
    return JsonResponse({"report": pushed.report.pk, "receipt": pushed.receipt}, status=201)


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "")


def _fault(status: int, error: DuecareError) -> JsonResponse:
    told = {"what": str(error.what), "next_step": str(error.next_step), "place": error.place}
    return JsonResponse({"error": told}, status=status, json_dumps_params={"ensure_ascii": False})


def _busy() -> JsonResponse:
    busy = DuecareError(_("Other reports are being read just now."), _("Try again in a minute."))
    response = _fault(503, busy)
    response["Retry-After"] = str(5 + secrets.randbelow(55))  # or all would come back at once
    return response


def _announced(request: HttpRequest, most: int) -> int:
    """How many bytes the body has. Raises BadInput if that is not said, or is more than `most`."""
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise BadInput(_("How long the body is was not said."), _("Send it with a Content-Length."))
    if int(text) > most:
        raise BadInput(
            _("The body has %(size)s bytes; at most %(most)s are taken.")
            % {"size": number(int(text)), "most": number(most)},
            _("Send less."),
        )
    return int(text)


def _body(request: HttpRequest, most: int) -> bytes:
    data: bytes = request.read(_announced(request, most))
    return data


def _inflated(request: HttpRequest) -> bytes:
    """The report, unpacked if it was packed (gzip, RFC 1952), and never longer than a report may be.

    It is unpacked here and not in the child: by then the key of an approved host has signed for it.
    """
    left = _announced(request, SIZE_LIMIT)
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise BadInput(_("A report comes as it is, or packed by gzip."), _("Send it so."))
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16) if encoding == "gzip" else None
    whole = bytearray()
    while left:
        piece = request.read(min(left, _PIECE))
        if not piece:
            raise BadInput(_("The report breaks off."), _("Push it again."))
        left -= len(piece)
        try:
            whole += piece if unpacking is None else unpacking.decompress(piece, SIZE_LIMIT + 1 - len(whole))
        except zlib.error as error:
            raise BadInput(_("The report is packed wrongly."), _("Push it again.")) from error
        if len(whole) > SIZE_LIMIT or (unpacking is not None and unpacking.unconsumed_tail):
            raise BadInput(
                _("Unpacked, the report has more than %(most)s bytes.") % {"most": number(SIZE_LIMIT)},
                _("Look whether it is a report at all."),
            )
    if unpacking is not None and (not unpacking.eof or unpacking.unused_data):
        raise BadInput(_("The report is packed wrongly."), _("Push it again."))
    return bytes(whole)


def _note(kind: str, reason: str, address: str, error: DuecareError) -> None:
    if _count(f"told:{kind}:{address}", TOLD_AN_HOUR, 3600):
        record_note(
            "server", reason, kind, "unknown", {"address": address[:45], "why": str(error.what)[:300]}
        )


def _count(what: str, most: int, seconds: int) -> bool:
    """Count one more; whether that is still within the limit."""
    key = f"collect:{what}"
    if cache.add(key, 1, seconds):
        return True
    try:
        return cache.incr(key) <= most
    except ValueError:  # its time has just ended
        return True


def _tries(address: str) -> int:
    found: Any = cache.get(f"collect:failed:{address}", 0)
    return int(found)
