"""The code that rules are counted on: what services are made of, clean and not, in any length, and never changed."""

from __future__ import annotations

HEAD = """\
import json
import logging
import os
import sqlite3
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

logger = logging.getLogger(__name__)
engine = create_engine(os.environ["DATABASE"])
SessionLocal = sessionmaker(bind=engine)
"""

PART = '''

class Orders{n}(Base):
    """Keeps orders."""

    limit = 10

    def __init__(self, path, client):
        self.path = Path(path)
        self.client = client
        self.seen = {{}}

    def load(self, name, *, strict=False):
        source = open(self.path / name, encoding="utf-8")
        try:
            return json.load(source)
        except ValueError as error:
            if strict:
                raise
            logger.error("cannot read %s: %s", name, error)
        finally:
            source.close()
        return [item for item in self.seen.values() if item.total > self.limit]

    def store(self, order):
        session = SessionLocal()
        session.add(order)
        session.commit()
        session.close()
        print("stored", order)

    def submit(self, orders):
        for number, order in enumerate(orders):
            try:
                answer = self.client.post("/orders", json=order, timeout=10)
                answer.raise_for_status()
            except Exception:
                continue
            else:
                self.seen[order["id"]] = answer.json()["state"], number

    async def refresh(self):
        async with self.client.stream("GET", "/orders") as response:
            async for line in response.lines():
                kind, _, rest = line.partition(" ")
                match kind:
                    case "add":
                        self.seen[rest] = None
                    case _:
                        logger.info(f"unknown line {{kind!r}}")


def report_{n}(database, since=None):
    connection = sqlite3.connect(database)
    rows = connection.execute("select id, total from orders where day > ?", (since or "",)).fetchall()
    total = sum(row[1] for row in rows if row[1] is not None)
    with open(f"report-{n}.txt", "w", encoding="utf-8") as out:
        out.write("\\n".join(str(row) for row in rows))
    try:
        return total / len(rows)
    except ZeroDivisionError:
        pass
    except:
        logger.warning("no report", exc_info=True)
'''


def sample(parts: int) -> str:
    """Return a module of about 65 lines a part."""
    return HEAD + "".join(PART.format(n=number) for number in range(parts))
