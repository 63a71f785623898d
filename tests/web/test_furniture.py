"""The components say in words what they say in colour, escape what they are given, and keep the day."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from duecare.web import words
from duecare.web.listing import Cell, Kind
from tests.web.pages import HOUSE, RiskForm
from tests.web.sample import NOW


def _render(source: str, address: str = "/", **context: Any) -> str:
    request = RequestFactory().get(address)
    return Template("{% load furniture %}" + source).render(
        Context({"request": request, "now": NOW, **context})
    )


@pytest.mark.parametrize("state", words.STATUSES)
def test_every_state_has_an_icon_and_a_word_beside_its_hue(state: str) -> None:
    html = _render("{% status state %}", state=state)
    assert f"</svg>{words.STATUSES[state].word}</span>" in html
    assert 'aria-hidden="true"' in html


def test_what_is_not_proven_never_looks_good() -> None:
    good = {state for state, look in words.STATUSES.items() if look.hue == "good"}
    # By a check, or (of contacts and of what an incident touched) by people who looked.
    assert good == {"proven", "met", "closed", "confirmed", "clean", "recovered"}


def test_a_state_may_be_told_in_other_words_which_are_escaped() -> None:
    assert "&lt;b&gt;</span>" in _render("{% status 'unmet' text %}", text="<b>")


def test_a_state_without_a_look_is_a_mistake_that_names_those_that_have_one() -> None:
    with pytest.raises(ValueError, match=r"'fine'.*proven, failing"):
        words.status("fine")


@pytest.mark.parametrize("counts", [row[1:] for row in HOUSE] + [(1, 1, 1, 1), (333, 1, 0, 7)])
def test_a_house_bar_shares_its_length_by_count_and_tells_the_counts(counts: tuple[int, ...]) -> None:
    html = _render("{% house_bar c.0 c.1 c.2 c.3 %}", c=counts)
    shares = [
        (name, float(start), float(width))
        for name, start, width in re.findall(
            r'class="(good|bad|unknown|other)" x="([\d.]+)%" width="([\d.]+)%"', html
        )
    ]
    total = sum(counts)
    assert [name for name, _start, _width in shares] == [
        name for name, count in zip(("good", "bad", "unknown", "other"), counts, strict=True) if count
    ]
    reached = 0.0
    for name, start, width in shares:
        count = counts[("good", "bad", "unknown", "other").index(name)]
        assert width == pytest.approx(100 * count / total, abs=0.001)
        assert start == pytest.approx(reached, abs=0.01)
        reached += width
    label = "{} proven, {} failing, {} unproven, {} other".format(*counts) if total else "no safeguards"
    assert f'aria-label="{label}"' in html
    assert ("url(#hatch)" in html) == bool(counts[2])


def test_when_gives_distance_and_exact_moment_and_without_now_the_exact_one_alone() -> None:
    html = _render("{% when now %}")
    assert 'title="23 November 2026, 14:17 UTC">just now</time>' in html
    assert ">23 November 2026, 14:17 UTC</time>" in _render("{% when moment %}", now=None, moment=NOW)
    assert _render("{% when None %}") == "–"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("/a/", "/a/?as_of=2026-06-01"),
        ("/a/?x=1#part", "/a/?x=1&amp;as_of=2026-06-01#part"),
        ("/a/?as_of=2025-01-01", "/a/?as_of=2025-01-01"),
        ("", ""),
    ],
)
def test_links_on_a_past_day_stay_on_it(url: str, kept: str) -> None:
    assert _render("{% at_day url %}", "/?as_of=2026-06-01", url=url) == kept
    assert _render("{% at_day url %}", "/", url="/a/") == "/a/"


def test_choosing_another_day_keeps_filters_and_drops_the_place_in_the_list() -> None:
    html = _render("{% kept_fields %}", "/?state=open&after=x&as_of=2026-06-01&q=%22%3E")
    assert re.findall(r'name="(\w+)" value="([^"]*)"', html) == [("state", "open"), ("q", "&quot;&gt;")]


def test_a_confirmed_act_is_a_post_that_says_what_will_happen() -> None:
    source = '{% confirm "Close" "/close/" "It leaves the list." "Yes, close it" %}'
    html = _render(source, csrf_token="secret")
    assert '<form class="sheet" method="post" action="/close/">' in html
    assert 'name="csrfmiddlewaretoken" value="secret"' in html
    assert "It leaves the list." in html


def test_on_a_past_day_nothing_can_be_confirmed() -> None:
    source = '{% confirm "Close" "/close/" "It leaves the list." %}'
    assert _render(source, "/?as_of=2026-06-01", csrf_token="secret").strip() == ""


def test_errors_are_listed_first_each_with_a_link_to_its_field() -> None:
    form = RiskForm({"title": "<i>", "email": "nobody", "area": "access", "token": "t"})
    form.add_error(None, "Not both.")
    html = _render("{% form_fields form %}", form=form)
    assert html.index("error-summary") < html.index('for="id_title"')
    assert "<li>Not both.</li>" in html
    assert '<a href="#id_email">Who is told: Enter a valid email address.</a>' in html
    assert '<a href="#id_choice_set">Decision: This field is required.</a>' in html
    assert 'id="id_choice_set"' in html
    assert "&lt;i&gt;" in html


def test_a_field_is_tied_to_its_label_help_and_error() -> None:
    html = _render("{% form_fields form %}", form=RiskForm({"email": "nobody"}))
    entry = re.search(r'<input[^>]*id="id_email"[^>]*>', html)
    assert entry is not None
    assert 'aria-describedby="id_email_helptext id_email_error"' in entry[0]
    assert 'aria-invalid="true"' in entry[0]
    assert 'autocomplete="email"' in entry[0]
    for place in ('for="id_email"', 'id="id_email_helptext"', 'id="id_email_error"'):
        assert html.count(place) == 1


def test_a_form_without_faults_has_no_summary_and_marks_what_is_optional() -> None:
    html = _render("{% form_fields form %}", form=RiskForm())
    assert "error-summary" not in html
    assert html.count("(optional)") == 1
    assert '<input type="hidden" name="token" id="id_token">' in html


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (None, Kind.TEXT, ">–</td>"),
        ("", Kind.MONO, ">–</td>"),
        (None, Kind.DATE, ">–</td>"),
        (0, Kind.NUMBER, 'class="r num">0</td>'),
        (False, Kind.TEXT, ">no</td>"),
        ("<b>", Kind.TEXT, ">&lt;b&gt;</td>"),
        ("f" * 64, Kind.MONO, 'class="mono long">'),
        ("open", Kind.STATUS, "Open</span></td>"),
        (NOW, Kind.DATE, ">just now</time></td>"),
    ],
)
def test_a_cell_is_set_by_its_kind_and_never_empty(value: Any, kind: Kind, shown: str) -> None:
    assert shown in _render("{% list_cell cell %}", cell=Cell(value, kind, "Label", ""))


def test_the_link_of_a_cell_is_escaped_and_keeps_the_day() -> None:
    html = _render("{% list_cell cell %}", "/?as_of=2026-06-01", cell=Cell("x", Kind.TEXT, "L", '/a/?b="c"'))
    assert '<a href="/a/?b=&quot;c&quot;&amp;as_of=2026-06-01">x</a>' in html
