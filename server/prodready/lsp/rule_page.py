"""Requests of our own: all rules, the page of one, and the settings that hold for a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pygls.exceptions import JsonRpcInvalidParams

if TYPE_CHECKING:
    from prodready.lsp.language_server import ProdreadyServer

RULES: Final = "prodready/rules"
"""Answers with `[{code, name, summary}, ...]`."""
PAGE: Final = "prodready/ruleDocumentation"
"""Takes `{code}`, a code or name, and answers with `{code, name, markdown}`."""
CONFIGURATION: Final = "prodready/effectiveConfiguration"
"""Takes `{textDocument: {uri}}` of an open document, and answers with `{text}`."""


def register(server: ProdreadyServer) -> None:
    """Answer the requests."""

    @server.feature(RULES)
    def rules(_: Any) -> list[dict[str, str]]:
        from prodready.rules import all_rules

        return [{"code": rule.code, "name": rule.name, "summary": rule.summary} for rule in all_rules()]

    @server.feature(PAGE)
    def page(params: Any) -> dict[str, str]:
        from prodready.rules import find_rule

        wanted = str(getattr(params, "code", ""))
        rule = find_rule(wanted)
        if rule is None:
            raise JsonRpcInvalidParams("there is no such rule")
        facts = [f"severity {rule.severity.value}", f"fix {rule.availability.value}"]
        if rule.twins:
            facts.append(f"also silenced by `# noqa` with {', '.join(rule.twins)}")
        title = f"# {rule.code}: {rule.name}\n\n{' · '.join(facts)}"
        return {"code": rule.code, "name": rule.name, "markdown": f"{title}\n\n{rule.page.text}\n"}

    @server.feature(CONFIGURATION)
    async def configuration(params: Any) -> dict[str, str]:
        document = getattr(params, "textDocument", None)
        session = server.documents.get(str(getattr(document, "uri", "")))
        if session is None:
            raise JsonRpcInvalidParams("the document is not open, or is not Python")
        return {"text": await server.configurations.description(session)}
