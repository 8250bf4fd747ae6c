"""The library of a new logger is the one that most modules of the project use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prodready.project.config import Config, load
from prodready.project.logging_kind import logger_kind, settled

if TYPE_CHECKING:
    from tests.project.conftest import Write

STDLIB, STRUCTLOG, LOGURU = "import logging\n", "import structlog\n", "from loguru import logger\n"


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ([], "stdlib"),
        (["x = 1\n"], "stdlib"),
        ([STDLIB], "stdlib"),
        ([STRUCTLOG], "structlog"),
        ([STRUCTLOG + STDLIB, "x = 1\n", "y = 1\n"], "structlog"),
        ([LOGURU, LOGURU, STDLIB], "loguru"),
        ([LOGURU, STDLIB], "stdlib"),
        ([LOGURU, STRUCTLOG, STDLIB], "stdlib"),
        (["# import structlog\nfrom logging.handlers import X\n"], "stdlib"),
        (["try:\n    import structlog\nexcept ImportError:\n    pass\n"], "structlog"),
    ],
)
def test_kinds(write: Write, texts: list[str], kind: str) -> None:
    """More than half of the modules that log must agree; `logging` beside another library does not count."""
    root = write({f"m{number}.py": text for number, text in enumerate(texts)} | {"prodready.toml": ""})
    assert logger_kind(load(root)) == kind


def test_excluded_files_do_not_count(write: Write) -> None:
    """What is not checked has no say."""
    root = write({"prodready.toml": 'exclude = ["old/"]', "old/a.py": LOGURU, "old/b.py": LOGURU, "a.py": STDLIB})
    assert logger_kind(load(root)) == "stdlib"


def test_settled(write: Write) -> None:
    """A configuration is settled once; one that names a library is left alone."""
    root = write({"a.py": STRUCTLOG, "prodready.toml": ""})
    config = load(root)
    assert config.for_file(root / "a.py").logger_kind == "stdlib"
    done = settled(config)
    assert done.for_file(root / "a.py").logger_kind == "structlog"
    assert settled(done) is done
    named = Config(root, options=type(config.options)(logger="loguru"))
    assert settled(named) is named
