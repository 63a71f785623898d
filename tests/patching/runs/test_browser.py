"""A patch run in a real browser: drawn up by one, signed by two, taken up by the deployer, shown as done.

Both passkeys are Chromium's own virtual ones; the deployer trusts the public keys that the record holds.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from duecare.patching.deployer.people import Trusted, trust
from tests.chromium import axe_faults, chromium, windows
from tests.patching.runs.deploying import FINGERPRINT, Workshop
from tests.patching.runs.test_runs import report
from tests.program.authenticator import Authenticator, new_key
from tests.site.browser import DUECARE, PASSWORD, Served, code, environment, passkey_in, serving
from tests.site.test_passkeys import Signed, enter, register

pytestmark = pytest.mark.browser
MANAGER = "orla@clinic.example"


def _passkeyed(site: Served, page: Any) -> Signed:
    """Somebody's window with a virtual authenticator in it."""
    return Signed(site, page, passkey_in(page))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Signed, Signed]]:
    """An owner and a manager, each with a passkey, and a host on which an update waits."""
    place = tmp_path_factory.mktemp("runs")
    with chromium() as browser, serving(place / "home") as site, windows(browser) as several:
        owner = _passkeyed(site, several.open())
        enter(owner)
        register(owner, "owner’s key")
        words = [str(DUECARE), "user", "add", MANAGER, "--name", "Orla Quinn", "--role", "manager"]
        home, typed = environment(site.home), f"{PASSWORD}\n"
        subprocess.run(words, env=home, input=typed, text=True, check=True, capture_output=True)
        manager = _passkeyed(site, several.open())
        page = manager.open("/account/login/")
        page.locator("[name=login]").fill(MANAGER)
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/2fa/totp/activate/")
        page.locator("[name=code]").fill(code(page.locator("code").inner_text()))
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/2fa/recovery-codes/")
        register(manager, "manager’s key")
        for name in ("web-1", "web-2"):
            (place / f"{name}.json").write_bytes(report(datetime.now(UTC), name))
            taken = site.run("import", "facts", str(place / f"{name}.json"), "--new-host")
            assert taken.returncode == 0, taken.stderr
        yield owner, manager


def public_keys(one: Signed) -> dict[str, str]:
    """The public keys of the passkeys on the record, by the name of the passkey."""
    page = one.open("/ledger/?kind=program.passkey")
    found = {}
    for path in page.locator(".listing tbody a").evaluate_all("all => all.map(a => a.getAttribute('href'))"):
        text = one.open(path).locator("main").inner_text()
        pem = re.search(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", text, re.S)
        if pem:
            body = re.sub(r"-----[A-Z ]+-----|\\n|\s", "", pem[0])
            name = "owner" if "owner’s key" in text else "manager"
            found[name] = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
    return found


def whole(page: Any, name: str, place: Path) -> None:
    """That a page is whole in both widths and schemes; pictures of it for whoever wants to see."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 375):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            assert axe_faults(page) == [], (name, scheme, width)
            page.screenshot(path=place / f"{name}-{scheme}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_patch_run_is_drawn_up_signed_by_two_and_carried_out(
    two: tuple[Signed, Signed], tmp_path: Path
) -> None:
    owner, manager = two
    page = manager.open("/patching/runs/")
    whole(page, "list-empty", tmp_path)
    page.get_by_role("link", name="Draw up a patch run").click()
    page.get_by_role("link", name="Say it web-1").click()
    page.locator("[name=address]").fill("web-1.clinic.example")
    page.locator("[name=host_key]").fill("SHA256:short")
    page.get_by_role("button", name="Note it").click()
    page.get_by_role("link", name=re.compile("no fingerprint")).wait_for()
    page.locator("[name=host_key]").fill(FINGERPRINT)
    whole(page, "reach", tmp_path)
    page.get_by_role("button", name="Note it").click()
    page.get_by_text("web-1.clinic.example").wait_for()
    whole(page, "new", tmp_path)
    page.get_by_label("web-1", exact=True).check()
    page.get_by_label("web-2", exact=True).check()
    page.get_by_role("button", name="Next: when").click()
    page.get_by_text("Step 2 of 2, for 2 hosts").wait_for()
    whole(page, "when", tmp_path)
    page.locator("[name=title]").fill("The lamp")
    page.locator("[name=begins]").fill("00:00")
    page.locator("[name=ends]").fill("00:00")
    page.get_by_role("button", name="Draw it up").click()
    page.get_by_text("Read it, then sign it").wait_for()
    said = page.locator("main").inner_text()
    for part in ("duecare-test-lamp 1.0-1 → 1.0-2", "web-2", "nobody has said how it is reached", "Ring 1"):
        assert part in said
    whole(page, "draft", tmp_path)
    page.get_by_role("link", name="Sign and ask").click()
    page.get_by_role("heading", name="Your signature").wait_for()
    whole(page, "ask", tmp_path)
    manager.passkeys.uses_it(False)
    page.get_by_role("button", name="Sign and ask").click()
    page.locator("[data-said=failed]").wait_for()
    manager.passkeys.uses_it(True)
    page.get_by_role("button", name="Sign and ask").click()
    page.get_by_text("A second person approves it").wait_for()
    address = page.url.removeprefix(owner.site.address)

    page = owner.open(address)
    page.get_by_role("link", name="Decide").click()
    page.get_by_text("web-1: duecare-test-lamp 1.0-1 → 1.0-2").wait_for()
    whole(page, "decide", tmp_path)
    page.get_by_label("Approve", exact=True).check()
    page.get_by_role("button", name="Sign the decision").click()
    page.get_by_text("Two people signed it").wait_for()
    whole(page, "approved", tmp_path)

    others = (Authenticator(new_key("EdDSA")), Authenticator(new_key("EdDSA")))
    shop = Workshop(tmp_path / "elsewhere", datetime.now(UTC), *others)
    keys = public_keys(owner)
    for name, decides in (("owner", True), ("manager", False)):
        trust(shop.place, Trusted(name, owner.site.address, keys[name], decides))
    handed = owner.site.run("patching", "orders", str(shop.between.orders))
    assert handed.returncode == 0, handed.stderr
    shop.now = datetime.now(UTC)
    shop.deployer().pass_once()
    told = [json.loads(line) for line in (shop.between.results / f"{address.split('/')[3]}.jsonl").open()]
    assert [line["what"] for line in told] == ["accepted", "begun", "host", "over"], shop.said
    assert (told[0]["asked_by"], told[0]["approved_by"]) == ("manager", "owner")
    taken = owner.site.run("patching", "results", str(shop.between.results))
    assert "Taken in: 3 lines." in taken.stderr
    page = owner.open(address)
    said = page.locator("main").inner_text()
    for part in ("Done", "1 installed, 0 failed, 0 not reached", "Not shown yet", "every host had its turn"):
        assert part in said
    whole(page, "done", tmp_path)
    whole(owner.open("/patching/runs/"), "list", tmp_path)
