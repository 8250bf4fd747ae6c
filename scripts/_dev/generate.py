"""The files that are written from the code: rule pages, tables, the page on configuration, its schema, settings.

Runs inside .venv (`python -m _dev.generate [--check]`), because it asks the rules and options about themselves.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from _dev.config_page import configuration_page, schema
from _dev.environment import say
from _dev.manifest import with_settings
from _dev.pictures import pictures
from _dev.places import ROOT, shown
from _dev.problem import FAILED, Problem
from _dev.rule_pages import between_markers, rule_page, rules_index, rules_table
from prodready.engine.rule import Rule
from prodready.rules import all_rules


def main(argv: Sequence[str]) -> int:
    """Write the generated files, or with --check say which are not current; returns the exit code."""
    parser = argparse.ArgumentParser(prog="dev.py generate")
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(argv).check
    try:
        wanted = generated(ROOT, all_rules())
    except Problem as problem:
        print(f"dev.py generate: {problem}", file=sys.stderr)
        return problem.exit_code
    outdated = [path for path, text in wanted.items() if _current(path) != text]
    abandoned = sorted(set((ROOT / "docs" / "rules").glob("*.md")) - set(wanted))
    if check:
        return _report(outdated, abandoned)
    _write({path: wanted[path] for path in outdated}, abandoned)
    return 0


def generated(root: Path, rules: Sequence[Rule]) -> dict[Path, str]:
    """Return what each generated file below `root` should hold; raises Problem for a README without markers."""
    docs = root / "docs"
    readme = root / "README.md"
    manifest = root / "package.json"
    return {
        **{docs / "rules" / f"{rule.code}.md": rule_page(rule) for rule in rules},
        docs / "rules" / "README.md": rules_index(rules),
        docs / "configuration.md": configuration_page(),
        docs / "prodready.schema.json": json.dumps(schema(), indent=2, ensure_ascii=False) + "\n",
        **pictures(root),
        manifest: with_settings(manifest.read_text(encoding="utf-8")),
        readme: between_markers(readme.read_text(encoding="utf-8"), rules_table(rules, "docs/rules/")),
    }


def _current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _report(outdated: Sequence[Path], abandoned: Sequence[Path]) -> int:
    """Say what is not current, and how to mend it; returns the exit code."""
    for path in outdated:
        print(f"not current: {shown(path)}")
    for path in abandoned:
        print(f"belongs to no rule: {shown(path)}")
    if outdated or abandoned:
        print("`python3 scripts/dev.py generate` writes them again")
        return FAILED
    return 0


def _write(texts: dict[Path, str], abandoned: Sequence[Path]) -> None:
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        say(f"wrote {shown(path)}")
    for path in abandoned:
        path.unlink()
        say(f"removed {shown(path)}: it belongs to no rule")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
