"""What keeps the server's own start short.

Half of it would go into lsprotocol's types: attrs generates and compiles methods for some five hundred classes, each
time anew, and the garbage collector looks for garbage in all that is loaded.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import marshal
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, Final

_TYPES: Final = "lsprotocol.types"
_COMPILER: Final = "attr._make"
_DIGEST: Final = 8


def serve(
    *, tcp: int | None = None, ws: int | None = None, log_file: Path | None = None, log_level: str = "warning"
) -> int:
    """Do what `prodready.lsp.server.run` does, importing it quickly."""
    with uncollected():
        import_types()
        from prodready.lsp.server import run
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
    """Import lsprotocol's types, with what attrs compiles for them kept from one start to the next.

    attrs finds `compile` as every function does, in its own module first: ours stands there during the import. An attrs
    that compiles in another way does not gain by it, and does not suffer either.
    """
    if _TYPES in sys.modules:
        return
    methods = _Methods()
    namespace = vars(importlib.import_module(_COMPILER))
    namespace["compile"] = methods.compile
    try:
        importlib.import_module(_TYPES)
    finally:
        del namespace["compile"]
    methods.keep()


class _Methods:
    """Compiled code by the digest of its source, kept beside this module's own bytecode and by the same rules.

    In front of the file stands the digest of the rest, which holds for this Python only: any other code, or a damaged
    one, could do anything.
    """

    def __init__(self) -> None:
        self._loader = SourceFileLoader(__name__, __file__)
        self._place = f"{importlib.util.cache_from_source(__file__)}.attrs"
        self._known: dict[bytes, CodeType] = self._load()
        self._used: dict[bytes, CodeType] = {}

    def _load(self) -> dict[bytes, CodeType]:
        try:
            content = self._loader.get_data(self._place)
        except OSError:
            return {}
        digest, body = content[:_DIGEST], content[_DIGEST:]
        if digest != _digest(body):
            return {}
        loaded: dict[bytes, CodeType] = marshal.loads(body)  # noqa: S302  bytecode, as Python itself loads its own
        return loaded

    def compile(self, source: str, filename: str, mode: str) -> CodeType:
        """Return what the built-in function of this name does."""
        key = _digest(f"{mode} {filename}\n{source}".encode())
        code: Any = self._known.get(key) or compile(source, filename, mode)
        self._used[key] = code
        return self._used[key]

    def keep(self) -> None:
        """Write down what was compiled anew; where Python cannot write bytecode, the next start compiles again."""
        if self._used.keys() <= self._known.keys() or sys.dont_write_bytecode:
            return
        body = marshal.dumps(self._used)
        self._loader.set_data(self._place, _digest(body) + body)


def _digest(body: bytes) -> bytes:
    """Return what Python itself tells its bytecode by, whose key is the version; hashlib would load OpenSSL."""
    return importlib.util.source_hash(body)
