"""Taking in a bill at the terminal, and what is said of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from django.conf import settings

from duecare.errors import NotFound
from duecare.patching.bills.actions import add_product, take_bill
from duecare.patching.bills.models import Product
from duecare.program.remarks import clean_name


def bring_bill(
    actor: str,
    product: str,
    opened: BinaryIO,
    name: str,
    clock: Callable[[], datetime],
    *,
    new: bool = False,
    supplier: str = "",
) -> list[str]:
    """Take in an open file as the bill of a product, by its name or key; what to say of that.

    Raises NotFound for no such product, and as `take_bill` does; a product that is `new` is named first.
    """
    of = None if new else _find(product)
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        shutil.copyfileobj(opened, copy, 1 << 20)
        copy.flush()
        of = of or add_product(actor, clock(), name=product, own=not supplier, supplier=supplier)
        bill = take_bill(of, actor, Path(copy.name), clean_name(name), clock())
    told = [f"Took in what {of} contains: {bill.components:,} components ({bill.format})."]
    if bill.unmatched:
        told.append(
            f"{bill.unmatched:,} can be held against no advisory: {bill.without_purl:,} without a purl, "
            f"{bill.unknown_type:,} of an unknown type, {bill.without_version:,} without a version, "
            f"{bill.unreadable:,} unreadable."
        )
    if bill.fault:
        told.append(f"The first that cannot be read: {bill.fault}")
    return [*told, "Run `duecare assess` to hold it against the advisories."]


def _find(product: str) -> Product:
    rows = Product.objects.filter(ended_at=None)
    found: Product | None = rows.filter(pk=product).first() or rows.filter(name=product).first()
    if found is None:
        raise NotFound(
            f"There is no product called {product!r}.", "Add it on the page of products, or by --new-product."
        )
    return found
