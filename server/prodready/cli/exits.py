"""What the exit codes mean."""

from __future__ import annotations

NOTHING_FOUND = 0
FINDINGS = 1
WRONG_CALL = 2
OUR_FAULT = 3
INTERRUPTED = 130
