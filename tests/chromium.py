"""Chromium as tests drive it: started once, watched for what pages say to the console, asked by axe.

Nothing may be said to the console: a broken content security policy, an error of a script and a missing file
all show there. axe's rules are those of WCAG 2.2 A and AA, and its own best practices.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

CHROMIUM = "/usr/bin/chromium"
EXPECTED = re.compile("status of 40|Error Code 400|htmx:(afterRequest|sendAbort)\\b")
"""What Chromium says of an answer that refuses, which tests ask for; and htmx of a search that it gave up for
a newer one. Of one that failed it says `htmx:sendError` too."""
SHOTS = os.environ.get("DUECARE_SHOTS", "")
"""Where to put pictures of the pages that are looked at, for people; empty for nowhere."""
NOTE_LEAVING = """navigation.addEventListener("navigate", event => {
  window.leaving = !event.destination.sameDocument && event.downloadRequest === null;
});
addEventListener("submit", event => { window.leaving ||= !event.defaultPrevented; });"""
"""Run in every document: it notes that another is asked for in its place. A form asks a moment after it was
sent, by when whoever pressed Enter has gone on."""
ON_THE_WAY = "window.leaving === true || document.readyState !== 'complete'"
SETTLED = "!document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
"""Whether htmx awaits no answer and puts none in its place. Until then the focus may still be moved, and a
link that was put in leads to a whole page."""
PATIENCE = 90
"""Seconds that anything may take to come: the machine may be busy."""


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser; the test is skipped on a machine that has none.

    What is clicked, tapped, pressed or filled in it returns when the page that it asked for has come whole.
    Playwright's own returns before the old page has gone, or when the new one has only begun, and what a test
    says next would be true or false of either.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip("needs chromium: apt-get install chromium")
    # Playwright's own event loop runs in this thread, and Django takes that for asynchronous code.
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as running:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        for actor in (playwright.Page, playwright.Locator):
            for act in ("click", "tap", "press", "fill"):
                patch.setattr(actor, act, _and_arrive(getattr(actor, act)))
        patch.setattr(playwright.Keyboard, "press", _and_arrive(playwright.Keyboard.press))
        patch.setattr(playwright.Page, "wait_for_function", _until)
        started = running.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield started
        started.close()


_open: dict[Any, list[Any]] = {}
"""The pages of all windows that are open, each with the files that it has been sent to keep."""


def _and_arrive(act: Callable[..., Any]) -> Callable[..., Any]:
    def acted(*words: Any, **options: Any) -> Any:
        before = {page: len(files) for page, files in _open.items()}
        answer = act(*words, **options)
        for page, files in _open.items():
            _arrive(page, files, before[page])
        return answer

    return acted


def _arrive(page: Any, files: list[Any], before: int) -> None:
    """Wait until the page that was asked for has come whole, or has turned out to be a file to keep."""
    from playwright.sync_api import Error

    deadline = time.monotonic() + PATIENCE
    while not page.is_closed() and len(files) == before:
        try:
            if not page.evaluate(ON_THE_WAY):
                break
        except Error:  # the document went away while it was asked
            pass
        assert time.monotonic() < deadline, f"{page.url}: the next page does not come"
        page.wait_for_timeout(10)
    if len(files) > before:
        page.evaluate("window.leaving = false")


def _until(page: Any, script: str) -> None:
    """Wait until a script of the page is true of it.

    Playwright's own asks once as a debugger may, and from then on by `eval`, which the pages' content
    security policy forbids: it would fail just when there is something to wait for.
    """
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate(script):
        assert time.monotonic() < deadline, f"{page.url}: never true: {script}"
        page.wait_for_timeout(10)


@contextmanager
def searched(page: Any, words: str) -> Iterator[None]:
    """What is done within has the palette search for these words; at the end what was found is in its place.

    Who types slowly has it search for the first letters too, and Enter leads to no hit until the last answer.
    """

    def is_answer(response: Any) -> bool:
        asked = urlsplit(response.url)
        found = parse_qs(asked.query, keep_blank_values=True)
        return asked.path == "/search/" and found.get("q") == [words]

    with page.expect_response(is_answer):
        yield
    page.wait_for_function(SETTLED)


class Windows:
    """Opens windows that share nothing with each other, and remembers what their pages said."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._contexts: list[Any] = []
        self._pages: list[Any] = []
        self._said: list[str] = []

    def open(self, width: int = 1280, height: int = 800, **options: Any) -> Any:
        """An empty page in a window of its own. Options are those of Playwright's `new_context`.

        Motion is reduced, so that colours are what they will be as soon as they change.
        """
        viewport = {"width": width, "height": height}
        fixed = {"viewport": viewport, "locale": "en-GB", "reduced_motion": "reduce"}
        context = self._browser.new_context(**fixed, **options)
        context.set_default_timeout(PATIENCE * 1000)
        context.add_init_script(NOTE_LEAVING)
        self._contexts.append(context)
        page = context.new_page()
        self._pages.append(page)
        files = _open[page] = []
        page.on("download", lambda file: files.append(file))
        page.on("console", lambda message: self._said.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: self._said.append(f"{page.url}: {error}"))
        return page

    def complaints(self) -> list[str]:
        """What pages said to the console so far, beyond that an answer refused."""
        return [line for line in self._said if not EXPECTED.search(line)]

    def close(self) -> None:
        for page in self._pages:
            del _open[page]
        for context in self._contexts:
            context.close()


@contextmanager
def windows(browser: Any) -> Iterator[Windows]:
    """Windows that are closed at the end, when no page may have said anything."""
    opened = Windows(browser)
    try:
        yield opened
    finally:
        opened.close()
    said = opened.complaints()
    assert said == [], said


def looked_at(page: Any, name: str) -> None:
    """The page is whole on a phone and on a desk, in the light and in the dark."""
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert axe_faults(page) == [], (name, width, scheme)
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
    page.emulate_media(color_scheme="light")


def axe_faults(page: Any, *rules: str) -> list[str]:
    """What axe finds on a page, a line for each element: by these rules only, or by all."""
    from axe_playwright_python.base import AXE_SCRIPT

    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    result = page.evaluate("options => axe.run(options)", options)
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
