"""`python -m prodready`: the same as the `prodready` command."""

from __future__ import annotations

from prodready.cli import main

if __name__ == "__main__":
    main()
