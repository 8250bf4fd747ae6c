"""What tests of the engine share."""

from __future__ import annotations

import pytest

from tests.engine.probe import Probe, use_rules


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Probe:
    """The probe, registered beside the real rules."""
    rule = Probe()
    use_rules(monkeypatch, rule)
    return rule
