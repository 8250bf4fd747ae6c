"""Where a rule's page is on the web: the one place that knows the address."""

from __future__ import annotations

from typing import Final

DOCS_URL: Final = "https://prodready.readthedocs.io/rules/{code}"


def rule_url(code: str) -> str:
    """Return the address of the page of the rule with `code`."""
    return DOCS_URL.format(code=code)
