"""What a word was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like `word`, in any case; None when none is close."""
    by_lower = {name.lower().replace("_", "-"): name for name in known}
    found = difflib.get_close_matches(word.lower().replace("_", "-"), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def quoted(words: Iterable[str], joint: str = "or") -> str:
    """Return words in quotes as people list them: `"a", "b" or "c"`."""
    marked = [f'"{word}"' for word in words]
    return f"{', '.join(marked[:-1])} {joint} {marked[-1]}" if len(marked) > 1 else "".join(marked)
