"""The spine's records: who the organisation is, what it holds itself to, and what the checks found."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat

from duecare.ledger.records import BlobField, Record
from duecare.ledger.viewers import Role, Viewer, VisibleQuerySet
from duecare.program import matter_models  # noqa: F401  # the records of matters are of this app too
from duecare.program.catalogue import safeguards_of
from duecare.program.imports.models import Import as Import
from duecare.program.judgement import Grade, Verdict

M = TypeVar("M", bound=models.Model)


class OfSafeguardsQuerySet(VisibleQuerySet[M]):
    """Rows that name a safeguard, and so are of its area."""

    def within(self, areas: frozenset[str]) -> VisibleQuerySet[M]:
        return self.filter(safeguard__in=safeguards_of(areas))


class PersonQuerySet(VisibleQuerySet["Person"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Person]:
        """Everyone who is signed in sees people's names: who gave them a task, who said what about it."""
        return self.all() if viewer.roles else self.none()


class Person(Record):
    """Somebody named in the record. The random key stands in entries; the name can be erased."""

    name = models.CharField(max_length=200)

    objects = PersonQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    def __str__(self) -> str:
        return self.name


class Right(Record):
    """A role that a person holds in Duecare, from the day it was given until it ends."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="rights")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    given_at = models.DateTimeField()
    until = models.DateField(null=True)
    """Last day on which it holds; an auditor's always has one."""
    sees_from = models.DateField(null=True)
    """For an auditor: the first day whose state they may see."""
    sees_to = models.DateField(null=True)
    """For an auditor: the last day whose state they may see; null for until today."""
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.person} as {self.role}"


class RightArea(Record):
    """An area that a right is limited to. A right without any is not limited; an owner's never is."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="areas")
    area = models.CharField(max_length=40)
    """Id of the area (`catalogue.py`)."""

    def __str__(self) -> str:
        return f"{self.right} in {self.area}"


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


class AssessmentQuerySet(VisibleQuerySet["Assessment"]):
    def within(self, areas: frozenset[str]) -> VisibleQuerySet[Assessment]:
        """When the checks ran is of every area."""
        return self.all()


class Assessment(Record):
    """One run of the checks. It is recorded as started before any evidence is read; one that never finished
    shows as such."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    outcomes = models.JSONField(default=dict)
    """How many outcomes by verdict."""
    program = models.CharField(max_length=40)
    """Version of Duecare that judged."""

    objects = AssessmentQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    def __str__(self) -> str:
        return f"assessment {self.started_at:%Y-%m-%d %H:%M}"


class Outcome(Record):
    """What a check found about its population: one row a check, changed on change, else once a day.
    Its key is the check's id."""

    safeguard = models.CharField(max_length=40)
    verdict = models.CharField(max_length=20, choices=[(verdict.value, verdict.value) for verdict in Verdict])
    reason = models.TextField(blank=True)
    """In words, why it is unknown or not applicable as a whole; empty where the exceptions say it."""
    revision = models.PositiveIntegerField()
    population = models.PositiveIntegerField()
    """How many things it looked at, in the check's `counts`."""
    population_was = models.PositiveIntegerField(null=True)
    """The population of the outcome before, if it was another."""
    subjects = models.PositiveIntegerField()
    """How many hosts (or other sources) that was."""
    unmet = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    example = models.TextField(blank=True)
    """The first exception that decides the verdict, in words; empty if there is none."""
    measure = models.IntegerField(null=True)
    """The largest, in the check's `unit`."""
    target = models.IntegerField(null=True)
    target_was = models.IntegerField(null=True)
    """The target of the outcome before, if it was another."""
    grade = models.CharField(
        max_length=30, choices=[(grade.value, grade.value) for grade in Grade], blank=True
    )
    """The weakest grade among the evidence; empty without evidence."""
    evidence_at = models.DateTimeField(null=True)
    """When the oldest evidence that counted was gathered."""
    stale_at = models.DateTimeField(null=True)
    """When the evidence will be too old to say anything but unknown."""
    judged_at = models.DateTimeField()
    since = models.DateTimeField()
    """Since when the verdict is this."""
    assessment = models.ForeignKey(Assessment, models.PROTECT)
    looked_at = BlobField()
    """JSON lines: every subject of the population with the digest of its evidence (`outcomes.py`)."""
    exceptions = BlobField()
    """JSON lines: every exception by name and reason; empty if there are none."""

    objects = OfSafeguardsQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("safeguard",), name="outcome_safeguard"),)

    def __str__(self) -> str:
        return f"{self.pk}: {self.verdict}"


class Finding(Record):
    """A gap. One that comes from a check opens and closes by itself; its history is in the ledger."""

    check_id = models.CharField(max_length=80)
    safeguard = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    """A typed reference (`references.py`) to what falls short, for example `systems.host:k3...`."""
    subject_name = models.CharField(max_length=255)
    item = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=200, blank=True)

    objects = OfSafeguardsQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (
            models.Index(fields=("-opened_at", "-id"), name="finding_opened"),
            models.Index(fields=("check_id", "subject", "item"), name="finding_what"),
            models.Index(fields=("subject", "closed_at", "-opened_at"), name="finding_subject"),
            models.Index(fields=("safeguard", "-opened_at", "-id"), name="finding_safeguard"),
            models.Index(fields=("closed_at", "-opened_at", "-id"), name="finding_closed"),
        )

    def __str__(self) -> str:
        where = f"{self.subject_name} {self.item}".strip()
        return f"{where}: {self.reason}"


class Answer(models.TextChoices):
    """What a statement says to its question."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_APPLICABLE = "not applicable"


class Review(models.TextChoices):
    """What a second person says to a statement."""

    AGREED = "agreed"
    DOUBTED = "doubted"


class Statement(Record):
    """Evidence given by a named person, for what no machine sees. One of a question counts at a time."""

    safeguard = models.CharField(max_length=40)
    question = models.CharField(max_length=80)
    """Id of the question (`content/questions.yaml`)."""
    asked = models.TextField()
    """The question in the words in which it was asked."""
    answer = models.CharField(max_length=20, choices=Answer.choices)
    words = models.TextField()
    """How it is done, or why not: what a reader needs to believe it."""
    link = models.CharField(max_length=500, blank=True)
    period_from = models.DateField()
    """First day that the statement speaks of."""
    period_to = models.DateField()
    """Last day that the statement speaks of."""
    expires = models.DateField()
    """Last day on which it counts, in the organisation's zone."""
    made_by = models.CharField(max_length=80)
    """The actor. Asserted by the server."""
    made_at = models.DateTimeField()
    review = models.CharField(max_length=20, choices=Review.choices, blank=True)
    review_words = models.TextField(blank=True)
    reviewed_by = models.CharField(max_length=80, blank=True)
    """An actor other than the one who made it."""
    reviewed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When it was replaced or withdrawn; one that has expired is not ended, it only no longer counts."""
    ended_because = models.CharField(max_length=200, blank=True)

    objects = OfSafeguardsQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (
            models.Index(fields=("safeguard", "ended_at"), name="statement_safeguard"),
            models.Index(fields=("question", "ended_at"), name="statement_question"),
            models.Index(fields=("ended_at", "expires", "id"), name="statement_expires"),
        )

    def __str__(self) -> str:
        return f"{self.asked} {self.answer}"


class Repeats(models.TextChoices):
    """How often a task comes again, counted from the day on which it was due."""

    NEVER = "", "never"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class Ending(models.TextChoices):
    """How a task ended."""

    DONE = "done"
    DROPPED = "dropped"


class TaskQuerySet(VisibleQuerySet["Task"]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[Task]:
        """Everyone sees their own tasks; who may read all sees all; whose right is limited to areas, those
        of their safeguards and those that they made."""
        if viewer.reads and viewer.areas is None:
            return self.all()
        if not viewer.roles or not viewer.person:
            return self.none()
        mine = Q(owner_id=viewer.person)
        if viewer.reads and viewer.areas is not None:
            mine |= Q(made_by=viewer.actor) | Q(safeguard__in=safeguards_of(viewer.areas))
        return self.filter(mine)


class Task(Record):
    """Work with an owner and a date. One that repeats is followed by a new task when it ends."""

    title = models.CharField(max_length=200)
    why = models.TextField(blank=True)
    about = models.CharField(max_length=120, blank=True)
    """A typed reference (`subjects.py`) to what it is about, for example `program.finding:k3...`."""
    safeguard = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=160, blank=True)
    """What made it, if no person did; of one origin at most one task is open."""
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="tasks")
    """Who does it; null for nobody yet."""
    due = models.DateField(null=True)
    """Last day, in the organisation's zone."""
    minutes = models.PositiveIntegerField(null=True)
    """About how long it takes."""
    repeats = models.CharField(max_length=20, choices=Repeats.choices, blank=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    after = models.ForeignKey("self", models.PROTECT, null=True, related_name="next")
    """The task that this one repeats."""
    ended_at = models.DateTimeField(null=True)
    ended_as = models.CharField(max_length=20, choices=Ending.choices, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)
    ended_words = models.TextField(blank=True)
    """What was done, or why it was dropped."""

    objects = TaskQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    class Meta:
        indexes = (
            models.Index(fields=("ended_at", "due", "id"), name="task_due"),
            models.Index(fields=("owner", "ended_at", "due"), name="task_owner"),
            models.Index(fields=("about", "ended_at"), name="task_about"),
            models.Index(fields=("origin", "ended_at"), name="task_origin"),
        )

    def __str__(self) -> str:
        return self.title


class RemarkQuerySet(VisibleQuerySet[M]):
    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[M]:
        """Who may read all sees all remarks; everyone else those on their own tasks, and those on what is of
        their areas if their right is limited to some.

        Whether somebody may see what a remark is about is asked once more, by `subjects.visible`.
        """
        if viewer.reads and viewer.areas is None:
            return self.all()
        seen = Q(about__in=_named("program.task", Task, viewer))
        if viewer.reads and viewer.areas is not None:
            for kind, model in (
                ("program.finding", Finding),
                ("program.statement", Statement),
                ("program.safeguardexception", SafeguardException),
            ):
                seen |= Q(about__in=_named(kind, model, viewer))
            seen |= Q(about__in=[f"program.safeguard:{id}" for id in safeguards_of(viewer.areas)])
        return self.filter(seen)


def _named(kind: str, model: type[Record], viewer: Viewer) -> Any:
    """The references to the rows of a kind that a viewer may see, for a subquery."""
    rows = model.objects.all().visible_to(viewer)
    return rows.annotate(named=Concat(Value(f"{kind}:"), "pk")).values("named")


class Comment(Record):
    """What somebody said about a record. Comments are not changed: what was said, was said."""

    about = models.CharField(max_length=120)
    """A typed reference, for example `program.task:k3...`."""
    words = models.TextField()
    mentions = models.JSONField(default=list)
    """Keys of the people whom it names."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    objects = RemarkQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("about", "made_at"), name="comment_about"),)

    def __str__(self) -> str:
        return f"comment on {self.about}"


class Attachment(Record):
    """A file that somebody put to a record."""

    about = models.CharField(max_length=120)
    """A typed reference, for example `program.statement:k3...`."""
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    """Bytes."""
    content = BlobField()
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    objects = RemarkQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        indexes = (models.Index(fields=("about", "made_at"), name="attachment_about"),)

    def __str__(self) -> str:
        return self.name


class Passkey(Record):
    """A credential with which a person signs approvals; registered before whatever it signs."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="passkeys")
    name = models.CharField(max_length=100)
    credential = models.CharField(max_length=1400)
    """The credential's id, base64url without padding (WebAuthn Level 3, 4)."""
    public_key = models.TextField()
    """SubjectPublicKeyInfo, PEM: what openssl takes."""
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class SafeguardException(Record):
    """An approved, expiring departure. Until somebody approves it, it is only asked for."""

    safeguard = models.CharField(max_length=40)
    about = models.CharField(max_length=120, blank=True)
    """A typed reference to the finding that it covers; empty for the safeguard as a whole."""
    reason = models.TextField()
    measure = models.TextField()
    """What is done instead, so that the risk stays bearable."""
    expires = models.DateField()
    """Last day on which it holds, in the organisation's zone."""
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When it was withdrawn or refused; one that has expired is not ended, it only no longer holds."""
    ended_because = models.CharField(max_length=200, blank=True)

    objects = OfSafeguardsQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "exception"
        indexes = (
            models.Index(fields=("safeguard", "ended_at"), name="exception_safeguard"),
            models.Index(fields=("about", "ended_at"), name="exception_about"),
            models.Index(fields=("ended_at", "expires", "id"), name="exception_expires"),
        )

    def __str__(self) -> str:
        return f"exception from {self.safeguard}"


class Decided(models.TextChoices):
    """What an approver says."""

    APPROVED = "approved"
    REFUSED = "refused"


class ApprovalQuerySet(VisibleQuerySet["Approval"]):
    def within(self, areas: frozenset[str]) -> VisibleQuerySet[Approval]:
        """Decisions on exceptions from the safeguards of these areas, and on records of their own rooms."""
        rows = SafeguardException.objects.filter(safeguard__in=safeguards_of(areas))
        named = rows.annotate(named=Concat(Value("program.safeguardexception:"), "pk"))
        found = Q(about__in=named.values("named"))
        for area in areas:
            found |= Q(about__startswith=f"{area}.")
        return self.filter(found)


class Approval(Record):
    """What one person decided about one entry: the record as it stood there, and no later version of it."""

    about = models.CharField(max_length=120)
    """A typed reference to the record, for example `program.safeguardexception:k3...`."""
    entry = models.BigIntegerField()
    """Index of the entry that was decided on."""
    commitment = models.CharField(max_length=64)
    """That entry's commitment to its payload, hex: what was signed over (docs/ledger-format.md)."""
    decided = models.CharField(max_length=20, choices=Decided.choices)
    words = models.TextField(blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="approvals")
    at = models.DateTimeField()
    alone = models.BooleanField()
    """Whether who asked also decided, for want of a second person."""
    passkey = models.ForeignKey(Passkey, models.PROTECT, null=True)
    """What it was signed with; null where the server asserts it."""
    authenticator_data = models.TextField(blank=True)
    """Base64url (WebAuthn Level 3, 6.1)."""
    client_data = models.TextField(blank=True)
    """Base64url of clientDataJSON, whose challenge is SHA-256(`duecare/v1/approval`, 0x00, decision, 0x00,
    the commitment's 32 bytes)."""
    signature = models.TextField(blank=True)
    """Base64url, over authenticator data and the SHA-256 of client data."""

    objects = ApprovalQuerySet.as_manager()  # type: ignore[misc]  # another manager than Record's is the point

    class Meta:
        indexes = (models.Index(fields=("about", "at"), name="approval_about"),)

    def __str__(self) -> str:
        return f"{self.about} {self.decided}"


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
