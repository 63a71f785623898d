"""A lost table gives the same rows again: what is made anew from the record equals what grew day by day."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from duecare.errors import DuecareError, NotFound
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.patching.advisories.interface import Advisory, Enrichment
from duecare.patching.advisories.loading import Loaded
from duecare.patching.feeds.models import Feed, FeedSnapshot, State, Verified
from duecare.patching.feeds.queries import current_feeds
from duecare.patching.software.models import Software
from duecare.patching.weaknesses import models
from duecare.patching.weaknesses.judging import match, source_of
from duecare.patching.weaknesses.rebuilding import rebuild
from duecare.patching.weaknesses.urgency import Weights
from duecare.site import first_run
from tests.homes import fresh_home
from tests.patching.advisories_made import advisory, affected, below, events
from tests.patching.fleet import ACTOR, facts, host, report
from tests.patching.weaknesses.test_weak import DAY, START
from tests.site.past import clock

TABLES = (models.Weak, models.Rating, models.Advisory, models.AdvisoryName, models.Sighting, models.Matching)


@pytest.fixture
def home(template: str, tmp_path: Path) -> Iterator[Path]:
    with fresh_home(template, tmp_path) as made:
        cache.clear()
        yield made
        first_run.forget()


class Story:
    """What comes in day by day; snapshots are kept here, and not parsed."""

    def __init__(self) -> None:
        self.loaded: dict[str, Loaded] = {}
        self.now = START

    def read(self, snapshot: FeedSnapshot) -> Loaded:
        return self.loaded[snapshot.pk]

    def bring(
        self, name: str, advisories: Sequence[Advisory], file: str = "", rated: Sequence[Enrichment] = ()
    ) -> None:
        with clock(self.now), recording(ACTOR, "take in"):
            feed, _new = Feed.objects.get_or_create(feed=name, defaults={"id": new_key()})
            made = FeedSnapshot.objects.create(
                id=new_key(), feed=feed, fetched_at=self.now, confirmed_at=self.now, address="x", size=1,
                verified=Verified.TLS.value, by_hand=False, file=file, format="OSV", faults=0,
                count=len(advisories), state=State.TAKEN.value,
            )  # fmt: skip
        self.loaded[made.pk] = Loaded(list(advisories), {one.cve: one for one in rated})

    def hold(self) -> None:
        sources = [source_of(one, self.read(one)) for one in current_feeds()]
        with clock(self.now):
            match(ACTOR, sources, Weights(), self.now)


def rows() -> dict[str, list[dict[str, Any]]]:
    """All rows of the tables, without keys that are given by chance."""
    found = {}
    for table in TABLES:
        values = [
            {k: v for k, v in row.items() if k != "id" or table not in (models.Weak, models.Rating)}
            for row in table.objects.values()
        ]
        if table is models.AdvisoryName:
            values = [{k: v for k, v in row.items() if k != "id"} for row in values]
        found[table.__name__] = sorted(values, key=str)
    found["Software"] = list(Software.objects.order_by("pk").values("pk", "looked", "first_looked"))
    return found


VERSIONS = ("1.0-1", "1.1-1", "1.2-1", "1.3-1", "odd!")


def some_advisories(chance: random.Random) -> list[Advisory]:
    def said(package: str, release: str) -> Any:
        kind = chance.choice(("fix", "open", "refused"))
        name = f"Debian:{release}/{package}"
        if kind == "fix":
            return below(name, chance.choice(VERSIONS[1:4]))
        return affected(name, events("introduced 0" if kind == "open" else "introduced not a version!"))

    found = []
    for number in range(1, 5):
        if chance.random() < 0.8:
            places = [(p, r) for p in ("openssl", "curl") for r in ("12", "13") if chance.random() < 0.6]
            gone = chance.random() < 0.15
            found.append(advisory(f"CVE-2026-{number}", *(said(*one) for one in places), withdrawn=gone))
    return found


@pytest.mark.parametrize("seed", range(2))
def test_what_is_made_anew_equals_what_grew_day_by_day(home: Path, seed: int) -> None:
    chance, story = random.Random(seed), Story()
    hosts = []
    for name, release in (("web", "12"), ("db", "13")):
        with clock(story.now):
            hosts.append((host(name, story.now), release))
    for _day in range(7):
        story.now += DAY
        for of, release in hosts:
            if chance.random() < 0.6:
                told = [(p, chance.choice(VERSIONS)) for p in ("openssl", "curl") if chance.random() < 0.8]
                with clock(story.now):
                    report(of, facts(told, os=("debian", release)), story.now)
        for name in ("osv-debian", "debian-tracker"):
            if chance.random() < 0.5:
                story.bring(name, some_advisories(chance))
        if chance.random() < 0.6:
            cves = [f"CVE-2026-{number}" for number in range(1, 5) if chance.random() < 0.5]
            story.bring("first-epss", [], rated=[Enrichment(one, epss=chance.random()) for one in cves])
        story.now += timedelta(hours=1)
        story.hold()
    before = rows()
    assert before["Weak"], "a history that shows nothing tests nothing"
    assert len(before["Rating"]) > len(before["Advisory"])
    assert rebuild(read=story.read) == 7
    assert rows() == before
    for table in TABLES:
        table.objects.all().delete()
    Software.objects.update(looked=None, first_looked=None)
    rebuild(read=story.read)
    assert rows() == before


def test_a_fix_of_another_release_begins_no_clock_and_older_rows_find_their_true_day(home: Path) -> None:
    story = Story()
    with clock(START):
        web = host("web", START)
    story.bring("osv-debian", [advisory("CVE-2026-1", below("Debian:13/openssl", "9"))])
    story.hold()
    story.now += DAY
    with clock(story.now):
        report(web, facts([("openssl", "1.0-1")]), story.now)
    both = advisory("CVE-2026-1", below("Debian:13/openssl", "9"), below("Debian:12/openssl", "9"))
    story.bring("osv-debian", [both])
    story.hold()
    weak = models.Weak.objects.get()
    assert (weak.fix_seen_at, weak.fix_by_advisory) == (START + DAY, False)
    # As the release before this one had kept it: by its advisory alone, and with the day of Debian 13.
    models.Sighting.objects.all().delete()
    models.Sighting.objects.create(id="CVE-2026-1", fix_seen_at=START, by_advisory=True)
    models.Weak.objects.all().delete()
    story.now += DAY
    story.bring("osv-debian", [both])
    story.hold()
    weak = models.Weak.objects.get()
    assert (weak.fix_seen_at, weak.fix_by_advisory) == (START, True)
    assert not models.Sighting.objects.filter(pk="CVE-2026-1").exists()
    rebuild(read=story.read)
    weak = models.Weak.objects.get()
    assert (weak.since, weak.fix_seen_at, weak.fix_by_advisory) == (START + DAY, START + DAY, False)


def test_a_snapshot_whose_file_is_gone_stops_it_and_changes_nothing(home: Path) -> None:
    story = Story()
    with clock(START):
        report(host("web", START), facts([("openssl", "1.0-1")]), START)
    file = blobs.keep(b'{"id": "CVE-2026-1", "modified": "2026-03-01T00:00:00Z", "affected": [{"package": '
                      b'{"ecosystem": "Debian:12", "name": "openssl"}, "ranges": [{"type": "ECOSYSTEM", '
                      b'"events": [{"introduced": "0"}, {"fixed": "1.2-1"}]}]}]}')  # fmt: skip
    story.bring("osv-debian", [advisory("CVE-2026-1", below("Debian:12/openssl", "1.2-1"))], file)
    story.hold()
    before = models.Weak.objects.values("software", "advisory", "fixed", "since", "fix_seen_at").get()
    rebuild()  # from the file itself, in the child
    assert models.Weak.objects.values("software", "advisory", "fixed", "since", "fix_seen_at").get() == before
    (home / "blobs" / file[:2] / file[2:]).unlink()
    with pytest.raises((NotFound, DuecareError), match="missing"):
        rebuild()
    assert models.Weak.objects.count() == 1
