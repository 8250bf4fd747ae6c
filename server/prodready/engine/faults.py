"""An error in one line, as it may be told: an exception's own text can repeat the code that was analysed."""

from __future__ import annotations


def named(error: BaseException) -> str:
    """Return an error's kind, what the system says of it if it comes from there, and where it arose."""
    reason = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    return f"{kind_of(error)}{reason}{_place(error)}"


def kind_of(error: BaseException) -> str:
    """Return the name of an error's class, dotted unless it is Python's own."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _place(error: BaseException) -> str:
    """Return where an error arose, in brackets; empty for one that was never raised."""
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    file = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f" ({file}, line {trace.tb_lineno})"
