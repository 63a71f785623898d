"""Places elsewhere that are told of some events: Slack, Teams, or anything that takes signed JSON.

Whoever has the address of such a place can write there, so it is a secret: it stands with the signing secret
in a file of its own under `keys/`, and pages show its host alone. As shipped there is none.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import BadInput, NotFound, Refused
from duecare.home import Home, write_private
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.mail.cards import CardKind, as_card
from duecare.program.mail.delivery import Answer, Came
from duecare.program.mail.letters import Letter, one_line
from duecare.program.mail.models import Channel, OutboxMessage, Webhook
from duecare.program.mail.outbox import Queued, drop, queue
from duecare.program.outgoing import NoAnswer, Outgoing, Reply, Unclear, read_url
from duecare.web.recorded import recorded

URGENT, LIMITS, ESCALATED, DAILY = "urgent", "limits", "escalated", "daily"
EVENTS: Mapping[str, str | Promise] = {
    URGENT: gettext_lazy("What is urgent: today only a fault that the nightly verification finds"),
    LIMITS: gettext_lazy("Limits of incidents that come near or are over: how many"),
    ESCALATED: gettext_lazy("Tasks that are so late that they go to the managers: how many"),
    DAILY: gettext_lazy("Once a day, how many findings and tasks there are"),
}
"""What a webhook can be told of."""
SECONDS = 20.0
ANSWER = 64 * 1024
"""Bytes of an answer that are read."""
SHOWN = 200
MOST = 20
"""Webhooks at a time."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What is not in the database."""

    url: str
    signing: str
    base: str
    """Where our own pages are, for links."""


def add_webhook(
    actor: str, name: str, kind: CardKind, url: str, events: Sequence[str], now: datetime, *, base: str
) -> tuple[Webhook, str]:
    """Add a webhook; it and the secret that signs plain JSON, which nobody can be told again.

    `base` is where our own pages are, without a slash at its end.

    Raises BadInput for an address that is not https, and without an event.
    """
    target = read_url(url.strip())
    if not target.tls:
        raise BadInput(
            _("The address of a webhook begins with https: whoever reads it can write there."),
            _("Copy the whole address again."),
        )
    chosen = [id for id in EVENTS if id in events]
    if not chosen:
        raise BadInput(_("A webhook needs at least one event."), _("Choose what it is told of."))
    secret = Secret(target.text, secrets.token_urlsafe(32), base)
    key = new_key()
    place = _place(key)
    write_private(place, json.dumps(asdict(secret)).encode())
    try:
        with recording(actor, recorded("add the webhook %(name)s", name=name)):
            if Webhook.objects.filter(removed_at=None).count() >= MOST:
                raise Refused(_("There are %s webhooks already.") % MOST, _("Remove one first."))
            made: Webhook = Webhook.objects.create(
                id=key,
                name=name,
                kind=kind.value,
                host=target.host,
                events=chosen,
                made_by=actor,
                made_at=now,
            )
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return made, secret.signing


def pause_webhook(actor: str, key: str, active: bool) -> Webhook:
    """Tell a webhook of nothing for now, or again. Raises NotFound if there is none."""
    with recording(actor, "pause a webhook" if not active else "let a webhook go on"):
        found = _standing(key)
        found.active = active
        found.save()
    return found


def remove_webhook(actor: str, key: str, now: datetime) -> Webhook:
    """Remove a webhook and forget its address. Raises NotFound if there is none."""
    with recording(actor, "remove a webhook"):
        found = _standing(key)
        found.removed_at = now
        found.save()
        drop(
            OutboxMessage.objects.filter(channel=Channel.WEBHOOK, to=key), _("The webhook was removed."), now
        )
    _place(key).unlink(missing_ok=True)
    return found


def tell_webhooks(event: str, about: str, letter: Letter, now: datetime) -> int:
    """Queue a letter for every webhook that wants the event; how many. `about` names what it tells."""
    wanting = [hook for hook in Webhook.objects.filter(active=True, removed_at=None) if hook.wants(event)]
    return queue(
        (Queued(f"{about}:{hook.pk}", Channel.WEBHOOK, hook.pk, event, letter) for hook in wanting), now
    )


def post(hook: Webhook, letter: Letter, *, event: str, key: str, out: Outgoing, at: datetime) -> Answer:
    """Send a letter to a webhook; what came of it."""
    try:
        secret = secret_of(hook.pk)
        kind = CardKind(hook.kind)
        card = as_card(kind, letter, secret.base, event=event, key=key, secret=secret.signing, at=at)
        reply = out.request(
            "POST", secret.url, body=card.body, headers=card.headers, seconds=SECONDS, most=ANSWER
        )
    except Unclear as error:
        return Answer(Came.NO_ANSWER, _without_address(error, hook))
    except NoAnswer as error:
        return Answer(Came.LATER, _without_address(error, hook))
    except (Refused, BadInput, NotFound) as error:
        return Answer(Came.NEVER, _without_address(error, hook))
    return _understood(reply, hook)


def secret_of(key: str) -> Secret:
    """Address and signing secret. Raises NotFound if they were removed."""
    try:
        kept = json.loads(_place(key).read_text())
    except FileNotFoundError:
        raise NotFound(
            _("The webhook’s address is no longer kept."), _("Remove the webhook and add it again.")
        ) from None
    return Secret(**kept)


def _understood(reply: Reply, hook: Webhook) -> Answer:
    """What a status means: 2xx is taken; too many, and faults of theirs, may pass (RFC 9110, RFC 6585)."""
    said = one_line(reply.body[:SHOWN].decode("utf-8", "replace"))
    told = _("%(host)s answered: %(answer)s") % {
        "host": hook.host,
        "answer": f"{reply.status} {said}".strip(),
    }
    if 200 <= reply.status <= 299:
        return Answer(Came.ACCEPTED, told)
    if reply.status in (408, 425, 429) or reply.status >= 500:
        return Answer(Came.LATER, told, _asked_to_wait(reply.headers.get("retry-after", "")))
    return Answer(Came.NEVER, told)


def _asked_to_wait(text: str) -> timedelta | None:
    """Retry-After in seconds (RFC 9110 section 10.2.3); a date is not understood, and our own pause holds."""
    return timedelta(seconds=int(text)) if text.isascii() and text.isdecimal() and len(text) < 8 else None


def _without_address(error: Refused | NoAnswer | BadInput | NotFound, hook: Webhook) -> str:
    """The message of an error, without the path of an address in it."""
    text = f"{error.what} {error.next_step}".strip()
    try:
        url = secret_of(hook.pk).url
    except NotFound:
        return text
    return text.replace(url, f"https://{hook.host}/…")


def _standing(key: str) -> Webhook:
    found: Webhook | None = Webhook.objects.filter(pk=key, removed_at=None).first()
    if found is None:
        raise NotFound(_("There is no such webhook."), _("Look in the list of webhooks."))
    return found


def _place(key: str) -> Path:
    home: Home = settings.DUECARE_HOME
    return home.keys / f"webhook-{key}"
