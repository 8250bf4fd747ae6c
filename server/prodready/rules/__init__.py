"""The rules, found by looking: every module in the families' packages that defines a `Rule` is one."""

from __future__ import annotations

import importlib
import inspect
import os
from functools import lru_cache

from prodready.engine.rule import Rule


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Return one object of every rule, in the order of their codes."""
    rules: list[Rule] = []
    for module_name in _module_names():
        module = importlib.import_module(module_name)
        kinds = [k for k in vars(module).values() if isinstance(k, type) and issubclass(k, Rule)]
        rules.extend(kind() for kind in kinds if kind.__module__ == module_name)
    return tuple(sorted(rules, key=lambda rule: rule.code))


def find_rule(text: str) -> Rule | None:
    """Return the rule with the code or name `text`, in any case; None when there is none."""
    wanted = text.strip().lower()
    return next((rule for rule in all_rules() if wanted in (rule.code.lower(), rule.name)), None)


def _module_names() -> list[str]:
    """Return the dotted names of the modules in the families' packages.

    Raises:
        OSError: when a directory cannot be read. `pkgutil` would take it for empty, and no rules look like no findings.
    """
    names: list[str] = []
    for path in __path__:
        for family in sorted(os.listdir(path)):  # noqa: PTH208  text, as __path__ is
            modules = _modules_in(f"{path}/{family}")
            if "__init__" in modules:
                names.extend(f"{__name__}.{family}.{module}" for module in sorted(modules - {"__init__"}))
    return names


def _modules_in(directory: str) -> set[str]:
    if not os.path.isdir(directory):  # noqa: PTH112
        return set()
    entries = os.listdir(directory)  # noqa: PTH208
    return {name for entry in entries if (name := inspect.getmodulename(entry)) is not None}
