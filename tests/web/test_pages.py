"""Whole pages: what stands around them, what a past day changes, and what a fault says."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from tests.web.sample import Finding

PAGES = ("/", "/findings/", "/findings/?as_of=2026-06-01&state=open", "/form/", "/sign-in/", "/lost/")


def _page(address: str, status: int = 200) -> str:
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_no_page_needs_inline_code_or_style(address: str, site: None, rows: list[Finding]) -> None:
    html = _page(address, 404 if address == "/lost/" else 200)
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


@pytest.mark.parametrize("address", PAGES)
def test_element_ids_are_unique_and_every_reference_has_its_target(
    address: str, site: None, rows: list[Finding]
) -> None:
    html = _page(address, 404 if address == "/lost/" else 200)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    pointed = re.findall(r'\s(?:for|aria-describedby|aria-labelledby|popovertarget|href)="(#?[^"/?]+)"', html)
    for target in " ".join(pointed).replace("#", "").split():
        assert target in ids


def test_the_current_place_in_the_navigation_is_marked_once(site: None, rows: list[Finding]) -> None:
    current = re.findall(r'<a href="([^"]+)" aria-current="page">', _page("/findings/"))
    assert current == ["/findings/"]


def test_a_past_day_shows_on_the_page_and_stays_on_its_links(site: None, rows: list[Finding]) -> None:
    html = _page("/findings/?as_of=2026-06-01")
    assert "As of 1 June 2026" in html
    assert "Read only." in html
    assert 'type="date" name="as_of" value="2026-06-01" max="2026-11-23"' in html
    assert '<a class="button" href="/findings/">Back to today</a>' in html
    links = [url for url in re.findall(r'<a [^>]*href="(/[^"]*)"', html) if url != "/account/"]
    assert {url for url in links if "as_of=2026-06-01" not in url} == {"/findings/"}
    assert len(links) > 25


def test_signing_out_is_a_post_with_a_token(site: None) -> None:
    assert re.search(
        r'<form method="post" action="/sign-out/"><input type="hidden" name="csrfmiddlewaretoken"', _page("/")
    )


def test_the_scripts_may_not_evaluate_keep_history_or_add_styles(site: None) -> None:
    found = re.search(r"<meta name=\"htmx-config\" content='([^']+)'>", _page("/"))
    assert found is not None
    config = json.loads(found[1])
    assert config["allowEval"] is config["includeIndicatorStyles"] is config["allowScriptTags"] is False
    assert config["historyCacheSize"] == 0


def test_a_fault_of_our_own_says_what_happened_and_what_to_do(site: None) -> None:
    html = _page("/lost/", 404)
    assert "There is no finding f99." in html
    assert "Look in the list of findings." in html


def test_a_bad_filter_is_a_page_that_names_it(site: None, rows: list[Finding]) -> None:
    html = _page("/findings/?sate=open", 400)
    assert "This list has no parameter “sate”." in html
    assert "It has state, host" in html


def test_what_is_typed_into_an_address_is_shown_as_text(site: None, rows: list[Finding]) -> None:
    assert "<script>x" not in _page("/findings/?%3Cscript%3Ex=1", 400)
    assert "<script>x" not in _page("/findings/?q=%3Cscript%3Ex")


def test_an_unknown_address_and_a_stale_form_get_pages_of_their_own(site: None) -> None:
    assert "There is no such page, or none that you may see." in _page("/nowhere/", 404)
    answer = Client(enforce_csrf_checks=True).post("/form/", {})
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.content.decode()


def test_a_list_that_the_filters_empty_offers_the_whole_one(site: None, rows: list[Finding]) -> None:
    html = _page("/findings/?q=nothing+like+it&sort=title")
    assert '<a href="?sort=title">Show the whole list</a>' in html


def test_an_empty_list_names_the_next_step(site: None, table: str) -> None:
    html = _page("/findings/")
    assert "No findings" in html
    assert '<a href="/assess/">Assess this machine</a>' in html


def test_rows_tell_their_columns_for_narrow_screens_and_their_sort_for_listeners(
    site: None, rows: list[Finding]
) -> None:
    html = _page("/findings/")
    assert html.count('data-label="Severity"') == 12
    assert html.count("aria-sort=") == 1
    assert 'aria-sort="descending"' in html


def test_the_list_is_downloaded_from_its_own_address(site: None, rows: list[Finding]) -> None:
    answer = Client().get("/findings/?state=closed&format=json")
    records = json.loads(b"".join(answer.streaming_content))  # type: ignore[arg-type]
    assert len(records["rows"]) == sum(row.state == "closed" for row in rows)
