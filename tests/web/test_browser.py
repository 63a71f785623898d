"""The furniture in a real browser: what a person sees, reaches by keyboard, and hears."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.chromium import SETTLED, axe_faults, chromium, searched, windows
from tests.web.sample import Finding

pytestmark = pytest.mark.browser

ADDRESSES = (
    "/",
    "/findings/",
    "/findings/?as_of=2026-06-01",
    "/findings/?q=nothing",
    "/form/",
    "/sign-in/",
    "/lost/",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Any]:
    """Open a page; at the end no page may have said anything to the console."""
    with windows(browser) as opened:

        def start(path: str, width: int = 1280, **options: Any) -> Any:
            page = opened.open(width, **options)
            page.goto(address + path)
            return page

        yield start


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    open_page: Any, address: str, scheme: str, width: int
) -> None:
    page = open_page("/", width, color_scheme=scheme)
    for path in ADDRESSES:
        page.goto(address + path)
        assert axe_faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_axe_finds_nothing_in_open_menus_errors_and_tables_of_charts(open_page: Any) -> None:
    page = open_page("/", 375)
    page.click(".menu-button")
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    page.click(".person summary")
    page.evaluate("document.querySelectorAll('.chart details').forEach(one => { one.open = true })")
    assert axe_faults(page) == []
    form = open_page("/form/")
    form.click("main button")
    assert axe_faults(form) == []


def test_targets_are_large_enough_to_hit(open_page: Any) -> None:
    page = open_page("/findings/", 375)
    page.click(".menu-button")
    small = page.evaluate(
        """[...document.querySelectorAll(
             'button, summary, select, .rail a, .pages a, th a, input:not([type=hidden])')]
           .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
           .filter(([, box]) => box.width > 1 && (box.width < 24 || box.height < 24)).map(([html]) => html)"""
    )
    assert small == []


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard_without_script(open_page: Any) -> None:
    page = open_page("/", 375, java_script_enabled=False)
    areas = page.locator("#areas")
    assert not areas.is_visible()
    page.keyboard.press("Tab")
    assert page.locator(".skip").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert areas.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.locator("#areas a[aria-current]:focus").count() == 1
    page.keyboard.press("Escape")
    assert not areas.is_visible()
    assert page.locator(".menu-button:focus").count() == 1


def test_the_keyboard_reaches_everything_in_order_and_focus_always_shows(open_page: Any) -> None:
    page = open_page("/findings/")
    order = []
    for _step in range(90):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
              const one = document.activeElement;
              const style = getComputedStyle(one), box = one.getBoundingClientRect();
              return one === document.body ? null : {
                name: (one.innerText || one.getAttribute('name') || '').trim(),
                ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
                seen: box.bottom > 0 && box.top < innerHeight} }"""
        )
        if found is None:
            break
        assert found["ring"], found
        assert found["seen"], found
        order.append(found["name"].split("\n")[0])
    wanted = [
        "Skip to content",
        "Duecare",
        "Home",
        "Patching",
        "Harbour Clinic",
        "Find anything",
        "as_of",
        "Show",
        "Maeve Brennan",
    ]
    wanted += ["Any", "Filter", "Finding", "Due", "Next", "CSV", "JSON", "Verify"]
    places = [order.index(word) for word in wanted]
    assert places == sorted(places)


def test_skipping_to_the_content_skips_the_navigation(open_page: Any) -> None:
    page = open_page("/findings/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "findings-q"


def test_control_k_opens_the_palette_whose_hits_are_chosen_by_keyboard(open_page: Any) -> None:
    page = open_page("/findings/")
    page.focus("#findings-q")
    with searched(page, ""):
        page.keyboard.press("Control+k")
    page.locator("#hit-2").wait_for()
    assert page.locator("[role=option][aria-selected=true]").count() == 0  # nothing was asked for yet
    with searched(page, "laptop"):
        page.keyboard.type("laptop")
    page.locator("#hit-1[aria-selected=true]").wait_for()
    assert page.evaluate("document.activeElement.id") == "palette-q"
    page.keyboard.press("ArrowDown")
    assert page.locator("#palette-q").get_attribute("aria-activedescendant") == "hit-2"
    page.keyboard.press("ArrowDown")
    assert page.locator("#palette-q").get_attribute("aria-activedescendant") == "hit-1"
    assert axe_faults(page) == []
    page.keyboard.press("Escape")
    assert not page.locator("#palette").is_visible()
    assert page.evaluate("document.activeElement.id") == "findings-q"
    with searched(page, "laptop"):  # anew: its answer chooses the first hit again
        page.keyboard.press("Control+k")
    page.locator("#hit-1[aria-selected=true]").wait_for()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/findings/\?q=desk$"))


def test_the_palette_opens_by_touch_and_its_enter_leads_to_the_page_of_the_search(open_page: Any) -> None:
    page = open_page("/", 375, has_touch=True)
    page.tap(".find-button")
    page.locator("#hit-1").wait_for()
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.locator("[data-palette-close]").tap()
    assert not page.locator("#palette").is_visible()
    with searched(page, ""):
        page.tap(".find-button")
    page.route(re.compile(r"/search/\?q=l"), _answer_pages_alone)
    page.keyboard.type("lap")
    page.keyboard.press("Enter")  # before the answer: to the page, not to a hit of another text
    page.wait_for_url(re.compile(r"/search/\?q=lap$"))


def test_an_answer_to_older_letters_does_not_lead_to_a_hit_of_them(open_page: Any) -> None:
    page = open_page("/")
    page.keyboard.press("Control+k")
    with searched(page, "lap"):
        page.keyboard.type("lap")
    page.locator("#hit-1[aria-selected=true]").wait_for()
    page.route(re.compile(r"/search/\?q=l"), _answer_pages_alone)
    page.keyboard.type("to")
    # As htmx tells it when the answer comes within the moment in which more is typed.
    page.evaluate(
        """document.querySelector("#palette-found").dispatchEvent(new CustomEvent(
        "htmx:afterSettle", {detail: {requestConfig: {parameters: {q: "lap"}}}}))"""
    )
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q=lapto$"))


def _answer_pages_alone(asked: Any) -> None:
    """What htmx asks for stays on its way, however long somebody types."""
    if asked.request.is_navigation_request():
        asked.continue_()


def test_a_sign_in_that_ran_out_shows_whole_from_the_palette(open_page: Any) -> None:
    page = open_page("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("signed out")
    page.wait_for_url(re.compile("/sign-in/$"))


def test_without_script_the_search_is_a_field_in_the_frame(open_page: Any) -> None:
    page = open_page("/", java_script_enabled=False)
    assert not page.locator(".find-button").is_visible()
    page.fill("#find", "laptop")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q=laptop$"))


def test_a_typed_day_waits_for_enter_and_keeps_the_filters(open_page: Any) -> None:
    page = open_page("/findings/?state=open")
    page.focus("#as-of")
    page.keyboard.type("06062026")
    assert "as_of" not in page.url
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("as_of=2026-06-06"))
    assert parse_qs(urlsplit(page.url).query) == {"state": ["open"], "as_of": ["2026-06-06"]}
    assert page.get_by_text("Read only.").is_visible()
    page.get_by_role("link", name="Back to today").click()
    page.wait_for_url(re.compile("/findings/$"))


@pytest.mark.parametrize("scripted", [True, False])
def test_filters_sorting_and_pages_work_with_and_without_script(
    open_page: Any, scripted: bool, rows: list[Finding]
) -> None:
    page = open_page("/findings/", java_script_enabled=scripted)
    page.select_option("#findings-state", "open")
    page.click("#findings-apply")
    page.wait_for_url(re.compile("state=open"))
    page.locator("td .status.bad").first.wait_for()
    page.get_by_role("link", name="Severity").click()
    page.wait_for_url(re.compile("sort=severity"))
    page.locator("th[aria-sort=ascending]").wait_for()
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(re.compile("after="))
    page.get_by_role("link", name="Previous").wait_for()
    shown = page.locator("tbody tr td:nth-child(4)").all_inner_texts()
    assert shown == [
        str(number) for number in sorted(row.severity for row in rows if row.state == "open")[12:24]
    ]
    assert page.locator("#findings-state").input_value() == "open"
    page.go_back()
    page.get_by_role("link", name="Previous").wait_for(state="detached")
    assert "after=" not in page.url


def test_after_a_swap_focus_stays_on_the_control_or_goes_to_the_list(open_page: Any) -> None:
    page = open_page("/findings/")
    page.evaluate("window.unbroken = true")
    page.focus("#findings-sort-4")
    page.keyboard.press("Enter")
    page.locator("th[aria-sort=ascending]").wait_for()
    page.wait_for_function("document.activeElement.id === 'findings-sort-4'")
    page.wait_for_function(SETTLED)  # before, the link would lead to a whole page
    page.get_by_role("link", name="Next").press("Enter")
    page.get_by_role("link", name="Previous").wait_for()
    page.wait_for_function("document.activeElement.id === 'findings'")
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    assert page.evaluate("window.unbroken"), "the page was loaded anew"


def test_an_answer_that_is_another_page_is_shown_whole(open_page: Any) -> None:
    page = open_page("/findings/")
    page.fill("#findings-q", "signed out")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Sign in").wait_for()


def test_a_refused_address_shows_its_reason_in_place_of_the_page(open_page: Any) -> None:
    page = open_page("/findings/")
    page.evaluate("document.querySelector('#findings-state').name = 'sate'")
    page.select_option("#findings-state", "open")
    page.click("#findings-apply")
    page.get_by_text("This list has no parameter").wait_for()


def test_errors_take_the_focus_and_lead_to_their_fields(open_page: Any) -> None:
    page = open_page("/form/")
    page.click("main button")
    page.locator(".error-summary:focus").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_title"


def test_menus_close_on_escape_and_on_a_click_elsewhere(open_page: Any) -> None:
    page = open_page("/")
    sheet = page.locator(".person .sheet")
    page.click(".person summary")
    assert sheet.is_visible()
    page.keyboard.press("Escape")
    assert not sheet.is_visible()
    page.click(".person summary")
    page.click("h1")
    assert not sheet.is_visible()


def test_the_navigation_stands_on_the_right_in_a_language_written_from_there(open_page: Any) -> None:
    page = open_page("/findings/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.locator("#areas").bounding_box()["x"] > 1000
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_on_paper_only_the_matter_and_its_foot_remain(open_page: Any) -> None:
    page = open_page("/findings/?as_of=2026-06-01")
    page.emulate_media(media="print")
    for gone in ("#areas", ".head", ".filters", ".list-foot"):
        assert not page.locator(gone).is_visible()
    for there in ("h1", "table", ".as-of-note p", ".foot"):
        assert page.locator(there).first.is_visible()
