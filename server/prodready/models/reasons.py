"""What people say of a failure in the comments at its handler."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from prodready.engine.syntax import FUNCTIONS

if TYPE_CHECKING:
    from prodready.engine.rule import Context
    from prodready.models.handlers import Guard
    from prodready.models.loggers import LogCall

_BEST_EFFORT: Final = re.compile(
    r"\bbest[- ]effort\b|\bif (?:it is |one is |any is )?available\b"
    r"|\b(?:never|not|without) (?:raises?|raising|fails?|throws?)\b"
    r"|\b(?:errors?|exceptions?|failures?) (?:is|are) (?:ignored|suppressed|swallowed)\b",
    re.IGNORECASE,
)
_NEGATED: Final = re.compile(r"(?:\bnot|n't|\bnever|\bwithout|\bavoid\w*)\b", re.IGNORECASE)
_LOGGED: Final = re.compile(r"\b(?:log\w*|exc_info|exceptions?|leak\w*|expos\w*)\b", re.IGNORECASE)
_DELICATE: Final = re.compile(
    r"\b(?:secrets?|tokens?|passwords?|credentials?|sensitive|redact\w*|tracebacks?|stack ?traces?)\b", re.IGNORECASE
)
_SHOWING: Final = re.compile(
    r"\b(?:avoid\w*|hid(?:e|es|den|ing)|contain\w*|includ\w*|show\w*|reveal\w*|leak\w*|expos\w*|redact\w*|sensitive"
    r"|(?:no|not|without|keep)(?: an?| the| any| in)* (?:tracebacks?|stack))\b",
    re.IGNORECASE,
)
"""What people say beside one of the former if it is a reason: `# token refresh failed` is none."""
_CLAUSE: Final = re.compile(r"[.;]")
_NO_LOG: Final = re.compile(r"\b(?:not|cannot|never|without|avoid\w*|instead of|broken)\b|n't\b", re.IGNORECASE)
_LOG: Final = re.compile(r"\b(?:loggers?|logging|logs?)\b", re.IGNORECASE)
"""What people say, in one clause with the one before, of output that must not, or cannot, go to the log."""
_MEANT: Final = re.compile(
    r"\bprint (?:is|will|has to|must)\b|\bstd(?:out|err) (?:is|are|carries|must)\b"
    r"|\b(?:intentional(?:ly)?|deliberate(?:ly)?|on purpose)\b",
    re.IGNORECASE,
)
_OF_FAILURE: Final = re.compile(
    r"\b(?:in case|errors?|fail(?:s|ed|ing|ures?)?|exceptions?|raises?|ignor\w*|might not|may not|best[- ]effort)\b",
    re.IGNORECASE,
)
_NEVER_LOG: Final = re.compile(r"\b(?:never|do not|don't|must not|mustn't|avoid) log", re.IGNORECASE)
_TOLD: Final = re.compile(r"\b(?:already|was|were|is|been|gets?) (?:logged|reported|recorded)\b", re.IGNORECASE)


def told_already(guard: Guard, context: Context) -> bool:
    """Tell whether a comment in a handler says that the failure was logged before, or must not be."""
    comments = _comments(guard, guard, context)
    return any(said.search(comment) for comment in comments for said in (_TOLD, _NEVER_LOG))


def is_kept_short(call: LogCall, handler: ast.ExceptHandler, context: Context) -> bool:
    """Tell whether a comment in front of an error log, or beside it, says that the exception must not be logged."""
    return any(_is_about_logging(comment) for comment in _comments(handler, call.node, context))


def is_output_on_purpose(call: ast.Call, context: Context) -> bool:
    """Tell whether a comment at a call that writes, or above it, says why it writes and does not log."""
    above = context.position(call.lineno, call.col_offset).line - 1
    said: list[str] = []
    while context.line(above).lstrip().startswith("#"):
        said.insert(0, context.line(above).strip().lstrip("#"))
        above -= 1
    said.extend(_comments(call, call, context))
    text = " ".join(said)
    return _MEANT.search(text) is not None or any(_NO_LOG.search(c) and _LOG.search(c) for c in _CLAUSE.split(text))


def _is_about_logging(comment: str) -> bool:
    """Tell whether somebody thought about what an exception, or its traceback, would put into the log."""
    negated = _NEGATED.search(comment)
    if negated is not None and _LOGGED.search(comment, negated.end()):
        return True
    return _DELICATE.search(comment) is not None and _SHOWING.search(comment) is not None


def _comments(first: ast.expr | Guard, last: ast.expr | Guard, context: Context) -> Iterator[str]:
    """Yield what stands behind the first # of each line from the beginning of one node to the end of another."""
    end = last.end_lineno or last.lineno
    lines = (context.line(number - 1 - context.segment.base) for number in range(first.lineno, end + 1))
    return (line.partition("#")[2] for line in lines if "#" in line)


def minds_failure(line: str) -> bool:
    """Tell whether the comment of a line speaks of a failure: `try:  # in case the disk is full`."""
    return _OF_FAILURE.search(line.partition("#")[2]) is not None


def promises_no_failure(function: ast.AST | None) -> bool:
    """Tell whether a function's documentation says that it does what it can and never fails."""
    return isinstance(function, FUNCTIONS) and bool(_BEST_EFFORT.search(ast.get_docstring(function, clean=False) or ""))
