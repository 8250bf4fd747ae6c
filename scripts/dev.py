#!/usr/bin/env python3
"""The one command of this repository: run, test, check, new-rule, generate, corpora, bench, wheels and audit.

Standard library only, and no syntax that an old Python cannot read: it must be able to say what is missing.
"""

import sys

OLDEST = (3, 10)


def main() -> int:
    """Run the command line; returns the exit code."""
    if sys.version_info < OLDEST:
        wanted, found = (".".join(map(str, version[:2])) for version in (OLDEST, sys.version_info))
        sys.stderr.write(
            f"dev.py needs Python {wanted} or later; this is Python {found} ({sys.executable}).\n"
            f"Install a newer one (Debian: `apt-get install python3`), or name it: `python{wanted} scripts/dev.py`.\n"
        )
        return 3
    from _dev.commands import main as run_command

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
