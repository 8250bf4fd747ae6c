"""sqlite3 connections and SQLAlchemy sessions after the repair of code that closed them by hand, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.pool import QueuePool

from tests.meaning.closing import outcome, repaired


class Base(DeclarativeBase):
    pass


class City(Base):
    __tablename__ = "city"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Address(Base):
    __tablename__ = "address"
    id: Mapped[int] = mapped_column(primary_key=True)
    street: Mapped[str]
    city_id: Mapped[int | None] = mapped_column(ForeignKey("city.id"))
    city: Mapped[City] = relationship()


class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    address: Mapped[Address] = relationship()


SQLITE = {
    "by hand": """
import sqlite3

def run(path, value):
    connection = sqlite3.connect(path, factory=factory)
    try:
        with connection:
            connection.execute("insert into numbers values (?)", (value,))
        return connection.execute("select count(*) from numbers").fetchone()[0]
    finally:
        connection.close()
""",
    "not when it raises": """
import sqlite3

def run(path, value):
    connection = sqlite3.connect(path, factory=factory)
    cursor = connection.cursor()
    cursor.execute("insert into numbers values (?)", (value,))
    connection.commit()
    connection.close()
    return value
""",
    "by a transaction only": """
import sqlite3

def run(path, value):
    with sqlite3.connect(path, factory=factory) as connection:
        connection.execute("insert into numbers values (?)", (value,))
        return connection.execute("select count(*) from numbers").fetchone()[0]
""",
    "never, and without a commit": """
import sqlite3

def run(path, value):
    connection = sqlite3.connect(path, factory=factory)
    connection.execute("insert into numbers values (?)", (value,))
    return connection.execute("select count(*) from numbers").fetchone()[0]
""",
}


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.db"
    connection = sqlite3.connect(path)
    connection.execute("create table numbers (n integer check (typeof(n) = 'integer'))")
    connection.close()
    return path


def rows(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("select count(*) from numbers").fetchone()[0])
    finally:
        connection.close()


def run_sqlite(code: str, path: Path, value: object) -> tuple[str, list[str], int]:
    log: list[str] = []

    class Recording(sqlite3.Connection):
        def close(self) -> None:
            log.append("close")
            super().close()

    kept: list[sqlite3.Connection] = []

    def factory(*arguments: Any, **keywords: Any) -> sqlite3.Connection:
        kept.append(Recording(*arguments, **keywords))
        return kept[-1]

    text = outcome(code, lambda space: space["run"](str(path), value), factory=factory)
    for connection in kept:
        sqlite3.Connection.close(connection)
    return text, log, rows(path)


@pytest.mark.parametrize("name", SQLITE)
@pytest.mark.parametrize("value", [1, "x"], ids=["succeeds", "fails"])
def test_sqlite3_connections_are_closed_and_commit_as_before(name: str, value: object, numbers: Path) -> None:
    stored = rows(numbers)
    before, _, before_rows = run_sqlite(SQLITE[name], numbers, value)
    after, log, after_rows = run_sqlite(repaired(SQLITE[name]), numbers, value)
    assert log == ["close"]
    assert after_rows - before_rows == before_rows - stored
    assert after.partition(" ")[0] == before.partition(" ")[0]


SESSIONS = {
    "rows": """
from sqlalchemy import select
from sqlalchemy.orm import Session

def run(engine):
    session = Session(engine)
    rows = session.execute(select(User.name)).all()
    return [row[0] for row in rows]
""",
    "lazy attributes": """
from sqlalchemy import select
from sqlalchemy.orm import Session

def run(engine):
    session = Session(engine)
    users = session.scalars(select(User)).all()
    return [user.address.street for user in users]
""",
    "an object of an object": """
from sqlalchemy.orm import Session

def run(engine):
    session = Session(engine)
    user = session.get(User, 1)
    address = user.address
    return address.city.name
""",
    "objects one by one": """
from sqlalchemy.orm import Session

def run(engine):
    session = Session(engine)
    users = [session.get(User, key) for key in (1,)]
    return [user.address.city.name for user in users]
""",
    "an object in a dictionary": """
from sqlalchemy.orm import Session

def run(engine):
    session = Session(engine)
    user = session.get(User, 1)
    found = {"name": user.name, "address": user.address}
    return found["address"].city.name
""",
    "an object in a function": """
from sqlalchemy.orm import Session

def run(engine):
    session = Session(engine)
    user = session.get(User, 1)
    show = lambda: user.address.city.name
    return show()
""",
    "expired by a commit": """
from sqlalchemy.orm import Session

def run(engine):
    session = Session(engine)
    user = User(name="Eve", address=Address(street="New Street"))
    session.add(user)
    session.commit()
    return user.id, user.address.street
""",
    "not committed": """
from sqlalchemy.orm import Session

def run(engine):
    session = Session(engine)
    session.add(User(name="Eve", address=Address(street="New Street")))
    session.flush()
    return session.query(User).count()
""",
    "by hand": """
from sqlalchemy.orm import Session

def run(engine):
    session = Session(engine)
    try:
        user = session.get(User, 1)
        user.name = None
        session.commit()
    except Exception:
        session.rollback()
        raise
    finally:
        session.close()
""",
    "only when nothing raises": """
from sqlalchemy.orm import Session

def run(engine):
    session = Session(engine)
    session.get(User, 99).name = "x"
    session.commit()
    session.close()
""",
}


def populated() -> Engine:
    engine = create_engine("sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(City.__table__.insert(), [{"id": 1, "name": "Rome"}])
        connection.execute(Address.__table__.insert(), [{"id": 1, "street": "Old Street", "city_id": 1}])
        connection.execute(User.__table__.insert(), [{"id": 1, "name": "Ada", "address_id": 1}])
    return engine


def run_session(code: str) -> tuple[str, int, list[str]]:
    """Return the outcome, how many connections are still out of the pool, and the names of the users that are stored.

    The sessions are kept alive meanwhile, so that no garbage collection gives their connections back.
    """
    engine = populated()
    kept: list[Session] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "__init__", _keeping(kept))
        text = outcome(code, lambda space: space["run"](engine), User=User, Address=Address)
    out = engine.pool.checkedout()
    for session in kept:
        Session.close(session)
    with engine.begin() as connection:
        names = [row[0] for row in connection.execute(User.__table__.select().with_only_columns(User.name))]
    engine.dispose()
    return text, out, names


def _keeping(kept: list[Session]) -> Callable[..., None]:
    real: Callable[..., None] = Session.__init__

    def keep(self: Session, *arguments: Any, **keywords: Any) -> None:
        kept.append(self)
        real(self, *arguments, **keywords)

    return keep


@pytest.mark.parametrize("name", SESSIONS)
def test_sessions_give_their_connection_back_and_the_same_comes_out(name: str) -> None:
    before, _, names_before = run_session(SESSIONS[name])
    after, out, names_after = run_session(repaired(SESSIONS[name]))
    assert after == before
    assert names_after == names_before
    assert out == 0


def test_the_code_before_the_repair_really_leaks() -> None:
    assert [run_session(SESSIONS[name])[1] for name in ("rows", "lazy attributes", "not committed")] == [1, 1, 1]
