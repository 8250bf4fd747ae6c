"""Runs code before and after its fix, and compares what can be seen: results, exceptions, and what was closed when."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from prodready.engine.analysis import Analysis
from prodready.engine.source import SourceFile
from prodready.fixes.everything import fix_all

RULES = frozenset({"RES101", "RES102", "RES103"})


class Opened:
    """A context manager that writes down what happens to it, for code that is run as `opened(...)`."""

    def __init__(self, log: list[str], name: str, *, fails: bool = False) -> None:
        log.append(f"open {name}")
        if fails:
            raise OSError(f"{name} cannot be opened")
        self.log = log
        self.name = name

    def use(self, fails: bool = False) -> str:
        self.log.append(f"use {self.name}")
        if fails:
            raise ValueError(f"{self.name} failed")
        return self.name

    def close(self) -> None:
        self.log.append(f"close {self.name}")

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def repaired(code: str) -> str:
    """Return the code with every finding repaired; at least one fix must have been made."""
    result = fix_all(Analysis.open(SourceFile.from_text(code)), unsafe=True, codes=RULES)
    assert result.applied, "nothing was repaired"
    assert not result.refused
    return result.analysis.source.text


def outcome(code: str, call: Callable[[dict[str, Any]], object], **names: object) -> str:
    """Run `code`, then `call` with its names; return what came of it as a text."""
    space: dict[str, Any] = dict(names)
    exec(compile(code, "<case>", "exec"), space)
    try:
        value = call(space)
        return f"returned {asyncio.run(value) if inspect.iscoroutine(value) else value!r}"
    except Exception as error:  # noqa: BLE001  what it raises is the outcome
        return f"raised {type(error).__name__}: {error}"
