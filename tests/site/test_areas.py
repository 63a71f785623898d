"""Rights that are limited to areas: what somebody sees and changes who is there for patching alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from duecare.errors import BadInput, DuecareError, Refused
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, shapes, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.approval_actions import approve
from duecare.program.approval_queries import version_of
from duecare.program.catalogue import area_of, catalogue, limitable
from duecare.program.exception_actions import Draft, ask_for_exception
from duecare.program.exception_queries import holding, reference
from duecare.program.models import (
    Comment,
    Decided,
    Finding,
    Outcome,
    Person,
    Profile,
    RightArea,
    SafeguardException,
    Statement,
    Task,
)
from duecare.program.queries import standings
from duecare.program.remarks import add_comment, people_who_see
from duecare.program.search import search
from duecare.program.task_actions import make_task
from duecare.site import people
from duecare.site.models import User
from duecare.site.rights import viewer_of
from duecare.systems.models import Host
from tests.people import PASSWORD, browser, sign_in

ACTOR = "terminal:test"
PATCHING = frozenset({"patching"})


def finding(safeguard: str, where: str = "web-1") -> Finding:
    with recording(ACTOR, "find"):
        made: Finding = Finding.objects.create(
            id=new_key(), check_id="x", safeguard=safeguard, subject="systems.host:k3", subject_name=where,
            reason=f"a gap of {safeguard}", opened_at=utc_now(),
        )  # fmt: skip
    return made


def _empty(viewer: Viewer) -> set[str]:
    """The kinds of record of which a viewer sees none, whatever there is."""
    return {
        kind
        for kind, shape in shapes().items()
        if shape.model.objects.all().visible_to(viewer).query.is_empty()
    }


@pytest.fixture
def limited(home: Path) -> tuple[Client, Viewer]:
    """A manager of patching only, in an organisation that has an owner."""
    with recording(ACTOR, "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic")
    sign_in(browser(), Role.OWNER)
    client = browser()
    return client, sign_in(client, Role.MANAGER, areas=["patching"])


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return content.decode()


class TestSeeing:
    def test_the_viewer_has_the_areas_of_their_right(self, limited: tuple[Client, Viewer]) -> None:
        assert limited[1].areas == PATCHING
        assert limited[1].covers("patching")
        assert not limited[1].covers("access")
        assert not limited[1].covers("")

    def test_lists_files_counts_and_home_hold_what_is_of_the_area_alone(
        self, limited: tuple[Client, Viewer]
    ) -> None:
        client = limited[0]
        finding("patching")
        finding("mfa")
        make_task(ACTOR, utc_now(), title="Patch the press", safeguard="patching")
        make_task(ACTOR, utc_now(), title="Count the keys", safeguard="mfa")
        for address in ("/findings/", "/findings/?format=csv", "/findings/?format=json"):
            assert "a gap of patching" in text(client, address)
            assert "a gap of mfa" not in text(client, address)
        assert "Patch the press" in text(client, "/tasks/")
        assert "Count the keys" not in text(client, "/tasks/")
        home = text(client, "/")
        assert "1 open finding" in home
        assert "Your right is limited to Patching" in home
        assert "All 43" not in home
        assert "limited to Patching" in re.sub(r"\s+", " ", home)
        assert 'href="/ledger/' not in home
        assert 'href="/settings/' not in home
        of_area = [one for one in catalogue().values() if one.area == "patching"]
        for address in ("/safeguards/", "/safeguards/?format=json", "/statements/?format=json"):
            page = text(client, address)
            assert of_area[0].title in page or of_area[0].id in page
            assert catalogue()["mfa"].title not in page
        assert {row.safeguard.area for row in standings(limited[1], utc_now())} == PATCHING

    def test_what_names_a_safeguard_is_seen_by_its_area_and_all_else_by_nobody_limited(
        self, limited: tuple[Client, Viewer]
    ) -> None:
        viewer = limited[1]
        here, there = finding("patching"), finding("mfa")
        assert list(Finding.objects.all().visible_to(viewer)) == [here]
        assert there.pk not in Finding.objects.all().visible_to(viewer).values_list("pk", flat=True)
        elsewhere = replace(viewer, areas=frozenset({"access"}))
        assert list(Finding.objects.all().visible_to(elsewhere)) == [there]
        for model in (Entry, RightArea):
            assert model.objects.exists()
            assert not model.objects.all().visible_to(viewer).exists()
        for model in (Finding, Statement, Outcome, SafeguardException, Task, Comment, Host):
            assert not model.objects.all().visible_to(replace(viewer, roles=frozenset())).exists()

    def test_every_kind_of_record_says_what_it_is_to_whom_is_limited(self, home: Path) -> None:
        """With areas that do not exist, what is left is of every area: decide so here for a new record."""
        viewer = Viewer("person:p", "", frozenset({Role.MANAGER}), "p", areas=frozenset({"nowhere"}))
        empty = _empty(viewer)
        seen = {
            kind
            for kind, shape in shapes().items()
            if kind not in empty and not shape.model.objects.all().visible_to(viewer).query.where
        }
        assert {kind for kind in seen if not kind.startswith("testapp.")} == {
            "program.assessment",
            "program.person",
            "program.profile",
            "program.sharedview",
        }

    def test_hosts_are_of_systems(self, limited: tuple[Client, Viewer]) -> None:
        with recording(ACTOR, "see a host"):
            Host.objects.create(
                id="k3", name="web-1", key="k", kind="server", family="debian", system="Debian",
                first_seen_at=utc_now(),
            )  # fmt: skip
        finding("patching")
        assert limited[0].get("/systems/").status_code == 404
        assert "/systems/k3/" not in text(limited[0], "/findings/")
        systems = browser()
        sign_in(systems, Role.MANAGER, areas=["systems", "patching"])
        assert "web-1" in text(systems, "/systems/")
        assert "/systems/k3/" in text(systems, "/findings/")

    def test_remarks_are_seen_with_what_they_are_about(self, limited: tuple[Client, Viewer]) -> None:
        here, there = finding("patching"), finding("mfa")
        for about in (f"program.finding:{here.pk}", "program.safeguard:patching"):
            add_comment(ACTOR, about, "seen", [], utc_now())
        for about in (f"program.finding:{there.pk}", "program.safeguard:mfa", "systems.host:k3"):
            add_comment(ACTOR, about, "unseen", [], utc_now())
        words = Comment.objects.all().visible_to(limited[1]).values_list("words", flat=True)
        assert list(words) == ["seen", "seen"]
        assert search("unseen", limited[1]).groups == ()
        assert search("seen", limited[1], "comments").total == 2

    def test_the_search_finds_nothing_of_other_areas(self, limited: tuple[Client, Viewer]) -> None:
        there = finding("mfa")
        viewer = limited[1]
        found = search("multi-factor", viewer)
        assert {one.name for one in found.groups} <= {"pages"}
        assert search(there.pk, viewer).jump is None
        assert search("0", viewer).jump is None
        assert not {"settings", "obligations"} & {one.name for one in search("e", viewer).groups}

    def test_entries_are_seen_about_what_is_seen_and_the_record_is_not_browsed(
        self, limited: tuple[Client, Viewer]
    ) -> None:
        client = limited[0]
        here, there = finding("patching"), finding("mfa")
        mine, other = (Entry.objects.get(subject=one.pk) for one in (here, there))
        page = text(client, f"/ledger/{mine.index}/")
        assert "a gap of patching" in page
        assert f'href="/ledger/{mine.index - 1}/"' not in page
        assert f'href="/ledger/{other.index}/"' not in page
        assert f"/ledger/{mine.index}/" in text(client, f"/findings/{here.pk}/")
        assert client.get(f"/ledger/{mine.index}/proof.json").status_code in (200, 409)
        for address in (f"/ledger/{other.index}/", f"/ledger/{other.index}/proof/", "/ledger/0/"):
            assert client.get(address).status_code == 404
        for address in ("/ledger/", "/ledger/checkpoint.txt", "/reports/", "/settings/"):
            answer = client.get(address)
            assert answer.status_code == 403
            assert "limited to areas" in answer.content.decode()

    def test_a_past_day_is_read_by_the_areas_of_today(self, limited: tuple[Client, Viewer]) -> None:
        finding("patching", "old")
        finding("mfa", "old")
        then = utc_now().isoformat()
        finding("patching", "new")
        page = limited[0].get("/findings/", {"as_of": then}).content.decode()
        assert "a gap of patching" in page
        assert "a gap of mfa" not in page
        assert ">new" not in page

    def test_a_members_own_tasks_stay_theirs_whatever_safeguard_they_are_of(
        self, limited: tuple[Client, Viewer]
    ) -> None:
        viewer = limited[1]
        mine = make_task(ACTOR, utc_now(), title="Mine", owner=viewer.person, safeguard="mfa")
        made = make_task(viewer.actor, utc_now(), title="Made by me")
        make_task(ACTOR, utc_now(), title="Neither")
        assert set(Task.objects.all().visible_to(viewer)) == {mine, made}


class TestChanging:
    def test_what_is_of_other_areas_can_neither_be_answered_excepted_nor_remarked_on(
        self, limited: tuple[Client, Viewer]
    ) -> None:
        client = limited[0]
        there = finding("mfa")
        assert client.get("/statements/mfa.cloud/answer/").status_code == 404
        assert client.get("/exceptions/new/?about=program.safeguard:mfa").status_code == 404
        assert client.get("/exceptions/new/?about=program.safeguard:patching").status_code == 200
        offered = text(client, "/exceptions/new/")
        assert 'value="patching"' in offered
        assert 'value="mfa"' not in offered
        day = utc_now().date() + timedelta(days=9)
        sent: dict[str, Any] = {
            "safeguard": "mfa", "reason": "r", "measure": "m", "expires": day,
        }  # fmt: skip
        assert client.post("/exceptions/new/", sent).status_code == 400
        assert client.post(f"/remarks/program.finding:{there.pk}/comment/", {"words": "x"}).status_code == 404
        assert client.get("/systems/import/").status_code == 404
        assert 'value="mfa"' not in text(client, "/tasks/new/")
        assert not SafeguardException.objects.exists()
        assert not Comment.objects.exists()

    def test_an_approver_of_an_area_decides_on_what_is_of_it_and_the_exception_holds_for_them(
        self, limited: tuple[Client, Viewer]
    ) -> None:
        approver = sign_in(browser(), Role.APPROVER, areas=["patching"])
        expires = utc_now().date() + timedelta(days=30)
        asked = {
            safeguard: reference(
                ask_for_exception("person:asker", Draft(safeguard, "r", "m", expires), utc_now()).pk
            )
            for safeguard in ("patching", "mfa")
        }
        now = utc_now()
        entry = version_of(asked["patching"], approver).entry
        approve(approver, asked["patching"], entry, Decided.APPROVED, "", None, now)
        with pytest.raises(DuecareError):
            version_of(asked["mfa"], approver)
        assert [one.safeguard for one in holding(limited[1], now)] == ["patching"]

    def test_who_could_decide_on_another_area_only_is_no_second_person(
        self, limited: tuple[Client, Viewer]
    ) -> None:
        approver = sign_in(browser(), Role.APPROVER)
        sign_in(browser(), Role.APPROVER, areas=["access"])
        expires = utc_now().date() + timedelta(days=30)
        about = reference(
            ask_for_exception(approver.actor, Draft("patching", "r", "m", expires), utc_now()).pk
        )
        version = version_of(about, approver)
        with pytest.raises(Refused) as refused:
            approve(approver, about, version.entry, Decided.APPROVED, "", None, utc_now())
        assert str(refused.value).count("Example") == 1  # the owner, who covers every area
        assert "Owner Example" in str(refused.value)


class TestGiving:
    @pytest.fixture(autouse=True)
    def owner(self, home: Path) -> None:
        self.client = browser()
        sign_in(self.client, Role.OWNER)

    def person(self, role: Role, areas: list[str]) -> Person:
        found: Person = Person.objects.get(pk=sign_in(browser(), role, areas=areas).person)
        return found

    def give(self, person: Person, role: Role, *areas: str) -> None:
        until = utc_now().date() + timedelta(days=9) if role is Role.AUDITOR else None
        people.give_right(ACTOR, person, role, until, None, None, areas)

    @pytest.mark.parametrize("role", [Role.OWNER, Role.MEMBER])
    def test_owners_and_members_are_never_limited(self, role: Role) -> None:
        with pytest.raises(BadInput):
            sign_in(browser(), role, areas=["patching"])

    @pytest.mark.parametrize("area", ["ledger", "nowhere", ""])
    def test_only_areas_with_safeguards_can_be_given(self, area: str) -> None:
        assert area not in [one.id for one in limitable()]
        with pytest.raises(BadInput):
            sign_in(browser(), Role.MANAGER, areas=[area])

    def test_all_rights_of_a_person_to_read_are_limited_alike(self) -> None:
        person = self.person(Role.MANAGER, ["patching"])
        for areas in ((), ("access",), ("patching", "access")):
            with pytest.raises(BadInput):
                self.give(person, Role.AUDITOR, *areas)
        self.give(person, Role.APPROVER, "patching")
        self.give(person, Role.MEMBER)
        user = User.objects.get(person=person.pk)
        assert viewer_of(user, utc_now()).areas == PATCHING
        self.give(person, Role.OWNER)
        assert viewer_of(user, utc_now()).areas is None

    def test_rights_that_differ_all_the_same_leave_what_all_of_them_allow(self) -> None:
        person = self.person(Role.MANAGER, ["patching", "access"])
        self.give(person, Role.APPROVER, "patching", "access")
        with recording(ACTOR, "take away an area"):
            RightArea.objects.filter(right__role="approver", area="access").delete()
        assert viewer_of(User.objects.get(person=person.pk), utc_now()).areas == PATCHING

    def test_an_owner_gives_a_limited_right_on_the_page_and_sees_it_there(self) -> None:
        sent = {
            "name": "Pat Patch", "email": "pat@clinic.example", "password": PASSWORD,
            "role": "manager", "areas": ["patching", "access"],
        }  # fmt: skip
        assert self.client.post("/settings/people/add/", sent).status_code == 302
        assert "Access, Patching" in text(self.client, "/settings/")
        person = Person.objects.get(name="Pat Patch")
        refused = self.client.post(f"/settings/people/{person.pk}/give/", {"role": "approver"})
        assert refused.status_code == 400
        assert "limited to other areas" in refused.content.decode()
        given = {"role": "approver", "areas": ["patching", "access"]}
        assert self.client.post(f"/settings/people/{person.pk}/give/", given).status_code == 302

    def test_people_outside_of_an_area_are_not_offered_for_mention(self) -> None:
        person = self.person(Role.MANAGER, ["patching"])
        here, there = finding("patching"), finding("mfa")
        assert person.pk in dict(people_who_see(f"program.finding:{here.pk}", utc_now()))
        assert person.pk not in dict(people_who_see(f"program.finding:{there.pk}", utc_now()))
        assert person.pk in dict(people_who_see("program.safeguard:patching", utc_now()))
        assert person.pk not in dict(people_who_see("systems.host:k3", utc_now()))


def test_every_safeguard_is_of_an_area_that_rights_can_be_limited_to() -> None:
    known = {area.id for area in limitable()}
    assert {area_of(id) for id in catalogue()} <= known
    assert area_of("nothing") == ""
