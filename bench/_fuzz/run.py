"""Runs one target under atheris: `run.py TARGET` and libFuzzer's own arguments. Started by bench/fuzz.py."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import atheris  # type: ignore[import-untyped]  # it has no types

with atheris.instrument_imports(include=["prodready"]):
    import prodready

    # All of it: what is imported later would not be followed.
    for module in pkgutil.walk_packages(prodready.__path__, "prodready."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    from _fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until libFuzzer has enough."""
    name, *arguments = sys.argv[1:]
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
