"""The command line. Only `main` is here, so that worker processes import nothing that they do not need."""

from __future__ import annotations


def main() -> None:
    """Run the command that the arguments name, and end the process with its exit code."""
    import sys

    try:
        from prodready.cli.app import run

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
