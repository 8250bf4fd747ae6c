"""`prodready server` that can load no rule while a file is there: `serve_refused.py FILE server`."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from prodready.cli import main


class Refusing:
    """Stands before all other finders of modules, as if the system let nobody open their files."""

    def __init__(self, sign: Path) -> None:
        self._sign = sign

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.startswith("prodready.rules") and self._sign.exists():
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


if __name__ == "__main__":
    sys.meta_path.insert(0, Refusing(Path(sys.argv.pop(1))))
    main()
