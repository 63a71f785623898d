"""Lists of the components of the clinic's products, in the format of CycloneDX 1.5. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def written(told: Mapping[str, Any], at: datetime) -> str:
    """The list as it was made at that moment; a part that is no purl is a name."""
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {
                "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "tools": {"components": [{"type": "application", "name": told["tool"]}]},
                "component": {"type": "application", "name": "made up", "version": told["version"]},
            },
            "components": [_component(part) for part in told["parts"]],
        },
        indent=1,
    )


def _component(part: str) -> dict[str, str]:
    if not part.startswith("pkg:"):
        return {"type": "firmware", "name": part}
    name, _, version = part.partition("/")[2].rpartition("@")
    return {"type": "library", "name": name, "version": version, "purl": part}
