"""Where things are: the repository's own paths, and how messages name them."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
PACKAGE = ROOT / "server" / "prodready"


def shown(path: Path) -> str:
    """Return `path` as a person in the current directory would type it."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive on Windows
        return str(path)
    return relative if not relative.startswith(os.pardir + os.sep + os.pardir) else str(path)
