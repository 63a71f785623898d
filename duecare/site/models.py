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
