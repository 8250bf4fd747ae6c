"""Run a command without root's right to pass over permissions; for anybody else nothing changes."""

from __future__ import annotations

import ctypes
import os
import sys

PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


def drop_rights() -> None:
    """Take the rights out of what programs may have that are started from here on.

    Raises:
        OSError: when root may not even do that.
    """
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for right in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if libc.prctl(PR_CAPBSET_DROP, right, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "cannot give up a right")


if __name__ == "__main__":
    drop_rights()
    os.execv(sys.argv[1], sys.argv[1:])
