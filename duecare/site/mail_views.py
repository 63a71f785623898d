"""The pages of mail and webhooks: set up, try on the spot, see what did not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duecare.errors import BadInput, DuecareError, NotFound
from duecare.ledger.recording import record_note
from duecare.ledger.viewers import Request, Role
from duecare.program.mail import outbox, webhooks
from duecare.program.mail.cards import CardKind
from duecare.program.mail.delivery import Came
from duecare.program.mail.letters import Letter, Row
from duecare.program.mail.models import Channel, OutboxMessage, Webhook
from duecare.program.mail.server import (
    give_up_server,
    has_password,
    keep_server,
    mail_server,
)
from duecare.program.models import Person
from duecare.program.outgoing import way_out
from duecare.site.mail_forms import MailChoiceForm, MailServerForm, WebhookForm
from duecare.site.mail_trying import TRIED, send_test_mail
from duecare.site.models import MailChoice, User
from duecare.site.views import _form_page, _sent, changer

LISTED = 50
KINDS = {CardKind.SLACK: "Slack", CardKind.TEAMS: "Teams", CardKind.JSON: "JSON"}
SORTS: Mapping[str, str | Promise] = {
    "digest": gettext_lazy("Daily digest"),
    outbox.SIGN_IN: gettext_lazy("Sign-in by mail"),
    webhooks.URGENT: gettext_lazy("Something urgent"),
    webhooks.ESCALATED: gettext_lazy("Late tasks"),
    webhooks.DAILY: gettext_lazy("Figures of the day"),
}
"""What sorts of messages there are, in words."""
CHOSEN = "site.mail-choice"
"""The kind of the note that somebody chose how often they get mail."""


@require_safe
def mail_page(request: Request) -> HttpResponseBase:
    """How mail leaves, what waits, and what did not arrive."""
    viewer = changer(request, Role.OWNER)
    waiting = outbox.under_way()
    late = list(outbox.not_arrived()[:LISTED])
    held = list(waiting.filter(attempts__gt=0).order_by("next_at")[:LISTED])
    rows = [*late, *held]
    keys = {row.to for row in rows}
    names = {one.pk: one.name for one in Person.objects.all().visible_to(viewer).filter(pk__in=keys)}
    names |= {one.pk: one.name for one in Webhook.objects.all().visible_to(viewer).filter(pk__in=keys)}
    context = {
        "server": mail_server(),
        "password": has_password(),
        "waiting": waiting.count(),
        "not_arrived": [
            (row, names.get(row.to, "–"), SORTS.get(row.kind, row.kind), row.kind != outbox.SIGN_IN)
            for row in late
        ],
        "held": [(row, names.get(row.to, "–"), SORTS.get(row.kind, row.kind)) for row in held],
        "own": request.user.email if isinstance(request.user, User) else "",
    }
    return render(request, "site/mail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_change(request: Request) -> HttpResponseBase:
    """Set or change the mail server."""
    viewer = changer(request, Role.OWNER)
    server = mail_server()
    here = request.build_absolute_uri("/").rstrip("/")
    initial = MailServerForm.of(server) if server else {"address": here, "security": "starttls", "port": 587}
    form = MailServerForm(_sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            keep_server(viewer.actor, form.chosen(), form.cleaned_data["password"] or None, request.now)
        except BadInput as error:
            form.add_error("security", str(error))
        else:
            messages.success(request, _("Kept. Now send a test mail to yourself."))
            return redirect("mail")
    text = _("As shipped nothing is mailed. What is sent, to whom and when stands in docs/mail.md.")
    return _form_page(request, form, _("The mail server"), text)


@require_POST
def mail_test(request: Request) -> HttpResponseBase:
    """Send a mail to the viewer's own address now, and say what the server answered."""
    viewer = changer(request, Role.OWNER)
    server = mail_server()
    if server is None or not isinstance(request.user, User):
        raise NotFound(_("No mail server is set."), _("Set one first."))
    to = request.user.email
    tried = send_test_mail(viewer, to, server, None, request.now)
    if tried.taken:
        told = {"told": tried.words, "to": to}
        messages.success(request, _("%(told)s. Look into the mailbox of %(to)s.") % told)
    else:
        messages.error(request, _("The test mail was not taken. %s") % tried.words)
    return redirect("mail")


@require_POST
def mail_stop(request: Request) -> HttpResponseBase:
    """Mail nothing any more."""
    viewer = changer(request, Role.OWNER)
    dropped = give_up_server(viewer.actor, request.now)
    words = ngettext(
        "Nothing is mailed any more. %s message that waited was dropped.",
        "Nothing is mailed any more. %s messages that waited were dropped.",
        dropped,
    )
    messages.success(request, words % dropped)
    return redirect("mail")


@require_POST
def mail_again(request: Request, key: int) -> HttpResponseBase:
    """Send what did not arrive once more, because a person says so."""
    viewer = changer(request, Role.OWNER)
    row = OutboxMessage.objects.filter(pk=key).first()
    if row is None or not outbox.again(key, request.now):
        raise NotFound(_("There is no such message that did not arrive."), _("Look at the list once more."))
    content = {"message": row.key, "was": row.state}
    record_note(viewer.actor, "send a message again", TRIED, row.to, content)
    messages.success(request, _("It is sent again within a minute."))
    return redirect("mail")


@require_POST
def mail_seen(request: Request, key: int) -> HttpResponseBase:
    """Take what did not arrive off the list, because a person has seen it."""
    viewer = changer(request, Role.OWNER)
    row = OutboxMessage.objects.filter(pk=key).first()
    if row is None or not outbox.seen(key, request.now):
        raise NotFound(_("There is no such message that did not arrive."), _("Look at the list once more."))
    content = {"message": row.key, "was": row.state}
    record_note(viewer.actor, "let a message be that did not arrive", TRIED, row.to, content)
    return redirect("mail")


@require_safe
def webhook_page(request: Request) -> HttpResponseBase:
    """The places elsewhere that are told."""
    viewer = changer(request, Role.OWNER)
    rows = list(Webhook.objects.all().visible_to(viewer).filter(removed_at=None).order_by("made_at", "id"))
    sent = OutboxMessage.objects.filter(channel=Channel.WEBHOOK).order_by("-made_at", "-id")
    told = [
        (hook, KINDS[CardKind(hook.kind)], _events(hook), sent.filter(to=hook.pk).first()) for hook in rows
    ]
    return render(request, "site/webhooks.html", {"webhooks": told})


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_add(request: Request) -> HttpResponseBase:
    """Add one; the secret that signs plain JSON is shown this once."""
    viewer = changer(request, Role.OWNER)
    form = WebhookForm(_sent(request), initial={"kind": CardKind.SLACK.value})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            hook, secret = webhooks.add_webhook(
                viewer.actor, values["name"], CardKind(values["kind"]), values["url"], values["events"],
                request.now, base=request.build_absolute_uri("/").rstrip("/"),
            )  # fmt: skip
        except DuecareError as error:
            form.add_error("url", str(error))
        else:
            if hook.kind == CardKind.JSON:
                return render(request, "site/webhook_secret.html", {"webhook": hook, "secret": secret})
            messages.success(request, _("Added. Now try it."))
            return redirect("webhooks")
    text = _("It is told how many and where to look, never which weaknesses there are.")
    return _form_page(request, form, _("Add a webhook"), text, _("Add"))


@require_POST
def webhook_test(request: Request, key: str) -> HttpResponseBase:
    """Send a test to a webhook now, and say what it answered."""
    viewer = changer(request, Role.OWNER)
    hook = _webhook(request, key)
    words = (_("This is a test that %s asked for.") % viewer.name,)
    letter = Letter(_("Test from Duecare"), words, (), Row(_("Open Duecare"), reverse("home")))
    name = f"test-{request.now:%Y%m%d%H%M%S%f}"
    answer = webhooks.post(hook, letter, event="test", key=name, out=way_out(), at=request.now)
    taken = answer.came is Came.ACCEPTED
    record_note(viewer.actor, "try a webhook", TRIED, hook.pk, {"taken": taken})
    if taken:
        messages.success(request, _("It was taken. %s") % answer.words)
    else:
        messages.error(request, _("It was not taken. %s") % answer.words)
    return redirect("webhooks")


@require_POST
def webhook_pause(request: Request, key: str) -> HttpResponseBase:
    """Tell it nothing for now, or go on."""
    viewer = changer(request, Role.OWNER)
    hook = webhooks.pause_webhook(viewer.actor, key, not _webhook(request, key).active)
    messages.success(request, _("It is told again.") if hook.active else _("It is told nothing for now."))
    return redirect("webhooks")


@require_POST
def webhook_remove(request: Request, key: str) -> HttpResponseBase:
    """Remove it, and forget its address."""
    viewer = changer(request, Role.OWNER)
    webhooks.remove_webhook(viewer.actor, key, request.now)
    messages.success(request, _("The webhook was removed and its address forgotten."))
    return redirect("webhooks")


@require_http_methods(["GET", "HEAD", "POST"])
def mail_choice(request: Request) -> HttpResponseBase:
    """How often the viewer wants the digest."""
    viewer = request.viewer
    kept = MailChoice.objects.filter(person=viewer.person).first()
    form = MailChoiceForm(_sent(request), initial={"how": kept.how if kept else MailChoice.How.DAILY})
    if request.method == "POST" and form.is_valid():
        how = form.cleaned_data["how"]
        MailChoice.objects.update_or_create(person=viewer.person, defaults={"how": how})
        record_note(viewer.actor, "choose how often one gets mail", CHOSEN, viewer.person, {"how": how})
        messages.success(request, _("Kept."))
        return redirect("account")
    text = (
        _("The digest says what waits for you, and what happened since the last one.")
        if mail_server()
        else _("This Duecare mails nothing yet: an owner has to set a mail server. Your choice is kept.")
    )
    context: dict[str, Any] = {"form": form, "text": text}
    return render(request, "site/mail_choice.html", context, status=400 if form.errors else 200)


def _webhook(request: Request, key: str) -> Webhook:
    found = Webhook.objects.all().visible_to(request.viewer).filter(pk=key, removed_at=None).first()
    if found is None:
        raise NotFound(_("There is no such webhook."), _("Look in the list of webhooks."))
    hook: Webhook = found
    return hook


def _events(hook: Webhook) -> list[str]:
    return [str(words) for id, words in webhooks.EVENTS.items() if id in hook.events]
