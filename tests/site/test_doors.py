"""Every address, as everybody, now and as of past days: who gets in, and that reading changes nothing."""

from __future__ import annotations

import csv
import hashlib
import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client, override_settings

from duecare.ledger import asof
from duecare.ledger.models import ACT, Entry, Head, Payload
from duecare.ledger.viewers import Role
from duecare.site import doors
from duecare.site.doors import DENIAL, REPLAYS_A_MINUTE
from tests.people import browser, sign_in
from tests.site.addresses import PAGES, limited, routes
from tests.site.answers import DONE, HIDDEN, NO_SUCH_METHOD, NOT_ALLOWED, OK, SENT_ON, Page
from tests.site.past import Past, organisation

ROLES = {
    "owner": Role.OWNER,
    "owner without a second factor": Role.OWNER,
    "manager": Role.MANAGER,
    "manager of patching only": Role.MANAGER,
    "approver": Role.APPROVER,
    "auditor": Role.AUDITOR,
    "auditor of a past period": Role.AUDITOR,
    "auditor of a coming period": Role.AUDITOR,
    "member": Role.MEMBER,
    "gained": Role.MANAGER,
}
EVERYBODY = ["stranger", *ROLES, "lost", "expired"]
NOW, THEN, EARLIEST = "now", "then", "before the first entry"


@pytest.fixture(scope="module")
def past(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with organisation(template, tmp_path_factory.mktemp("doors")) as made:
        yield made


def address(past: Past, page: Page, day: str = NOW) -> str:
    path = "/" + page.sample.format_map(past.samples)
    return path + {NOW: "", THEN: f"?as_of={past.then}", EARLIEST: "?as_of=2000-01-01"}[day]


def expected(route: str, page: Page, who: str, day: str) -> int:
    """The answer to a GET by the table and the rules of the doors."""
    if who == "stranger":
        return page.stranger
    if who in ("lost", "expired"):
        return page.rightless
    if who == "owner without a second factor":
        return page.bare
    status = page.get[ROLES[who]]
    if who == "manager of patching only":
        status = limited(route, status)
    if page.live:
        return status
    if who == "auditor of a coming period" or (ROLES[who] is Role.AUDITOR and day == EARLIEST):
        return NOT_ALLOWED
    if who == "auditor of a past period" and day == NOW:
        return SENT_ON
    if page.today and day != NOW and status in (OK, NOT_ALLOWED):
        return HIDDEN
    return HIDDEN if day == EARLIEST and page.object and status in (OK, SENT_ON) else status


def drain(answer: Any) -> bytes:
    """The whole content, streams included."""
    content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content


def contents() -> dict[str, str]:
    """A digest of every table's rows but those that a denial may write, and sessions."""
    left_out = {"django_session", "ledger_head", "ledger_entry", "ledger_payload", "ledger_tile"}
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names()) - left_out):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


class Unchanged:
    """Nothing but denials is written within."""

    def __enter__(self) -> Unchanged:
        self.before, self.size = contents(), Head.objects.get().size
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            assert contents() == self.before
            kinds = Entry.objects.filter(index__gte=self.size).values_list("kind", flat=True)
            assert set(kinds) <= {ACT, DENIAL}


# Every address


def test_every_address_stands_in_the_table() -> None:
    assert sorted(set(routes())) == sorted(PAGES), "review who may reach it, and give a sample"


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_gets_the_answer_of_the_table_at_every_address(past: Past, who: str) -> None:
    client, wrong = past.browsers[who], []
    with Unchanged():
        for route, page in PAGES.items():
            for day in (NOW,) if page.live else (NOW, THEN, EARLIEST):
                answer = client.get(address(past, page, day))
                drain(answer)
                if answer.status_code != expected(route, page, who, day):
                    wrong.append(
                        f"{route} {day}: {answer.status_code}, not {expected(route, page, who, day)}"
                    )
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", ["stranger", "owner", "auditor", "member", "lost"])
def test_a_head_request_answers_as_a_get_without_content(past: Past, who: str) -> None:
    client, wrong = past.browsers[who], []
    with Unchanged():
        for route, page in PAGES.items():
            answer = client.head(address(past, page))
            if answer.status_code != expected(route, page, who, NOW) or drain(answer):
                wrong.append(f"{route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody_changes_by_a_post_what_is_not_theirs_to_change(past: Past, who: str) -> None:
    client, wrong = past.browsers[who], []
    with Unchanged():
        for route, page in PAGES.items():
            if page.live:
                continue
            wanted = expected_of_post(route, page, who)
            if wanted == DONE:
                continue
            answer = client.post(address(past, page), {})
            drain(answer)
            if answer.status_code not in (wanted, NO_SUCH_METHOD if page.post is None else wanted):
                wrong.append(f"{route}: {answer.status_code}, not {wanted}")
    assert not wrong, "\n".join(wrong)


def expected_of_post(route: str, page: Page, who: str) -> int:
    if who == "stranger":
        return SENT_ON
    if who == "owner without a second factor":
        return SENT_ON
    if who in ("lost", "expired", "auditor of a past period", "auditor of a coming period"):
        return NOT_ALLOWED
    status = (page.get if page.post is None else page.post)[ROLES[who]]
    return limited(route, status) if who == "manager of patching only" else status


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_past_day_can_be_read_but_not_changed(past: Past, who: str) -> None:
    wanted = SENT_ON if who in ("stranger", "owner without a second factor") else NOT_ALLOWED
    with Unchanged():
        for route, page in PAGES.items():
            if not page.live:
                answer = past.browsers[who].post(address(past, page, THEN), {})
                assert answer.status_code == wanted, route


# Past days


def rows(past: Past, who: str, path: str) -> list[list[str]]:
    answer = past.browsers[who].get(path)
    assert isinstance(answer, StreamingHttpResponse)
    return list(csv.reader(io.StringIO(drain(answer).decode("utf-8-sig"))))[1:]


@pytest.mark.parametrize("path", ["/findings/?format=csv", "/systems/?format=csv"])
def test_a_file_of_a_past_day_holds_what_was_so_then(past: Past, path: str) -> None:
    now = rows(past, "owner", path)
    then = rows(past, "owner", f"{path}&as_of={past.then}")
    assert len(now) > len(then) > 0
    assert "web-2" in str(now)
    assert "web-2" not in str(then)


def test_a_file_of_a_past_day_can_be_drawn_by_another_thread_while_today_is_read(past: Past) -> None:
    client = past.browsers["owner"]
    answer = client.get(f"/findings/?format=csv&as_of={past.then}")
    assert asof.current() is None
    drawn: list[bytes] = []
    thread = threading.Thread(target=lambda: drawn.append(drain(answer)))
    thread.start()
    thread.join(20)
    assert b"web-1" in drawn[0]
    assert b"web-2" not in drawn[0]
    assert "web-2" in str(rows(past, "owner", "/findings/?format=csv"))


def test_a_page_of_a_past_day_says_which_day_and_how_far_it_can_be_proven(past: Past) -> None:
    page = past.browsers["owner"].get(address(past, PAGES[""], THEN)).content.decode()
    assert "As of" in page
    assert (
        "on this server’s clock alone" in page
        or "rests on this server" in page
        or "rest on this server" in page
    )


def test_who_gained_a_right_sees_past_days_by_the_right_of_today(past: Past) -> None:
    assert past.browsers["gained"].get(address(past, PAGES["findings/"], THEN)).status_code == 200


def test_who_lost_a_right_does_not_get_it_back_by_asking_for_the_day_on_which_it_held(past: Past) -> None:
    for page in PAGES.values():
        if not page.live:
            assert past.browsers["lost"].get(address(past, page, THEN)).status_code == NOT_ALLOWED


def test_an_auditor_is_bounded_by_the_days_of_their_period(past: Past) -> None:
    auditor = past.browsers["auditor of a past period"]
    day = (past.now - timedelta(days=7)).date()
    answer = auditor.get("/findings/?state=open")
    assert (answer.status_code, answer["Location"]) == (302, f"/findings/?state=open&as_of={day}")
    assert auditor.get(answer["Location"]).status_code == 200
    for offset, status in ((0, 200), (1, 403), (6, 403), (-3, 200), (-4, 403)):
        asked = day + timedelta(days=offset)
        assert auditor.get(f"/findings/?as_of={asked}").status_code == status, asked
    assert "web-2" not in auditor.get(f"/systems/?as_of={day}").content.decode()


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30", "2026-03-01T12:00", "'; DROP", "9999-12-31x", "\x00"]
)
def test_what_is_no_day_is_refused_with_the_way_to_write_it(past: Past, text: str) -> None:
    answer = past.browsers["owner"].get("/", {"as_of": text})
    assert answer.status_code == 400
    assert "2026-03-01" in answer.content.decode()


@pytest.mark.parametrize("text", ["0001-01-01", "1970-01-01", "2026-03-01T12:00:00-23:59"])
def test_a_day_before_the_record_shows_that_there_was_nothing(past: Past, text: str) -> None:
    answer = past.browsers["owner"].get("/systems/", {"as_of": text})
    assert answer.status_code == 200
    assert "web-1" not in answer.content.decode()


def test_a_day_to_come_is_today(past: Past) -> None:
    for text in ("2999-12-31", (past.now + timedelta(days=1)).date().isoformat()):
        answer = past.browsers["owner"].get("/findings/", {"as_of": text, "state": "open"})
        assert (answer.status_code, answer["Location"]) == (302, "/findings/?state=open")


# Rights are those of this moment


@pytest.mark.usefixtures("home")
class TestOnAHomeOfItsOwn:
    @pytest.fixture(autouse=True)
    def fresh(self) -> None:
        cache.clear()

    def test_a_right_that_ends_counts_from_the_next_request_on(self) -> None:
        from duecare.ledger.records import utc_now
        from duecare.program.models import Right
        from duecare.site import people

        owner, client = browser(), browser()
        sign_in(owner, Role.OWNER)
        viewer = sign_in(client, Role.MANAGER)
        assert client.get("/findings/").status_code == 200
        people.end_right("terminal:test", Right.objects.get(person=viewer.person), utc_now())
        assert client.get("/findings/").status_code == 403

    def test_a_refused_request_is_an_entry_that_names_who_and_where(self) -> None:
        member, approver = browser(), browser()
        viewer = sign_in(member, Role.MEMBER)
        other = sign_in(approver, Role.APPROVER)
        member.get("/findings/?q=secret")
        approver.get("/settings/people/add/")
        approver.post("/ledger/sign/")
        notes = Entry.objects.filter(kind=DENIAL).order_by("index")
        assert [(note.actor, note.subject) for note in notes] == [
            (viewer.actor, viewer.person),
            (other.actor, other.person),
            (other.actor, other.person),
        ]
        told = [bytes(Payload.objects.get(index=note.index).data).decode() for note in notes]
        assert [
            path in text
            for path, text in zip(("/findings/", "/settings/people/add/", "/ledger/sign/"), told, strict=True)
        ]
        assert "secret" not in told[0]

    def test_an_address_that_nobody_has_is_no_denial(self) -> None:
        client = browser()
        sign_in(client, Role.MEMBER)
        for path in ("/nothing/here/", "/account/signup/"):
            assert client.get(path).status_code == 404
        assert not Entry.objects.filter(kind=DENIAL).exists()

    def test_new_replays_are_limited_for_each_person_and_known_ones_are_not(self) -> None:
        client, other = browser(), browser()
        sign_in(client, Role.OWNER)
        viewer = sign_in(other, Role.MANAGER)
        from duecare.ledger.recording import record_note

        for number in range(REPLAYS_A_MINUTE + 2):
            record_note(viewer.actor, "note", "site.test", f"n{number}", {})
        moments = [one.time.isoformat() for one in Entry.objects.filter(kind="site.test").order_by("index")]
        statuses = [client.get("/findings/", {"as_of": moment}).status_code for moment in moments]
        assert statuses == [200] * REPLAYS_A_MINUTE + [403] * 2
        assert client.get("/findings/", {"as_of": moments[REPLAYS_A_MINUTE - 1]}).status_code == 200
        assert other.get("/findings/", {"as_of": moments[-1]}).status_code == 200

    def test_the_limit_is_over_when_its_minute_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def expired(key: str) -> int:
            raise ValueError(key)

        client = browser()
        sign_in(client, Role.OWNER)
        monkeypatch.setattr(doors.cache, "add", lambda *words: False)
        monkeypatch.setattr(doors.cache, "incr", expired)
        assert client.get("/findings/?as_of=2000-01-01").status_code == 200


# Headers

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": doors.content_security_policy(),
}


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("owner", "/", 200),
        ("owner", "/findings/?format=csv", 200),
        ("owner", "/nothing/", 404),
        ("member", "/findings/", 404),
        ("lost", "/", 403),
        ("owner", "/?as_of=never", 400),
        ("owner", "/settings/rights/x/end/", 405),
        ("stranger", "/", 302),
        ("stranger", "/account/login/", 200),
        ("stranger", "/healthz", 200),
        ("stranger", "/static/web/duecare.css", 200),
        ("stranger", "/static/web/nothing.css", 404),
    ],
)
def test_every_answer_carries_the_security_headers(past: Past, who: str, path: str, status: int) -> None:
    answer = past.browsers[who].get(path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY


def test_an_error_of_ours_carries_the_security_headers_and_tells_nothing(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    from duecare.site import views

    def break_down(*words: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(views, "standings", break_down)
    answer = past.browsers["owner"].get("/")
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    assert "secret of the house" not in answer.content.decode()


def test_the_policy_allows_nothing_inline_nothing_foreign_and_no_frames() -> None:
    policy = dict(part.split(" ", 1) for part in doors.content_security_policy().split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert not any("unsafe" in value or "http" in value or "*" in value for value in policy.values())


def test_pages_are_not_kept_by_browsers_and_static_files_are(past: Past) -> None:
    assert past.browsers["owner"].get("/")["Cache-Control"] == "no-store"
    assert "max-age" in past.browsers["stranger"].get("/static/web/duecare.css")["Cache-Control"]


def test_strict_transport_is_asked_for_behind_tls_only(past: Past) -> None:
    assert "Strict-Transport-Security" not in past.browsers["stranger"].get("/healthz")
    with override_settings(DUECARE_TLS=True):
        assert "max-age" in past.browsers["stranger"].get("/healthz")["Strict-Transport-Security"]


# Hosts and proxies


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1", "localhost@evil.example", "a:x", ""]
)
def test_another_host_than_those_listed_is_not_served(past: Past, host: str) -> None:
    for path in ("/", "/account/login/", "/static/web/duecare.css", "/first-run/", "/healthz"):
        answer = Client().get(path, headers={"host": host})
        assert answer.status_code == 400, path
        assert answer["X-Frame-Options"] == "DENY"


def test_the_listed_host_is_served_on_any_port(past: Past) -> None:
    assert Client().get("/healthz", headers={"host": "localhost:8123"}).status_code == 200


def seen_address(client: Client, **headers: str) -> str:
    """The address that a failed sign-in is recorded from."""
    cache.clear()
    client.post("/account/login/", {"login": "x@clinic.example", "password": "x"}, **headers)  # type: ignore[arg-type]
    newest = Entry.objects.filter(kind="site.sign-in-denied").order_by("-index")[0]
    return bytes(Payload.objects.get(index=newest.index).data).decode()


class TestProxies:
    @pytest.fixture(autouse=True)
    def claimed(self, home: Path) -> None:
        sign_in(browser(), Role.OWNER)

    def test_forwarded_headers_of_anybody_else_are_not_believed(self) -> None:
        told = seen_address(browser(), REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.7")
        assert "203.0.113.9" in told
        assert "198.51.100.7" not in told

    def test_a_listed_proxy_is_believed_for_the_address_that_it_saw_itself(self) -> None:
        with override_settings(DUECARE_PROXIES=["10.0.0.5"]):
            told = seen_address(
                browser(), REMOTE_ADDR="10.0.0.5", HTTP_X_FORWARDED_FOR="192.0.2.1, 198.51.100.7"
            )
        assert "198.51.100.7" in told
        assert "192.0.2.1" not in told

    @pytest.mark.parametrize(("remote", "secure"), [("10.0.0.5", True), ("203.0.113.9", False)])
    def test_only_a_listed_proxy_says_that_the_way_was_encrypted(
        self, remote: str, secure: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[bool] = []
        whole = doors.FirstRun.__call__

        def look(self: doors.FirstRun, request: Any) -> Any:
            seen.append(request.is_secure())
            return whole(self, request)

        monkeypatch.setattr(doors.FirstRun, "__call__", look)
        with override_settings(DUECARE_PROXIES=["10.0.0.5"]):
            browser().get("/healthz", REMOTE_ADDR=remote, HTTP_X_FORWARDED_PROTO="https")
        assert seen == [secure]

    def test_a_forwarded_host_is_never_believed(self) -> None:
        with override_settings(DUECARE_PROXIES=["10.0.0.5"]):
            answer = browser().get("/", REMOTE_ADDR="10.0.0.5", HTTP_X_FORWARDED_HOST="evil.example")
        assert "evil.example" not in answer["Location"]


def test_the_tests_serve_what_is_shipped() -> None:
    assert settings.ALLOWED_HOSTS == ["localhost"]
    assert settings.MIDDLEWARE[0] == "duecare.site.doors.SecurityHeaders"
    assert not settings.DEBUG
