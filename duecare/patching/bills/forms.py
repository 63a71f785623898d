"""The forms about products and their bills."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.patching.bills.actions import LONGEST, MOST_BYTES
from duecare.patching.bills.models import Product
from duecare.program.models import Person
from duecare.program.record_form import LONG, RecordForm
from duecare.program.task_forms import owner_field
from duecare.words import number

OWN, SUPPLIER = "own", "supplier"


class ProductForm(RecordForm):
    """Something that contains software and is no host."""

    field_order = ("name", "whose", "supplier", "what", "person")

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST,
        help_text=gettext_lazy("What people here call it, such as “Booking” or “MRI console, room 3”."),
    )
    whose = forms.ChoiceField(
        label=gettext_lazy("Who makes it"),
        choices=((OWN, gettext_lazy("We do")), (SUPPLIER, gettext_lazy("A supplier does"))),
        widget=forms.RadioSelect,
        initial=OWN,
    )
    supplier = forms.CharField(label=gettext_lazy("Its supplier"), max_length=LONGEST, required=False)
    what = forms.CharField(
        label=gettext_lazy("What it is, and where it is used"),
        max_length=LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = owner_field(people, gettext_lazy("Who is responsible"), _("Nobody yet"))
        self.order_fields(self.field_order)

    @classmethod
    def of(cls, product: Product) -> dict[str, Any]:
        """The form's values as the product has them."""
        return {
            "name": product.name,
            "whose": OWN if product.own else SUPPLIER,
            "supplier": product.supplier,
            "what": product.what,
            "person": product.person_id,
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("whose") == SUPPLIER and not values.get("supplier") and "supplier" not in self.errors:
            self.add_error("supplier", _("Say who makes it."))
        return values

    def told(self) -> dict[str, Any]:
        """The values as the actions take them."""
        values = dict(self.cleaned_data)
        own = values.pop("whose") == OWN
        return {**values, "own": own, "person": values["person"] or None}


class BillForm(forms.Form):
    """A list of what a product contains."""

    bill = forms.FileField(
        label=gettext_lazy("List of components"),
        help_text=gettext_lazy(
            "CycloneDX 1.4 to 1.6 or SPDX 2.3, in JSON, at most 1 GiB. A long one takes some minutes."
        ),
    )

    def clean_bill(self) -> Any:
        upload = self.cleaned_data["bill"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)s bytes; at most %(most)s are taken.")
                % {"size": number(upload.size), "most": number(MOST_BYTES)}
            )
        return upload


class EndProductForm(RecordForm):
    """Why a product is no longer looked at."""

    reason = forms.CharField(
        label=gettext_lazy("What became of it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: switched off on 3 March, its data moved to the new one."),
    )


class UndoBillForm(RecordForm):
    """Why a bill is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("What was wrong with it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: it is the list of the test system."),
    )
