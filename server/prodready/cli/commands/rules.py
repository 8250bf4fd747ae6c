"""`prodready rules`: list the rules."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from prodready.cli import exits, output
from prodready.cli.options import output_format, verbose


@click.command("rules", short_help="List the rules.")
@output_format
@verbose
def command(output_format: str) -> int:
    """List the rules with their severity and whether findings come with a fix.

    \b
    Examples:
      prodready rules
      prodready rules --format json | jq -r '.[].code'
    """
    described = _described()
    if output_format == "json":
        output.write_lines([json.dumps(described, indent=2, ensure_ascii=False)])
    else:
        output.write_lines(_table(described))
    return exits.NOTHING_FOUND


def _described() -> list[dict[str, Any]]:
    from prodready.rules import all_rules

    return [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity.value,
            "fix": rule.availability.value,
            "twins": list(rule.twins),
            "summary": rule.summary,
        }
        for rule in all_rules()
    ]


def _table(described: list[dict[str, Any]]) -> list[str]:
    """Lay the rules out in columns, as wide as the terminal; in a pipe no line is folded."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("code", "name", "severity", "fix"):
        table.add_column(name, no_wrap=True)
    table.add_column("what it finds")
    for rule in described:
        table.add_row(rule["code"], rule["name"], rule["severity"], rule["fix"], rule["summary"])
    console = Console(width=None if sys.stdout.isatty() else 1000)
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().split("\n") if line.strip()]
