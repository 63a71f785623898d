from __future__ import annotations

import gc
from collections.abc import Mapping
from importlib import import_module

from django.apps import AppConfig

from duecare.law.applies import Answer
from duecare.law.requirements import required_by
from duecare.program.askers import Asker, register_askers

AREAS = ("systems", "access", "patching", "detection", "incidents", "continuity", "risk")
"""The areas that have checks."""
FOUND_IN = (
    "access", "program", "systems", "patching", "law", "law.duties", "incidents", "risk.register",
    "risk.measures", "risk.decisions", "risk.insurance", "risk.training", "assurance", "site",
)  # fmt: skip
"""Where something is registered that can be found."""


class SiteConfig(AppConfig):
    name = "duecare.site"

    def ready(self) -> None:
        """Put the house together: the checks of every area, and who asks for what."""
        for area in AREAS:
            import_module(f"duecare.{area}.checks")
        import_module("duecare.program.imports.own_lists")
        import_module("duecare.program.staff.lists")
        import_module("duecare.site.leavers")
        import_module("duecare.systems.hosts")
        import_module("duecare.law.following.actions")
        import_module("duecare.site.accounts")
        import_module("duecare.site.passkeys")
        import_module("duecare.site.chores")
        import_module("duecare.site.keeping")
        for room in FOUND_IN:
            import_module(f"duecare.{room}.findables")

        register_askers(_askers)
        # What was loaded so far stays: to look through it for garbage again and again costs a third of a
        # large act's time.
        gc.freeze()


def _askers(facts: Mapping[str, bool | None]) -> dict[str, list[Asker]]:
    """The law's requirements in the words of the spine; what asks for nothing today is left out."""
    from duecare.law.applicable import answers, register_now  # records are not there before all apps are

    return {
        safeguard: [
            Asker(one.obligation, one.name, one.citation, one.answer is Answer.APPLIES, one.confidence.value)
            for one in found
            if one.binding and not one.displaced_by
        ]
        for safeguard, found in required_by(register_now(), answers(facts)).items()
    }
