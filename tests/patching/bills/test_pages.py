"""Products beside hosts: on the pages of weaknesses, packages and of who runs what, in the search, by API."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from duecare.ledger import sealing
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Scope
from duecare.patching.bills import actions
from duecare.patching.bills.models import Bill
from duecare.patching.software.following import package_key
from duecare.program.search import search
from duecare.site import api_tokens
from tests.patching.bills.test_products import DAY, LOG4J, hold, home, log4j, product, take, written
from tests.people import browser, sign_in
from tests.site.test_api import Program

__all__ = ["home"]
NAME = "org.apache.logging.log4j:log4j-core"
PACKAGE = package_key("Maven", NAME)


def rows(client: Client, address: str, **query: str) -> list[dict[str, Any]]:
    answer = client.get(address, {**query, "format": "json"})
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = json.loads(answer.getvalue())["rows"]
    return found


def test_products_stand_beside_hosts_wherever_software_does(home: Path) -> None:
    now = utc_now()
    booking, other = product("Booking", now - 20 * DAY), product("Unknown", now - 20 * DAY)
    take(booking, now - 20 * DAY, written(log4j("2.14.0"), "glue"), home)
    hold(now - 19 * DAY, LOG4J)
    take(booking, now - 5 * DAY, written(log4j("2.23.0"), "glue"), home)
    hold(now - 5 * DAY, LOG4J)
    sealing.seal()
    client, then = browser(), (now - 10 * DAY).date().isoformat()
    viewer = sign_in(client, Role.OWNER)
    for address in ("weaknesses/CVE-1/", f"software/{PACKAGE}/", f"products/{booking.pk}/"):
        page = client.get(f"/patching/{address}").content.decode()
        assert "Booking" in page, address
        assert "2.14.0" in page, address
        past = client.get(f"/patching/{address}?as_of={then}").content.decode()
        assert "2.14.0" in past, address
        assert "2.23.0" not in past, address
        unkept = "how far its components had been held against advisories by then was not kept"
        assert (unkept in past) is address.startswith("products/")
        assert unkept not in page
    asked = {"name": NAME, "below": "2.17.1"}
    page = client.get("/patching/software/asked/", {**asked, "on": then}).content.decode()
    assert "Booking" in page
    assert f'href="/patching/products/{other.pk}/"' in page, "of which it was not known"
    assert [
        (one["product"], one["answer"]) for one in rows(client, "/patching/products/asked/", **asked)
    ] == []
    (was,) = rows(client, "/patching/products/asked/", **asked, on=then)
    assert (was["product"], was["version"], was["answer"], was["known"]) == (
        "Booking", "2.14.0", "below", "known",
    )  # fmt: skip
    listed = {
        one["product" if "product" in one else "name"]: one for one in rows(client, "/patching/products/")
    }
    assert (listed["Booking"]["state"], listed["Unknown"]["state"]) == ("fresh", "none")
    parts = rows(client, f"/patching/products/{booking.pk}/", matched="no")
    assert [one["name"] for one in parts] == ["glue"]
    (weakness,) = rows(client, "/patching/weaknesses/")
    assert (weakness["hosts"], weakness["products"]) == (0, 0)
    (weakness,) = rows(client, "/patching/weaknesses/", as_of=then)
    assert weakness["products"] == 1
    assert {one["name"]: one["products"] for one in rows(client, "/patching/software/")} == {
        NAME: 1,
        "glue": 1,
    }
    found = {hit.title for group in search("booking", viewer).groups for hit in group.hits}
    assert "Booking" in found


def test_a_build_takes_its_bill_in_with_a_token_of_that_scope(home: Path) -> None:
    now = utc_now()
    viewer = sign_in(browser(), Role.OWNER)
    with_it, without = (
        Program(viewer, api_tokens.make_token(viewer, "build", scopes, 30, now))
        for scopes in ([Scope.PRODUCTS, Scope.READ], [Scope.SYSTEMS])
    )
    without.refused("POST", "products", {"name": "Booking"}, 403)
    made = with_it.do("POST", "products", {"name": "Booking"}, 201)
    assert (made["state"], made["bills"], made["own"]) == ("none", [], True)
    place = f"products/{made['id']}"
    data = written(log4j("2.14.0"), "glue", at=now)
    taken = with_it.do("POST", f"{place}/bills?name=bom.json", data, 201)
    assert (taken["name"], taken["components"], taken["without_purl"]) == ("bom.json", 2, 1)
    error = with_it.do("POST", f"{place}/bills", data, 403)["error"]
    assert "This very file was taken in" in error["what"]
    assert with_it.refused("POST", f"{place}/bills", b"") == "body"
    assert "breaks off" in with_it.do("POST", f"{place}/bills", data[:-9], 400)["error"]["what"]
    kept = browser().get(
        f"/api/{place}/bills/{taken['id']}/file", headers={"Authorization": f"Bearer {with_it.token}"}
    )
    assert kept.getvalue() == data
    hold(now, LOG4J)
    told = with_it.get(place)
    assert (told["state"], [one["advisory"] for one in told["weak"]]) == ("fresh", ["GHSA-1"])
    assert with_it.get("weaknesses/CVE-1")["products"][0]["host_name"] == "Booking"
    reach = with_it.get(f"software/reach?name={NAME}")["inside"]
    assert reach == {"products": 1, "found": 1, "without": 0, "unknown": 0}
    assert with_it.get(f"software/{PACKAGE}/products")["rows"][0]["product"] == "Booking"
    undone = with_it.do("POST", f"{place}/bills/{taken['id']}/undo", {"reason": "of a branch"})
    assert undone["undone_because"] == "of a branch"
    assert with_it.get(place)["state"] == "none"
    assert with_it.do("POST", f"{place}/end", {"reason": "gone"})["state"] == "ended"
    assert with_it.do("POST", f"{place}/resume")["ended_at"] is None


def test_two_products_of_one_name_are_refused_and_a_person_may_be_responsible(home: Path) -> None:
    client, now = browser(), utc_now()
    viewer = sign_in(client, Role.OWNER)
    booking = product("Booking", now - timedelta(hours=1))
    given = {"name": "Booking", "whose": "own", "supplier": "", "what": "", "person": viewer.person}
    answer = client.post("/patching/products/add/", given)
    assert answer.status_code == 400
    assert "There is a product called Booking already." in answer.content.decode()
    answer = client.post(
        f"/patching/products/{booking.pk}/change/", {**given, "name": "Booking 2"}, follow=True
    )
    assert "Owner Example" in answer.content.decode()
    with_bill = take(booking, now, written("pkg:npm/a@1.0.0"), home)
    ended = client.post(f"/patching/products/{booking.pk}/end/", {"reason": "gone"}, follow=True)
    assert "Take back that it ended" in ended.content.decode()
    assert client.get(f"/patching/products/{booking.pk}/bills/add/").status_code == 403
    client.post(f"/patching/products/{booking.pk}/resume/")
    assert client.get(f"/patching/products/{booking.pk}/bills/{with_bill.pk}/undo/").status_code == 200
    assert Bill.objects.get().undone_at is None
    assert actions.MOST_BYTES == 1 << 30
