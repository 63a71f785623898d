"""Records of every shape, for the ledger's tests alone."""

from __future__ import annotations

from django.db import models

from duecare.ledger.records import BlobField, Record


class Shelf(Record):
    name = models.CharField(max_length=100)


class Book(Record):
    shelf = models.ForeignKey(Shelf, models.CASCADE, related_name="books")
    loose = models.ForeignKey(Shelf, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=200)
    pages = models.IntegerField(default=0)
    bought_on = models.DateField(null=True)
    read_at = models.DateTimeField(null=True)
    lent = models.BooleanField(default=False)
    marks = models.JSONField(default=dict)
    scan = BlobField(default="")


class Tag(Record):
    name = models.CharField(max_length=50)
    books = models.ManyToManyField(Book, through="Tagging", related_name="tags")


class Tagging(Record):
    tag = models.ForeignKey(Tag, models.CASCADE)
    book = models.ForeignKey(Book, models.CASCADE)
