"""The process in which imports are timed: uploads as a browser sends them, through every middleware."""

from __future__ import annotations

import csv
import io
import json
import re
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import xlsxwriter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings

from duecare.ledger.records import utc_now
from duecare.program.imports.isolated import read_isolated
from duecare.program.imports.models import Import
from duecare.site import people, setup
from duecare.site.models import User

HEAD = """
    userPrincipalName displayName surname mail givenName id userType jobTitle department accountEnabled
    usageLocation streetAddress state country officeLocation city postalCode telephoneNumber mobilePhone
    alternateEmailAddress ageGroup consentProvidedForMinor legalAgeGroupClassification companyName
    creationType directorySynced invitationState identityIssuer createdDateTime
""".split()  # noqa: SIM905  (a list of words as long as this one is read more easily so)


def rows(count: int) -> Iterator[list[str]]:
    """Users of an organisation that does not exist."""
    yield HEAD
    for number in range(count):
        told = {
            "userPrincipalName": f"person{number}@clinic.example",
            "displayName": f"Person {number}",
            "id": f"00000000-0000-4000-8000-{number:012}",
            "userType": "Guest" if number % 20 == 0 else "Member",
            "accountEnabled": "False" if number % 9 == 0 else "True",
            "department": f"Department {number % 40}",
            "createdDateTime": f"{1 + number % 12}/{1 + number % 28}/2024 1:25:31 PM",
        }
        yield [told.get(name, f"{name} {number % 50}") for name in HEAD]


def book(count: int, empty: int = 0) -> bytes:
    """The same as XLSX, perhaps with empty rows after it."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = workbook.add_worksheet("Users")
    for number, row in enumerate(rows(count)):
        sheet.write_row(number, 0, row)
    for number in range(count + 1, count + 1 + empty):
        sheet.set_row(number, 16)
    workbook.close()
    return buffer.getvalue()


@contextmanager
def longest_act() -> Iterator[list[float]]:
    """Times every outermost transaction meanwhile; the longest is `max` of the list."""
    took: list[float] = []
    whole = transaction.Atomic

    class Timed(whole):  # type: ignore[misc, valid-type]
        def __enter__(self) -> None:
            if self.durable:
                self.begun = time.perf_counter()
            super().__enter__()

        def __exit__(self, *words: Any) -> None:
            super().__exit__(*words)
            if self.durable:
                took.append(time.perf_counter() - self.begun)

    transaction.Atomic = Timed  # type: ignore[misc]
    try:
        yield took
    finally:
        transaction.Atomic = whole  # type: ignore[misc]


def main(count: int) -> None:
    """Time everything and print it as JSON."""
    settings.DUECARE_HOME.prepare()
    setup.set_up()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        people.claim(
            "Clinic", "UTC", 150, "owner", "owner@clinic.example", "seven grey herons over the slipway"
        )
    user = User.objects.get()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not used"})
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    data = book(count)
    begun = time.perf_counter()
    read_isolated(data)
    found: dict[str, float] = {"bytes": len(data), "read": time.perf_counter() - begun}
    before = _processor()
    found["preview"], place, plan = _preview(browser, "users.xlsx", data)
    found["processor"] = _processor() - before
    lines = io.StringIO()
    csv.writer(lines).writerows(rows(count))
    found["csv"], _place, _plan = _preview(browser, "users.csv", lines.getvalue().encode())
    with longest_act() as acts:
        begun = time.perf_counter()
        browser.post(f"{place}confirm/", {"plan": plan})
        found |= {"take": time.perf_counter() - begun, "longest_act": max(acts)}
    made = Import.objects.get()
    assert made.added == count
    found["again"], _place, _plan = _preview(browser, "users.xlsx", data)
    with longest_act() as acts:
        begun = time.perf_counter()
        browser.post(f"/imports/{made.pk}/undo/", {"reason": "it was a trial"})
        found |= {"undo": time.perf_counter() - begun, "longest_undo": max(acts)}
    made.refresh_from_db()
    assert made.undone_at is not None
    data = book(10, empty=1_000_000 if count > 1000 else 10_000)
    begun = time.perf_counter()
    assert len(read_isolated(data).rows) == 10  # type: ignore[union-attr]
    found["empty"] = time.perf_counter() - begun
    print(json.dumps(found))


def _processor() -> float:
    """Seconds of processor that this process and its children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _preview(browser: Client, name: str, data: bytes) -> tuple[float, str, str]:
    """Seconds from sending a file to its preview; where that is, and what it says of itself."""
    said = {"downloaded": utc_now().date().isoformat(), "whole": "on"}
    begun = time.perf_counter()
    shown = browser.post(
        "/imports/new/accounts/", {"file": SimpleUploadedFile(name, data), **said}, follow=True
    )
    took = time.perf_counter() - begun
    plan = re.search(r'name="plan" value="([0-9a-f]+)"', shown.content.decode())
    assert plan, shown.content.decode()[-3000:]
    return took, shown.redirect_chain[-1][0], plan[1]
