"""What the page of a name tells: what the newest look saw, and what the checks say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.ledger.viewers import Viewer
from duecare.program.asking import Answered, ask
from duecare.program.judgement import Facts
from duecare.systems.models import Look, Name, NameKind
from duecare.systems.name_checks import MAIL, TLS
from duecare.systems.named import subject

Section = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a look, in words."""

    title: str
    rows: tuple[tuple[str, Any], ...]
    """(label, text or moment)."""
    problems: tuple[str, ...]


def tell_answers(
    name: Name, look: Look | None, viewer: Viewer, now: datetime
) -> tuple[list[Answered], Facts | None]:
    """What each check of such names says at `now` of the newest look, and what that look saw.

    Checks are pure, so they are asked here and now: whoever has just looked need not wait for an assessment.
    """
    seen = subject(name, look, now)
    return ask(TLS if name.kind == NameKind.TLS else MAIL, seen, now, viewer), seen.facts


def tell_parts(facts: Facts | None) -> list[Part]:
    """The sections of a look in the order of the page; none without a look."""
    if facts is None:
        return []
    tellers = (
        ("tls", _("Encryption (TLS)"), _tls),
        ("certificate", _("Certificate"), _certificate),
        ("spf", _("Who may send mail (SPF)"), _spf),
        ("dmarc", _("What receivers do with forgeries (DMARC)"), _dmarc),
        ("dkim", _("Keys that sign mail (DKIM)"), _dkim),
    )
    return [
        Part(
            title,
            tuple(teller(section)) if section["state"] in ("read", "partial") else (),
            tuple(": ".join(filter(None, (one["what"], one["reason"]))) for one in section["problems"]),
        )
        for key, title, teller in tellers
        if (section := facts.sections.get(key)) is not None and section["state"] != "absent"
    ]


Rows = list[tuple[str, Any]]


def _tls(section: Section) -> Rows:
    words = {True: _("accepted"), False: _("refused"), None: _("could not be told")}
    if not section["offered"]:
        return [(_("Offered"), _("no: %s") % section["why"])]
    return [
        (one["version"], ": ".join(filter(None, (words[one["accepted"]], one["why"]))))
        for one in section["versions"]
    ]


def _certificate(section: Section) -> Rows:
    trusted = {True: _("yes"), False: _("no"), None: _("could not be told")}[section["trusted"]]
    bits = _("%s bits") % section["key_bits"] if section["key_bits"] else ""
    return [
        (_("Ends"), datetime.fromisoformat(section["not_after"])),
        (_("Begins"), datetime.fromisoformat(section["not_before"])),
        (_("Trusted"), ": ".join(filter(None, (trusted, section["untrusted_because"])))),
        (_("Stands for"), ", ".join(section["names"]) or _("no host at all")),
        (_("Issued by"), section["issuer"]),
        (_("Key"), " ".join(filter(None, (section["key"], bits)))),
        (_("Signed with"), section["signature_hash"] or _("not told")),
        (_("SHA-256 fingerprint"), section["fingerprint"]),
    ]


def _spf(section: Section) -> Rows:
    if not section["records"]:
        return [(_("Record"), _("none"))]
    rows: Rows = [(_("Record"), record) for record in section["records"]]
    if section["lookups"] is not None:
        rows.append((_("Questions that it makes receivers ask"), str(section["lookups"])))
    return rows


def _dmarc(section: Section) -> Rows:
    if not section["records"]:
        return [(_("Record"), _("none"))]
    return [
        *((_("Record"), record) for record in section["records"]),
        (_("Found at"), f"_dmarc.{section['place']}"),
        (_("Policy"), section["policy"]),
        (_("Reports are received"), _("yes") if section["reports"] else _("no")),
    ]


def _dkim(section: Section) -> Rows:
    return [(key["selector"], _key(key)) for key in section["keys"]]


def _key(key: Section) -> str:
    bits = _("%s bits") % key["bits"] if key["bits"] else ""
    marks = (_("withdrawn") if key["revoked"] else "", _("marked as a test") if key["testing"] else "")
    return ", ".join(filter(None, (key["kind"].upper(), bits, *marks, key["fault"])))
