"""`new-rule`: the two files of a new rule, which are complete and pass the tests before a word of them is changed."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from _dev.places import ROOT, shown
from _dev.problem import WRONG_CALL, Problem

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
CODE = re.compile(r"[A-Z]{3,5}[1-9][0-9]{2}")
DECLARED = re.compile(r"^ {4}(code|name) = \"([^\"]+)\"$", re.MULTILINE)
# A name says what is wrong, so that "OBS201 silent-except" reads as the defect itself.
ADVICE_PREFIXES = ("avoid-", "check-", "do-not-", "ensure-", "no-", "prefer-", "should-", "use-")
TEMPLATES = Path(__file__).with_name("templates")


def command(call: argparse.Namespace) -> int:
    """Make the files of the rule that `call` names; asks for its code when the call has none."""
    code = (call.code or _ask_for_code()).strip().upper()
    for path in make(ROOT, code, call.name.strip()):
        print(f"wrote {shown(path)}")
    print(
        "Now write the rule's page (the docstring), its detection and its examples, and then:\n"
        f"    python3 scripts/dev.py test tests/rules -k {code}\n"
        "    python3 scripts/dev.py generate"
    )
    return 0


def make(root: Path, code: str, name: str) -> list[Path]:
    """Write the files of a new rule below `root` and return their paths.

    Raises Problem, having written nothing, when code or name is badly formed or taken.
    """
    _refuse_bad_form(code, name)
    rules = root / "server" / "prodready" / "rules"
    _refuse_taken(rules, code, name)
    family = rules / code.rstrip("0123456789").lower()
    texts = {
        family / f"{name.replace('-', '_')}.py": _filled("rule.py.txt", code, name),
        root / "tests" / "rules" / f"{code}.md": _filled("fixture.md.txt", code, name),
    }
    if not (family / "__init__.py").exists():
        texts[family / "__init__.py"] = f'"""{family.name.upper()}: say in a few words what its rules are about."""\n'
    existing = [path for path in texts if path.exists()]
    if existing:
        raise Problem(f"{shown(existing[0])} is there already", WRONG_CALL)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(texts)


def _ask_for_code() -> str:
    if not sys.stdin.isatty():
        raise Problem("the rule needs a code: add --code, such as --code OBS999", WRONG_CALL)
    return input("Code of the rule, family and number (such as OBS999): ")


def _refuse_bad_form(code: str, name: str) -> None:
    if not CODE.fullmatch(code):
        raise Problem(f"{code!r} is no code: it needs a family and three digits, such as OBS999", WRONG_CALL)
    if not NAME.fullmatch(name):
        raise Problem(f"{name!r} is no name: it needs two or more small words with hyphens: silent-except", WRONG_CALL)
    if name.startswith(ADVICE_PREFIXES):
        raise Problem(
            f"{name!r} gives advice; a name says what is wrong: silent-except, not no-silent-except", WRONG_CALL
        )


def _refuse_taken(rules: Path, code: str, name: str) -> None:
    for path in sorted(rules.glob("*/*.py")):
        declared = {value for _, value in DECLARED.findall(path.read_text(encoding="utf-8"))}
        for taken in declared & {code, name}:
            raise Problem(f"{taken} is taken, by {shown(path)}", WRONG_CALL)


def _filled(template: str, code: str, name: str) -> str:
    """Return a template's text with the names of the rule in place."""
    words = name.split("-")
    names = {
        "@CODE@": code,
        "@NAME@": name,
        "@FUNCTION@": "_".join(words),
        "@CARETS@": "^" * len("_".join(words) + "()"),
        "@CLASS@": "".join(word.capitalize() for word in words),
    }
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    return re.sub("|".join(names), lambda found: names[found.group()], text)
