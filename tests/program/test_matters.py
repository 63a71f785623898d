"""What members of a matter can do, who is one, and what is refused with nothing changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from duecare.errors import BadInput, DuecareError, NotFound, Refused, Tampered
from duecare.ledger import blobs, verifying
from duecare.ledger.models import Entry, Head
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import matter_actions, matter_queries
from duecare.program.matter_actions import Draft
from duecare.program.matter_models import Matter, MatterMember, MatterPaper, PaperKind, ReleasedPaper
from duecare.program.models import Finding
from duecare.site import worker
from duecare.site.models import User
from duecare.site.rights import viewer_of
from tests.ledger.library import sql, unguarded
from tests.people import browser, sign_in

TERMINAL = Viewer("terminal:test", "terminal", frozenset({Role.OWNER}))


class Somebody:
    """A person with a browser."""

    def __init__(self, role: Role) -> None:
        self.client: Client = browser()
        self.person = sign_in(self.client, role).person

    @property
    def viewer(self) -> Viewer:
        """With the rights and memberships of this moment."""
        return viewer_of(User.objects.get(person=self.person), utc_now())

    @property
    def actor(self) -> str:
        return f"person:{self.person}"


@pytest.fixture
def opener(home: Path) -> Somebody:
    return Somebody(Role.MANAGER)


@pytest.fixture
def counsel(opener: Somebody) -> Somebody:
    return Somebody(Role.APPROVER)


@pytest.fixture
def outsider(opener: Somebody) -> Somebody:
    return Somebody(Role.OWNER)


@pytest.fixture
def matter(opener: Somebody, counsel: Somebody) -> Matter:
    return matter_actions.open_matter(
        opener.viewer, "The laptop", "Whether to notify", counsel.person, utc_now()
    )


def paper(who: Somebody, matter: Matter, **more: Any) -> MatterPaper:
    draft = Draft(more.pop("title", "Found"), more.pop("words", "It was encrypted."), **more)
    return matter_actions.add_paper(who.viewer, matter.pk, draft, utc_now())


def member(matter: Matter, who: Somebody) -> MatterMember:
    return MatterMember.objects.get(matter=matter, person_id=who.person, ended_at=None)


def names(matter: Matter) -> set[str]:
    return set(MatterMember.objects.filter(matter=matter, ended_at=None).values_list("person_id", flat=True))


class Unchanged:
    """Nothing is recorded within, and no key is made."""

    def __init__(self, home: Path) -> None:
        self.keys = home / "keys" / "matters"

    def now(self) -> tuple[int, int]:
        return Head.objects.get().size, len(list(self.keys.glob("*"))) if self.keys.exists() else 0

    def __enter__(self) -> None:
        self.before = self.now()

    def __exit__(self, *failure: object) -> None:
        assert self.now() == self.before


# ── Opening ──────────────────────────────────────────────────────────────────────────────────────────────


def test_who_opens_a_matter_and_counsel_are_its_members_and_nobody_else_is(
    matter: Matter, opener: Somebody, counsel: Somebody, outsider: Somebody
) -> None:
    assert names(matter) == {opener.person, counsel.person}
    for who in (opener, counsel):
        (told,) = matter_queries.matters_of(who.viewer)
        assert (told.title, told.why) == ("The laptop", "Whether to notify")
    assert matter_queries.matters_of(outsider.viewer) == []
    assert not Matter.objects.all().visible_to(TERMINAL).exists()


def test_counsel_may_open_a_matter_themselves(counsel: Somebody) -> None:
    made = matter_actions.open_matter(counsel.viewer, "Alone", "Advice", counsel.person, utc_now())
    assert names(made) == {counsel.person}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MEMBER])
def test_who_changes_nothing_opens_no_matter(opener: Somebody, home: Path, role: Role) -> None:
    who = Somebody(role)
    with Unchanged(home), pytest.raises(Refused, match="opens a matter"):
        matter_actions.open_matter(who.viewer, "x", "y", opener.person, utc_now())


def test_the_terminal_opens_no_matter(opener: Somebody, home: Path) -> None:
    with Unchanged(home), pytest.raises(Refused, match="signed in on a page"):
        matter_actions.open_matter(TERMINAL, "x", "y", opener.person, utc_now())


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MEMBER])
def test_counsel_is_somebody_who_could_read_the_matter(opener: Somebody, home: Path, role: Role) -> None:
    who = Somebody(role)
    with Unchanged(home), pytest.raises(BadInput, match="no owner, manager or approver"):
        matter_actions.open_matter(opener.viewer, "x", "y", who.person, utc_now())


@pytest.mark.parametrize(
    ("title", "why"), [("", "y"), (" \n", "y"), ("x", ""), ("x" * 201, "y"), ("x", "y" * 4001)]
)
def test_a_matter_needs_a_title_and_what_it_is_for(
    opener: Somebody, home: Path, title: str, why: str
) -> None:
    with Unchanged(home), pytest.raises(BadInput):
        matter_actions.open_matter(opener.viewer, title, why, opener.person, utc_now())


def test_a_matter_that_could_not_be_recorded_leaves_no_key(
    opener: Somebody, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*words: Any) -> Any:
        raise RuntimeError("no space left")

    monkeypatch.setattr(matter_actions, "_add", fail)
    with Unchanged(home), pytest.raises(RuntimeError):
        matter_actions.open_matter(opener.viewer, "x", "y", opener.person, utc_now())


# ── Members ──────────────────────────────────────────────────────────────────────────────────────────────


def test_counsel_and_who_opened_it_add_members_who_then_read_the_whole_matter(
    matter: Matter, opener: Somebody, counsel: Somebody, outsider: Somebody
) -> None:
    paper(opener, matter)
    matter_actions.add_member(counsel.viewer, matter.pk, outsider.person, "Knows the laptop", utc_now())
    assert names(matter) == {opener.person, counsel.person, outsider.person}
    (read,) = matter_queries.papers_of(matter, outsider.viewer)
    assert read.words == "It was encrypted."
    third = Somebody(Role.MANAGER)
    with pytest.raises(Refused, match="Only counsel or who opened"):
        matter_actions.add_member(outsider.viewer, matter.pk, third.person, "x", utc_now())


def test_an_outsider_adds_nobody_not_even_themselves(matter: Matter, outsider: Somebody, home: Path) -> None:
    with Unchanged(home), pytest.raises(NotFound):
        matter_actions.add_member(outsider.viewer, matter.pk, outsider.person, "x", utc_now())


def test_nobody_is_a_member_twice_and_a_reader_alone_is_none(
    matter: Matter, opener: Somebody, home: Path
) -> None:
    auditor = Somebody(Role.AUDITOR)
    with Unchanged(home):
        with pytest.raises(BadInput, match="a member already"):
            matter_actions.add_member(opener.viewer, matter.pk, opener.person, "x", utc_now())
        with pytest.raises(BadInput, match="could not read it"):
            matter_actions.add_member(opener.viewer, matter.pk, auditor.person, "x", utc_now())
        with pytest.raises(BadInput, match="what they are needed for"):
            matter_actions.add_member(opener.viewer, matter.pk, auditor.person, " ", utc_now())


def test_a_member_leaves_and_reads_nothing_more(matter: Matter, opener: Somebody) -> None:
    matter_actions.end_member(opener.viewer, matter.pk, member(matter, opener).pk, utc_now())
    assert matter_queries.matters_of(opener.viewer) == []
    with pytest.raises(NotFound):
        paper(opener, matter)


def test_counsel_leaves_only_after_another_was_named(
    matter: Matter, opener: Somebody, counsel: Somebody
) -> None:
    own = member(matter, counsel).pk
    with pytest.raises(Refused, match="Counsel directs"):
        matter_actions.end_member(counsel.viewer, matter.pk, own, utc_now())
    matter_actions.name_counsel(counsel.viewer, matter.pk, member(matter, opener).pk, utc_now())
    matter_actions.end_member(counsel.viewer, matter.pk, own, utc_now())
    assert names(matter) == {opener.person}


def test_the_last_member_cannot_leave(matter: Matter, opener: Somebody, counsel: Somebody) -> None:
    matter_actions.end_member(counsel.viewer, matter.pk, member(matter, opener).pk, utc_now())
    with pytest.raises(Refused, match="The last member cannot leave"):
        matter_actions.end_member(counsel.viewer, matter.pk, member(matter, counsel).pk, utc_now())
    assert names(matter) == {counsel.person}


def test_who_does_not_lead_ends_no_other_and_names_no_counsel(
    matter: Matter, opener: Somebody, outsider: Somebody, home: Path
) -> None:
    matter_actions.add_member(opener.viewer, matter.pk, outsider.person, "helps", utc_now())
    with Unchanged(home):
        with pytest.raises(Refused, match="ends somebody else"):
            matter_actions.end_member(outsider.viewer, matter.pk, member(matter, opener).pk, utc_now())
        with pytest.raises(Refused, match="Only counsel or who opened"):
            matter_actions.name_counsel(outsider.viewer, matter.pk, member(matter, outsider).pk, utc_now())
        with pytest.raises(Refused, match="Only counsel or who opened"):
            matter_actions.close_matter(outsider.viewer, matter.pk, utc_now())


def test_a_member_of_one_matter_reaches_nothing_of_another(
    matter: Matter, opener: Somebody, outsider: Somebody
) -> None:
    found = paper(opener, matter)
    other = matter_actions.open_matter(outsider.viewer, "Other", "y", outsider.person, utc_now())
    for path in (f"{matter.pk}/papers/{found.pk}/", f"{other.pk}/papers/{found.pk}/", f"{matter.pk}/"):
        assert outsider.client.get(f"/matters/{path}").status_code == 404
    with pytest.raises(NotFound):
        matter_actions.end_member(outsider.viewer, other.pk, member(matter, opener).pk, utc_now())
    with pytest.raises(NotFound):
        matter_actions.release(outsider.viewer, other.pk, [found.pk], "x", utc_now())


# ── Papers ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_paper_and_its_file_come_out_as_they_went_in(
    matter: Matter, opener: Somebody, counsel: Somebody
) -> None:
    data = bytes(range(256)) * 41
    made = paper(opener, matter, title="„Größe“ 漢", words="Zeile 1\nZeile 2 ✓", name="../a b.bin", data=data)
    read = matter_queries.find_paper(matter, made.pk, counsel.viewer)
    assert (read.title, read.words, read.name) == ("„Größe“ 漢", "Zeile 1\nZeile 2 ✓", "a b.bin")
    assert matter_queries.content_of(read) == data
    assert made.kind == PaperKind.FILE
    assert blobs.fetch(made.content) != data
    answer = counsel.client.get(f"/matters/{matter.pk}/papers/{made.pk}/file")
    assert (answer.content, answer["X-Content-Type-Options"]) == (data, "nosniff")
    assert answer["Content-Disposition"] == 'attachment; filename="a b.bin"'


def test_the_longest_paper_in_the_widest_script_fits_its_entry(matter: Matter, opener: Somebody) -> None:
    made = paper(opener, matter, title="𝄞" * 200, words="𝄞" * matter_queries.WORDS)
    assert matter_queries.find_paper(matter, made.pk, opener.viewer).words == "𝄞" * matter_queries.WORDS
    matter_actions.name_counsel(opener.viewer, matter.pk, member(matter, opener).pk, utc_now())
    matter_actions.release(opener.viewer, matter.pk, [made.pk], "𝄞" * 4000, utc_now())


@pytest.mark.parametrize(
    "draft",
    [
        Draft("", "words"),
        Draft("title"),
        Draft("title", "w" * 8001),
        Draft("title", "w", name="empty.txt"),
        Draft("title", "w", name="..", data=b"x"),
        Draft("t" * 201, "w"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(
    matter: Matter, opener: Somebody, home: Path, draft: Draft
) -> None:
    with Unchanged(home), pytest.raises(BadInput):
        matter_actions.add_paper(opener.viewer, matter.pk, draft, utc_now())
    assert not list((home / "blobs").rglob("*.*"))


def test_papers_of_one_moment_stand_by_their_titles_and_later_ones_before_them(
    matter: Matter, opener: Somebody
) -> None:
    at = utc_now()
    for title, moment in (
        ("Beta", at),
        ("Élan", at),
        ("Alpha", at),
        ("Gamma", at),
        ("Zeta", at + timedelta(days=1)),
    ):
        matter_actions.add_paper(opener.viewer, matter.pk, Draft(title, "Words."), moment)
    shown = [one.title for one in matter_queries.papers_of(matter, opener.viewer)]
    assert shown == ["Zeta", "Alpha", "Beta", "Élan", "Gamma"]


def test_a_closed_matter_takes_no_papers_and_is_still_read(matter: Matter, opener: Somebody) -> None:
    made = paper(opener, matter)
    matter_actions.close_matter(opener.viewer, matter.pk, utc_now())
    with pytest.raises(Refused, match="takes no more papers"):
        paper(opener, matter)
    with pytest.raises(Refused, match="closed already"):
        matter_actions.close_matter(opener.viewer, matter.pk, utc_now())
    assert matter_queries.find_paper(Matter.objects.get(), made.pk, opener.viewer).title == "Found"
    assert matter_queries.open_matters_of(opener.viewer) == []


def test_a_record_is_copied_into_a_matter_from_its_own_page(
    matter: Matter, opener: Somebody, outsider: Somebody
) -> None:
    with recording("terminal:test", "find"):
        finding: Finding = Finding.objects.create(
            id=new_key(), check_id="systems.firewall_refuses", safeguard="patching", opened_at=utc_now(),
            subject="systems.host:k3", subject_name="web-1", reason="the firewall is off",
        )  # fmt: skip
    address = f"/matters/copy/program.finding:{finding.pk}/"
    assert address in opener.client.get(f"/findings/{finding.pk}/").content.decode()
    assert "/matters/copy/" not in outsider.client.get(f"/findings/{finding.pk}/").content.decode()
    assert outsider.client.get(address).status_code == 404
    form = {"matter": matter.pk, "title": "The firewall", "words": "Ask about this."}
    assert opener.client.post(address, form).status_code == 302
    (read,) = matter_queries.papers_of(matter, opener.viewer)
    index = Entry.objects.get(kind="program.finding", subject=finding.pk).index
    assert read.words.startswith(f"Ask about this.\n\nAs entry {index} of the record says:")
    assert "the firewall is off" in read.words
    assert (read.about, read.record.kind) == (f"program.finding:{finding.pk}", PaperKind.COPY)
    with recording("terminal:test", "mend"):
        Finding.objects.filter(pk=finding.pk).update(reason="mended")
    assert "the firewall is off" in matter_queries.papers_of(matter, opener.viewer)[0].words


def test_what_somebody_moved_or_changed_in_the_database_does_not_open(
    matter: Matter, opener: Somebody, counsel: Somebody
) -> None:
    one, two = paper(opener, matter, title="One"), paper(opener, matter, title="Two")
    with recording("terminal:test", "swap"):
        MatterPaper.objects.filter(pk=one.pk).update(title=two.title)
    with pytest.raises(Tampered, match=f"title of {one.pk} does not open"):
        matter_queries.find_paper(matter, one.pk, counsel.viewer)
    with pytest.raises(Tampered):
        matter_actions.release(counsel.viewer, matter.pk, [one.pk], "x", utc_now())
    answer = counsel.client.get(f"/matters/{matter.pk}/papers/{one.pk}/")
    assert answer.status_code == 500
    assert "does not open under the key of its matter" in answer.content.decode()
    text = counsel.client.get(f"/matters/{matter.pk}/").content.decode()
    assert "A paper that cannot be opened" in text
    assert "Two" in text, "and the others are read as before"


@pytest.mark.parametrize("fault", ["missing", "short", "not hex", "readable by others"])
def test_without_a_whole_key_of_its_own_nothing_opens_and_the_page_says_what_to_do(
    matter: Matter, opener: Somebody, home: Path, fault: str
) -> None:
    key = home / "keys" / "matters" / f"{matter.pk}.key"
    if fault == "missing":
        key.unlink()
    elif fault == "readable by others":
        key.chmod(0o644)
    else:
        key.write_text("ab" if fault == "short" else "zz" * 32)
    with pytest.raises(DuecareError) as refused:
        matter_queries.tell_matter(matter, opener.viewer)
    assert f"{matter.pk}.key" in refused.value.next_step
    assert opener.client.get(f"/matters/{matter.pk}/").status_code == 500
    assert f"{matter.pk}.key" in opener.client.get("/matters/").content.decode()
    assert opener.client.get("/").status_code == 200, "and everything else goes on"
    assert verifying.verify(live=True).faults == [], "the record needs no key"


def test_another_matters_key_opens_nothing(matter: Matter, opener: Somebody, home: Path) -> None:
    other = matter_actions.open_matter(opener.viewer, "Other", "y", opener.person, utc_now())
    keys = home / "keys" / "matters"
    (keys / f"{matter.pk}.key").write_bytes((keys / f"{other.pk}.key").read_bytes())
    with pytest.raises(Tampered):
        matter_queries.tell_matter(matter, opener.viewer)


def test_what_somebody_did_to_a_matter_in_the_database_is_found_and_told_without_naming_it(
    matter: Matter, opener: Somebody, outsider: Somebody
) -> None:
    """The nightly note and the refusal of a report are read by everybody."""
    made = paper(opener, matter)
    with unguarded():
        sql(f"UPDATE program_matterpaper SET size = 7 WHERE id = '{made.pk}'")
    entry = matter_queries.entry_of(made)[0].index
    (fault,) = verifying.verify(live=True).faults
    assert str(fault) == f"entry {entry}: program.matterpaper {made.pk} differs from the record in size"
    told = f"entry {entry}: something that is withheld is not as the record says"
    assert worker._verify()["first"] == [told]
    answer = outsider.client.post("/reports/new/posture/", {"day": utc_now().date().isoformat()})
    assert "program.matter" not in answer.content.decode()
    assert made.pk not in answer.content.decode()


# ── Acts ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_act_changes_a_matter_and_something_else(matter: Matter, home: Path) -> None:
    """Its head would have to be withheld for the one and told for the other."""

    def both() -> None:
        with recording("terminal:test", "both"):
            Matter.objects.filter(pk=matter.pk).update(closed_at=utc_now())
            Finding.objects.create(
                id=new_key(), check_id="x", safeguard="patching", opened_at=utc_now(),
                subject="systems.host:k3", subject_name="web-1", reason="off",
            )  # fmt: skip

    def with_a_note() -> None:
        with recording("terminal:test", "note") as act:
            Matter.objects.filter(pk=matter.pk).update(closed_at=utc_now())
            act.note("test.note", "x", {})

    for write in (both, with_a_note):
        with Unchanged(home), pytest.raises(DuecareError, match="what is confined and what is not"):
            write()
    assert Matter.objects.get().closed_at is None


def test_a_clock_that_went_back_within_a_matter_is_withheld_with_it(
    matter: Matter, opener: Somebody, outsider: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = utc_now() - timedelta(hours=1)
    monkeypatch.setattr("duecare.ledger.recording.utc_now", lambda: earlier)
    paper(opener, matter)
    clock = Entry.objects.get(kind="ledger.clock")
    assert clock.actor == opener.actor
    page = outsider.client.get(f"/ledger/{clock.index}/").content.decode()
    assert "Withheld" in page
    assert opener.person not in page


def test_every_act_in_a_matter_gives_one_reason_that_says_nothing(matter: Matter, opener: Somebody) -> None:
    from duecare.ledger.models import Payload
    from duecare.ledger.records import confined_kinds

    paper(opener, matter)
    heads = set(Entry.objects.filter(kind__in=confined_kinds()).values_list("head", flat=True))
    reasons = {bytes(one.data) for one in Payload.objects.filter(index__in=heads)}
    assert all(b'"reason":"work in a matter"' in reason for reason in reasons)


# ── Release ──────────────────────────────────────────────────────────────────────────────────────────────


def test_only_counsel_or_an_approver_among_the_members_releases(
    matter: Matter, opener: Somebody, counsel: Somebody, outsider: Somebody, home: Path
) -> None:
    made = paper(opener, matter)
    with Unchanged(home):
        with pytest.raises(Refused, match="Only counsel"):
            matter_actions.release(opener.viewer, matter.pk, [made.pk], "x", utc_now())
        with pytest.raises(NotFound):
            matter_actions.release(outsider.viewer, matter.pk, [made.pk], "x", utc_now())
    (released,) = matter_actions.release(counsel.viewer, matter.pk, [made.pk], "The insurer asks", utc_now())
    assert (released.title, released.words, released.reason) == (
        "Found",
        "It was encrypted.",
        "The insurer asks",
    )
    assert (released.released_by, released.made_by) == (counsel.actor, opener.actor)
    assert [row.released for row in matter_queries.papers_of(matter, opener.viewer)] == [released.pk]


def test_nothing_is_released_twice_without_a_reason_or_by_halves(
    matter: Matter, opener: Somebody, counsel: Somebody, home: Path
) -> None:
    one, two = paper(opener, matter), paper(opener, matter)
    matter_actions.release(counsel.viewer, matter.pk, [one.pk], "x", utc_now())
    with Unchanged(home):
        for papers, reason in (([two.pk, one.pk], "x"), ([two.pk], " "), ([], "x")):
            with pytest.raises(BadInput):
                matter_actions.release(counsel.viewer, matter.pk, papers, reason, utc_now())
        with pytest.raises(NotFound):
            matter_actions.release(counsel.viewer, matter.pk, [two.pk, "nothing"], "x", utc_now())
    assert ReleasedPaper.objects.count() == 1


def test_the_page_asks_twice_and_the_first_time_changes_nothing(
    matter: Matter, opener: Somebody, counsel: Somebody, home: Path
) -> None:
    made = paper(opener, matter, words="Only this once.")
    address = f"/matters/{matter.pk}/release/"
    assert "can never be taken back" in counsel.client.get(address).content.decode()
    with Unchanged(home):
        empty = counsel.client.post(address, {"reason": "x", "sure": "yes"})
        assert empty.status_code == 400
        asked = counsel.client.post(address, {"papers": made.pk, "reason": "Because"})
    text = asked.content.decode()
    assert all(words in text for words in ("cannot be undone", "Only this once.", "Because"))
    assert (
        counsel.client.post(address, {"papers": made.pk, "reason": "Because", "sure": "yes"}).status_code
        == 302
    )
    assert ReleasedPaper.objects.count() == 1


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_page_says_that_a_mark_does_not_create_privilege(
    matter: Matter, opener: Somebody, counsel: Somebody
) -> None:
    made = paper(opener, matter)
    own = f"/matters/{matter.pk}/"
    paths = ["/matters/", "/matters/new/", own, f"{own}papers/add/", f"{own}papers/{made.pk}/"]
    for path in (*paths, f"{own}members/add/", f"{own}release/"):
        text = counsel.client.get(path).content.decode()
        assert "A mark does not create privilege." in text, path
        assert "counsel has to ask for it and direct it" in text, path
        assert "That there are entries, how many and when, stays visible" in text, path


def test_the_frame_of_a_page_is_the_same_whether_or_not_there_is_a_matter(
    opener: Somebody, counsel: Somebody, outsider: Somebody
) -> None:
    def frame(who: Somebody) -> str:
        return who.client.get("/safeguards/").content.decode().partition("</nav>")[0]

    before = [frame(opener), frame(outsider)]
    matter_actions.open_matter(opener.viewer, "x", "y", counsel.person, utc_now())
    assert [frame(opener), frame(outsider)] == before
    assert "/matters/" in before[0]


def test_a_matter_is_opened_and_worked_in_through_its_forms(
    opener: Somebody, counsel: Somebody, outsider: Somebody
) -> None:
    client = opener.client
    form = {"title": "The laptop", "why": "Whether to notify", "counsel": counsel.person}
    address = client.post("/matters/new/", form)["Location"]
    assert client.post(f"{address}papers/add/", {"title": "Note", "words": "One"}).status_code == 302
    assert client.post(f"{address}papers/add/", {"title": "Note", "words": " "}).status_code == 400
    assert client.post(f"{address}members/add/", {"person": outsider.person, "why": "x"}).status_code == 302
    matter = Matter.objects.get()
    assert (
        outsider.client.post(f"{address}members/{member(matter, outsider).pk}/end/")["Location"]
        == "/matters/"
    )
    assert client.post(f"{address}members/{member(matter, opener).pk}/counsel/").status_code == 302
    assert Matter.objects.get().counsel_id == opener.person
    assert client.post(f"{address}close/").status_code == 302
    text = client.get(address).content.decode()
    assert "Closed" in text
    assert "Add a paper" not in text
