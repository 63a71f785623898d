"""A case whose kept law cannot be read opens all the same, and says which law that is."""

from __future__ import annotations

from html import unescape
from pathlib import Path

from duecare.assurance.reports import incident_parts
from duecare.incidents.decisions.actions import Draft, put_down
from duecare.incidents.decisions.queries import READER
from duecare.incidents.models import Case
from duecare.incidents.notices import law_of_case
from duecare.incidents.notices.notice_actions import draft_notice
from duecare.ledger.viewers import Role
from duecare.program.papers.blocks import Text
from tests.incidents import clinic
from tests.incidents.clinic import FRIDAY, HOUR, TERMINAL
from tests.people import browser, sign_in

GDPR = "eu-gdpr.authority"


def test_every_page_of_a_case_opens_without_its_law_and_says_which_it_is(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
    now = FRIDAY + 2 * HOUR
    with clinic.at(now):
        clinic.aware(case)
        clinic.answer(case, "personal_data_breach", True)
        notice = draft_notice(TERMINAL, case.pk, GDPR, "The authority", "A breach", "Text.", now)
        decision = put_down(
            TERMINAL, case.pk,
            Draft(
                "Is it owed?", (("Yes", ""), ("No", "")), "No", "Why.", clock=GDPR, reportable=False
            ),
            now,
        )  # fmt: skip
        client = browser()
        sign_in(client, Role.OWNER)
        case = Case.objects.get()
        (Path(home) / "blobs" / case.law[:2] / case.law[2:]).unlink()
        law_of_case._thawed.cache_clear()
        of_case = f"/incidents/cases/{case.pk}/"
        for address in (
            of_case,
            *(f"{of_case}{page}/" for page in ("clocks", "timeline", "notices", "decisions", "close")),
            f"/incidents/notices/{notice.pk}/",
            f"/incidents/decisions/{decision.pk}/",
        ):
            answer = client.get(address)
            assert answer.status_code == 200, address
            text = unescape(answer.content.decode())
            assert f"The law of version {case.law_version}, by which this case is counted" in text, address
        blocks = list(incident_parts.clocks(case, READER, now))
        assert isinstance(blocks[1], Text)
        assert case.law_version in blocks[1].text
        assert len(list(incident_parts.decisions(case, READER))) > 1
