"""A rule for tests that reports everything that the engine knows about a place, and texts to edit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import pytest

import prodready.rules
from prodready.engine import checker
from prodready.engine.analysis import Analysis
from prodready.engine.finding import Edit, Finding, Position, Range, Severity
from prodready.engine.rule import CODE_ROLES, Context, Hit, Rule
from prodready.engine.settings import FileSettings
from prodready.engine.source import SourceFile

SETTINGS: Final = FileSettings(module="app.mod", package="app")


class Probe(Rule):
    """Reports each name, attribute and class with all that can be asked about it: any difference is a finding."""

    code = "TST101"
    name = "probe"
    severity = Severity.INFO
    roles = CODE_ROLES

    def check_name(self, node: ast.Name, context: Context) -> Iterator[Hit]:
        yield self._told(node, context)

    def check_attribute(self, node: ast.Attribute, context: Context) -> Iterator[Hit]:
        yield self._told(node, context)

    def check_classdef(self, node: ast.ClassDef, context: Context) -> Iterator[Hit]:
        members = sorted(context.names.class_members(f"{context.facts.name}.{node.name}")[0])
        yield self.hit(context, node, f"{node.name} {members}", at=context.header_range(node))

    def _told(self, node: ast.expr, context: Context) -> Hit:
        names = context.names
        return self.hit(context, node, f"{names.qualified(node)} made by {names.made_by(node)}")


def use_rules(monkeypatch: pytest.MonkeyPatch, *rules: Rule, also_real: bool = True) -> None:
    """Let the engine run `rules`, with or without the real ones, until the patch is undone."""
    real = prodready.rules.all_rules() if also_real else ()
    every = tuple(sorted((*real, *rules), key=lambda rule: rule.code))
    monkeypatch.setattr(prodready.rules, "all_rules", lambda: every)
    # Which rules are on is remembered by settings: remember it apart from what other tests found.
    monkeypatch.setattr(checker, "_rule_set", lru_cache(maxsize=64)(checker._rule_set.__wrapped__))


def opened(text: str, settings: FileSettings = SETTINGS) -> Analysis:
    return Analysis.open(SourceFile.from_text(text), settings)


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> Edit:
    return Edit(Range.of(*start, *end), text)


def replaced(analysis: Analysis, old: str, new: str) -> Analysis:
    """Return the analysis after the first `old` in the text was replaced by `new`, as one edit."""
    text = analysis.source.text
    at = text.index(old)
    return analysis.edited(Edit(Range(position(analysis.source, at), position(analysis.source, at + len(old))), new))


def position(source: SourceFile, offset: int) -> Position:
    """Return the position of a character, which must not lie inside a line end."""
    for number, line in enumerate(source.lines):
        if offset < len(line):
            return Position(number, offset)
        offset -= len(line)
    return Position(source.end.line, source.end.column + offset)


def told(analysis: Analysis, code: str) -> list[Finding]:
    return [finding for finding in analysis.findings if finding.code == code]
