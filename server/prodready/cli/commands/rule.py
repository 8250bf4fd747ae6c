"""`prodready rule`: explain one rule."""

from __future__ import annotations

import sys

import click

from prodready.cli import exits, output
from prodready.cli.options import verbose


@click.command("rule", short_help="Explain a rule.")
@click.argument("code", required=False)
@verbose
@click.pass_context
def command(context: click.Context, code: str | None) -> int:
    """Explain the rule CODE (or its name): what it finds, why it matters in production, how it is repaired.

    On a terminal the page is laid out, in a pipe it is Markdown. Without CODE all rules are listed.

    \b
    Examples:
      prodready rule OBS201
      prodready rule silent-except
      prodready rule OBS201 > OBS201.md
    """
    if code is None:
        from prodready.cli.commands.rules import command as rules

        return int(context.invoke(rules, output_format="text"))
    page = _page(code)
    if sys.stdout.isatty():
        _show(page)
    else:
        output.write_lines([page])
    return exits.NOTHING_FOUND


def _page(code: str) -> str:
    from prodready.rules import find_rule

    rule = find_rule(code)
    if rule is None:
        raise click.UsageError(_unknown(code))
    facts = [f"**{rule.code}**", f"severity {rule.severity.value}", f"fix {rule.availability.value}"]
    if rule.twins:
        facts.append(f"also silenced by `# noqa` with {', '.join(rule.twins)}")
    return f"# {rule.name}\n\n{' · '.join(facts)}\n\n{rule.page.text}"


def _unknown(code: str) -> str:
    from prodready.project.suggest import closest
    from prodready.rules import all_rules

    close = closest(code, [word for rule in all_rules() for word in (rule.code, rule.name)])
    return f"There is no rule {code!r}. " + (f"Did you mean {close}?" if close else "`prodready rules` lists them all.")


def _show(page: str) -> None:
    """Lay the page out for a terminal: not wider than text can be read."""
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    console.print(Markdown(page, code_theme="ansi_dark"), width=min(console.width, 100))
