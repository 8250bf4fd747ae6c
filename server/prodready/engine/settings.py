"""What the engine must know about a file besides its text: pure values, made by `project` from the configuration."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from prodready.engine.finding import Severity


class Role(enum.Enum):
    """What a file is for; rules about services leave scripts and tests alone."""

    SERVICE = "service"
    CLI = "cli"
    SCRIPT = "script"
    TEST = "test"
    MIGRATION = "migration"
    SETTINGS = "settings"
    NOTEBOOK = "notebook"
    GENERATED = "generated"


@dataclass(frozen=True)
class SharedLogger:
    """The logger `module.name` that the modules around a file import instead of making their own.

    `kind` is its library, as for `FileSettings.logger_kind`. `needs` are the modules of the project that are loaded for
    it: in one of those, importing it could come back to where it started.
    """

    module: str
    name: str
    kind: str
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FileSettings:
    """The settings of one file.

    `module` is its dotted name and `package` what its relative imports start from. `select` holds the codes that are
    on; None means every rule. `severities` maps codes to another severity. `coexist` names tools whose findings for the
    same defects mute ours. `logger_kind` says which library a new logger comes from, where there is no `shared_logger`.
    `line_length` is in characters, None where nobody has set it; `oldest_python` is the first version that the project
    says it supports.
    """

    role: Role = Role.SERVICE
    module: str = ""
    package: str = ""
    select: frozenset[str] | None = None
    severities: Mapping[str, Severity] = field(default_factory=dict, hash=False)
    traceback_style: str = "exc_info"
    silent_level: str = "warning"
    logger_name: str = "logger"
    logger_kind: str = "stdlib"
    shared_logger: SharedLogger | None = None
    log_functions: frozenset[str] = frozenset()
    line_length: int | None = None
    coexist: frozenset[str] = frozenset()
    oldest_python: tuple[int, int] | None = None
