"""The oldest Python that a project says it supports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from prodready.project import toml_text

_LOWEST: Final = re.compile(r"(?:>=|~=|==|\^|~)\s*3\.(\d+)")


def oldest(project: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the lower bound of `requires-python` in the values of a pyproject.toml, (3, 10) for `>=3.10`.

    Poetry's own table counts, too. None where nothing is said, or nothing that begins with a bound.
    """
    said = toml_text.dig(project, "project", "requires-python")
    if said is None:
        said = toml_text.dig(project, "tool", "poetry", "dependencies", "python")
    bounds = [int(minor) for minor in _LOWEST.findall(said)] if isinstance(said, str) else []
    return (3, max(bounds)) if bounds and "||" not in said else None
