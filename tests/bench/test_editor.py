"""The figures of VS Code's start: what they say, and what is left to us."""

from __future__ import annotations

from editor import EMPTY, OURS, Times, page

LOG = """\
[info] the server 0.1.0 runs after 8000 ms, 6000 ms of them until it was found
[info] the server 0.1.0 runs after 700 ms, 20 ms of them until it was found
"""


def test_our_share_is_the_difference_of_windows_that_were_opened_together() -> None:
    results = {
        OURS: Times(first=9_000, text=[1_000, 1_100, 900], squiggle=[3_000, 3_300, 3_000]),
        EMPTY: Times(first=2_500, text=[1_000, 1_000, 1_000], squiggle=[2_000, 2_200, 2_100]),
    }
    lines = page(results, LOG).splitlines()
    assert "| the text | 1,000 (900 to 1,100) | 1,000 (1,000 to 1,000) | 0 (-100 to 100) |" in lines
    assert "| the first squiggle | 3,000 (3,000 to 3,300) | 2,100 (2,000 to 2,200) | 1,000 (900 to 1,100) |" in lines
    assert "| the first squiggle ever | 9,000 | 2,500 | 6,500 |" in lines


def test_the_first_start_which_makes_the_environment_is_not_counted_among_the_others() -> None:
    text = page({OURS: Times(), EMPTY: Times()}, LOG)
    assert "700 (700 to 700) ms from its activation until the server runs, 20 (20 to 20) ms of them" in text
