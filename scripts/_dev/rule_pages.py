"""A rule's page and the tables of rules, in Markdown."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from itertools import groupby

from _dev.problem import Problem
from prodready.engine.rule import FixAvailability, Rule

BEGIN = "<!-- rules: begin (written by scripts/dev.py generate) -->"
END = "<!-- rules: end -->"
FIX_WORDS = {FixAvailability.NONE: "no", FixAvailability.SOMETIMES: "sometimes", FixAvailability.ALWAYS: "yes"}


def rule_page(rule: Rule) -> str:
    """Return the page of one rule: what is declared about it, then its documentation."""
    source = type(rule).__module__.replace(".", "/")
    facts = [f"severity {rule.severity.value}", f"fix: {FIX_WORDS[rule.availability]}"]
    if rule.twins:
        facts.append(f"`# noqa` with {' or '.join(rule.twins)} counts, too")
    return (
        f"<!-- Written by scripts/dev.py generate from server/{source}.py. -->\n\n"
        f"# {rule.code}: {rule.name}\n\n{' · '.join(facts)}\n\n{rule.page.text}\n"
    )


def rules_index(rules: Sequence[Rule]) -> str:
    """Return docs/rules/README.md: every rule, by family."""
    sections = [
        f"## {_family_title(family[0])}\n\n{rules_table(family, '')}"
        for family in (list(group) for _, group in groupby(rules, key=lambda rule: rule.family))
    ]
    intro = "Each page says what the rule finds, why it matters in production, and what its fix changes.\n"
    head = f"<!-- Written by scripts/dev.py generate. -->\n\n# Rules\n\n{intro}"
    return "\n".join([head, *sections])


def rules_table(rules: Sequence[Rule], base: str) -> str:
    """Return a table of rules whose codes link to their pages below `base`."""
    rows = [
        f"| [{rule.code}]({base}{rule.code}.md) | {rule.name} | {rule.severity.value} "
        f"| {FIX_WORDS[rule.availability]} | {_cell(rule.summary)} |"
        for rule in rules
    ]
    return "\n".join(["| code | name | severity | fix | finds |", "|---|---|---|---|---|", *rows]) + "\n"


def between_markers(text: str, table: str) -> str:
    """Return `text` with what stands between the two markers replaced; raises Problem when a marker is not there."""
    pattern = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
    if not pattern.search(text):
        raise Problem(
            f"README.md needs these two lines around the place for the table of rules:\n    {BEGIN}\n    {END}"
        )
    return pattern.sub(lambda _: f"{BEGIN}\n\n{table}\n{END}", text, count=1)


def _family_title(rule: Rule) -> str:
    """Return what the docstring of the family's package says: `OBS: nobody sees what happens`."""
    package = sys.modules[type(rule).__module__.rpartition(".")[0]]
    return (package.__doc__ or rule.family).splitlines()[0].rstrip(".")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
