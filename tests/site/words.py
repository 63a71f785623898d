"""What a page says: its text nodes and the attributes that people read or hear."""

from __future__ import annotations

import re
from html.parser import HTMLParser

ATTRIBUTES = ("title", "aria-label", "alt", "placeholder", "data-label", "aria-description")
SILENT = ("script", "style", "title-of-nothing")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ATTRIBUTES:
            if given.get(name):
                self.found.append((f"{tag}@{name}", str(given[name])))
        if tag == "input" and given.get("type") in ("submit", "button", "reset") and given.get("value"):
            self.found.append(("input@value", str(given["value"])))
        if tag == "meta" and given.get("name") == "description":
            self.found.append(("meta@content", str(given.get("content"))))
        if tag not in ("meta", "link", "input", "br", "hr", "img", "path", "rect", "line", "circle", "use"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and (not self._open or self._open[-1] not in SILENT):
            self.found.append((self._open[-1] if self._open else "", text))


def words(html: str) -> list[tuple[str, str]]:
    """(element or element@attribute, text) of all that is said, in order."""
    parser = _Words()
    parser.feed(html)
    return parser.found


_BRACKETED = re.compile(r"⟦[^⟦⟧]*(?:⟧|…|$)")


def outside(text: str) -> str:
    """What of a text does not stand in brackets of the pseudo-language."""
    before = None
    while before != text:
        before, text = text, _BRACKETED.sub(" ", text)
    return " ".join(text.replace("⟧", " ").split())
