"""The rules, found by looking: every module in the families' packages that defines a `Rule` is one."""

from __future__ import annotations

import importlib
import pkgutil
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
    families = [info.name for info in pkgutil.iter_modules(__path__) if info.ispkg]
    return [
        f"{__name__}.{family}.{info.name}"
        for family in families
        for info in pkgutil.iter_modules([f"{path}/{family}" for path in __path__])
    ]
