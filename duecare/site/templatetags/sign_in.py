"""What the sign-in page says that the sign-in library does not know."""

from __future__ import annotations

from django import template
from django.conf import settings

from duecare.site.configuration import OpenId

register = template.Library()


@register.simple_tag
def openid_name() -> str:
    """The name of the provider through which people may sign in; empty without one."""
    found: OpenId | None = settings.DUECARE_OPENID
    return found.name if found else ""
