"""What hosts are exposed to: said of one or many, on pages, in the list, as of a past day."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from duecare.errors import BadInput, NotFound
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import actions
from duecare.program.judgement import Grade
from duecare.program.models import Right
from duecare.systems.exposure_actions import Answer, Said, say_exposure
from duecare.systems.exposure_models import Exposure
from duecare.systems.exposure_telling import public_services
from duecare.systems.models import Host, Report
from tests.patching.fleet import host
from tests.people import browser, sign_in
from tests.site.past import clock

pytestmark = pytest.mark.usefixtures("home")
ACTOR = "terminal:test"
NOW = utc_now()
DAY = timedelta(days=1)
INSIDE = Said(internet=Answer.NO, because="It has no route out.")


@pytest.fixture
def manager() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.MANAGER)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", content.decode())


def names(client: Client, query: str) -> list[str]:
    return [row["name"] for row in json.loads(text(client, f"/systems/?format=json&{query}"))["rows"]]


def test_it_is_said_on_a_form_and_shown_on_the_page_and_in_the_list(manager: tuple[Client, Viewer]) -> None:
    client, viewer = manager
    web, inner = host("web", NOW), host("inner", NOW)
    patients = actions.keep_data_set(ACTOR, None, name="Patients", people={"DE": 12000})
    assert "Say what it is exposed to" in text(client, f"/systems/{web.pk}/")
    address = f"/systems/{web.pk}/exposure/"
    given = {"internet": "yes", "holds_data": "yes", "data_sets": [patients.pk]}
    refused = client.post(address, given)
    assert refused.status_code == 400
    assert "Say how it is known" in refused.content.decode()
    given |= {"because": "Read in the rules of the firewall.", "responsible": viewer.person}
    assert client.post(address, given).status_code == 302
    page = text(client, f"/systems/{web.pk}/")
    for words in ("yes: Patients", "Read in the rules of the firewall", viewer.name, "Say it anew"):
        assert words in page
    said = Exposure.objects.get()
    client.post(address, {**given, "responsible": "nobody"})
    client.post(address, {**given, "responsible": viewer.person})
    assert Exposure.objects.get().internet_at == said.internet_at, "who is responsible is another question"
    assert names(client, "internet=yes") == names(client, "data_set=patie") == ["web"]
    assert names(client, f"responsible={viewer.name[:5]}") == names(client, "owner=somebody") == ["web"]
    assert names(client, "internet=unknown") == names(client, "owner=nobody") == [inner.name]
    head = text(client, "/systems/?format=csv").splitlines()[0]
    assert "Data of people on it" in head
    actions.drop_data_set(ACTOR, patients.pk)
    assert "1 data set that is kept no more" in text(client, f"/systems/{web.pk}/")


def test_a_responsible_person_without_a_right_is_shown_as_such_and_areas_find_by_no_data_set(
    manager: tuple[Client, Viewer],
) -> None:
    client, _viewer = manager
    left = sign_in(browser(), Role.MEMBER)
    web = host("web", NOW)
    patients = actions.keep_data_set(ACTOR, None, name="Patients", people={"DE": 12000})
    inside = Said(data=Answer.YES, data_sets=(patients.pk,), responsible=left.person, because="Looked.")
    say_exposure(ACTOR, [web.pk], inside, NOW)
    with recording(ACTOR, "end a right"):
        Right.objects.filter(person=left.person).update(ended_at=NOW)
    for page in (f"/systems/{web.pk}/", "/systems/"):
        assert f"{left.name} (may no longer sign in)" in text(client, page)
    (row,) = json.loads(text(client, "/systems/?format=json"))["rows"]
    assert (row["responsible"], row["responsible_signs_in"]) == (left.name, "no")
    limited = browser()
    sign_in(limited, Role.MANAGER, areas=frozenset({"systems"}))
    assert names(client, "data_set=Pat") == ["web"]
    assert names(limited, "data_set=Pat") == []


def test_it_grows_old_and_is_unknown_again_and_a_past_day_shows_what_was_said(
    manager: tuple[Client, Viewer],
) -> None:
    client, _viewer = manager
    with clock(NOW - 300 * DAY):
        web = host("web", NOW - 300 * DAY)
        say_exposure(ACTOR, [web.pk], INSIDE, NOW - 300 * DAY)
    assert "Said too long ago" in text(client, f"/systems/{web.pk}/")
    assert names(client, "internet=stale") == names(client, "internet=unknown") == ["web"]
    say_exposure(ACTOR, [web.pk], Said(Answer.YES, because="The rule was opened."), NOW)
    then = (NOW - 200 * DAY).date().isoformat()
    page = text(client, f"/systems/{web.pk}/?as_of={then}")
    assert "It has no route out." in page
    assert "Said too long ago" not in page
    assert names(client, f"internet=no&as_of={then}") == names(client, "internet=yes") == ["web"]


def test_several_are_chosen_in_the_list_and_only_what_is_answered_changes(
    manager: tuple[Client, Viewer],
) -> None:
    client, viewer = manager
    hosts = [host(f"web-{number}", NOW) for number in range(3)]
    say_exposure(ACTOR, [hosts[0].pk], INSIDE, NOW - DAY)
    page = text(client, "/systems/?name=web-")
    assert page.count('form="chosen"') == 3
    assert "/systems/exposure/?name=web-&amp;every=1" in page
    chosen = text(client, f"/systems/exposure/?hosts={hosts[0].pk}&hosts={hosts[1].pk}")
    assert "web-0, web-1" in chosen
    assert "3 hosts" in text(client, "/systems/exposure/?name=web-&every=1")
    keys = " ".join(one.pk for one in hosts)
    assert client.post("/systems/exposure/", {"hosts": keys}).status_code == 400
    assert client.post("/systems/exposure/", {"hosts": keys, "responsible": viewer.person}).status_code == 302
    said = Exposure.objects.get(host=hosts[0])
    assert (said.internet, said.internet_at, said.responsible_id) == (False, NOW - DAY, viewer.person)
    assert Exposure.objects.filter(internet=None, responsible=viewer.person).count() == 2
    with pytest.raises(BadInput):
        say_exposure(ACTOR, [hosts[0].pk], Said(internet=Answer.YES), NOW)
    with pytest.raises(BadInput):
        say_exposure(ACTOR, [hosts[0].pk], Said(data=Answer.YES, data_sets=("none",), because="x"), NOW)
    with pytest.raises(NotFound):
        say_exposure(ACTOR, [hosts[0].pk, "gone"], INSIDE, NOW)


def test_a_report_that_shows_a_public_address_speaks_against_a_no(manager: tuple[Client, Viewer]) -> None:
    client, _viewer = manager
    web = host("web", NOW)
    sockets = {
        "state": "read", "source": "/proc/net", "problems": [],
        "items": [
            {"protocol": "tcp", "address": address, "port": port, "process": "x", "uid": 0, "reach": ""}
            for address, port in (("8.8.4.4", 443), ("10.0.0.7", 22), ("::", 80), ("fe80::1%eth0", 25))
        ],
    }  # fmt: skip
    told = {"facts": {"sockets": sockets}}
    assert public_services(told) == ("port 443/tcp at 8.8.4.4",)
    assert public_services(None) == ()
    digest = blobs.keep(json.dumps(told).encode())
    with recording(ACTOR, "take in a report"):
        Report.objects.create(
            id=new_key(), host=web, collected_at=NOW, received_at=NOW, grade=Grade.IMPORTED.value,
            collector="1", as_root=True, live=True, unreadable=0, newest=True, report=digest,
        )  # fmt: skip
    say_exposure(ACTOR, [web.pk], INSIDE, NOW)
    assert "listens on a public address: port 443/tcp at 8.8.4.4" in text(client, f"/systems/{web.pk}/")
    assert Host.objects.filter(exposure__internet=False).exists()
