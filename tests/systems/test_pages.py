"""The pages of hosts: what they show of a report, what they say where it is missing, and imports by hand."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duecare.ledger.models import Entry, Head
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.assessing import assess
from duecare.program.judgement import Grade
from duecare.program.models import Finding
from duecare.systems.actions import take_in_report
from duecare.systems.models import Host, Report
from tests.people import browser, sign_in
from tests.systems.healthy import Changes
from tests.systems.test_isolated import report

pytestmark = pytest.mark.usefixtures("home")

MOST_QUERIES = 30


@pytest.fixture
def client() -> Client:
    """An owner's browser."""
    client = browser()
    sign_in(client, Role.OWNER)
    return client


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def told(
    name: str = "web-1", facts: Changes | None = None, *, ago: timedelta = timedelta(0), **head: Any
) -> bytes:
    """A report that a host called `name` made so long ago."""
    key = name.encode().hex().ljust(64, "0")
    return report(facts, host__name=name, host__key=key, collected_at=moment(utc_now() - ago), **head)


def known(name: str = "web-1", facts: Changes | None = None, **more: Any) -> Host:
    """A host of which a report was taken in."""
    return take_in_report(
        told(name, facts, **more), "terminal:test", utc_now(), Grade.IMPORTED, new_host=True
    ).host


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return answer.content.decode()


def listed(client: Client, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(client.get(f"/systems/?format=json&{query}").getvalue())["rows"]
    return rows


def upload(client: Client, data: bytes, *, new_host: bool = False) -> Any:
    fields: dict[str, Any] = {"report": SimpleUploadedFile("report.json", data)}
    return client.post("/systems/import/", {**fields, "new_host": "on"} if new_host else fields)


# ── Who may see and change ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", [Role.MEMBER, None])
def test_who_may_not_read_sees_no_page_about_hosts(role: Role | None) -> None:
    host = known()
    key = Report.objects.get().pk
    reader, client = browser(), browser()
    sign_in(reader, Role.OWNER)
    if role:
        sign_in(client, role)
    for address in ("", "import/", f"{host.pk}/", f"{host.pk}/remove/", f"{host.pk}/reports/{key}/"):
        assert client.get(f"/systems/{address}").status_code == (404 if role else 302), address
        assert reader.get(f"/systems/{address}").status_code == 200, address


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR])
def test_who_only_reads_can_neither_import_nor_remove(role: Role) -> None:
    host = known()
    client = browser()
    sign_in(client, role)
    size = Head.objects.get().size
    assert upload(client, told("web-2"), new_host=True).status_code == 403
    assert client.post(f"/systems/{host.pk}/remove/", {"reason": "sold"}).status_code == 403
    assert (Host.objects.count(), Host.objects.get().removed_at) == (1, None)
    assert not Entry.objects.filter(index__gte=size, kind__startswith="systems.").exists()
    shown = page(client, f"/systems/{host.pk}/") + page(client, "/systems/")
    assert "Remove this host" not in shown
    assert "Import a report" not in shown


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────


def test_without_hosts_the_list_says_the_next_step(client: Client) -> None:
    shown = page(client, "/systems/")
    assert "No hosts yet" in shown
    assert 'href="/systems/import/"' in shown
    assert "0 computers seen" in shown


def test_the_list_shows_what_the_newest_report_is_worth(client: Client) -> None:
    known("web-1", {"sudo.state": "unreadable"}, ago=timedelta(days=3))
    take_in_report(told("web-1", ago=timedelta(days=9)), "terminal:test", utc_now(), Grade.OWN)
    (row,) = listed(client)
    assert (row["name"], row["grade"], row["unreadable"], row["state"]) == (
        "web-1",
        "imported by hand",
        1,
        "active",
    )
    assert utc_now() - datetime.fromisoformat(row["reported"]) < timedelta(days=4)


def test_the_list_counts_the_open_findings_of_each_host(client: Client) -> None:
    known("good-1")
    bad = known("bad-1", {"firewall.active": False, "firewall.kind": "none", "firewall.input_policy": None})
    assess("terminal:test", utc_now())
    counts = {row["name"]: row["findings"] for row in listed(client)}
    assert (
        counts["bad-1"]
        == Finding.objects.filter(subject=f"systems.host:{bad.pk}", closed_at=None).count()
        > 0
    )
    assert counts["good-1"] < counts["bad-1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name=WEB", ["web-1", "web-2"]),
        ("name=eb", []),
        ("state=removed", ["web-2"]),
        ("state=active", ["db-1", "web-1"]),
        ("family=rhel", ["db-1"]),
        ("silent={week_ago}", ["db-1"]),
        ("support=2027-01-01", ["db-1"]),
        ("sort=-name", ["web-2", "web-1", "db-1"]),
        ("sort=reported", ["db-1", "web-1", "web-2"]),
    ],
)
def test_the_list_is_narrowed_and_sorted_by(query: str, expected: list[str], client: Client) -> None:
    known("db-1", {"os.family": "rhel", "os.support_end": "2026-12-31"}, ago=timedelta(days=20))
    known("web-1", ago=timedelta(hours=2))
    gone = known("web-2")
    client.post(f"/systems/{gone.pk}/remove/", {"reason": "sold"})
    week_ago = (utc_now() - timedelta(days=7)).date()
    assert [row["name"] for row in listed(client, query.format(week_ago=week_ago))] == expected


# ── One host ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_host_shows_its_facts_section_by_section(client: Client) -> None:
    shown = page(client, f"/systems/{known().pk}/")
    for words in (
        "Debian GNU/Linux 12",
        "Operating system",
        "Accounts",
        "anna",
        "Open to connections",
        "5432",
    ):
        assert words in shown
    assert "Kind of hash" in shown
    assert "whoever is root on a host can forge its report" in shown


def test_what_could_not_be_read_is_said_first_with_the_reason(client: Client) -> None:
    problems = [{"what": "/etc/shadow", "reason": "permission denied"}]
    host = known(
        facts={"accounts.state": "partial", "accounts.problems": problems}, more_as_root=["password ages"]
    )
    shown = page(client, f"/systems/{host.pk}/")
    place = shown.index("What could not be read, and why")
    assert place < shown.index("/etc/shadow") < shown.index("What the checks say")
    assert "permission denied" in shown
    assert "could also have read: password ages" in shown.replace("\n", " ")


def test_a_host_whose_everything_was_read_shows_no_gaps(client: Client) -> None:
    assert "What could not be read" not in page(client, f"/systems/{known().pk}/")


def test_hostile_names_in_a_report_are_text(client: Client) -> None:
    host = known(facts={"accounts.items.2.name": "<img src=x onerror=alert(1)>"})
    shown = page(client, f"/systems/{host.pk}/")
    assert "&lt;img src=x onerror" in shown
    assert "<img src=x" not in shown


def test_a_long_list_is_cut_and_can_be_shown_whole(client: Client) -> None:
    packages = [
        {
            "name": f"package-{n:04}",
            "version": "1",
            "architecture": None,
            "source": None,
            "source_version": None,
        }
        for n in range(300)
    ]
    host = known(facts={"packages.items": packages})
    shown = page(client, f"/systems/{host.pk}/")
    assert "25 of 300" in shown
    assert "package-0299" not in shown
    assert "package-0299" in page(client, f"/systems/{host.pk}/?show=packages")


def answers(client: Client, host: Host, view: str = "") -> dict[str, str]:
    """What the page says each check says: the row's text by the check's id."""
    shown = page(client, f"/systems/{host.pk}/{view}")
    told = shown.split("What the checks say about it")[1].split("</section>")[0]
    rows = told.split('href="/checks/')[1:]
    return {row.split("/")[0]: row for row in rows}


def test_each_check_is_told_for_this_host_alone(client: Client) -> None:
    good = known("good-1")
    bad = known("bad-1", {"firewall.active": False})
    unread = known("unread-1", {"firewall.state": "unreadable"})
    assess("terminal:test", utc_now())
    check = "systems.firewall_refuses"
    found = {host.name: answers(client, host)[check] for host in (good, bad, unread)}
    assert "Met" in found["good-1"]
    assert "Unmet" in found["bad-1"]
    assert "Unknown" in found["unread-1"]
    assert all(host.name not in text for text in found.values() for host in (good, bad, unread))


def test_a_question_that_does_not_arise_is_not_shown_as_met(client: Client) -> None:
    host = known(
        facts={"sshd.state": "absent", "sshd.installed": False, "sshd.running": False, "sshd.settings": {}}
    )
    assess("terminal:test", utc_now())
    found = answers(client, host)
    ssh = [text for check, text in found.items() if "Not applicable" in text]
    assert any("SSH" in text for text in ssh)


def test_before_any_assessment_every_check_is_unknown(client: Client) -> None:
    found = answers(client, known())
    assert found
    assert all("Unknown" in text and "never run" in text for text in found.values())


def test_a_host_or_report_that_came_after_the_assessment_is_not_judged_by_it(client: Client) -> None:
    old = known("old-1", ago=timedelta(hours=1))
    assess("terminal:test", utc_now())
    new = known("new-1")
    take_in_report(told("old-1"), "terminal:test", utc_now(), Grade.IMPORTED)
    assert all("not there at the last assessment" in text for text in answers(client, new).values())
    assert "newest report was not judged yet" in answers(client, old)["systems.firewall_refuses"]


def test_findings_of_the_host_are_listed_and_no_others(client: Client) -> None:
    bad, other = known("bad-1", {"firewall.active": False}), known("other-1", {"time.synchronized": False})
    assess("terminal:test", utc_now())
    mine = Finding.objects.filter(subject=f"systems.host:{bad.pk}")
    theirs = Finding.objects.filter(subject=f"systems.host:{other.pk}")
    shown = page(client, f"/systems/{bad.pk}/")
    assert mine
    assert all(f"/findings/{one.pk}/" in shown for one in mine)
    assert not any(f"/findings/{one.pk}/" in shown for one in theirs)


def test_a_report_is_downloaded_as_it_came(client: Client) -> None:
    data = told()
    taken = take_in_report(data, "terminal:test", utc_now(), Grade.IMPORTED, new_host=True)
    answer = client.get(f"/systems/{taken.host.pk}/reports/{taken.report.pk}/")
    assert answer.content == data
    assert answer.headers["Content-Disposition"].startswith("attachment")
    other = known("web-2")
    assert client.get(f"/systems/{other.pk}/reports/{taken.report.pk}/").status_code == 404


def test_a_host_whose_report_is_gone_from_disk_still_has_a_page(client: Client, home: Any) -> None:
    host = known()
    digest = Report.objects.get().report
    (home / "blobs" / digest[:2] / digest[2:]).unlink()
    assert f"The blob {digest} is missing" in page(client, f"/systems/{host.pk}/")


def test_a_past_view_shows_the_host_as_it_was(client: Client) -> None:
    host = known(facts={"os.name": "Debian GNU/Linux 11"}, ago=timedelta(hours=2))
    then = utc_now().isoformat().replace("+", "%2B")
    take_in_report(told(facts={"os.name": "Debian GNU/Linux 12"}), "terminal:test", utc_now(), Grade.IMPORTED)
    known("later-1")
    assert "Debian GNU/Linux 11" not in page(client, f"/systems/{host.pk}/")
    past = page(client, f"/systems/{host.pk}/?as_of={then}")
    assert "Debian GNU/Linux 11" in past
    assert "Debian GNU/Linux 12" not in past
    assert "Remove this host" not in past
    assert [row["name"] for row in listed(client, f"as_of={then}")] == ["web-1"]


def test_the_pages_stay_within_their_queries(client: Client) -> None:
    host = known(facts={"firewall.active": False})
    assess("terminal:test", utc_now())
    for address in ("", f"{host.pk}/", "import/", f"{host.pk}/remove/"):
        with CaptureQueriesContext(connection) as asked:
            page(client, f"/systems/{address}")
        assert len(asked) <= MOST_QUERIES, f"{address}: {len(asked)}"


# ── Removing ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_host_is_not_removed_without_a_reason(client: Client) -> None:
    host = known()
    answer = client.post(f"/systems/{host.pk}/remove/", {"reason": "  "})
    assert "This field is required" in answer.content.decode()
    assert Host.objects.get().removed_at is None


def test_a_removed_host_stays_on_its_page_with_the_reason(client: Client) -> None:
    host = known()
    assert client.post(f"/systems/{host.pk}/remove/", {"reason": "sold to a school"}).status_code == 302
    shown = page(client, f"/systems/{host.pk}/")
    assert "sold to a school" in shown
    assert "Remove this host" not in shown
    assert client.post(f"/systems/{host.pk}/remove/", {"reason": "again"}).status_code == 403
    assert Host.objects.get().removed_because == "sold to a school"


def test_reading_the_form_removes_nothing(client: Client) -> None:
    host = known()
    page(client, f"/systems/{host.pk}/remove/")
    assert Host.objects.get().removed_at is None


# ── Importing ────────────────────────────────────────────────────────────────────────────────────────────


def test_an_imported_report_makes_a_host_that_the_person_added(client: Client) -> None:
    answer = upload(client, told(), new_host=True)
    host = Host.objects.get()
    assert answer.headers["Location"] == f"/systems/{host.pk}/"
    assert Report.objects.get().grade == Grade.IMPORTED
    assert Entry.objects.filter(kind="systems.host").get().actor.startswith("person:")


def test_a_report_of_an_unknown_host_asks_whether_it_is_ours(client: Client) -> None:
    shown = upload(client, told("stranger-1")).content.decode()
    assert "stranger-1" in shown
    assert "tick this and send it again" in shown
    assert not Host.objects.exists()


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"{", "breaks off"), (b"\x00\x01", "Byte 1"), (told(format="duecare-report/9"), "$.format")],
)
def test_a_report_that_cannot_be_used_is_refused_in_the_form_and_changes_nothing(
    data: bytes, place: str, client: Client
) -> None:
    before = Head.objects.get().size
    shown = upload(client, data, new_host=True).content.decode()
    assert place in shown
    assert "Please look at this again" in shown
    assert Head.objects.get().size == before


def test_the_same_report_twice_is_refused_in_the_form(client: Client) -> None:
    data = told()
    upload(client, data, new_host=True)
    assert "taken in before" in upload(client, data).content.decode()


def test_an_upload_over_the_limit_is_refused_before_it_is_read(client: Client) -> None:
    answer = client.post(
        "/systems/import/", {"report": SimpleUploadedFile("r", b"x")}, CONTENT_LENGTH=str(66 << 20)
    )
    assert answer.status_code == 400
    assert "at most 64 MiB" in answer.content.decode()


def test_an_import_without_the_token_of_its_form_is_refused() -> None:
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    sign_in(client, Role.OWNER)
    assert upload(client, told(), new_host=True).status_code == 403
    assert not Host.objects.exists()
