"""The library knowledge about resources, in one table: what a callable opens, and what ends it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final


class Kind(enum.Enum):
    """What sort of thing is open; the value is how messages call it."""

    SESSION = "session"
    FILE = "file"
    TEMPORARY = "temporary file"
    SOCKET = "socket"
    CONNECTION = "connection"
    CURSOR = "cursor"
    CLIENT = "client"
    EXECUTOR = "executor"
    OBJECT = "object"


class Manager(enum.Enum):
    """Which `with` ends a resource: its own, or one that only calls `close()` (`aclose()`) on it; none may be right."""

    OWN = "own"
    CLOSING = "contextlib.closing"
    ACLOSING = "contextlib.aclosing"
    NONE = "none"


@dataclass(frozen=True)
class Resource:
    """What a call opens.

    `closers` are the methods that end it, `same_as_with` those among them that do just what leaving the `with` does.
    `is_async`: the closing method is awaited, and the `with` is an `async with`. `caution` says what the `with` does
    besides closing; it makes a fix unsafe. `lazy` is a pattern for the methods of a client whose results are still read
    through it: of a database's, a cursor, of an HTTP client's, an answer that is streamed. `has_parts`: what
    its attributes and items give is nothing without it, as the collections of a database are. `is_transaction`: its own
    `with` ends a transaction and leaves it open. `is_local`: it is open to a file beside the program.
    `is_known`: the table or the class says so, it is not guessed from a name.
    """

    kind: Kind
    closers: frozenset[str] = frozenset({"close"})
    manager: Manager = Manager.OWN
    is_async: bool = False
    same_as_with: frozenset[str] = frozenset({"close", "aclose"})
    caution: str = ""
    lazy: str = "stream|send"
    has_parts: bool = False
    is_transaction: bool = False
    is_local: bool = False
    is_known: bool = True
    called: str = ""

    @property
    def word(self) -> str:
        """How messages and fixes call it: by its kind, where the table has no better word."""
        return self.called or self.kind.value


_FILE: Final = Resource(Kind.FILE)
PATH_OPEN: Final = _FILE
_TEMPORARY: Final = Resource(Kind.TEMPORARY)
_SOCKET: Final = Resource(Kind.SOCKET)
_CONNECTION: Final = Resource(Kind.CONNECTION)
# These have a `with` of their own that ends a transaction, or commits, and does not just close.
_DATABASE: Final = Resource(Kind.CONNECTION, manager=Manager.CLOSING)
_TRANSACTION: Final = replace(_DATABASE, is_transaction=True)
_CLIENT: Final = Resource(Kind.CLIENT)
_EVERYTHING: Final = ".*"
_MONGO: Final = replace(
    _CLIENT,
    lazy=r"(?!(?:find_one|insert|update|delete|replace|count|estimated|distinct|command|drop|bulk_write|create_index"
    r"|server_info)|list_\w+_names).*",
    has_parts=True,
)
_REDIS: Final = replace(_CLIENT, lazy=r"pubsub|pipeline|lock|monitor|register_script|\w*scan_iter")
_ASYNC_CLIENT: Final = Resource(Kind.CLIENT, is_async=True)
_ASYNC_CONNECTION: Final = Resource(Kind.CONNECTION, is_async=True)
_CURSOR: Final = Resource(Kind.CURSOR, manager=Manager.CLOSING)
_EXECUTOR: Final = Resource(
    Kind.EXECUTOR,
    frozenset({"shutdown"}),
    same_as_with=frozenset({"shutdown"}),
    caution="leaving the block waits until all work is done",
)
SESSION: Final = Resource(Kind.SESSION)
ASYNC_SESSION: Final = Resource(Kind.SESSION, closers=frozenset({"close", "aclose"}), is_async=True)
CLOSE_ONLY: Final = Resource(Kind.OBJECT, manager=Manager.CLOSING)
ACLOSE_ONLY: Final = Resource(Kind.OBJECT, frozenset({"aclose"}), Manager.ACLOSING, is_async=True)
GUESSED: Final = replace(CLOSE_ONLY, is_known=False)
GUESSED_SESSION: Final = replace(SESSION, is_known=False, caution="only its name says that it makes a session")
_STACK: Final = Resource(
    Kind.OBJECT,
    same_as_with=frozenset(),
    caution="what was entered learns of an exception, and may suppress it",
)
GUESSED_CURSOR: Final = replace(_CURSOR, is_known=False)


def _quits(name: str) -> Resource:
    """A client of a mail or file transfer protocol: its `with` says good-bye before it closes."""
    return Resource(Kind.CLIENT, frozenset({"close", name}), same_as_with=frozenset({name}))


def _each(resource: Resource, names: Iterable[str]) -> dict[str, Resource]:
    return dict.fromkeys(names, resource)


CONSTRUCTORS: Final[Mapping[str, Resource]] = {
    "contextlib.ExitStack": _STACK,
    "contextlib.AsyncExitStack": replace(_STACK, closers=frozenset({"aclose"}), is_async=True),
    **_each(SESSION, ("sqlalchemy.orm.Session", "sqlalchemy.orm.session.Session", "sqlmodel.Session")),
    **_each(
        ASYNC_SESSION,
        (
            "sqlalchemy.ext.asyncio.AsyncSession",
            "sqlalchemy.ext.asyncio.session.AsyncSession",
            "sqlmodel.ext.asyncio.session.AsyncSession",
        ),
    ),
    **_each(
        _FILE,
        (
            "builtins.open", "io.open", "io.open_code", "io.FileIO", "os.fdopen", "codecs.open", "tokenize.open",
            "gzip.open", "gzip.GzipFile", "bz2.open", "bz2.BZ2File", "lzma.open", "lzma.LZMAFile", "wave.open",
            "tarfile.open", "tarfile.TarFile", "tarfile.TarFile.open", "zipfile.ZipFile", "mmap.mmap", "shelve.open",
            "dbm.open",
        ),
    ),
    "urllib.request.urlopen": replace(_FILE, called="response"),
    "aiofiles.open": Resource(Kind.FILE, is_async=True),
    **_each(
        _TEMPORARY,
        ("tempfile.NamedTemporaryFile", "tempfile.TemporaryFile", "tempfile.SpooledTemporaryFile"),
    ),
    # Its `with` gives the path, not the object.
    "tempfile.TemporaryDirectory": Resource(Kind.TEMPORARY, frozenset({"cleanup"}), Manager.NONE),
    **_each(_SOCKET, ("socket.socket", "socket.create_connection", "socket.create_server")),
    **_each(_CONNECTION, ("selectors.DefaultSelector", "duckdb.connect", "grpc.insecure_channel")),
    "grpc.secure_channel": _CONNECTION,
    **_each(
        _DATABASE,
        (
            "psycopg.connect", "psycopg.Connection.connect", "pymysql.connect", "pymysql.Connect", "MySQLdb.connect",
            "mysql.connector.connect", "cx_Oracle.connect", "oracledb.connect",
            "snowflake.connector.connect", "pymssql.connect", "http.client.HTTPConnection",
            "http.client.HTTPSConnection",
        ),
    ),
    **_each(replace(_TRANSACTION, is_local=True), ("sqlite3.connect", "sqlite3.Connection")),
    **_each(_TRANSACTION, ("psycopg2.connect", "pyodbc.connect")),
    "aiosqlite.connect": _ASYNC_CONNECTION,
    # Its connection has neither a context manager nor `aclose`.
    "asyncpg.connect": replace(_ASYNC_CONNECTION, closers=frozenset({"close", "terminate"}), manager=Manager.NONE),
    # Its `with` ends a transaction besides, and there is no `aclose`.
    "psycopg.AsyncConnection.connect": replace(_ASYNC_CONNECTION, manager=Manager.NONE),
    "asyncpg.create_pool": replace(
        _ASYNC_CLIENT, closers=frozenset({"close", "terminate"}), lazy="acquire", called="pool"
    ),
    **_each(_REDIS, ("redis.Redis", "redis.StrictRedis", "redis.from_url", "redis.Redis.from_url")),
    **_each(
        replace(_REDIS, closers=frozenset({"close", "aclose"}), is_async=True),
        ("redis.asyncio.Redis", "redis.asyncio.from_url", "redis.asyncio.Redis.from_url"),
    ),
    **_each(
        _CLIENT,
        (
            "requests.Session", "requests.session", "requests.sessions.Session", "requests.sessions.session",
            "httpx.Client",
        ),
    ),
    "pymongo.MongoClient": _MONGO,
    # A command that was started still talks through it.
    **_each(replace(_CLIENT, lazy=_EVERYTHING), ("paramiko.SSHClient", "paramiko.client.SSHClient")),
    "httpx.AsyncClient": replace(_ASYNC_CLIENT, closers=frozenset({"aclose"})),
    **_each(replace(_ASYNC_CLIENT, lazy=_EVERYTHING), ("aiohttp.ClientSession", "aiohttp.client.ClientSession")),
    **_each(_quits("quit"), ("smtplib.SMTP", "smtplib.SMTP_SSL", "smtplib.LMTP")),
    **_each(replace(_quits("quit"), lazy="mlsd|n?transfercmd"), ("ftplib.FTP", "ftplib.FTP_TLS")),
    **_each(_quits("logout"), ("imaplib.IMAP4", "imaplib.IMAP4_SSL")),
    **_each(
        _EXECUTOR,
        (
            "concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor",
            "concurrent.futures.thread.ThreadPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor",
        ),
    ),
    # The pool's own `with` terminates it, and work that was handed in is lost.
    **_each(
        Resource(Kind.EXECUTOR, frozenset({"close", "terminate"}), Manager.NONE),
        ("multiprocessing.Pool", "multiprocessing.pool.Pool", "multiprocessing.pool.ThreadPool"),
    ),
}  # fmt: skip
"""Qualified callables that return something open."""

_ENGINES: Final = (
    "sqlalchemy.create_engine", "sqlalchemy.engine_from_config", "sqlalchemy.engine.create_engine",
    "sqlalchemy.engine.Engine", "sqlalchemy.Engine", "sqlalchemy.engine.base.Engine", "sqlmodel.create_engine",
)  # fmt: skip
_ASYNC_ENGINES: Final = ("sqlalchemy.ext.asyncio.create_async_engine", "sqlalchemy.ext.asyncio.AsyncEngine")
_CURSOR_MAKERS: Final = (
    "sqlite3.connect", "sqlite3.Connection", "psycopg2.connect", "psycopg.connect", "pymysql.connect",
    "MySQLdb.connect", "mysql.connector.connect", "pyodbc.connect", "cx_Oracle.connect", "oracledb.connect",
)  # fmt: skip

METHODS: Final[Mapping[tuple[str, str], Resource]] = {
    **{(maker, "connect"): _CONNECTION for maker in _ENGINES},
    **{(maker, "raw_connection"): _DATABASE for maker in _ENGINES},
    **{(maker, "connect"): _ASYNC_CONNECTION for maker in _ASYNC_ENGINES},
    **{(maker, "cursor"): _CURSOR for maker in _CURSOR_MAKERS},
    ("asyncpg.create_pool", "acquire"): replace(_ASYNC_CONNECTION, manager=Manager.NONE),
}
"""Methods that return something open, by what made the object that they are called on."""

SESSION_FACTORIES: Final[Mapping[str, Resource]] = {
    **_each(SESSION, ("sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.session.sessionmaker")),
    **_each(ASYNC_SESSION, ("sqlalchemy.ext.asyncio.async_sessionmaker",)),
}
"""Callables whose result is called to get a session. A `scoped_session` is not among them: it hands out one session for
each thread, which `.remove()` on the registry ends, at a place of its own."""

HARMLESS: Final = frozenset({"io.StringIO", "io.BytesIO", "asyncio.Event", "asyncio.Queue"})
"""Callables whose results hold nothing that has to be given back."""
