"""Sign-in. Nothing here is in the record: the ledger names people by the key of their `program.Person`."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None, **fields: Any) -> User:
        """A user who can sign in; without a password, one who cannot yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An e-mail address and a password's hash, and whose they are."""

    email = models.EmailField(unique=True)
    person = models.CharField(max_length=40, unique=True)
    """Key of the person record."""
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=16, blank=True, default="")
    """Code of the language chosen; empty for what the browser asks for."""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["person"]

    objects = UserManager()

    def __str__(self) -> str:
        return self.email


class FeedToken(models.Model):
    """The address of one person's calendar, without the token itself (`feed_tokens.py`)."""

    person = models.CharField(max_length=40)
    """Key of the person record."""
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token, 64 hex."""
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("person", "ended_at"), name="feed_person"),)

    def __str__(self) -> str:
        return f"calendar of {self.person} until {self.expires_at:%Y-%m-%d}"


class MailChoice(models.Model):
    """How often somebody wants the digest; without a row, daily."""

    class How(models.TextChoices):
        DAILY = "daily"
        WEEKLY = "weekly"
        LATE = "late"
        """Only when something of theirs is late."""

    person = models.CharField(max_length=40, unique=True)
    """Key of the person record."""
    how = models.CharField(max_length=10, choices=How.choices)

    def __str__(self) -> str:
        return f"{self.person}: {self.how}"


class SignInRequest(models.Model):
    """That somebody asked to sign in by mail (`mail_sign_in.py`). Nothing in it signs anybody in."""

    key = models.CharField(max_length=32, unique=True)
    """Stands in the mail's link."""
    person = models.CharField(max_length=40, blank=True)
    """Key of the person record; empty where nobody signs in with the address that was typed."""
    browser = models.CharField(max_length=64)
    """Keyed hash of what only the requesting browser's session holds."""
    token = models.CharField(max_length=64, blank=True)
    """Keyed hash of the link's token; empty until the mail is written."""
    code = models.CharField(max_length=64, blank=True)
    """Keyed hash of the code."""
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    """How often what was given did not fit."""
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("made_at",), name="sign_in_request_made"),)

    def __str__(self) -> str:
        return f"sign-in by mail asked for at {self.made_at:%Y-%m-%d %H:%M}"


class ApiToken(models.Model):
    """What one of a person's programs shows to use the API, without the token itself (`api_tokens.py`)."""

    person = models.CharField(max_length=40)
    """Key of the person record."""
    name = models.CharField(max_length=80)
    """Which program uses it, in its owner's words."""
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token, 64 hex."""
    scopes = models.JSONField()
    """What it may be used for: values of `Scope`."""
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    """When it was last used, to some minutes; null if never."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("person", "ended_at"), name="api_token_person"),)

    def __str__(self) -> str:
        return f"{self.name} until {self.expires_at:%Y-%m-%d}"


class OwnView(models.Model):
    """A list with its filters under a name, for one person alone: a preference, so not in the record."""

    id = models.CharField(primary_key=True, max_length=40, editable=False)
    person = models.CharField(max_length=40)
    """Key of the person record."""
    list = models.CharField(max_length=40)
    """The name of the list's address (`saved_views.py`)."""
    name = models.CharField(max_length=100)
    query = models.CharField(max_length=1000)
    """Its filters and order as an address writes them."""
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "list", "name"), name="own_view_once"),)

    def __str__(self) -> str:
        return self.name


class OpenIdAccount(models.Model):
    """Who somebody is to an OpenID Connect provider (`openid_people.py`)."""

    person = models.CharField(max_length=40)
    """Key of the person record."""
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255, blank=True)
    """What the provider calls them; empty while an owner has only allowed it."""
    allowed_by = models.CharField(max_length=80, blank=True)
    """The owner, for somebody who signed in otherwise before; empty for who came by the provider first."""
    rights = models.JSONField(default=list)
    """Keys of the rights that their groups gave."""
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("issuer", "subject"), condition=~models.Q(subject=""), name="openid_subject"
            ),
            models.UniqueConstraint(fields=("issuer", "person"), name="openid_person"),
        )

    def __str__(self) -> str:
        return f"{self.person} at {self.issuer}"
