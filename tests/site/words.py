"""What a page says: its text nodes and the attributes that people read or hear."""

from __future__ import annotations

import re
from html.parser import HTMLParser

SPOKEN = ("title", "aria-label", "alt", "placeholder", "data-label", "aria-description")
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[tuple[str, str]] = []
        self.machine: list[tuple[str, str]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        button = tag == "input" and given.get("type") in ("submit", "button", "reset")
        for name, value in given.items():
            spoken = name in SPOKEN or (button and name == "value")
            (self.said if spoken else self.machine).append((f"{tag}@{name}", value))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        text, within = " ".join(data.split()), self._open[-1] if self._open else ""
        if text and within not in ("script", "style"):
            self.said.append((within, text))


def read(html: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(element or element@attribute, text) of all that a page says, and of all its other attributes."""
    parser = _Words()
    parser.feed(html)
    return parser.said, parser.machine


_BRACKETED = re.compile(r"⟦[^⟦⟧]*(?:⟧|…|$)")


def outside(text: str) -> str:
    """What of a text does not stand in brackets of the pseudo-language; one cut short counts to its cut."""
    before = None
    while before != text:
        before, text = text, _BRACKETED.sub(" ", text)
    return " ".join(text.replace("⟧", " ").split())
