"""Statements through libcst and back, with the file's own indentation and line ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import libcst as cst

from prodready.fixes.imports import Refusal

UNREADABLE: Final = (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError, UnicodeEncodeError)
"""What libcst raises at code that it cannot read; the last one where a character is only half there (a surrogate)."""


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
    config = cst.PartialParserConfig(default_newline=newline)
    try:
        module = cst.parse_module(header + text, config=config)
    except UNREADABLE as error:
        raise Refusal("the statement cannot be read for rewriting") from error
    if module.code != header + text:
        raise Refusal("the statement cannot be rewritten without touching other text")
    module = _with_unit(module, unit)
    if not indent:
        kept = cst.ensure_type(module.visit(_KeepBlankLines()), cst.Module)
        return kept.with_changes(body=transform(kept.body)).code
    block = cst.ensure_type(cst.ensure_type(module.body[0], cst.If).body, cst.IndentedBlock)
    changed = block.with_changes(body=transform(block.body))
    result = module.with_deep_changes(module.body[0], body=changed).code
    return result[len(header) :]


class _KeepBlankLines(cst.CSTTransformer):
    """Lets blank lines stay blank when their block moves to the right: at module level libcst cannot tell."""

    def leave_EmptyLine(  # noqa: N802  libcst's name
        self, original_node: cst.EmptyLine, updated_node: cst.EmptyLine
    ) -> cst.EmptyLine:
        is_blank = updated_node.comment is None and not updated_node.whitespace.value
        return updated_node.with_changes(indent=False) if is_blank else updated_node


class _KeepIndents(cst.CSTTransformer):
    """Gives blocks that take the module's default indentation that indentation for their own."""

    def __init__(self, indent: str) -> None:
        self.indent = indent

    def leave_IndentedBlock(  # noqa: N802  libcst's name
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        return updated_node.with_changes(indent=self.indent) if updated_node.indent is None else updated_node


def _with_unit(module: cst.Module, unit: str) -> cst.Module:
    """Return the module with `unit` as the indentation of new blocks.

    libcst takes the first indentation that it meets for the default, whatever it is told: here that is the level at
    which the statements happen to stand.
    """
    if module.default_indent == unit:
        return module
    kept = cst.ensure_type(module.visit(_KeepIndents(module.default_indent)), cst.Module)
    return kept.with_changes(default_indent=unit)
