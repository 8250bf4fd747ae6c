"""Words that mean rules: codes, families, names, and "ALL"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from prodready.project.suggest import closest

EVERYTHING = "ALL"
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class RuleNames:
    """What a rule can be called by."""

    code: str
    name: str
    family: str


@lru_cache(maxsize=1)
def rule_names() -> tuple[RuleNames, ...]:
    """Return the names of all rules. The rules are imported when this is first asked, not before."""
    from prodready.rules import all_rules

    return tuple(RuleNames(rule.code, rule.name, rule.family) for rule in all_rules())


def selector_fault(selector: str) -> str | None:
    """Say what is wrong with a word that should mean rules, None when it means some.

    The word is repeated only where it is nearly a known one: in a file it may be a secret, misplaced.
    """
    if _meaning(selector) is not None:
        return None
    family = [rule.code for rule in rule_names() if rule.family == selector.upper().rstrip("0123456789")]
    if family:
        return f'no rule has the code "{selector}"; the rules of this family are {", ".join(family)}'
    known = {word for rule in rule_names() for word in (rule.code, rule.name, rule.family)}
    close = closest(selector, known)
    if close:
        return f'no rule, family or rule name is called "{selector}"; did you mean "{close}"?'
    return 'no rule, family or rule name is called so; "prodready rules" lists them'


def selected(select: Iterable[str], ignore: Iterable[str] = ()) -> frozenset[str]:
    """Return the codes that `select` turns on and `ignore` leaves on: the narrower word wins, at a draw `ignore`.

    Raises:
        KeyError: when a word means no rule; `selector_fault` says so before.
    """
    votes = by_code([(word, True) for word in select], [(word, False) for word in ignore])
    return frozenset(code for code, on in votes.items() if on)


def by_code(*layers: Iterable[tuple[str, _Value]]) -> Mapping[str, _Value]:
    """Give each code the value of the narrowest word that means it: names and codes before families before "ALL".

    Among equally narrow words the last one wins.

    Raises:
        KeyError: when a word means no rule.
    """
    pairs = [pair for layer in layers for pair in layer]
    values: dict[str, _Value] = {}
    for _, codes, value in sorted(((*_known_meaning(word), value) for word, value in pairs), key=lambda item: item[0]):
        values.update(dict.fromkeys(sorted(codes), value))
    return values


def _known_meaning(selector: str) -> tuple[int, frozenset[str]]:
    meaning = _meaning(selector)
    if meaning is None:
        raise KeyError(selector)
    return meaning


def _meaning(selector: str) -> tuple[int, frozenset[str]] | None:
    """Return how narrow a word is (2: one rule, 1: a family, 0: all) and the codes that it means."""
    return _meaning_of(selector.strip().upper(), rule_names())


@lru_cache(maxsize=1024)
def _meaning_of(word: str, rules: tuple[RuleNames, ...]) -> tuple[int, frozenset[str]] | None:
    if word == EVERYTHING:
        return 0, frozenset(rule.code for rule in rules)
    one = frozenset(rule.code for rule in rules if word in (rule.code, rule.name.upper()))
    if one:
        return 2, one
    family = frozenset(rule.code for rule in rules if word == rule.family)
    return (1, family) if family else None
