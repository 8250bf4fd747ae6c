"""`prodready server` with the rules of `tests/lsp/rules` beside its own: the registry looks where its path says."""

from __future__ import annotations

from pathlib import Path

import prodready.rules
from prodready.cli import main

# At module level: worker processes import this file, too.
prodready.rules.__path__.append(str(Path(__file__).with_name("rules")))

if __name__ == "__main__":
    main()
