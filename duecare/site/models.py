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
