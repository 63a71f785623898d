"""What the record keeps in words, it keeps in the organisation's language, whoever acts (decisions/0009)."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation


def in_the_records_language() -> AbstractContextManager[None]:
    """Within it every text is in the organisation's language: for work whose words are kept."""
    return translation.override(settings.LANGUAGE_CODE)


def recorded(text: str, **values: object) -> str:
    """The text with its values, in the organisation's language: `recorded("make the task %(title)s", ...)`.

    For reasons of acts that hold values. A reason without any is given as it stands, and translated wherever
    it is shown.
    """
    with in_the_records_language():
        said = translation.gettext(text)
        return said % values if values else said
