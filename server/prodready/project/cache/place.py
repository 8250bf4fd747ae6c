"""Where the cache lies: in the user's directory for caches, or where the user's environment says."""

from __future__ import annotations

import os
from pathlib import Path

from prodready.project.paths import absolute

VARIABLE = "PRODREADY_CACHE_DIR"
"""The user's own choice. No option of a project's configuration: what is checked must not decide where we write."""


def cache_directory() -> Path:
    """Return the directory of the cache as an absolute path; it need not exist."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return absolute(Path(chosen))
    from platformdirs import user_cache_path

    return user_cache_path("prodready", appauthor=False)
