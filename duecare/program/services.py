"""Which systems an organisation works with, as far as advice and evidence differ by it. Pure.

The ids stand in records and are never reused; what they are called on a page is in the forms.
"""

from __future__ import annotations

from enum import StrEnum


class Service(StrEnum):
    """A kind of system in use."""

    MICROSOFT_365 = "microsoft_365"
    GOOGLE_WORKSPACE = "google_workspace"
    OWN_MAIL = "own_mail"
    """A mail server of their own, or one that a provider runs."""
    OWN_FILES = "own_files"
    """A file server or storage box in the house."""
    TRADE_SOFTWARE = "trade_software"
    """The software of the trade, such as that of a practice or a shop, with its data."""
    CLOUD_SERVERS = "cloud_servers"
    REMOTE_ACCESS = "remote_access"
    """Ways in from outside: VPN, remote desktop, suppliers' maintenance."""
    WEBSITE = "website"
    NONE = "none"
    """None of these; said, not left open."""


CLOUD = frozenset({Service.MICROSOFT_365, Service.GOOGLE_WORKSPACE})
"""Those in which people sign in from anywhere with nothing but what they know or carry."""
