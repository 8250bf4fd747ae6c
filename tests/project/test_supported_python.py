"""Which Python a project promises to run on."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodready.project.config import load
from prodready.project.supported_python import oldest


@pytest.mark.parametrize(
    ("said", "version"),
    [
        (">=3.10", (3, 10)),
        (">= 3.9, <4", (3, 9)),
        ("~=3.11", (3, 11)),
        ("==3.12.*", (3, 12)),
        (">=3.8,>=3.10", (3, 10)),
        ("<4", None),
        (3, None),
    ],
)
def test_the_lower_bound_counts(said: object, version: tuple[int, int] | None) -> None:
    assert oldest({"project": {"requires-python": said}}) == version


def test_poetry_says_it_in_its_own_table() -> None:
    assert oldest({"tool": {"poetry": {"dependencies": {"python": "^3.9"}}}}) == (3, 9)
    assert oldest({"tool": {"poetry": {"dependencies": {"python": "^3.9 || ^3.12"}}}}) is None


def test_the_settings_of_a_file_tell_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nrequires-python = ">=3.11"\n', encoding="utf-8")

    assert load(tmp_path).for_file(tmp_path / "a.py", "").oldest_python == (3, 11)
