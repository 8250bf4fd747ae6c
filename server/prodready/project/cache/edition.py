"""Which prodready and which Python results come from: whatever another one found out does not count."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import prodready
from prodready import __version__

_FORMAT = 1
"""To be raised when the files of the cache mean something else without any other change of the source."""


def edition() -> str | None:
    """Return a hash of the interpreter, the version and the source of prodready; None when the source cannot be read.

    The source is read, not only the version: a checkout that is worked on changes without a new version.
    """
    try:
        return _edition(Path(prodready.__file__).parent)
    except OSError:
        return None


def _edition(root: Path) -> str | None:
    sources = sorted(path for path in root.rglob("*.py*") if path.suffix in (".py", ".pyc"))
    own = [path for path in sources if path.parent.name != "__pycache__"]
    if not own:
        return None
    digest = hashlib.blake2b(f"{_FORMAT} {__version__} {sys.implementation.name} {sys.version}".encode(), digest_size=8)
    for path in own:
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
