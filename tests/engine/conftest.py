"""Registers nothing for good: rules that a test adds are gone after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from prodready.engine import checker
from tests.engine.probe import Probe, use_rules


@pytest.fixture(autouse=True)
def _forget_rules() -> Iterator[None]:
    yield
    checker._rule_set.cache_clear()


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Probe:
    """The probe, registered beside the real rules."""
    rule = Probe()
    use_rules(monkeypatch, rule)
    return rule
