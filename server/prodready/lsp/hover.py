"""Hovering over a finding shows its rule's page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from prodready.links import rule_url

if TYPE_CHECKING:
    from prodready.engine.rule import Rule
    from prodready.lsp.language_server import ProdreadyServer

_HEADING: Final = re.compile(r"^#+ +", re.MULTILINE)
_FENCE: Final = re.compile(r"^```.*\n?", re.MULTILINE)
_LINK: Final = re.compile(r"\[([^\[\]]+)\]\(([^()]+)\)")
_SPAN: Final = re.compile(r"(?<!`)`+([^`\n]+)`+")


def register(server: ProdreadyServer) -> None:
    """Answer hovers."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        settled = await server.documents.settled(params.text_document.uri)
        if settled is None:
            return None
        session, part, analysis = settled
        window, caret = session.window(part), types.Range(params.position, params.position)
        position = window.outer(caret, server.client.codec).start
        here = [finding for finding in analysis.findings if finding.range.contains(position)]
        if not here:
            return None
        from prodready.rules import find_rule

        codes = dict.fromkeys(finding.code for finding in here)
        pages = [page(rule) for rule in map(find_rule, codes) if rule is not None]
        innermost = max(here, key=lambda finding: finding.range.start).range
        text = "\n\n---\n\n".join(pages)
        contents = (
            types.MarkupContent(types.MarkupKind.Markdown, text)
            if server.client.renders_markdown
            else types.MarkupContent(types.MarkupKind.PlainText, plain(text))
        )
        return types.Hover(contents, window.inner(innermost, server.client.codec))


def page(rule: Rule) -> str:
    """Return a rule's page in Markdown, under a title and with a link to its place on the web."""
    return f"### [{rule.code}]({rule_url(rule.code)}) {rule.name}\n\n{rule.page.text}"


def plain(markdown: str) -> str:
    """Return the page as it reads best without rendering: no marks of headings, code and links."""
    prose_and_code = _FENCE.split(markdown)
    prose_and_code[::2] = [_plain_prose(prose) for prose in prose_and_code[::2]]
    return "".join(prose_and_code)


def _plain_prose(markdown: str) -> str:
    return _SPAN.sub(r"\1", _LINK.sub(r"\1 (\2)", _HEADING.sub("", markdown)))
