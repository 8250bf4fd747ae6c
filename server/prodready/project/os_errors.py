"""What the system refuses, in words: its reason, and what to do about it where the reason does not say that itself."""

from __future__ import annotations

import errno
from typing import Final

_STEPS: Final = {
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "end programs that hold many files open",
    errno.ENOSPC: "make room on the disk",
    errno.EFBIG: "raise the limit of file sizes (ulimit -f)",
    errno.EAGAIN: "raise the limit of processes (ulimit -u), or end some",
    errno.ENOMEM: "end programs that need much memory",
    **({errno.EDQUOT: "make room in your quota"} if hasattr(errno, "EDQUOT") else {}),
}


def reason_of(error: OSError) -> str:
    """Return why the system refused, as a phrase without number and path, and what helps where that is known."""
    reason = (error.strerror or str(error)).lower()
    step = _STEPS.get(error.errno or 0)
    return f"{reason}; {step}" if step else reason
