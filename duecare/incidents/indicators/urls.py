"""Addresses of this room below those of a case: `cases/<key>/...`."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
