"""Where the pictures of a run are kept, for people to look at."""

from __future__ import annotations

from pathlib import Path

_OUTPUT = Path(__file__).with_name("output")


def place_of_picture(name: str) -> Path:
    """Return the path that a picture belongs at; an earlier run's may be there."""
    _OUTPUT.mkdir(exist_ok=True)
    return _OUTPUT / f"{name}.png"
