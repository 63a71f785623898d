"""What the pages of pictures tell: the figures of the curve file, and what they do not know."""

from __future__ import annotations

import os
import pytest
from pathlib import Path

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from tests.people import browser, sign_in
from tests.risk.picture import made

pytestmark = pytest.mark.usefixtures("home")


def test_look() -> None:
    now = utc_now()
    found = made.clinic(now)
    m = made.measure(found[0], "mfa", now)
    client = browser()
    sign_in(client, Role.OWNER)
    for name, url in (
        ("overview", "/risk/"),
        ("curves", f"/risk/curves/?measures={m.pk}"),
        ("both", "/risk/curves/?side=both"),
    ):
        answer = client.get(url)
        assert answer.status_code == 200, answer.content.decode()[-3000:]
        Path(f"/tmp/pic_{name}.html").write_text(
            answer.content.decode().replace("/static/web/", "/work/wt/picture/duecare/web/static/web/")
        )
