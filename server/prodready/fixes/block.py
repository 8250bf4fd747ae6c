"""Statements through libcst and back, with the file's own indentation and line ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from prodready.fixes.imports import Refusal


def rewritten(
    text: str,
    indent: str,
    unit: str,
    newline: str,
    transform: Callable[[Sequence[cst.BaseStatement]], Sequence[cst.BaseStatement]],
) -> str:
    """Return `text`, whole lines of statements at level `indent`, after `transform` changed the statements.

    `unit` is one level of the file's indentation.

    Raises:
        Refusal: when libcst cannot read the text, or would not give it back unchanged.
    """
    header = f"if 1:{newline}" if indent else ""
    config = cst.PartialParserConfig(default_indent=unit, default_newline=newline)
    try:
        module = cst.parse_module(header + text, config=config)
    except (cst.ParserSyntaxError, RecursionError) as error:
        raise Refusal("the statement cannot be read for rewriting") from error
    if module.code != header + text:
        raise Refusal("the statement cannot be rewritten without touching other text")
    if not indent:
        return module.with_changes(body=transform(module.body)).code
    block = cst.ensure_type(cst.ensure_type(module.body[0], cst.If).body, cst.IndentedBlock)
    changed = block.with_changes(body=transform(block.body))
    result = module.with_deep_changes(module.body[0], body=changed).code
    return result[len(header) :]
