"""What is known of the files that services give their administrators: one module a kind of file."""

from __future__ import annotations

from duecare.access.loaders import entra_factors, entra_staff, entra_users, google_staff, google_users
from duecare.program.imports.interface import register_loader

for _module in (entra_users, entra_factors, google_users, entra_staff, google_staff):
    register_loader(_module.LOADER)
