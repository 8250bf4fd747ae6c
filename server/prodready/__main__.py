"""`python -m prodready`: the same as the `prodready` command."""

import os
import sys

# Python looks for modules in the working directory first, which may be anybody's: before anything else is imported.
_SAFE = sys.flags.isolated or getattr(sys.flags, "safe_path", False)
if not _SAFE and sys.path[0] != os.path.dirname(os.path.dirname(__file__)):  # noqa: PTH120  pathlib imports too much
    del sys.path[0]

if __name__ == "__main__":
    from prodready.cli import main

    main()
