"""Show what every rule costs beside the walk over the tree, or write it down as the budget that tests hold rules to.

Calls are counted, not seconds: the figures are the same on every machine and under every load.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from _bench.operations import BUDGET, costs
from _bench.tables import table


def main(argv: Sequence[str] | None = None) -> int:
    """Count and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="dev.py bench budget", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {BUDGET.name}")
    call = parser.parse_args(argv)
    found = costs()
    rows = [[code, f"{cost.ratio:.2f}", f"{cost.growth:.2f}"] for code, cost in found.items()]
    print(table(["Rule", "calls beside the walk's", "growth"], rows))
    if call.write:
        figures = {code: round(cost.ratio, 2) for code, cost in found.items()}
        BUDGET.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
