"""The workplace of the command line's tests and the editors of the server's, for both in hard times."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.conftest import workplace
from tests.endurance.hardship import Checkpoint, checkpoint
from tests.lsp.conftest import connect, gate

__all__ = ["connect", "gate", "workplace"]


@pytest.fixture
def place() -> Iterator[Checkpoint]:
    """Give a place where processes wait."""
    with checkpoint() as made:
        yield made
