"""A report speaks the language of whoever asks for it, whole: titles, tables, seal and annexes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.utils import translation

from duecare.assurance import actions
from duecare.assurance.reports import REPORTS
from duecare.assurance.reports.interface import Asked
from duecare.ledger.viewers import Role, Viewer
from duecare.program.papers import setting
from duecare.program.papers.signs import all_shown
from tests.pseudo import CODE
from tests.site.past import Past, organisation
from tests.site.test_every_word import left

OWNER = Viewer("person:ann", "Ann Example", frozenset({Role.OWNER}), "ann")
CITED = re.compile(
    r"Ann Example|[A-Z]{2}\.[A-Z]{2}-\d\d|\b[A-Z]{2}-\d+|Arts? [\d(]|Regulation \(EU\)( \d+/\d+)?|"
    r"[A-Za-z0-9+/]{16,}|^en$"
)
"""Who asked, identifiers of frameworks, citations, roots of the tree, the language of the file."""
FOR_MACHINES = {"kind", "state", "width", "share", "right", "level", "hue", "digest", "sha256"}


@pytest.fixture(scope="module")
def past(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with (
        override_settings(LANGUAGE_CODE=CODE),
        organisation(template, tmp_path_factory.mktemp("said")) as made,
    ):
        yield made


def said(value: Any, key: str = "") -> Iterator[str]:
    """Every text that a report prints, of what its template is given."""
    if isinstance(value, str) and key not in FOR_MACHINES:
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from said(one, name)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from said(one, key)


@pytest.mark.parametrize(
    ("id", "about"),
    [("posture", ""), ("board", ""), ("binder", "safeguard:patching"), ("binder", "obligation:eu-gdpr")],
)
def test_every_text_of_a_report_is_translated(past: Past, id: str, about: str) -> None:
    instant = past.now
    asked = Asked(instant.date(), instant.date(), instant, about=about, words="Three rooms, all locked.")
    found: list[tuple[dict[str, Any], Any]] = []

    def take(template: str, data: dict[str, Any], attached: Any, at: Any) -> bytes:
        found.append((all_shown(data), attached))
        return b"%PDF-1.7 of this test"

    with pytest.MonkeyPatch.context() as patch, translation.override(CODE):
        patch.setattr(setting, "render", take)
        actions.issue(OWNER, REPORTS[id], asked, instant)
    ((data, attached),) = found
    assert data["language"] == "en"
    texts = [*said(data), *(line for one in attached[1:] for line in one.text.splitlines())]
    escaped = sorted(
        {text for text in texts if re.search(r"[A-Za-z]{3}", CITED.sub(" ", left(text, "", "")))}
    )
    assert not escaped, "\n".join(escaped)
    assert len(texts) > 60
