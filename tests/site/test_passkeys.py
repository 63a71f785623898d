"""Passkeys in a real browser: registered, signed in with, signing a decision that openssl confirms.

How a newcomer comes to sign: test_first_thirty_minutes.py.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import axe_faults, chromium, windows
from tests.program.authenticator import Authenticator, new_key
from tests.site.browser import CLAIM, PASSWORD, Passkeys, Served, claim, code, passkey_in, serving

pytestmark = pytest.mark.browser

OWNER = CLAIM["email"]
DOCS = Path(__file__).parents[2] / "docs" / "approvals.md"
WIDTHS = ({"width": 1280, "height": 800}, {"width": 375, "height": 800})


@dataclass(slots=True)
class Signed:
    """An owner who has a passkey in a virtual authenticator."""

    site: Served
    page: Any
    passkeys: Passkeys

    def open(self, path: str) -> Any:
        self.page.goto(self.site.address + path)
        return self.page


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    """Claims a new Duecare, sets up a code generator, then registers a passkey.

    From there to the first signed exception: test_first_thirty_minutes.py.
    """
    place = tmp_path_factory.mktemp("passkeys") / "home"
    with chromium() as browser, serving(place) as site, windows(browser) as several:
        page = several.open()
        one = Signed(site, page, passkey_in(page))
        enter(one)
        register(one, "blue key")
        yield one


def enter(one: Signed) -> None:
    page = one.open("/")
    claim(page, one.site.token_file.read_text().strip())
    page.wait_for_url("**/account/login/")
    page.locator("[name=login]").fill(OWNER)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/2fa/totp/activate/")
    page.locator("[name=code]").fill(code(page.locator("code").inner_text()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/2fa/recovery-codes/")


def register(one: Signed, name: str) -> None:
    page = one.open("/account/2fa/webauthn/add/")
    page.locator("[name=name]").fill(name)
    page.get_by_role("button", name="Register").click()
    page.wait_for_url(re.compile("/account/2fa/$"))


def sign_out(page: Any) -> None:
    page.locator(".person summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/")


def ask(one: Signed, safeguard: str) -> str:
    """Ask for an exception; the address of its page."""
    page = one.open("/exceptions/new/")
    page.locator("[name=safeguard]").select_option(safeguard)
    page.locator("[name=reason]").fill("The scanner's maker forbids updates until May.")
    page.locator("[name=measure]").fill("It stands in a network of its own.")
    page.get_by_role("button", name="Ask for it").click()
    page.get_by_text("Asked for. It holds once").wait_for()
    return str(page.url)


def test_a_passkey_is_registered_on_the_record_and_listed(owner: Signed) -> None:
    (credential,) = owner.passkeys.credentials
    assert credential["isResidentCredential"], "so that it signs in by itself"
    page = owner.open("/account/2fa/webauthn/")
    assert page.get_by_text("blue key", exact=True).is_visible()
    page = owner.open("/ledger/?kind=program.passkey")
    page.locator(".listing tbody a").first.click()
    page.get_by_role("heading", name="What it holds").wait_for()
    assert "BEGIN PUBLIC KEY" in page.locator("main").inner_text()


@pytest.mark.parametrize("size", WIDTHS, ids=["wide", "narrow"])
@pytest.mark.parametrize(
    "path",
    [
        "/account/2fa/",
        "/account/2fa/webauthn/",
        "/account/2fa/webauthn/add/",
        "/account/2fa/webauthn/reauthenticate/",
    ],
)
def test_the_pages_about_passkeys_are_whole(owner: Signed, path: str, size: dict[str, int]) -> None:
    owner.page.set_viewport_size(size)
    page = owner.open(path)
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert axe_faults(page) == []
    owner.page.set_viewport_size(WIDTHS[0])


def test_the_passkey_alone_signs_in(owner: Signed) -> None:
    page = owner.open("/")
    sign_out(page)
    assert axe_faults(page) == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(owner.site.address + "/")
    assert page.locator(".person").is_visible()
    assert owner.open("/settings/").get_by_role("heading", name="Settings").is_visible()


def test_after_the_password_the_passkey_is_the_second_factor(owner: Signed) -> None:
    page = owner.open("/")
    sign_out(page)
    page.locator("[name=login]").fill(OWNER)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Second factor").wait_for()
    assert axe_faults(page) == []
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url(owner.site.address + "/")


def test_openssl_confirms_a_signed_decision(owner: Signed, tmp_path: Path) -> None:
    address = ask(owner, "patching")
    page = owner.page
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Approve", exact=True).check()
    page.get_by_role("button", name="Sign the decision").click()
    page.wait_for_url(address)
    decisions = page.locator("[aria-labelledby=h-decisions]")
    numbers = [
        int(re.findall(r"\d+", text.replace(",", ""))[-1])
        for text in decisions.locator("a.num").all_inner_texts()
    ]
    passkey, decided_on, approval = numbers
    assert passkey < decided_on < approval

    page.request.post(
        f"{owner.site.address}/ledger/sign/",
        headers={"Referer": owner.site.address},
        form={"csrfmiddlewaretoken": page.locator("[name=csrfmiddlewaretoken]").first.input_value()},
    )
    for name, number in {"passkey": passkey, "decided": decided_on, "approval": approval}.items():
        answer = page.request.get(f"{owner.site.address}/ledger/{number}/proof.json")
        assert answer.ok, answer.status
        (tmp_path / f"{name}.json").write_bytes(answer.body())
    confirmed = follow_the_docs(tmp_path)
    assert confirmed.returncode == 0, confirmed.stdout + confirmed.stderr
    assert "Verified OK" in confirmed.stdout


def follow_the_docs(place: Path) -> subprocess.CompletedProcess[str]:
    """Type every block of docs/approvals.md, in a directory with the three files that it asks for."""
    steps = re.findall(r"```sh\n(.*?)```", DOCS.read_text(), re.S)
    assert len(steps) >= 4
    return subprocess.run(
        ["bash", "-e", "-c", "".join(steps)], cwd=place, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ["decided", "approval", "passkey"])
def test_the_steps_of_the_docs_fail_on_anything_that_was_changed(
    owner: Signed, tmp_path: Path, name: str
) -> None:
    """Runs after the signed approval: takes the same three files from the record and changes one."""
    page = owner.open("/exceptions/?state=approved")
    page.locator("#exceptions tbody a").first.click()
    decisions = page.locator("[aria-labelledby=h-decisions]")
    decisions.wait_for()
    texts = decisions.locator("a.num").all_inner_texts()
    numbers = [int(re.findall(r"\d+", text.replace(",", ""))[-1]) for text in texts]
    for file, number in zip(("passkey", "decided", "approval"), numbers, strict=True):
        answer = page.request.get(f"{owner.site.address}/ledger/{number}/proof.json")
        proof = answer.json()
        if file == name:
            payload = json.loads(proof["openings"]["payload"]["data"])
            record = payload["record"]
            if name == "decided":
                record["reason"] += "!"
            elif name == "approval":
                record["decided"] = "refused"
            else:
                record["public_key"] = Authenticator(new_key("ES256")).pem
            proof["openings"]["payload"]["data"] = json.dumps(payload)
        (tmp_path / f"{file}.json").write_text(json.dumps(proof))
    assert follow_the_docs(tmp_path).returncode != 0


def test_a_passkey_that_is_refused_sends_nothing_and_says_so(owner: Signed) -> None:
    address = ask(owner, "network_security")
    page = owner.page
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Approve", exact=True).check()
    owner.passkeys.uses_it(False)
    page.get_by_role("button", name="Sign the decision").click()
    page.get_by_text("The passkey was not used").wait_for()
    assert axe_faults(page) == []
    owner.passkeys.uses_it(True)
    page.get_by_role("button", name="Sign the decision").click()
    page.wait_for_url(address)
    assert page.get_by_text("the signature holds").is_visible()


def test_a_decision_that_was_not_chosen_is_asked_for_before_anything_is_signed(owner: Signed) -> None:
    ask(owner, "hardening")
    page = owner.page
    page.get_by_role("link", name="Decide").click()
    page.get_by_role("button", name="Sign the decision").click()
    page.locator(".error-summary:focus").wait_for()
    assert axe_faults(page) == []


def test_an_adopted_target_is_approved_by_the_same_mechanism(owner: Signed) -> None:
    page = owner.open("/settings/targets/security_update_days/")
    page.locator("[name=value]").fill("7")
    page.locator("[name=reason]").fill("Exploits follow within a week, and we can.")
    page.get_by_role("button", name="Adopt").click()
    page.get_by_text("The next assessment judges by it.").wait_for()
    row = page.get_by_role("row", name=re.compile("Days to install a security update"))
    row.get_by_role("link", name="not approved").click()
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Approve", exact=True).check()
    page.get_by_role("button", name="Sign the decision").click()
    page.get_by_text("the signature holds").wait_for()
    assert axe_faults(page) == []
    row = owner.open("/settings/").get_by_role("row", name=re.compile("Days to install a security update"))
    assert "approved by Maeve Brennan" in row.inner_text()
    assert "signed" in row.inner_text()


def test_a_passkey_is_renamed_and_removed_and_signs_no_more(owner: Signed) -> None:
    page = owner.open("/account/2fa/webauthn/")
    page.get_by_role("link", name="Rename “blue key”").click()
    assert axe_faults(page) == []
    page.locator("[name=name]").fill("Maeve’s key")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Maeve’s key", exact=True).wait_for()
    page.get_by_role("link", name="Remove “Maeve’s key”").click()
    assert axe_faults(page) == []
    page.get_by_role("button", name="Remove it").click()
    page.get_by_text("None yet").wait_for()
    ask(owner, "mfa")
    page.get_by_role("link", name="Decide").click()
    page.get_by_text("the server asserts your decision").wait_for()
    page.get_by_label("Approve", exact=True).check()
    page.get_by_role("button", name="Record the decision").click()
    page.get_by_text("asserted by the server", exact=False).first.wait_for()
    assert page.get_by_text("the signature holds").count() == 0
