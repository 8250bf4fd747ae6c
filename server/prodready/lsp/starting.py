"""What keeps the server's own start short.

Half of it would go into lsprotocol's types: attrs generates and compiles methods for more than five hundred classes, of
which a session needs a hundred; and the garbage collector looks for garbage in all that is loaded.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

_TYPES: Final = "lsprotocol.types"
_FIELDS: Final = "__attrs_attrs__"
"""Where attrs keeps a class's fields, which all that asks about them looks at first."""

_INIT: Final = "__init__"

_NEW_OBJECTS: Final = (50_000, 20, 50)
"""After how many new objects the collector looks at them, and how often at older ones.

Opening a file makes tens of thousands of objects that stay, and nothing that we drop needs to be looked for: trees are
taken apart (`engine.nodes`). By default there is a look at every 700 new objects: a tenth of the time of opening.
"""

_C = TypeVar("_C", bound=type)


def serve(
    *, tcp: int | None = None, ws: int | None = None, log_file: Path | None = None, log_level: str = "warning"
) -> int:
    """Do what `prodready.lsp.server.run` does, importing it quickly."""
    with uncollected():
        import_types()
        from prodready.lsp.server import run
    gc.set_threshold(*_NEW_OBJECTS)
    return run(tcp=tcp, ws=ws, log_file=log_file, log_level=log_level)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Import without looking for garbage: what is loaded stays, and need not be looked at by later collections."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def import_types() -> None:
    """Import lsprotocol's types, of which attrs completes each one only when it is used for the first time."""
    if _TYPES in sys.modules:
        return
    attrs: Any = importlib.import_module("attrs")
    define, attrs.define = attrs.define, _define_later
    try:
        importlib.import_module(_TYPES)
    finally:
        attrs.define = define
    # It would look at every class to resolve the names of types in it, which we do one by one.
    hooks: Any = importlib.import_module("lsprotocol._hooks")
    hooks._resolved_forward_references = True


def _define_later(cls: _C | None = None, **options: Any) -> Any:
    """Stand for `attrs.define`."""
    return _Definition.of(cls, options) if cls is not None else lambda given: _Definition.of(given, options)


class _Definition:
    """What `attrs.define` has still to do for one class, standing for its fields until somebody asks for them.

    The class stays the same object, so it has no slots: with them, attrs makes another one.
    """

    _lock: Final = threading.RLock()

    def __init__(self, cls: type, options: dict[str, Any]) -> None:
        self._cls = cls
        self._options = options
        self._is_begun = False

    @classmethod
    def of(cls, defined: _C, options: dict[str, Any]) -> _C:
        """Put a definition into a class, which is returned."""
        later = cls(defined, options)

        def first_init(self: Any, *arguments: Any, **named: Any) -> None:
            later.complete()
            vars(defined)[_INIT](self, *arguments, **named)

        setattr(defined, _FIELDS, later)
        setattr(defined, _INIT, first_init)
        return defined

    def __get__(self, instance: object, owner: type) -> Any:
        self.complete()
        if vars(self._cls)[_FIELDS] is self:
            raise AttributeError(_FIELDS)  # attrs itself asks, while it is at it
        return getattr(owner, _FIELDS)

    def complete(self) -> None:
        """Let attrs do it, once; whoever comes meanwhile waits. What attrs raises is raised each time."""
        with self._lock:
            if self._is_begun:
                return
            self._is_begun = True
            attrs: Any = importlib.import_module("attrs")
            try:
                attrs.define(self._cls, slots=False, init=True, **self._options)
                attrs.resolve_types(self._cls, sys.modules[_TYPES].ALL_TYPES_MAP, {})
            except BaseException:
                self._is_begun = False
                raise
