"""The order of work with what is said of hosts: points of each host, and the heaviest host in the list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.patching.weaknesses import placing, queries
from duecare.patching.weaknesses.models import Advisory
from duecare.patching.weaknesses.placing import is_due, rank_on, reorder
from duecare.patching.weaknesses.urgency import Weights
from duecare.site import first_run
from duecare.site.worker import ORDER, run_due
from duecare.systems.exposure import NOTHING, Known
from duecare.systems.exposure_actions import Answer, Said, say_exposure
from tests.homes import fresh_home
from tests.patching.advisories_made import advisory, below
from tests.patching.fleet import ACTOR, facts, host, report
from tests.patching.weaknesses.test_weak import OPENSSL, hold
from tests.people import browser, sign_in
from tests.site.past import clock

DAY = timedelta(days=1)
OUTSIDE = Said(internet=Answer.YES, data=Answer.NO, because="It serves our website.")


@pytest.fixture
def home(template: str, tmp_path: Path) -> Iterator[Path]:
    with fresh_home(template, tmp_path) as made:
        cache.clear()
        yield made
        first_run.forget()


def test_what_is_said_of_a_host_moves_what_is_weak_there_and_grows_old(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utc_now()
    with clock(now - 300 * DAY):
        web = host("web", now - 300 * DAY)
        inner = host("inner", now - 300 * DAY)
        both = [("libssl3:openssl", "3.0.14-1~deb12u2")]
        report(web, facts([*both, ("zlib1g:zlib", "1.2")]), now - 300 * DAY)
        report(inner, facts(both), now - 300 * DAY)
    zlib = advisory("CVE-2026-3", below("Debian:12/zlib", "1.3"))
    hold(now - 299 * DAY, advisory("CVE-2026-1", OPENSSL), zlib, advisory("DSA-1", OPENSSL))
    before = {row.pk: row.points for row in Advisory.objects.all()}
    assert reorder() == 0, "nothing is known of any host"
    assert not is_due(None)

    with clock(now - 200 * DAY):
        say_exposure(ACTOR, [web.pk], OUTSIDE, now - 200 * DAY)
    assert reorder() == 0, "that was said too long ago to count"
    say_exposure(ACTOR, [web.pk], OUTSIDE, now)
    say_exposure(ACTOR, [inner.pk], Said(Answer.NO, Answer.NO, because="It has no way out."), now)
    assert is_due(None)
    assert ORDER in run_due(now)
    assert ORDER not in run_due(now)
    with monkeypatch.context() as patch:
        patch.setattr(placing, "reorder", lambda: say_exposure(ACTOR, [web.pk], OUTSIDE, now - 2 * DAY))
        say_exposure(ACTOR, [web.pk], OUTSIDE, now - DAY)
        assert ORDER in run_due(now)
    assert ORDER in run_due(now), "it was said while the order was made"
    assert ORDER not in run_due(now)
    zlib_row, openssl = Advisory.objects.get(pk="CVE-2026-3"), Advisory.objects.get(pk="CVE-2026-1")
    assert zlib_row.points == before["CVE-2026-3"] + round((15 - 10) / 2 + 0.01)
    assert "reachable from the internet" in openssl.ranked_because
    for known, shift in ((Known(True, True), 12.5), (NOTHING, 0), (Known(False, False), -12.5)):
        assert abs(rank_on(openssl, known, Weights()).points - before["CVE-2026-1"] - shift) <= 0.5

    client = browser()
    sign_in(client, Role.OWNER)
    page = client.get("/patching/weaknesses/CVE-2026-1/").content.decode()
    assert page.index(f"/systems/{web.pk}/") < page.index(f"/systems/{inner.pk}/")
    assert "not reachable from the internet" in page
    ours = client.get(f"/patching/software/hosts/{web.pk}/").content.decode()
    assert "Reachable from the internet; no data of people on the host" in ours
    assert [row.pk for row in queries.advisories(sign_in(client, Role.OWNER)).order_by("-points", "pk")]
