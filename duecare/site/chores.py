"""What is still to be arranged, as tasks of the first ninety days; and where such tasks lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger.viewers import Role, Viewer
from duecare.program.models import Assessment
from duecare.program.ninety import Chore
from duecare.program.plan_queries import register_chores
from duecare.program.queries import current_targets
from duecare.program.reach import reach
from duecare.program.subjects import register_name, register_reference, register_visible
from duecare.site.guide_steps import STEPS, find, read
from duecare.systems.models import Name, NameKind

GUIDE, PLACE = "site.guide", "site.place"

PLACES: Mapping[str, tuple[str, str | Promise]] = {
    "hosts": ("hosts", gettext_lazy("Hosts and their reports")),
    "names": ("names", gettext_lazy("Names of ours")),
    "settings": ("settings", gettext_lazy("Settings")),
}
"""Pages that a task may lead to: name of the address, and what it is called."""


def chores(viewer: Viewer, now: datetime) -> Iterator[Chore]:
    """What is still to be arranged at a moment."""
    here = read(viewer, now, timezone.localdate(now))
    waiting = {step.id for step in STEPS if not step.answer(here)}
    if not Assessment.objects.all().visible_to(viewer).exists():
        yield Chore(
            "assess",
            _("Assess this machine: run “duecare assess” on the server"),
            _("Nothing was looked at yet. The first look takes a minute and shows what the others will."),
            f"{PLACE}:hosts",
        )
    elif (seen := reach(here.profile)).known is None or seen.seen < seen.known:
        yield Chore(
            "reach",
            _("Bring in reports from five more computers, beginning with those that hold the most"),
            _("%s A gap on a machine that nobody has looked at is the one that is found by others.")
            % seen.words,
            f"{PLACE}:hosts",
            "asset_inventory",
        )
    if not Name.objects.all().visible_to(viewer).filter(kind=NameKind.MAIL).exists():
        yield Chore(
            "mail_names",
            _("List our mail domains under “Names of ours”, and look at them"),
            _("Without SPF, DKIM and DMARC anybody can write in our name, to our people and our customers."),
            f"{PLACE}:names",
        )
    if any(target.adopted is None for target in current_targets().values()):
        yield Chore(
            "targets",
            _("Adopt the numbers we hold ourselves to, or change them"),
            _("Until somebody adopts them they are only shipped defaults, and nobody has promised anything."),
            f"{PLACE}:settings",
        )
    for id, (title, why) in _of_guide().items():
        if id in waiting:
            yield Chore(CHORE_OF[id], title, why, f"{GUIDE}:{id}")


CHORE_OF = {
    "laws": "laws",
    "approver": "approver",
    "keeper": "keeper",
    "backup": "backup_place",
    "mail": "mail",
}
"""The chore that stands for an open question of the set-up."""


def _of_guide() -> dict[str, tuple[str, str]]:
    return {
        "laws": (
            _("Answer which laws may apply to us"),
            _(
                "Which safeguards are asked for, and how soon somebody must be told after a breach, follows "
                "from it."
            ),
        ),
        "approver": (
            _("Find somebody who approves: a director, a partner, the head of the practice"),
            _("What one person asks for and decides alone is worth less, to an auditor and to a judge."),
        ),
        "keeper": (
            _("Choose somebody outside who keeps checkpoints, and give them the first"),
            _("Until somebody outside holds one, whoever runs this server could rewrite the whole record."),
        ),
        "backup": (
            _("Name a place for Duecare’s own backups, best on another machine"),
            _("The record is worth nothing on the day its disk dies."),
        ),
        "mail": (
            _("Say through which server mail leaves, and try it"),
            _("Until then nobody is reminded of anything who does not sign in and look."),
        ),
    }


register_chores(chores)
register_reference(GUIDE, lambda key: reverse("guide-step", args=[key]))
register_visible(GUIDE, lambda key, viewer: viewer.has(Role.OWNER) and find(key) is not None)
register_name(GUIDE, lambda key: str(STEPS[find(key) or 0].question))
register_reference(PLACE, lambda key: reverse(PLACES[key][0]))
register_visible(
    PLACE,
    lambda key, viewer: key in PLACES and (viewer.changes if key == "settings" else viewer.reads),
)
register_name(PLACE, lambda key: str(PLACES[key][1]))
