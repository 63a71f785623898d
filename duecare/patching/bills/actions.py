"""What people and programs do with products and their bills.

A bill is read whole, in a child process, before its act begins, so that no lock is held meanwhile and nothing
is changed by one that cannot be used. The act records it; what the product contains follows from it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.patching.bills.following import follow
from duecare.patching.bills.isolated import read_isolated
from duecare.patching.bills.models import Bill, Product
from duecare.patching.bills.queries import newest_bill
from duecare.patching.bills.reading import About, Trouble
from duecare.program.task_queries import holding_people, today_at
from duecare.web.recorded import in_the_records_language, recorded
from duecare.words import day, number

MOST_BYTES = 1 << 30
"""Of a bill. How it is read takes no more memory for a long one."""
LONGEST = 200
"""Characters of a product's name and its supplier's."""


# ── Products ─────────────────────────────────────────────────────────────────────────────────────────────


def add_product(
    actor: str,
    now: datetime,
    *,
    name: str,
    own: bool,
    supplier: str = "",
    what: str = "",
    person: str | None = None,
) -> Product:
    """Name a product. Nothing is known of what it contains yet.

    `person` is the key of who is responsible, None for nobody yet. Raises BadInput for what cannot be,
    Refused if a product of that name is there already, NotFound for no such person.
    """
    product = Product(id=new_key(), added_at=now)
    with recording(actor, recorded("name the product %(name)s", name=name.strip())):
        _describe(product, name, own, supplier, what, person, now)
        product.save(force_insert=True)
    return product


def change_product(
    product: Product,
    actor: str,
    now: datetime,
    *,
    name: str,
    own: bool,
    supplier: str = "",
    what: str = "",
    person: str | None = None,
) -> Product:
    """Change what is said of a product. Raises as `add_product` does, and Refused if it has ended."""
    with recording(actor, recorded("change the product %(name)s", name=product.name)):
        current = _demand_there(product)
        _describe(current, name, own, supplier, what, person, now)
        current.save()
    return current


def _describe(
    product: Product, name: str, own: bool, supplier: str, what: str, person: str | None, now: datetime
) -> None:
    name, supplier = name.strip(), supplier.strip()
    if not name or len(name) > LONGEST or len(supplier) > LONGEST:
        raise BadInput(
            _("A product needs a name, and names have at most %s characters.") % LONGEST,
            _("Say what people here call it."),
            "name",
        )
    if not own and not supplier:
        raise BadInput(_("A product that is not ours has a supplier."), _("Say who makes it."), "supplier")
    others = Product.objects.filter(name=name, ended_at=None).exclude(pk=product.pk)
    if others.exists():
        raise Refused(
            _("There is a product called %(name)s already.") % {"name": name},
            _("Look in the list of products, or call this one otherwise."),
        )
    if (
        person
        and person != product.person_id
        and not holding_people(today_at(now)).filter(pk=person).exists()
    ):
        raise NotFound(
            _("There is no such person, or none who could be responsible."), _("Choose one of the list.")
        )
    product.name, product.own, product.supplier = name, own, "" if own else supplier
    product.what, product.person_id = what.strip(), person or None


def end_product(product: Product, actor: str, reason: str, now: datetime) -> None:
    """Say that a product is no longer made or used. What is weak in it ends without proof.

    Raises BadInput without a reason, Refused if it has ended before.
    """
    if not reason.strip():
        raise BadInput(_("A product does not end without a reason."), _("Say what became of it."))
    with recording(actor, recorded("end the product %(name)s", name=product.name)):
        current = _demand_there(product)
        current.ended_at, current.ended_because = now, reason.strip()
        current.save()
    follow(product)


def resume_product(product: Product, actor: str) -> None:
    """Take back that a product ended: its clocks have run on.

    Raises Refused if it has not ended, or another one has its name by now.
    """
    with recording(actor, recorded("take back that the product %(name)s ended", name=product.name)):
        current = _locked(product)
        if current.ended_at is None:
            raise Refused(_("%(name)s has not ended.") % {"name": current}, _("Look on its page."))
        if Product.objects.filter(name=current.name, ended_at=None).exists():
            raise Refused(
                _("There is a product called %(name)s already.") % {"name": current.name},
                _("Change the name of that one first."),
            )
        current.ended_at, current.ended_because = None, ""
        current.save()
    follow(product)


def _locked(product: Product) -> Product:
    current: Product | None = Product.objects.select_for_update().filter(pk=product.pk).first()
    if current is None:
        raise NotFound(_("There is no such product."), _("Look in the list of products."))
    return current


def _demand_there(product: Product) -> Product:
    """The product as it is now, locked. Raises NotFound or Refused if it is gone or has ended."""
    current = _locked(product)
    _demand_not_ended(current)
    return current


def _demand_not_ended(product: Product) -> None:
    if product.ended_at is not None:
        raise Refused(
            _("%(name)s ended on %(day)s: %(why)s")
            % {"name": product, "day": day(product.ended_at.date()), "why": product.ended_because},
            _("Take that back on its page if it is there after all."),
        )


# ── Bills ────────────────────────────────────────────────────────────────────────────────────────────────


def take_bill(product: Product, actor: str, file: Path, name: str, now: datetime) -> Bill:
    """Take in what a product contains by now: a CycloneDX or SPDX list in JSON.

    It takes the place of the one before. Raises BadInput naming the place of what cannot be read, Refused if
    the product has ended, the same file is there already, or the list says of itself that it is older than
    the one that is here. Nothing is changed then.
    """
    _demand_not_ended(product)  # so that nobody waits for a long file in vain; the act asks again
    size = file.stat().st_size
    if size > MOST_BYTES:
        raise BadInput(
            _("The file has %(size)s bytes; at most %(most)s are taken.")
            % {"size": number(size), "most": number(MOST_BYTES)},
            _("Look whether it is a list of components at all."),
        )
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    _demand_new(product, digest)
    with in_the_records_language():
        told = _read(file, now)
    digest = blobs.keep_file(file)
    bill = Bill(
        id=new_key(), product=product, file=digest, size=size, name=_kept(name)[:LONGEST], taken_at=now,
        brought_by=actor, **told,
    )  # fmt: skip
    with recording(actor, recorded("take in what the product %(name)s contains", name=product.name)):
        _demand_there(product)
        _demand_new(product, digest)
        _demand_later(bill, newest_bill(product))
        bill.save(force_insert=True)
    follow(product)
    return bill


def _kept(text: str) -> str:
    """Text as the record holds it."""
    return normalize(
        "NFC", "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
    )


def _read(file: Path, now: datetime) -> dict[str, Any]:
    """The fields of a bill that its file tells."""
    count: Counter[Trouble] = Counter()
    about, fault = None, ""
    with file.open("rb") as opened:
        for one in read_isolated(opened):
            if isinstance(one, About):
                about = one
                continue
            count[one.trouble] += 1
            if one.trouble is Trouble.UNREADABLE and not fault:
                fault = f"{one.place}.purl: {one.fault}"
    if about is None or not count:
        raise BadInput(
            _("The list names no component."),
            _("Make it again, with all that was built in; an empty list would say that nothing is there."),
        )
    return {
        "format": _kept(about.format)[:40],
        "version": _kept(about.version),
        "tool": _kept(about.tool),
        "stated_at": _moment(about.stated_at, now),
        "components": count.total(),
        "without_purl": count[Trouble.NO_PURL],
        "unknown_type": count[Trouble.UNKNOWN_TYPE],
        "without_version": count[Trouble.NO_VERSION],
        "unreadable": count[Trouble.UNREADABLE],
        "fault": _kept(fault),
        "statements": about.statements,
    }


def _moment(text: str, now: datetime) -> datetime | None:
    """When a list says it was made, but no later than now; None for what is no moment."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        told = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except OverflowError:
        return None
    return min(told, now) if told.year >= 1970 else None


def _demand_new(product: Product, digest: str) -> None:
    """Raises Refused if this very file is there already."""
    known: Bill | None = (
        Bill.objects.filter(product=product, file=digest, undone_at=None).order_by("-taken_at", "-id").first()
    )
    if known is not None:
        raise Refused(
            _("This very file was taken in on %(day)s.") % {"day": day(known.taken_at.date())},
            _("If it still tells what the product contains, confirm that on the product's page."),
        )


def _demand_later(bill: Bill, before: Bill | None) -> None:
    """Raises Refused for a list that says of itself that it is older than the one that is here."""
    if before is None or bill.stated_at is None or before.stated_at is None:
        return
    if bill.stated_at < before.stated_at:
        raise Refused(
            _("The list was made on %(day)s, before the one that is here, which was made on %(before)s.")
            % {"day": f"{bill.stated_at:%Y-%m-%d %H:%M}", "before": f"{before.stated_at:%Y-%m-%d %H:%M}"},
            _("If that one is wrong, undo it first. If an older version is in use again, make it anew."),
        )


def confirm_bill(bill: Bill, actor: str, now: datetime) -> Bill:
    """Say that the newest bill still tells what its product contains: nothing changed since.

    Raises Refused if it is not the newest, or the product has ended.
    """
    with recording(actor, recorded("confirm what the product %(name)s contains", name=bill.product)):
        _demand_there(bill.product)
        current = newest_bill(bill.product)
        if current is None or current.pk != bill.pk:
            raise Refused(
                _("Only the newest bill of a product is confirmed."), _("Look on the product's page.")
            )
        current.confirmed_at, current.confirmed_by = now, actor
        current.save()
    return current


def undo_bill(bill: Bill, actor: str, reason: str, now: datetime) -> Bill:
    """Take back a bill that was wrong: what it said never was, and the clocks that it ended have run on.

    Raises BadInput without a reason, Refused if it was undone before.
    """
    if not reason.strip():
        raise BadInput(_("A bill is not undone without a reason."), _("Say what was wrong with it."))
    with recording(
        actor, recorded("undo a bill of the product %(name)s: %(why)s", name=bill.product, why=reason.strip())
    ):
        current = Bill.objects.select_for_update().filter(pk=bill.pk).first()
        if current is None:
            raise NotFound(_("There is no such bill."), _("Look on the product's page."))
        if current.undone_at is not None:
            raise Refused(_("This bill was undone before."), _("Look on the product's page."))
        current.undone_at, current.undone_by = now, actor
        current.undone_because = reason.strip()
        current.save()
    follow(bill.product)
    return current
