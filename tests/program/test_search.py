"""The search: what is found, in what order, by whom, and as of which day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.ledger import asof
from duecare.ledger.models import Entry, Head
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import search as searching
from duecare.program.models import Comment, Finding, Person, Right, Task
from duecare.program.remarks import add_attachment, add_comment
from duecare.program.search import excerpt, findables, search
from duecare.program.task_actions import make_task
from duecare.systems.models import Host

ACTOR = "terminal:test"


def viewer(*roles: Role, person: str = "p") -> Viewer:
    return Viewer(f"person:{person}", "", frozenset(roles), person)


OWNER = viewer(Role.OWNER)
MEMBER = viewer(Role.MEMBER)
STRANGER = Viewer("stranger", "")


def host(name: str, **values: object) -> Host:
    with recording(ACTOR, "see a host"):
        made: Host = Host.objects.create(
            id=new_key(), name=name, key=new_key(), kind="server", family="debian",
            system="Debian GNU/Linux 13", first_seen_at=utc_now(), **values,
        )  # fmt: skip
    return made


def finding(where: str, reason: str) -> Finding:
    with recording(ACTOR, "find"):
        made: Finding = Finding.objects.create(
            id=new_key(), check_id="systems.firewall_refuses", safeguard="firewall", subject="systems.host:k",
            subject_name=where, reason=reason, opened_at=utc_now(),
        )  # fmt: skip
    return made


def titles(text: str, who: Viewer = OWNER, only: str = "") -> dict[str, list[str]]:
    return {group.name: [hit.title for hit in group.hits] for group in search(text, who, only).groups}


@pytest.mark.usefixtures("home")
class TestWords:
    def test_every_word_must_occur_in_whatever_field_and_case(self) -> None:
        host("web-vie-1")
        host("web-grz-2")
        assert titles("WEB vie", only="hosts") == {"hosts": ["web-vie-1"]}
        assert titles("debian grz", only="hosts") == {"hosts": ["web-grz-2"]}
        assert titles("web nowhere", only="hosts") == {}

    def test_what_begins_with_the_search_comes_first(self) -> None:
        for name in ("old-db-1", "db-2", "a-db-3"):
            host(name)
        assert titles("db", only="hosts")["hosts"] == ["db-2", "a-db-3", "old-db-1"]

    def test_a_hit_says_in_which_field_it_matched_and_shows_the_text_around_it(self) -> None:
        finding("web-1", "The firewall lets anybody in on port 3306 since the last restart.")
        make_task(ACTOR, utc_now(), title="Restore a backup", why="The auditor asked for the minutes of it.")
        (hit,) = search("minutes", OWNER, "tasks").groups[0].hits
        assert (hit.title, hit.field) == ("Restore a backup", "Why")
        assert "asked for the minutes of it" in hit.excerpt

    @pytest.mark.parametrize("asked", ["öz", "Öz", "ÖZ"])
    def test_letters_beyond_ascii_are_found_in_either_case(self, asked: str) -> None:
        make_task(ACTOR, utc_now(), title="Ask Özil")
        assert titles(asked, only="tasks")["tasks"] == ["Ask Özil"]

    @pytest.mark.parametrize("asked", ["100%", "a_b", "x\\y", "' OR 1=1 --", '"'])
    def test_signs_that_databases_read_otherwise_are_letters_like_any(self, asked: str) -> None:
        make_task(ACTOR, utc_now(), title=f"see {asked} there")
        make_task(ACTOR, utc_now(), title="see 1000, axb, xyy there")
        assert titles(asked, only="tasks")["tasks"] == [f"see {asked} there"]

    def test_where_kinds_stand_together_a_few_of_each_are_shown_and_all_are_counted(self) -> None:
        for number in range(searching.SHOWN + 3):
            host(f"desk-{number:02}")
        (group,) = [one for one in search("desk", OWNER).groups if one.name == "hosts"]
        assert (len(group.hits), group.total, group.more) == (searching.SHOWN, searching.SHOWN + 3, True)
        (alone,) = search("desk", OWNER, "hosts").groups
        assert (len(alone.hits), alone.more) == (searching.SHOWN + 3, False)

    def test_beyond_a_thousand_hits_are_not_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(searching, "COUNTED", 5)
        for number in range(8):
            host(f"desk-{number}")
        (group,) = search("desk", OWNER, "hosts").groups
        assert group.count == "5+"

    def test_of_kinds_without_end_the_newest_are_looked_through(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with recording(ACTOR, "make tasks"):
            for place in range(4):
                Task.objects.create(id=f"k{place}", title=f"water {place}", made_by=ACTOR, made_at=utc_now())
        small = {one.name: one for one in findables()}
        small["tasks"] = replace(small["tasks"], within=2)
        monkeypatch.setattr(searching, "_findables", small)
        assert titles("water", only="tasks")["tasks"] == ["water 3", "water 2"]


@pytest.mark.usefixtures("home")
class TestShelves:
    def test_safeguards_are_found_by_title_aim_and_framework_identifier(self) -> None:
        assert titles("multi-factor")["safeguards"]
        assert titles("PR.AA-03")["safeguards"]
        assert titles("firewall")["checks"]

    def test_pages_settings_questions_and_obligations_are_found(self) -> None:
        assert titles("Findings")["pages"] == ["Findings"]
        assert titles("Days to install")["settings"]
        assert "Make a task" in titles("make a task")["actions"]
        assert titles("General Data Protection")["obligations"]
        assert titles("rooms")["questions"]

    def test_nothing_can_be_begun_by_who_changes_nothing(self) -> None:
        assert "actions" not in titles("make a task", viewer(Role.AUDITOR))
        assert titles("Days to install", viewer(Role.AUDITOR)).keys().isdisjoint({"settings"})


@pytest.mark.usefixtures("home")
class TestWhoFinds:
    def test_a_member_finds_their_own_tasks_and_pages_only(self) -> None:
        with recording(ACTOR, "let somebody in"):
            mine = Person.objects.create(id=new_key(), name="Rory Firewall")
            Person.objects.create(id=new_key(), name="Orla Firewall")
        with recording(ACTOR, "give rights"):
            Right.objects.create(id=new_key(), person=mine, role="member", given_at=utc_now())
        host("firewall-1")
        finding("firewall-1", "the firewall is off")
        theirs = make_task(ACTOR, utc_now(), title="Mend the firewall", owner=mine.pk)
        other = make_task(ACTOR, utc_now(), title="Buy a firewall")
        add_comment(ACTOR, f"program.task:{theirs.pk}", "the firewall of the cellar", [], utc_now())
        add_comment(ACTOR, f"program.task:{other.pk}", "the firewall of the shop", [], utc_now())
        me = viewer(Role.MEMBER, person=mine.pk)
        assert titles("firewall", me) == {
            "tasks": ["Mend the firewall"],
            "comments": ["the firewall of the cellar"],
        }
        assert titles("duties", me) == {"pages": ["My duties"]}
        assert search(f"#{Head.objects.get().size - 1}", me).jump is None
        assert search(other.pk, me).jump is None
        found = search(theirs.pk, me).jump
        assert found is not None
        assert found.url == f"/tasks/{theirs.pk}/"

    def test_nobody_without_a_right_sees_a_row_of_anything_that_can_be_found(self) -> None:
        with recording(ACTOR, "let somebody in"):
            Person.objects.create(id=new_key(), name="Orla")
        host("web-1")
        finding("web-1", "off")
        made = make_task(ACTOR, utc_now(), title="web")
        add_attachment(ACTOR, f"program.task:{made.pk}", "web.txt", b"x", utc_now())
        for one in findables():
            assert not one.rows(STRANGER).exists(), one.name
        assert search("web", STRANGER).groups == ()
        assert search("e", STRANGER).total == 0 or set(titles("e", STRANGER)) == {"pages"}

    def test_a_comment_on_what_one_may_not_see_is_neither_found_nor_counted(self) -> None:
        with recording(ACTOR, "comment"):
            Comment.objects.create(
                id=new_key(), about="program.finding:gone", words="about a secret",
                made_by=ACTOR, made_at=utc_now(),
            )  # fmt: skip
        assert search("secret", OWNER, "comments").groups == ()


@pytest.mark.usefixtures("home")
class TestJumps:
    def test_a_number_leads_to_its_entry_and_one_beyond_the_record_nowhere(self) -> None:
        made = host("web-1")
        entry = Entry.objects.get(subject=made.pk)
        for text in (f"#{entry.index}", f"{entry.index}"):
            jump = search(text, OWNER).jump
            assert jump is not None
            assert jump.url == f"/ledger/{entry.index}/"
        assert search("#999,999", OWNER).jump is None
        assert search("#" + "9" * 40, OWNER).jump is None

    def test_a_key_a_reference_and_a_digest_lead_to_what_they_name(self) -> None:
        made = host("web-1")
        task = make_task(ACTOR, utc_now(), title="Restore", about=f"systems.host:{made.pk}")
        kept = add_attachment(ACTOR, f"program.task:{task.pk}", "plan.txt", b"as agreed", utc_now())
        wanted = {
            made.pk: f"/systems/{made.pk}/",
            f"systems.host:{made.pk}": f"/systems/{made.pk}/",
            kept.content: f"/tasks/{task.pk}/",
            kept.content.upper(): f"/tasks/{task.pk}/",
            "program.safeguard:patching": "/safeguards/patching/",
        }
        for text, url in wanted.items():
            jump = search(text, OWNER).jump
            assert jump is not None, text
            assert jump.url == url

    def test_the_key_of_a_record_without_a_page_leads_to_its_entries(self) -> None:
        comment = add_comment(ACTOR, "program.safeguard:patching", "well", [], utc_now())
        jump = search(comment.pk, OWNER).jump
        assert jump is not None
        assert jump.url == f"/ledger/?subject={comment.pk}"

    @pytest.mark.parametrize("text", ["systems.host:nothing", "0" * 64, "k" * 20, "no.such:thing"])
    def test_what_names_nothing_leads_nowhere(self, text: str) -> None:
        assert search(text, OWNER).jump is None


def test_a_past_day_is_searched_as_it_stood(home: Path) -> None:
    host("web-old")
    then = utc_now()
    host("web-new")
    view = asof.view_at(then)
    with asof.viewing(view):
        assert titles("web", only="hosts")["hosts"] == ["web-old"]
        assert "actions" not in titles("make a task")
        newest = Head.objects.get().size - 1
        assert search(f"#{newest}", OWNER).jump is None
    assert titles("web", only="hosts")["hosts"] == ["web-new", "web-old"]
    assert then < utc_now() + timedelta(seconds=1)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("text", "only"), [("x" * 201, ""), ("a\x00b", ""), ("web", "nothing"), ("x", "reports")]
)
def test_what_cannot_be_searched_for_is_refused(text: str, only: str) -> None:
    with pytest.raises(BadInput):
        search(text, OWNER, only)


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.text(min_size=1, max_size=5))
def test_an_excerpt_is_one_line_of_bounded_length_that_holds_the_word(text: str, word: str) -> None:
    told = excerpt(f"{text} {word} {text}", word)
    assert "\n" not in told
    assert len(told) <= 2 * searching.AROUND + len(word) + 2


@pytest.mark.usefixtures("home")
def test_a_search_takes_few_queries_however_many_rows_there_are() -> None:
    for number in range(30):
        host(f"web-{number}")
    with CaptureQueriesContext(connection) as caught:
        search("web", OWNER)
    assert len(caught) <= 20  # some for each room that registers what can be found
