"""The library of a new logger is the one that most modules use; a logger that they share is used as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prodready.engine.settings import FileSettings, SharedLogger
from prodready.project.config import Config, load
from prodready.project.logging_survey import ProjectLogging, survey

if TYPE_CHECKING:
    from tests.project.conftest import Write

STDLIB, STRUCTLOG, LOGURU = "import logging\n", "import structlog\n", "from loguru import logger\n"
MAKES = "import logging\n\nlog = logging.getLogger(__name__)\n"


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
    assert survey(load(root)) == ProjectLogging(kind)


def test_excluded_files_do_not_count(write: Write) -> None:
    """What is not checked has no say."""
    root = write({"prodready.toml": 'exclude = ["old/"]', "old/a.py": LOGURU, "old/b.py": LOGURU, "a.py": STDLIB})
    assert survey(load(root)).kind == "stdlib"


def test_a_configuration_that_names_a_library_has_decided(write: Write) -> None:
    """Nothing is looked for then, not even a shared logger."""
    root = write(_sharing("from app.log import log\n"))
    config = Config(root, options=type(load(root).options)(logger="loguru"))
    assert survey(config) == ProjectLogging("loguru")


def _sharing(line: str, *, users: int = 3, others: int = 2) -> dict[str, str | bytes]:
    """Return a package in which `users` modules import a logger by `line`, and `others` make their own."""
    return {
        "prodready.toml": "",
        "app/__init__.py": "",
        "app/log.py": f"from app.levels import LEVEL\n\n{MAKES}",
        "app/levels.py": "LEVEL = 20\n",
        **{f"app/jobs/user{number}.py": line for number in range(users)},
        **{f"app/other{number}.py": MAKES for number in range(others)},
    }


SHARED = SharedLogger("app.log", "log", "stdlib", frozenset({"app.log", "app.levels"}))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("from app.log import log\n", id="as it is"),
        pytest.param("from app.log import log as logger\n", id="under another name"),
        pytest.param("from app.log import (\n    LEVEL,\n    log,\n)\n", id="among others"),
        pytest.param("from ..log import log\n", id="relative"),
    ],
)
def test_a_logger_that_most_modules_import_is_shared(write: Write, line: str) -> None:
    """In the directory of those that import it; with the modules that are loaded for it."""
    files = _sharing(line) | {"app/jobs/__init__.py": ""}
    assert survey(load(write(files))).shared == {"app/jobs": SHARED}


def test_the_nearest_directory_decides(write: Write) -> None:
    """A file has the logger that is shared around it, wherever below; elsewhere there is none."""
    root = write(_sharing("from app.log import log\n"))
    found = survey(load(root))
    assert found.applied(FileSettings(), root / "app/jobs/deep/new.py", root).shared_logger == SHARED
    assert found.applied(FileSettings(), root / "app/new.py", root).shared_logger is None
    assert found.applied(FileSettings(), root.parent / "new.py", root).shared_logger is None


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(_sharing("from app.log import log\n", users=2), id="two modules are a coincidence"),
        pytest.param(
            _sharing("from app.log import log\n") | {f"app/jobs/own{n}.py": MAKES for n in range(3)},
            id="as many make their own",
        ),
        pytest.param(_sharing("from app.log import log\n") | {"app/log.py": "def log(): pass\n"}, id="a function"),
        pytest.param(_sharing("from app.log import log\n") | {"app/log.py": "log = 1\n"}, id="no logger"),
        pytest.param(_sharing("from elsewhere import log\n"), id="not of the project"),
        pytest.param(_sharing("from app.log import get_logger\n"), id="what makes loggers is none"),
    ],
)
def test_what_is_no_shared_logger(write: Write, files: dict[str, str | bytes]) -> None:
    """A few imports, a function, or something from outside of the project decide nothing."""
    assert survey(load(write(files))).shared == {}
