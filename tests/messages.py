"""Every text that can be translated, gathered into the catalogues: `make messages` (docs/decisions/0009).

Python by Babel; templates by Django's own reading of them; shipped content and the words of enumerations from
the loaded program. `duecare/locale/django.pot` is the list; each language's `django.po` is brought up to it,
what was translated stays, and its `django.mo` is made anew.
"""

from __future__ import annotations

import ast
import dataclasses
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "duecare" / "locale"
KEYWORDS: Mapping[str, tuple[int, ...]] = {
    "_": (0,),
    "gettext": (0,),
    "gettext_lazy": (0,),
    "gettext_noop": (0,),
    "Text": (0,),
    "ngettext": (0, 1),
    "ngettext_lazy": (0, 1),
    # Reasons of acts are kept as they stand in the source, and translated when they are shown.
    "recording": (1,),
    "record_note": (1,),
    "_write": (1,),
    "recorded": (0,),
}
"""Functions, with the places of their arguments that are texts."""
Message = str | tuple[str, str]
"""A text, or one with its plural form."""
_CALL = re.compile(r"\bn?gettext(?:_lazy|_noop)?\(|\b_\(")
_NOTHING_SAID = re.compile(
    rb'"(POT-Creation-Date|PO-Revision-Date|Project-Id|Report-Msgid|Last-Translator|Language-Team|Generated-By)'
)
SKIPPED = ("migrations", "collector", "locale")


def texts() -> dict[Message, set[str]]:
    """All messages with the files that they stand in, relative to the project."""
    found: dict[Message, set[str]] = {}
    for place in sorted((ROOT / "duecare").rglob("*")):
        if not set(SKIPPED) & set(place.parts):
            reader = {".py": _python, ".html": _template, ".txt": _template}.get(place.suffix)
            for message in (
                reader(place) if reader and ("templates" in place.parts) != (place.suffix == ".py") else ()
            ):
                found.setdefault(message, set()).add(str(place.relative_to(ROOT)))
    for name, message in _loaded():
        found.setdefault(message, set()).add(name)
    return found


def _python(place: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(place.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        given = [node.args[at] for at in KEYWORDS.get(name, ()) if at < len(node.args)]
        told = [arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if len(told) == 2:
            yield told[0], told[1]
        elif told and told[0]:
            yield told[0]


def _template(place: Path) -> Iterator[Message]:
    """The texts of a template: of its tags as Django writes them for gettext."""
    from django.utils.translation.template import templatize

    source = templatize(place.read_text(), origin=str(place))
    for call in _CALL.finditer(source):
        arguments = _arguments(source, call.end())
        if arguments and call[0].startswith("n"):
            yield arguments[0], arguments[1]
        elif arguments:
            yield arguments[0]


def _arguments(source: str, start: int) -> list[str]:
    """The texts among the arguments of the call whose bracket opens before `start`."""
    for end in (hit.end() for hit in re.finditer(r"\)", source[start:])):
        try:
            call = ast.parse("f(" + source[start : start + end].strip(), mode="eval").body
        except SyntaxError:
            continue
        assert isinstance(call, ast.Call)
        return [
            arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
    return []


def _loaded() -> Iterator[tuple[str, str]]:
    """(where, text) of what ships as content, of words that are kept by value, and of names of records."""
    from duecare.incidents.alerts.reading import LEVELS
    from duecare.incidents.cases.naming import ENDINGS, STATUSES
    from duecare.incidents.cases.phases import PHASES
    from duecare.incidents.evidence import kinds as evidence_kinds
    from duecare.incidents.exercises import scenarios
    from duecare.incidents.figures import classes
    from duecare.incidents.indicators import kinds as indicator_kinds
    from duecare.incidents.plans.contacts import KINDS as contact_kinds
    from duecare.incidents.plans.shipped import shipped as plan_that_ships
    from duecare.incidents.timeline import kinds as timeline_kinds
    from duecare.incidents.timeline import milestones, times
    from duecare.law.obligations import register
    from duecare.ledger.records import shapes
    from duecare.ledger.viewers import Role
    from duecare.patching.feeds import sources as feed_sources
    from duecare.program import catalogue, judgement, models, posture, questions, targets
    from duecare.risk.criteria import Answer as CriterionAnswer
    from duecare.risk.insurance.claims import states as claim_states
    from duecare.risk.insurance.evidence import ANSWERS as INSURER_ANSWERS
    from duecare.risk.insurance.policies import terms as policy_terms
    from duecare.risk.insurance.questionnaires import asked as questionnaire
    from duecare.risk.insurance.statements import terms as statement_terms
    from duecare.risk.register import forms_of_loss
    from duecare.risk.register import library as risk_library
    from duecare.risk.safe_harbours import safe_harbours
    from duecare.risk.training import questions as calibration
    from duecare.risk.training import saying
    from duecare.site.worker import every_job

    roots: dict[str, Any] = {
        "duecare/program/catalogue.py": catalogue.areas(),
        "duecare/program/content/safeguards.yaml": catalogue.catalogue(),
        "duecare/program/content/questions.yaml": questions.questions(),
        "duecare/program/content/targets.yaml": targets.definitions(),
        "duecare/incidents/content": plan_that_ships(),
        "duecare/incidents/plans/contacts.py": contact_kinds,
        "duecare/incidents/timeline/kinds.py": timeline_kinds.KINDS,
        "duecare/incidents/timeline/milestones.py": milestones.MILESTONES,
        "duecare/incidents/timeline/times.py": times.DEFINITIONS,
        "duecare/incidents/evidence/kinds.py": evidence_kinds.KINDS,
        "duecare/incidents/indicators/kinds.py": (indicator_kinds.KINDS, indicator_kinds.TLP),
        "duecare/incidents/content/scenarios": scenarios.shipped(),
        "duecare/incidents/figures/classes.py": classes.AXES,
        "duecare/incidents/cases/phases.py": PHASES,
        "duecare/incidents/cases/naming.py": (STATUSES, ENDINGS),
        "duecare/incidents/alerts/reading.py": LEVELS,
        "duecare/law/content": register(),
        "duecare/risk/insurance/claims/states.py": claim_states.STATES,
        "duecare/risk/insurance/evidence.py": INSURER_ANSWERS,
        "duecare/risk/insurance/policies/terms.py": (
            policy_terms.KINDS,
            policy_terms.PARTS,
            policy_terms.TRIGGERS,
            policy_terms.COUNTED,
        ),
        "duecare/risk/insurance/questionnaires/asked.py": questionnaire.ANSWERS,
        "duecare/risk/insurance/questionnaires/content": questionnaire.shipped(),
        "duecare/risk/insurance/statements/terms.py": (statement_terms.KINDS, statement_terms.CONTINUITY),
        "duecare/patching/content/feeds.yaml": feed_sources.sources(),
        "duecare/risk/content/scenarios.yaml": risk_library.library(),
        "duecare/risk/content/base_rates.yaml": risk_library.base_rates(),
        "duecare/risk/content/calibration.yaml": calibration.shipped(),
        "duecare/risk/training/questions.py": calibration.UNITS,
        "duecare/risk/training/saying.py": saying.SHORT,
        "duecare/risk/content/safe_harbours.yaml": safe_harbours(),
        "duecare/risk/register/forms_of_loss.py": (forms_of_loss.FORMS, forms_of_loss.SIDE_WORDS),
    }
    for check in judgement.checks():
        roots[f"duecare/{check.id.partition('.')[0]}/checks.py"] = judgement.checks()
        yield f"duecare/{check.id.partition('.')[0]}/checks.py", check.of
    for name, root in roots.items():
        yield from ((name, text) for text in shipped(root))
    for words in (judgement.Grade, judgement.Verdict, posture.State, models.Answer, Role, CriterionAnswer):
        yield from ((f"{words.__module__.replace('.', '/')}.py", member.value) for member in words)
    yield from (("duecare/site/worker.py", job.name) for job in every_job())
    for shape in shapes().values():
        name = f"{shape.model.__module__.replace('.', '/')}.py"
        if not name.startswith("duecare/"):
            continue
        yield name, str(shape.model._meta.verbose_name)
        for field in shape.model._meta.concrete_fields:
            yield name, str(field.verbose_name).capitalize()


def shipped(value: object) -> Iterator[str]:
    """Every `words.Text` within a value, in English."""
    from duecare.words import Text

    if isinstance(value, Text):
        if value:
            yield "".join(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from shipped(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from shipped(one)
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes | Enum):
        for one in value:
            yield from shipped(one)


def template() -> Any:
    """The list of texts as Babel's catalogue, in alphabetical order."""
    from babel.messages.catalog import Catalog

    found = texts()
    catalog = Catalog(project="Duecare", charset="utf-8")
    for message in sorted(found, key=str):
        flags = ("python-format",) if "%(" in str(message) or "%s" in str(message) else ()
        catalog.add(message, locations=[(name, None) for name in sorted(found[message])], flags=flags)
    return catalog


def written(catalog: Any) -> bytes:
    """A catalogue as the bytes of its file: without dates and line numbers, so that only texts differ."""
    from babel.messages.pofile import write_po

    catalog.header_comment = "# Duecare's texts in another language; make messages keeps the list."
    out = io.BytesIO()
    write_po(
        out,
        catalog,
        width=100,
        omit_header=catalog.locale is None,
        include_lineno=False,
        ignore_obsolete=True,
    )
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not _NOTHING_SAID.match(line))


def compiled(place: Path) -> bytes:
    """A language's file as gettext reads it; the same bytes whenever it is made."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with place.open("rb") as file:
        catalog = read_po(file, locale=place.parts[-3])
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main() -> None:
    from babel.messages.pofile import read_po

    os.umask(0o022)  # the settings' is for homes
    LOCALE.mkdir(exist_ok=True)
    found = template()
    (LOCALE / "django.pot").write_bytes(written(found))
    for place in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        with place.open("rb") as file:
            catalog = read_po(file, locale=place.parts[-3], charset="utf-8")
        catalog.update(found, no_fuzzy_matching=True)
        place.write_bytes(written(catalog))
        place.with_suffix(".mo").write_bytes(compiled(place))
        done = sum(bool(message.string) and bool(message.id) for message in catalog)
        sys.stdout.write(f"{place.parts[-3]}: {done} of {len(found)} texts translated\n")
    sys.stdout.write(f"{len(found)} texts in {LOCALE.relative_to(ROOT)}/django.pot\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["DUECARE_HOME"], os.environ["DJANGO_SETTINGS_MODULE"] = home, "duecare.site.settings"
        import django

        django.setup()
        main()
