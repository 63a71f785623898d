"""A matter is not there for outsiders: every address, report, command, export and file is searched for it.

Each thing that is written into the matter carries a word that stands nowhere else. What must not be told is
looked for in whatever comes out; that the same search finds it for members shows that it looks well.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from duecare.assurance.actions import issue
from duecare.assurance.reports import REPORTS
from duecare.assurance.reports.interface import Asked
from duecare.ledger import blobs, export, proving, rebuild, sealing, verifying
from duecare.ledger.models import Entry, Head, Payload
from duecare.ledger.records import confined_kinds
from duecare.ledger.viewers import Role, Viewer
from duecare.program import matter_actions
from duecare.program.matter_models import Matter, MatterMember, MatterPaper, ReleasedPaper
from duecare.program.models import Person
from duecare.site import doors, terminal
from duecare.site.models import User
from duecare.site.rights import viewer_of
from tests.site.addresses import PAGES
from tests.site.past import Past, clock, organisation
from tests.site.test_doors import EVERYBODY, drain

OPENED, AFTERWARDS = timedelta(days=4), timedelta(days=3)
TERMINAL = Viewer("terminal:test", "terminal", frozenset({Role.OWNER}))
MEMBERS = ("manager", "approver")
OUTSIDERS = [who for who in EVERYBODY if who not in MEMBERS]
READING = ("owner", "auditor", "gained")
"""Outsiders who read the whole record."""
VERIFY = Path(sys.executable).with_name("duecare-verify")

TITLE, WHY, MEMBER_WHY = "Quillfeather", "Brambleshank", "Thistlecroft"
KEPT = {"title": "Mistlethwaite", "words": "Oxentrudge", "file": "Pennyfarth.txt", "content": "Wickerstaff"}
"""A paper that stays sealed."""
FREED = {"title": "Larkspindle", "words": "Gorsebucket", "file": "Hazelmere.txt", "content": "Ivyknuckle"}
"""A paper that is released in the end."""
COPY = "Junipershaw"
SECRETS = (TITLE, WHY, MEMBER_WHY, COPY, *KEPT.values(), *FREED.values())


@dataclass(frozen=True, slots=True)
class Case:
    """The organisation, with a matter whose members are the manager and the approver."""

    past: Past
    matter: str
    papers: dict[str, str]
    """Key of the paper by its title."""
    entries: range
    """The entries of the matter."""

    def viewer(self, who: str) -> Viewer:
        user = User.objects.get(person=Person.objects.get(name=who).pk)
        return viewer_of(user, self.past.now)

    @property
    def told(self) -> tuple[str, ...]:
        """What must not be told to outsiders: the words, the keys, the kinds, the reason of the acts."""
        return (*SECRETS, self.matter, *confined_kinds(), matter_actions.REASON)

    def tells(self, content: bytes | str) -> list[str]:
        """Which of that stands in some content."""
        data = content.encode() if isinstance(content, str) else content
        return [one for one in self.told if one.encode() in data]

    def address(self, sample: str) -> str:
        mine = {"matter": self.matter, "paper": self.papers[KEPT["title"]], "matter member": self.matter}
        return "/" + sample.format_map(self.past.samples | mine)


@pytest.fixture(scope="module")
def case(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with organisation(template, tmp_path_factory.mktemp("matters")) as past:
        with clock(past.now - OPENED):
            found = _written(past)
        sealing.checkpoint()
        yield found


def _written(past: Past) -> Case:
    at = past.now - OPENED
    size = Head.objects.get().size
    plain = Case(past, "", {}, range(0))
    manager, approver = plain.viewer("manager"), plain.viewer("approver")
    made = matter_actions.open_matter(manager, TITLE, WHY, manager.person, at)
    manager = plain.viewer("manager")  # a member from now on
    matter_actions.add_member(manager, made.pk, approver.person, MEMBER_WHY, at)
    papers = {}
    for one in (KEPT, FREED):
        draft = matter_actions.Draft(
            one["title"], one["words"], name=one["file"], data=one["content"].encode()
        )
        papers[one["title"]] = matter_actions.add_paper(manager, made.pk, draft, at).pk
    finding = f"program.finding:{past.samples['finding']}"
    copy = matter_actions.Draft(COPY, f"{COPY} of a finding", about=finding)
    papers[COPY] = matter_actions.add_paper(manager, made.pk, copy, at).pk
    return Case(past, made.pk, papers, range(size, Head.objects.get().size))


def lists(client: Any, path: str) -> Iterator[tuple[str, bytes]]:
    """What an address gives as a page and, where it is a list, as CSV and JSON."""
    answer = client.get(path)
    content = drain(answer)
    yield path, content
    if answer.status_code == 200 and b"format=csv" in content:
        sign = "&" if "?" in path else "?"
        for format in ("csv", "json"):
            yield f"{path}{sign}format={format}", drain(client.get(f"{path}{sign}format={format}"))


# ── Every address ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_page_list_or_feed_tells_an_outsider_anything_of_a_matter_today(case: Case, who: str) -> None:
    client, told = case.past.browsers[who], []
    for page in PAGES.values():
        address = case.address(page.sample)
        for path, content in lists(client, address):
            # A stranger's own address comes back to them as where they wanted to go.
            found = case.tells(content.replace(address.encode(), b""))
            told += [f"{path}: {found}"] if found else []
    assert told == []


@pytest.mark.parametrize(
    ("who", "days"),
    [("owner", AFTERWARDS), ("owner", OPENED), ("auditor", AFTERWARDS), ("member", AFTERWARDS)],
)
def test_no_page_of_a_past_day_tells_an_outsider_anything_of_a_matter(
    case: Case, who: str, days: timedelta
) -> None:
    client, told = case.past.browsers[who], []
    day = (case.past.now - days).isoformat().replace("+00:00", "Z")
    for page in PAGES.values():
        address = case.address(page.sample)
        for path, content in lists(client, f"{address}?as_of={day}"):
            found = case.tells(content.replace(address.encode(), b""))
            told += [f"{path}: {found}"] if found else []
    assert told == []


NOTES_OF_A_CASE = ("incidents/cases/<str:key>/", "incidents/cases/<str:key>/counsel/")
"""Where members write notes for counsel about a case, and read them, today alone."""


@pytest.mark.parametrize("who", MEMBERS)
def test_to_members_too_a_matter_is_on_its_own_pages_and_nowhere_else(case: Case, who: str) -> None:
    """So nothing that a member prints, downloads or shows to an auditor holds any of it by mistake."""
    client, told, found = case.past.browsers[who], [], set()
    day = (case.past.now - AFTERWARDS).isoformat().replace("+00:00", "Z")
    for route, page in PAGES.items():
        address = case.address(page.sample)
        for path in (address, f"{address}?as_of={day}"):
            for where, content in lists(client, path):
                tells = case.tells(content.replace(address.encode(), b""))
                if route.startswith("matters/") and path == address:
                    found.update(tells)
                elif tells and not (route in NOTES_OF_A_CASE and path == address):
                    told.append(f"{where}: {tells}")
    assert told == []
    assert found >= {TITLE, WHY, MEMBER_WHY, COPY, KEPT["title"], KEPT["words"], KEPT["file"]}
    assert KEPT["content"] in found, "and the file comes out as it went in"


@pytest.mark.parametrize("who", READING)
def test_an_entry_of_a_matter_is_a_number_and_a_time_to_whoever_reads_the_record(
    case: Case, who: str
) -> None:
    client = case.past.browsers[who]
    for index in case.entries:
        page = client.get(f"/ledger/{index}/")
        text = page.content.decode()
        assert page.status_code == 200
        assert "Withheld" in text
        assert case.tells(text) == []
        assert "manager" not in text.replace("Manager", ""), "nor who it was"
        for path in (f"/ledger/{index}/proof/", f"/ledger/{index}/proof.json"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert case.tells(answer.content) == []
    for paper in MatterPaper.objects.exclude(content=""):
        entry = Entry.objects.get(kind="program.matterpaper", subject=paper.pk)
        assert client.get(f"/ledger/{entry.index}/blobs/{paper.content}").status_code == 404


@pytest.mark.parametrize("who", [*READING, *MEMBERS])
def test_no_filter_of_the_ledger_finds_an_entry_of_a_matter(case: Case, who: str) -> None:
    client = case.past.browsers[who]
    first = case.entries[0]
    asked = [f"act={first}", f"subject={case.matter}", f"act={first + 1}"]
    asked += [f"actor=person:{Person.objects.get(name='manager').pk}", "action=act", "action=created"]
    for query in asked:
        answer = client.get(f"/ledger/?format=json&{query}")
        assert answer.status_code == 200
        rows = json.loads(drain(answer))["rows"]
        assert not [row for row in rows if int(row["number"]) in case.entries], query
    for kind in confined_kinds():
        assert client.get(f"/ledger/?kind={kind}").status_code == 400, "it is no choice"


def test_nobody_can_put_anything_to_a_matter_by_its_reference(case: Case) -> None:
    """Comments, files, tasks, decisions go by references; one to a matter names nothing, for members too."""
    paper = case.papers[KEPT["title"]]
    for who in (*READING, *MEMBERS):
        client = case.past.browsers[who]
        for reference in (f"program.matter:{case.matter}", f"program.matterpaper:{paper}"):
            assert client.post(f"/remarks/{reference}/comment/", {"words": "x"}).status_code == 404
            assert client.get(f"/tasks/new/?about={reference}").status_code in (403, 404)
            assert client.get(f"/approvals/{reference}/").status_code == 404
            assert client.get(f"/exceptions/new/?about={reference}").status_code in (403, 404)


@pytest.mark.parametrize("who", OUTSIDERS)
def test_an_outsider_cannot_change_anything_in_a_matter(case: Case, who: str) -> None:
    client, size = case.past.browsers[who], Entry.objects.filter(kind__in=confined_kinds()).count()
    member = MatterMember.objects.filter(matter_id=case.matter)[0].pk
    paper = case.papers[KEPT["title"]]
    for path, data in {
        "close/": {},
        "release/": {"papers": paper, "reason": "x", "sure": "yes"},
        "members/add/": {"person": Person.objects.get(name="owner").pk, "why": "x"},
        f"members/{member}/end/": {},
        f"members/{member}/counsel/": {},
        "papers/add/": {"title": "x", "words": "y"},
    }.items():
        assert client.post(f"/matters/{case.matter}/{path}", data).status_code in (302, 403, 404), path
    assert Entry.objects.filter(kind__in=confined_kinds()).count() == size
    assert ReleasedPaper.objects.filter(matter=case.matter).count() == 0


def test_a_refused_request_does_not_tell_that_there_is_a_matter(case: Case) -> None:
    before = Head.objects.get().size
    case.past.browsers["member"].get(f"/matters/{case.matter}/")
    case.past.browsers["gained"].post(f"/matters/{case.matter}/?as_of=2020-01-01")
    notes = Entry.objects.filter(index__gte=before, kind=doors.DENIAL)
    payloads = [bytes(one.data).decode() for one in Payload.objects.filter(index__in=notes.values("index"))]
    assert len(payloads) == 2
    assert all('"path":"/matters/"' in one and case.tells(one) == [] for one in payloads)
    size = Head.objects.get().size
    case.past.browsers["manager"].post(f"/matters/{case.matter}/close/?as_of=2020-01-01")
    assert Head.objects.get().size == size, "and of a member inside there is no note at all"


# ── What is taken away ───────────────────────────────────────────────────────────────────────────────────


def opened_up(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Every member of a zip, unpacked."""
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        for name in zipped.namelist():
            yield name, zipped.read(name)


@pytest.mark.parametrize("who", ["owner", "auditor"])
def test_an_export_withholds_a_matter_whole_and_verifies(case: Case, who: str, tmp_path: Path) -> None:
    archive = drain(case.past.browsers[who].post("/ledger/export/"))
    file = tmp_path / "record.zip"
    file.write_bytes(archive)
    members = dict(opened_up(archive))
    assert {name: case.tells(data) for name, data in members.items() if case.tells(data)} == {}
    states = {}
    for name in sorted(one for one in members if one.startswith("openings/")):
        for line in members[name].splitlines():
            index, state, rest = line.split(b"\t", 2)
            states[int(index)] = (state, rest)
    withheld = {states[index] for index in case.entries}
    assert withheld == {(b"withheld", b"not part of this export")}, "one reason, that of all that is left out"
    sealed = set(MatterPaper.objects.filter(matter_id=case.matter).values_list("content", flat=True))
    assert not [name for name in members if name.removeprefix("blobs/") in sealed]
    assert verified(file)["withheld"] >= len(case.entries)


def verified(file: Path) -> dict[str, Any]:
    """What duecare-verify says of an export without a fault."""
    words = [str(VERIFY), str(file), "--key", sealing.signer().vkey, "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_asking_for_the_kinds_of_a_matter_by_name_opens_none(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "only.zip"
    export.export(file, disclose=lambda kind: kind in confined_kinds())
    for name, data in opened_up(file.read_bytes()):
        assert case.tells(data) == [], name
    verified(file)


def test_the_terminal_is_no_member(case: Case, tmp_path: Path) -> None:
    """What the commands print; those that take a viewer get the terminal's, with the rights of an owner."""
    said = [terminal.posture_now(TERMINAL).as_json(), terminal.posture_now(TERMINAL).as_text()]
    day = (case.past.now - AFTERWARDS).isoformat()
    said += [terminal.posture_as_of(day, TERMINAL).as_json()]
    for index in case.entries:
        proof = proving.prove(index).as_json()
        assert proof["openings"] == {}
        said.append(json.dumps(proof))
    found = verifying.verify(live=True)
    assert found.faults == []
    made = rebuild.rebuild(tmp_path / "rebuilt")
    assert made.differences == ()
    assert made.compared
    assert case.tells("\n".join(said)) == []
    assert words_in(made.file.read_bytes()) == []


@pytest.mark.parametrize("who", ["owner", "manager"])
def test_no_report_tells_anything_of_a_matter(case: Case, who: str) -> None:
    viewer = case.viewer(who)
    now = case.past.now
    for id, about in (("posture", ""), ("board", ""), ("binder", "safeguard:patching")):
        asked = Asked((now - timedelta(days=9)).date(), now.date(), now)
        asked = replace(asked, about=about) if about else asked
        told = REPORTS[id].gather(asked, viewer)
        assert case.tells(repr(told)) == [], id
    made = issue(viewer, REPORTS["posture"], Asked(now.date(), now.date(), now), now)
    assert case.tells(blobs.fetch(made.pdf)) == []


# ── What lies on disk ────────────────────────────────────────────────────────────────────────────────────


def words_in(data: bytes) -> list[str]:
    """The words of the matter in some bytes. Keys, kinds and actors of entries do stand in the database."""
    return [word for word in SECRETS if word.encode() in data]


def test_no_file_of_the_home_holds_a_word_of_a_matter_but_in_sealed_form(case: Case) -> None:
    case.past.browsers["owner"].get(f"/findings/?as_of={case.past.then}")  # a replay is among them
    home = case.past.home
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
    files = [file for file in home.rglob("*") if file.is_file()]
    assert {file.relative_to(home).parts[0] for file in files} >= {"blobs", "keys", "scratch"}
    assert [str(file) for file in files if words_in(file.read_bytes())] == []
    keys = list((home / "keys" / "matters").iterdir())
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}
    assert (home / "keys" / "matters").stat().st_mode & 0o777 == 0o700


def test_no_table_holds_a_word_of_a_matter_but_in_sealed_form(case: Case) -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    assert words_in(data) == [], table


def test_a_file_that_is_uploaded_to_a_matter_never_lies_on_disk_as_it_is(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django would put what is larger than 2.5 MB into a file of its own while the request lasts."""
    from duecare.program import matter_views

    seen: list[str] = []
    whole = matter_actions.add_paper

    def look(*words: Any, **more: Any) -> Any:
        seen.extend(file.name for file in (case.past.home / "scratch").glob("*upload*"))
        return whole(*words, **more)

    monkeypatch.setattr(matter_views.matter_actions, "add_paper", look)
    large = SimpleUploadedFile("large.txt", b"Wickerstaff" * 400_000)
    answer = case.past.browsers["manager"].post(
        f"/matters/{case.matter}/papers/add/", {"title": "Large", "words": "", "file": large}
    )
    assert answer.status_code == 302
    assert seen == []


# ── Rights ───────────────────────────────────────────────────────────────────────────────────────────────


def test_release_opens_what_was_chosen_to_every_reader_and_leaves_the_rest_sealed(
    case: Case, tmp_path: Path
) -> None:
    """The last of the walk: from here on one paper is everybody's."""
    manager, freed = case.past.browsers["manager"], case.papers[FREED["title"]]
    form = {"papers": freed, "reason": "The insurer asked."}
    asked = manager.post(f"/matters/{case.matter}/release/", form)
    assert asked.status_code == 200
    assert "cannot be undone" in asked.content.decode()
    assert not ReleasedPaper.objects.filter(paper=freed).exists(), (
        "nothing happens at the first time of asking"
    )
    assert manager.post(f"/matters/{case.matter}/release/", {**form, "sure": "yes"}).status_code == 302
    row = ReleasedPaper.objects.get(paper=freed)
    sealing.checkpoint()
    entry = Entry.objects.get(kind="program.matterpaper", subject=freed)
    assert row.entry == entry.index
    assert f'"payload":"{row.commitment}"'.encode() in bytes(entry.leaf)
    freed_words = set(FREED.values())
    for who in READING:
        client = case.past.browsers[who]
        shown = b"".join(
            drain(client.get(path))
            for path in (
                "/released/",
                "/released/?format=csv",
                "/released/?format=json",
                f"/released/{row.pk}/",
                f"/released/{row.pk}/file",
            )
        )
        assert {word for word in freed_words if word.encode() in shown} == freed_words
        assert set(words_in(shown)) == freed_words
        assert f'/ledger/{row.entry}/"'.encode() in shown
        assert client.get(f"/released/{row.pk}/?as_of={case.past.then}").status_code == 404
        assert client.get(f"/matters/{case.matter}/").status_code == 404
    assert case.past.browsers["member"].get(f"/released/{row.pk}/").status_code == 404
    file = tmp_path / "released.zip"
    export.export(file)
    verified(file)
    told = {word for _name, data in opened_up(file.read_bytes()) for word in words_in(data)}
    assert told == freed_words
    again = manager.post(f"/matters/{case.matter}/release/", {**form, "sure": "yes"})
    assert again.status_code == 400, "what was released cannot be chosen again"


def test_who_loses_their_right_or_their_membership_reads_nothing_from_the_next_request_on(case: Case) -> None:
    from duecare.program.models import Right
    from duecare.site import people

    approver = case.past.browsers["approver"]
    assert approver.get(f"/matters/{case.matter}/").status_code == 200
    people.end_right("terminal:test", Right.objects.get(person__name="approver"), case.past.now)
    assert approver.get(f"/matters/{case.matter}/").status_code == 403
    people.give_right(
        "terminal:test", Person.objects.get(name="approver"), Role.AUDITOR, case.past.now.date(), None, None
    )
    assert approver.get(f"/matters/{case.matter}/").status_code == 404, "no auditor reads a matter"
    member = MatterMember.objects.get(matter_id=case.matter, person__name="approver")
    assert Matter.objects.get(pk=case.matter).counsel_id != member.person_id
    matter_actions.end_member(case.viewer("manager"), case.matter, member.pk, case.past.now)
    assert approver.get(f"/matters/{case.matter}/").status_code == 404
