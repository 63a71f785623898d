"""The spine's records: those of the organisation here, the others in modules of their own.

Django finds all records of this app through this module, and whoever reads several takes them from here.
"""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import Record
from duecare.ledger.viewers import Viewer, VisibleQuerySet
from duecare.program import matter_models  # noqa: F401  # the records of matters are of this app too
from duecare.program.approval_models import Approval as Approval
from duecare.program.approval_models import Decided as Decided
from duecare.program.approval_models import SafeguardException as SafeguardException
from duecare.program.imports.models import Import as Import
from duecare.program.outcome_models import Assessment as Assessment
from duecare.program.outcome_models import Finding as Finding
from duecare.program.outcome_models import Outcome as Outcome
from duecare.program.people_models import Passkey as Passkey
from duecare.program.people_models import Person as Person
from duecare.program.people_models import Right as Right
from duecare.program.people_models import RightArea as RightArea
from duecare.program.remark_models import Attachment as Attachment
from duecare.program.remark_models import Comment as Comment
from duecare.program.staff.models import StaffAnswer as StaffAnswer
from duecare.program.staff.models import StaffMember as StaffMember
from duecare.program.staff.models import StaffSource as StaffSource
from duecare.program.statement_models import Answer as Answer
from duecare.program.statement_models import Review as Review
from duecare.program.statement_models import Statement as Statement
from duecare.program.task_models import Ending as Ending
from duecare.program.task_models import Repeats as Repeats
from duecare.program.task_models import Task as Task


class ProfileQuerySet(VisibleQuerySet["Profile"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Profile]:
        """Everyone who is signed in sees the organisation's name."""
        return self.all() if viewer.roles else self.none()


class Profile(Record):
    """Facts about the organisation. One row, with the key `profile`."""

    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, blank=True)
    """ISO 3166 code."""
    zone = models.CharField(max_length=60, default="UTC")
    """IANA time zone: days end there."""
    people = models.PositiveIntegerField(null=True)
    """How many people work there; null if not said."""
    computers = models.PositiveIntegerField(null=True)
    """How many computers there are; null if not said. The pages name their reach by it."""
    facts = models.JSONField(default=dict)
    """Answers to the questions of the obligations, by fact id: true, false, or absent for unknown."""

    objects = ProfileQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    def __str__(self) -> str:
        return self.name


class DataSet(Record):
    """Kinds of data held: whose and how many by jurisdiction, where, encrypted how, with which supplier."""

    name = models.CharField(max_length=200)
    kinds = models.TextField(blank=True)
    people = models.JSONField(default=dict)
    """How many people's data, by jurisdiction code; null for a number not known."""
    place = models.CharField(max_length=200, blank=True)
    encryption = models.CharField(max_length=200, blank=True)
    supplier = models.CharField(max_length=200, blank=True)
    keeper = models.CharField(max_length=200, blank=True)
    """Who answers for it."""

    def __str__(self) -> str:
        return self.name


class Setup(Record):
    """What was arranged for running Duecare here. One row, with the key `setup`; never anything secret."""

    services = models.JSONField(default=list)
    """Ids of the kinds of system in use (`services.Service`); empty while nobody has said."""
    other_services = models.CharField(max_length=300, blank=True)
    """Others, in words."""
    alone = models.BooleanField(default=False)
    """Whether it was said openly that one person approves alone for now."""
    backup_place = models.CharField(max_length=500, blank=True)
    """Absolute path of the directory for Duecare's own backups; empty while none is named."""
    backup_tried_at = models.DateTimeField(null=True)
    """When a file was last written there, read back and removed."""
    backup_apart = models.BooleanField(null=True)
    """Whether that was on another file system than the home's."""
    backup_system = models.CharField(max_length=40, blank=True)
    """The kind of file system found there; empty where the machine does not say."""
    host = models.CharField(max_length=253, blank=True)
    """The name under which people are to reach Duecare; `localhost` for this machine alone."""
    proxies = models.JSONField(default=list)
    """Addresses of what takes the encrypted connections and hands them on."""
    plan_from = models.DateField(null=True)
    """The day from which the weeks of the first ninety days count; null while there is no plan."""

    def __str__(self) -> str:
        return "set-up"


class Keeper(Record):
    """Somebody who keeps checkpoints, outside or within the organisation."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="keeps")
    organisation = models.CharField(max_length=200, blank=True)
    """Where they work, if not here."""
    address = models.CharField(max_length=254)
    """Their e-mail address: where checkpoints go."""
    outside = models.BooleanField()
    """Whether nobody within the organisation can make them change what they hold."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.person} keeps checkpoints"


class Target(Record):
    """A number that the organisation holds itself to. Its key is the target's id; without a row the shipped
    default is used and shown as not yet adopted."""

    value = models.IntegerField()
    reason = models.TextField()
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=80)
    """The actor. Asserted by the server; who approved it, and signed that, is an Approval."""

    def __str__(self) -> str:
        return f"{self.pk} = {self.value}"


EVERYBODYS_LISTS = ("tasks",)
"""Lists that everyone who is signed in may open, by the names that `SharedView.list` takes."""


class SharedViewQuerySet(VisibleQuerySet["SharedView"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[SharedView]:
        """Who may see the list sees the views of it."""
        if viewer.reads:  # what lies outside of somebody's areas, `may_see` leaves out
            return self.all()
        return self.filter(list__in=EVERYBODYS_LISTS) if viewer.roles else self.none()


class SharedView(Record):
    """A list with its filters under a name, for everybody who may see that list."""

    list = models.CharField(max_length=40)
    """The name of the list's address (`site/saved_views.py`)."""
    name = models.CharField(max_length=100)
    query = models.CharField(max_length=1000)
    """Its filters and order as an address writes them."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    objects = SharedViewQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    class Meta:
        verbose_name = "shared view"
        indexes = (models.Index(fields=("list", "name"), name="shared_view_list"),)

    def __str__(self) -> str:
        return self.name


class TrustPage(Record):
    """What the organisation shows to everybody: chosen facts. One row, with the key `trust`.

    Only a version that was approved is ever shown; taking it down needs nobody's approval.
    """

    shown = models.BooleanField()
    """Whether it is to be served at all."""
    chosen = models.JSONField(default=list)
    """Ids of facts (`assurance/trust.py`), in the order of the page."""
    words = models.TextField(blank=True)
    """What the organisation says of itself, above the facts."""
    contact = models.CharField(max_length=300)
    """Where weaknesses are reported: an e-mail address or an https address."""
    indexable = models.BooleanField()
    """Whether search engines may list it."""
    off_at = models.DateTimeField(null=True)
    """When it was last taken down; what was approved before then no longer counts."""
    changed_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "trust page"

    def __str__(self) -> str:
        return "public trust page"


from duecare.program.mail.models import MailServer, OutboxMessage, Webhook  # noqa: E402, F401  (for Django to find)
