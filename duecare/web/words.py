"""The words in which a state is told: each with its icon and hue, so that none rests on colour alone.

WCAG 2.2, 1.4.1 (use of colour). There are four hues: good, warn, bad, and none for what is not known. What
rests on a person's word (stated, claimed) is never drawn like what is proven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide


@dataclass(frozen=True, slots=True)
class Status:
    """How a state is shown."""

    word: str | Promise
    hue: str
    """`good`, `warn`, `bad` or `none`: the name of the style."""
    icon: str
    """A name of the lucide set."""


STATUSES: Mapping[str, Status] = {
    "proven": Status(_("Proven"), "good", "check"),
    "failing": Status(_("Failing"), "bad", "x"),
    "stated": Status(_("Stated"), "none", "pen-line"),
    "unproven": Status(_("Unproven"), "none", "circle-dashed"),
    "excepted": Status(_("Excepted"), "warn", "clock"),
    "met": Status(_("Met"), "good", "check"),
    "unmet": Status(_("Unmet"), "bad", "x"),
    "unknown": Status(_("Unknown"), "none", "circle-dashed"),
    "not applicable": Status(_("Not applicable"), "none", "minus"),
    "open": Status(_("Open"), "bad", "circle-dot"),
    "closed": Status(_("Closed"), "good", "circle-check"),
    "to do": Status(_("To do"), "none", "circle"),
    "late": Status(_("Late"), "bad", "clock-alert"),
    "done": Status(_("Done"), "none", "circle-check"),
    "dropped": Status(_("Dropped"), "none", "circle-slash"),
    "claimed": Status(_("Claimed"), "warn", "hourglass"),
    "yes": Status(_("Yes"), "none", "pen-line"),
    "partly": Status(_("Partly"), "warn", "circle-slash"),
    "no": Status(_("No"), "bad", "x"),
    "never answered": Status(_("Never answered"), "none", "circle-dashed"),
    "answered": Status(_("Answered"), "none", "pen-line"),
    "expires soon": Status(_("Expires soon"), "warn", "calendar-clock"),
    "expired": Status(_("Expired"), "warn", "calendar-x"),
    "doubted": Status(_("Doubted"), "warn", "circle-question-mark"),
    "agreed": Status(_("Agreed"), "none", "user-check"),
    "confirmed": Status(_("Confirmed"), "good", "user-check"),
    "not confirmed lately": Status(_("Not confirmed lately"), "warn", "calendar-x"),
    "never confirmed": Status(_("Never confirmed"), "warn", "circle-dashed"),
    "draft": Status(_("Draft"), "none", "pen-line"),
    "under way": Status(_("Under way"), "warn", "hourglass"),
    "stopped": Status(_("Stopped"), "bad", "octagon-x"),
    "running": Status(_("Running"), "warn", "timer"),
    "needs a person": Status(_("Needs a person"), "warn", "circle-question-mark"),
    "waits for an event": Status(_("Waits for an event"), "none", "hourglass"),
    "not owed": Status(_("Not owed"), "none", "minus"),
    "decided not owed": Status(_("Decided: not to be reported"), "none", "signature"),
    "installed": Status(_("Installed"), "none", "circle-check"),
    "failed": Status(_("Failed"), "bad", "x"),
    "unreachable": Status(_("Unreachable"), "bad", "unplug"),
    "asked": Status(_("Asked"), "warn", "hourglass"),
    "approved": Status(_("Approved"), "none", "signature"),
    "accepted": Status(_("Accepted"), "warn", "signature"),
    "to look at again": Status(_("To look at again"), "warn", "calendar-clock"),
    "refused": Status(_("Refused"), "none", "ban"),
    "ended": Status(_("Ended"), "none", "minus"),
    "withheld": Status(_("Withheld"), "none", "lock"),
    "released": Status(_("Released"), "warn", "lock-open"),
    "on event": Status(_("When it happens"), "none", "bell"),
    "not yet": Status(_("Not yet"), "none", "calendar-clock"),
    "standing": Status(_("Standing"), "warn", "lock"),
    "waiting": Status(_("Waiting"), "none", "hourglass"),
    "taken up": Status(_("Taken up"), "none", "hourglass"),
    "handing over": Status(_("Handing over"), "none", "send"),
    "mail did not arrive": Status(_("Mail did not arrive"), "bad", "x"),
    "sent": Status(_("Sent"), "none", "send"),
    "unclear": Status(_("Unclear"), "warn", "circle-question-mark"),
    "suspected": Status(_("Suspected"), "warn", "circle-question-mark"),
    "affected": Status(_("Affected"), "bad", "circle-dot"),
    "contained": Status(_("Contained"), "warn", "shield"),
    "recovered": Status(_("Recovered"), "good", "circle-check"),
    "clean": Status(_("Clean"), "good", "check"),
    "applies": Status(_("Applies"), "none", "scale"),
    "does not apply": Status(_("Does not apply"), "none", "minus"),
    "cannot tell": Status(_("Cannot be told yet"), "warn", "circle-question-mark"),
    "new": Status(_("New"), "none", "circle-plus"),
    "unreadable": Status(_("Unreadable"), "bad", "x"),
    "given up": Status(_("Given up"), "bad", "x"),
    "estimated": Status(_("Estimated"), "none", "pen-line"),
    "not estimated": Status(_("Not estimated"), "none", "circle-dashed"),
    "stale": Status(_("Stale"), "warn", "calendar-x"),
}
"""By the value that the records hold: safeguards, verdicts, findings, entries, statements, tasks."""


@lru_cache(maxsize=256)
def icon(name: str, size: int = 16) -> SafeString:
    """The lucide icon `name`, `size` pixels square, hidden from those who hear the page."""
    attributes = {"class": "icon", "aria-hidden": "true"}
    return SafeString(lucide(name, size=size, **attributes))


def status(state: str, words: str = "") -> SafeString:
    """Icon and word for `state`, a key of `STATUSES`; `words` stand in for the usual word.

    Raises ValueError for a state that nobody gave a look.
    """
    look = STATUSES.get(state)
    if look is None:
        raise ValueError(f"no look for the state {state!r}: have {', '.join(STATUSES)}")
    return format_html(
        '<span class="status {}">{}{}</span>', look.hue, icon(look.icon, 14), words or look.word
    )
