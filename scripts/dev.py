#!/usr/bin/env python3
"""The one command of this repository: run, test, check, new-rule, generate, corpora and bench.

Standard library only, and no syntax that an old Python cannot read: it must be able to say what is missing.
"""

import sys

OLDEST = (3, 10)


def main():
    """Run the command line; returns the exit code."""
    if sys.version_info < OLDEST:
        sys.stderr.write(
            "dev.py needs Python {}.{} or later; this is Python {}.{} ({}).\n"
            "Install a newer one (Debian: `apt-get install python3`), or name one: `python3.12 scripts/dev.py ...`.\n".format(
                OLDEST[0], OLDEST[1], sys.version_info[0], sys.version_info[1], sys.executable
            )
        )
        return 3
    from _dev.commands import main as run_command

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
