"""Every page that speaks of hosts, safeguards, findings or reports says how much of the whole was seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from duecare.ledger.viewers import Role
from tests.site.addresses import FILES, PAGES
from tests.site.answers import OK
from tests.site.past import Past, organisation

REACH = "2 of about 150 computers seen; the rest unknown."
THEN = "1 of about 150 computers seen; the rest unknown."
SAID = "Reach: </span>%s"
"""How the frame says it."""
SILENT = (
    "access/", "account/", "api/", "settings/", "guide/", "duties/", "tasks/", "ledger/", "remarks/",
    "feeds/", "healthz", "imports/", "incidents/", "matters/", "released/", "search/", "staff/", "views/",
)  # fmt: skip
"""Where nothing is said of them: accounts, what is set, work, lists, the record itself."""
SPEAKING = sorted(
    page.sample
    for route, page in PAGES.items()
    if page.get[Role.OWNER] == OK and not route.startswith(SILENT) and route not in FILES
)
TODAY = {page.sample for page in PAGES.values() if page.today}
"""What is not there as of a past day."""


@pytest.fixture(scope="module")
def past(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with organisation(template, tmp_path_factory.mktemp("reach")) as made:
        yield made


@pytest.mark.parametrize("sample", SPEAKING)
def test_a_page_names_its_reach_once_of_its_own_day(past: Past, sample: str) -> None:
    address = "/" + sample.format_map(past.samples)
    assert past.browsers["owner"].get(address).content.decode().count(SAID % REACH) == 1
    if sample in TODAY:
        return
    assert past.browsers["owner"].get(f"{address}?as_of={past.then}").content.decode().count(SAID % THEN) == 1


def test_a_member_is_told_nothing_of_it(past: Past) -> None:
    for address in ("/", "/duties/", "/tasks/"):
        assert "computers seen" not in past.browsers["member"].get(address).content.decode()
