"""A person at a page: with the keyboard alone, or with fingers on a phone. Nothing is pointed at by a mouse.

With the keyboard a control is reached by Tab, and at every stop on the way the focus has to be seen: by an
outline, within the window, and under nothing else (WCAG 2.2, 2.4.7 and 2.4.11). On a phone no page may
scroll sideways (1.4.10).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chromium import axe_faults

MOST_TABS = 150
LOOK = os.environ.get("DUECARE_PICTURES")
"""Where to keep a picture of each page, for whoever wants to look."""

FOCUS = """wanted => {
  const one = document.activeElement;
  if (!one || one === document.body) return one === wanted ? null : "";
  const named = `${one.tagName.toLowerCase()} ${one.name || one.innerText || one.id}`.slice(0, 60);
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  if (one.id === "main") return ""; // where the skip link leads; it shows that by scrolling
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `no outline: ${named}`;
  if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth || !box.width)
    return `outside the window: ${named}`;
  const x = Math.min(Math.max((box.left + box.right) / 2, 0), innerWidth - 1);
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const top = document.elementFromPoint(x, y);
  if (top && !one.contains(top) && !top.contains(one)) return `covered by ${top.tagName}: ${named}`;
  return one === wanted ? null : "";
}"""
"""What hinders seeing where the focus is; else empty, or null once it is where it is wanted."""


@dataclass(slots=True)
class Hands:
    """What this person does, and how much of it."""

    page: Any
    keyboard: bool
    fields: int = 0
    pages: int = 0
    looked: int = 0

    def reach(self, control: Any) -> None:
        """Bring the focus to a control by Tab alone, past the list of pages as the page itself offers."""
        control.first.wait_for()
        wanted = control.first.element_handle()
        nowhere = self.page.evaluate("document.activeElement === document.body")
        if nowhere and wanted.evaluate("one => Boolean(one.closest('main'))"):
            self.page.keyboard.press("Tab")
            assert self.page.evaluate("document.activeElement.matches('.skip')"), self.page.url
            self.page.keyboard.press("Enter")
        for _step in range(MOST_TABS):
            hidden = self.page.evaluate(FOCUS, wanted)
            assert not hidden, f"{self.page.url}: the focus is not seen: {hidden}"
            if hidden is None:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {control} on {self.page.url}")

    def use(self, control: Any, key: str = "Enter") -> None:
        """Press a control that stays on the page."""
        if self.keyboard:
            self.reach(control)
            self.page.keyboard.press(key)
        else:
            control.first.tap()

    def press(self, control: Any) -> None:
        """Press a button or follow a link, and wait for what comes."""
        self.pages += 1
        if self.keyboard:
            self.reach(control)
        with self.page.expect_navigation():
            if self.keyboard:
                self.page.keyboard.press("Enter")
            else:
                control.first.tap()

    def field(self, name: str) -> Any:
        return self.page.locator(f"main [name={name}]:not([type=hidden])")

    def write(self, name: str, text: str) -> None:
        self.fields += 1
        if self.keyboard:
            self.reach(self.field(name))
        else:
            self.field(name).tap()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def pick(self, name: str, label: str) -> None:
        """Choose in a list by its words."""
        self.fields += 1
        if self.keyboard:
            self.reach(self.field(name))
            self.page.keyboard.type(label)
        else:
            self.field(name).select_option(label=label)

    def tick(self, name: str, value: str) -> None:
        """Choose one of several ticks or dots."""
        self.fields += 1
        one = self.page.locator(f'main input[name={name}][value="{value}"]')
        if not self.keyboard:
            one.tap()
        elif one.get_attribute("type") == "checkbox":
            self.use(one, "Space")
        else:
            self._move_to(name, one)
        assert one.is_checked()

    def _move_to(self, name: str, dot: Any) -> None:
        """The dots of a group are one stop of Tab, at the one chosen or an end; arrows choose another."""
        for _step in range(MOST_TABS):
            if self.page.evaluate("document.activeElement.name") == name:
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        for _step in range(10):
            if dot.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {dot}")

    def button(self, words: str) -> Any:
        return self.page.locator("main").get_by_role("button", name=words, exact=True)

    def link(self, words: str) -> Any:
        return self.page.locator("main").get_by_role("link", name=words, exact=True)

    def go(self, area: str) -> None:
        """To a page that the frame leads to; on a phone its list is behind a button."""
        menu = self.page.get_by_role("button", name="Menu")
        if menu.is_visible():
            self.use(menu)
        self.press(self.page.locator("#areas").get_by_role("link", name=re.compile(f"^{area}")))
        self.at(area)

    def refused(self, words: str) -> None:
        """What was sent could not be: the summary has the focus, and says why."""
        self.pages -= 1  # not counted: a person who errs takes longer
        self.page.locator(".error-summary:focus").wait_for()
        assert words in self.page.locator(".error-summary").inner_text()
        self.look("refused")

    def at(self, heading: str) -> None:
        """On the page with this heading, which is whole."""
        self.page.get_by_role("heading", name=heading, level=1).wait_for()
        self.look(heading)

    def look(self, name: str) -> None:
        """The page is whole for every eye and reader, and does not scroll sideways."""
        width = self.page.viewport_size["width"]
        self.looked += 1
        if LOOK:
            words = re.sub(r"\W+", "-", name).strip("-")[:40]
            kind = "keyboard" if self.keyboard else "touch"
            file = f"{kind}-{self.looked:02}-{words}.png"
            self.page.screenshot(path=str(Path(LOOK) / file), full_page=True)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, (
            f"{self.page.url} scrolls sideways"
        )
        assert axe_faults(self.page) == [], self.page.url
