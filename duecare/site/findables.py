"""What else can be found: the pages of the navigation, and the settings with their targets."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.ledger import asof
from duecare.ledger.viewers import Role, Viewer
from duecare.program.search import Shelf, Thing, register_shelf
from duecare.program.targets import definitions
from duecare.site.shell import navigation


def _pages(viewer: Viewer) -> Iterator[Thing]:
    """The navigation as this viewer has it, and their own account."""
    for group in navigation("", viewer):
        for link in group.links:
            yield Thing(link.label, link.url, group.heading)
    yield Thing(_("Your account"), reverse("account"), texts=("password passkey second factor calendar",))


def _settings(viewer: Viewer) -> Iterator[Thing]:
    """What can be set, for those who may."""
    if not viewer.has(Role.OWNER, Role.MANAGER) or viewer.areas is not None or asof.current() is not None:
        return
    yield Thing(_("The organisation"), reverse("settings-profile"), texts=("name country time zone people",))
    yield Thing(_("Which laws may apply"), reverse("settings-facts"), texts=("profile facts questions",))
    yield Thing(_("Add a data set"), reverse("data-set-add"), texts=("data sets",))
    if viewer.has(Role.OWNER):
        yield Thing(_("Public trust page"), reverse("settings-trust"), texts=("trust public facts",))
        yield Thing(_("Let somebody sign in"), reverse("person-add"), texts=("add a person user right role",))
    for id, target in definitions().items():
        yield Thing(target.name, reverse("target", args=[id]), _("target"), (id,))


register_shelf(Shelf("pages", gettext_lazy("Pages"), 10, _pages, offered=True))
register_shelf(Shelf("settings", gettext_lazy("Settings"), 55, _settings))
