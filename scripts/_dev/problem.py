"""The one error that dev.py shows to people: a short message, what to do about it, and an exit code."""

from __future__ import annotations

# Exit codes besides 0: a check or a test failed; the call is wrong (argparse's own); something is missing here.
FAILED = 1
WRONG_CALL = 2
CANNOT = 3


class Problem(Exception):
    """Something that the person at the keyboard can mend; `str()` of it is the whole message."""

    def __init__(self, message: str, exit_code: int = CANNOT) -> None:
        super().__init__(message)
        self.exit_code = exit_code
