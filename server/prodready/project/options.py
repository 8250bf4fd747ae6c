"""The options of the configuration: the one table that validation, defaults, documentation and schema come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from prodready.engine.finding import Severity
from prodready.engine.settings import Role
from prodready.project.kinds import DOTTED_NAME, GLOB, NAME, SELECTOR, Kind, ListOf, TableOf, Whole, choice
from prodready.project.selectors import EVERYTHING


@dataclass(frozen=True)
class Option:
    """One option: its `key` in TOML, kind and default, what it does, and a line of TOML that shows it.

    `default_note` is what to say of a default that is not one value.
    """

    key: str
    kind: Kind
    default: object
    documentation: str
    example: str
    default_note: str

    def is_right(self, value: object) -> bool:
        """Tell whether `value`, as TOML gives it, may be given for this option."""
        return next(self.kind.faults(value, ()), None) is None


def _option(kind: Kind, default: object, documentation: str, example: str, default_note: str = "") -> Any:
    metadata = {"kind": kind, "documentation": documentation, "example": example, "default_note": default_note}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Options:
    """The values of all options, as the configuration gives them or by default."""

    select: tuple[str, ...] = _option(
        ListOf(SELECTOR),
        (EVERYTHING,),
        'The rules that are on: codes (`OBS101`), families (`OBS`), names (`print-call`), or `"ALL"`. '
        "Where words overlap the narrower one counts.",
        'select = ["OBS", "RES101"]',
    )
    extend_select: tuple[str, ...] = _option(
        ListOf(SELECTOR),
        (),
        "Rules that are on besides those of `select`.",
        'extend-select = ["unclosed-session"]',
    )
    ignore: tuple[str, ...] = _option(
        ListOf(SELECTOR),
        (),
        "Rules that are off, unless `select` names them more narrowly.",
        'ignore = ["print-call"]',
    )
    exclude: tuple[str, ...] = _option(
        ListOf(GLOB),
        (),
        "Files and directories to leave out, as in `.gitignore`, counted from the directory of the configuration. "
        "Virtual environments, caches, build results and what git ignores are left out without being named here. What "
        "the command line names itself is checked all the same.",
        'exclude = ["vendor/", "*_gen.py"]',
    )
    per_file_ignores: Mapping[str, tuple[str, ...]] = _option(
        TableOf(GLOB, ListOf(SELECTOR)),
        {},
        "Rules that are off in the files that match a glob.",
        'per-file-ignores = { "app/legacy/" = ["OBS"], "run.py" = ["print-call"] }',
    )
    severity: Mapping[str, str] = _option(
        TableOf(SELECTOR, choice(*(severity.value for severity in Severity), many="severities")),
        {},
        "Severities other than the rules' own: `error`, `warning`, `info` or `hint`, for codes, names or families.",
        'severity = { OBS201 = "error", RES = "info" }',
    )
    roles: Mapping[str, tuple[str, ...]] = _option(
        TableOf(choice(*(role.value for role in Role), many="roles"), ListOf(GLOB)),
        {},
        "Which files have a role other than the one that their path and content suggest: "
        + ", ".join(f"`{role.value}`" for role in Role)
        + ". The first role in this table that matches counts; `prodready config FILE` shows a file's role, and why.",
        'roles = { script = ["jobs/"], service = ["app/cli/server.py"] }',
    )
    log_functions: tuple[str, ...] = _option(
        ListOf(DOTTED_NAME),
        (),
        "Functions of your own that log or report what they are given. A handler that calls one has seen its failure.",
        'log-functions = ["report_error", "app.errors.capture"]',
    )
    traceback_style: str = _option(
        choice("exc_info", "exception", many="styles"),
        "exc_info",
        "How fixes add a traceback to an error log: `logger.error(..., exc_info=True)` or `logger.exception(...)`.",
        'traceback-style = "exception"',
    )
    silent_level: str = _option(
        choice("info", "warning", "error", "critical", many="levels"),
        "warning",
        "The level of the log calls that fixes put into silent handlers.",
        'silent-level = "error"',
    )
    logger_name: str = _option(
        NAME,
        "logger",
        "What a new module-level logger is called. A logger that a module has already is used, whatever its name; of "
        "several, the one with this name comes first.",
        'logger-name = "log"',
    )
    logger: str = _option(
        choice("auto", "stdlib", "structlog", "loguru", many="libraries"),
        "auto",
        "The library that a new logger comes from. `auto` takes the one that most modules of the project use, and "
        "imports the logger that those around a module share.",
        'logger = "structlog"',
    )
    line_length: int | None = _option(
        Whole(20, 500),
        None,
        "How long the lines that fixes write may become, in characters.",
        "line-length = 100",
        "`line-length` of `[tool.ruff]` or `[tool.black]` in the same `pyproject.toml`, else 88, or as long as a "
        "file's own lines are, up to 120",
    )
    coexist: tuple[str, ...] = _option(
        ListOf(choice("ruff", many="tools")),
        (),
        "Tools that check the same code: rules whose defect the tool finds too stay silent.",
        'coexist = ["ruff"]',
    )


def _of(declared: Field[Any]) -> Option:
    default = declared.default if declared.default is not MISSING else {}
    return Option(key_of(declared.name), default=default, **declared.metadata)


def key_of(name: str) -> str:
    """Return the key in TOML of the option that `Options` holds as `name`."""
    return name.replace("_", "-")


def field_of(key: str) -> str:
    """Return the name in `Options` of the option with a key."""
    return key.replace("-", "_")


OPTIONS: tuple[Option, ...] = tuple(_of(declared) for declared in fields(Options))
"""All options, in the order of their documentation."""
BY_KEY: Mapping[str, Option] = {option.key: option for option in OPTIONS}
