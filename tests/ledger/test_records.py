"""What a record may be made of, and the snapshot of each shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from functools import reduce
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from duecare.ledger import canonical, records
from duecare.ledger.records import Record, new_key, record_models, schema_of, shape_of
from tests.testapp.models import Book, Shelf, Tag, Tagging


@pytest.fixture(autouse=True)
def _registry() -> Iterator[None]:
    """Models made by a test are forgotten after it."""
    before = dict(apps.all_models["testapp"])
    yield
    apps.all_models["testapp"].clear()
    apps.all_models["testapp"].update(before)
    apps.clear_cache()


def test_the_field_list_of_a_version_is_pinned() -> None:
    shape = shape_of(Book)
    assert (shape.kind, shape.schema) == ("testapp.book", 1)
    assert dict(zip(shape.columns, shape.types, strict=True)) == {
        "id": "text",
        "shelf_id": "key",
        "loose_id": "key",
        "title": "text",
        "pages": "whole",
        "bought_on": "date",
        "read_at": "time",
        "lent": "whole",
        "marks": "json",
        "scan": "text",
    }
    assert [shape.columns[position] for position in shape.blobs] == ["scan"]


awkward = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**55), 2**55),
    st.text(max_size=9),
    st.sampled_from(["", 'a"b\\c', "\x00\x1f\x7f", "Ünïcode ✓", "e\u0301", "\ud800", "\u2028"]),
    st.datetimes(timezones=st.sampled_from([None, UTC, ZoneInfo("Asia/Kathmandu")])),
    st.dates(),
    st.floats(),
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
        max_leaves=4,
    ),
    st.integers(55, 66).map(lambda depth: reduce(lambda inner, _: [inner], range(depth), 0)),
)


@given(st.lists(awkward, min_size=10, max_size=10))
def test_the_quick_encoding_of_a_row_is_the_canonical_one_and_refuses_the_same(values: list[object]) -> None:
    shape = shape_of(Book)
    row = [*values[:9], ""]
    try:
        expected = canonical.encode({"blobs": [], "record": shape.snapshot(row), "schema": 1})
    except canonical.CanonicalError as refused:
        with pytest.raises(canonical.CanonicalError, match=re.escape(str(refused))):
            shape.payload(row)
    else:
        assert shape.payload(row) == expected


def test_parents_come_before_those_that_point_at_them() -> None:
    order = [model for model in record_models() if model._meta.app_label == "testapp"]
    assert order.index(Shelf) < order.index(Book) < order.index(Tagging)
    assert order.index(Tag) < order.index(Tagging)


def test_keys_are_random_and_of_one_form() -> None:
    keys = {new_key() for _ in range(2000)}
    assert len(keys) == 2000
    assert all(len(key) == 20 and set(key) <= set("abcdefghijkmnpqrstuvwxyz23456789") for key in keys)
    assert len({letter for key in keys for letter in key}) == 32


def test_the_version_is_read_from_a_payload_without_decoding_it() -> None:
    assert schema_of(b'{"blobs":[],"record":{"schema":"9"},"schema":12}') == 12


@pytest.mark.parametrize(
    ("field", "why"),
    [
        (models.FloatField(), "no floats"),
        (models.DecimalField(max_digits=5, decimal_places=2), "no floats, no decimals"),
        (models.BinaryField(), "no bytes"),
        (models.DurationField(), "a record holds"),
        (models.ForeignKey("site.User", models.CASCADE), "points only at records"),
        (models.ManyToManyField("testapp.Shelf"), "through record of its own"),
    ],
)
def test_a_field_that_has_no_canonical_form_is_refused(field: models.Field[object, object], why: str) -> None:
    made = type("Strange", (Record,), {"strange": field, "__module__": __name__, "Meta": _meta()})
    with pytest.raises(ImproperlyConfigured, match=why):
        shape_of(made)


def _meta() -> type:
    return type("Meta", (), {"app_label": "testapp"})


def test_a_record_does_not_inherit_from_another() -> None:
    class Atlas(Book):
        scale = models.IntegerField()

        class Meta:
            app_label = "testapp"

    with pytest.raises(ImproperlyConfigured, match="inherits only from abstract models"):
        shape_of(Atlas)


def test_a_record_points_at_a_key_and_nothing_else() -> None:
    class Named(Record):
        name = models.CharField(max_length=9, unique=True)

        class Meta:
            app_label = "testapp"

    class Pointing(Record):
        at = models.ForeignKey(Named, models.CASCADE, to_field="name")

        class Meta:
            app_label = "testapp"

    with pytest.raises(ImproperlyConfigured, match="by its key"):
        shape_of(Pointing)


def test_a_proxy_is_not_a_second_kind() -> None:
    class Novel(Book):
        class Meta:
            app_label = "testapp"
            proxy = True

    assert Novel not in record_models()
    assert records.shapes()["testapp.book"].model is Book


def test_a_record_is_known_by_its_kind_and_key() -> None:
    assert str(Tag(id="k3")) == "testapp.Tag k3"
