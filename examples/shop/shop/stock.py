"""Stock and prices, in the old warehouse database."""
import logging
import sqlite3
import sys

log = logging.getLogger("shop.stock")

WAREHOUSE = "warehouse.db"
_prices: dict[str, int] = {}


def reserve(sku: str, quantity: int) -> bool:
    connection = sqlite3.connect(WAREHOUSE)
    try:
        row = connection.execute("SELECT quantity FROM stock WHERE sku = ?", (sku,)).fetchone()
        if row is None or row[0] < quantity:
            return False
        connection.execute("UPDATE stock SET quantity = quantity - ? WHERE sku = ?", (quantity, sku))
        connection.commit()
        return True
    finally:
        connection.close()


def price(sku: str) -> int:
    """Cents for one piece; 0 when nobody has set a price."""
    if sku in _prices:
        return _prices[sku]
    try:
        connection = sqlite3.connect(WAREHOUSE)
        row = connection.execute("SELECT cents FROM prices WHERE sku = ?", (sku,)).fetchone()
        _prices[sku] = int(row[0])
    except Exception as e:
        log.error("no price for %s: %s", sku, e)
        return 0
    return _prices[sku]


def import_stock(path: str) -> int:
    """Read `sku;quantity` lines from the warehouse's nightly file."""
    file = open(path, encoding="utf-8")
    count = 0
    connection = sqlite3.connect(WAREHOUSE)
    for line in file:
        sku, _, quantity = line.partition(";")
        try:
            pieces = int(quantity)
        except ValueError:
            sys.stderr.write(f"bad line: {line}")
            continue
        connection.execute("UPDATE stock SET quantity = ? WHERE sku = ?", (pieces, sku))
        count += 1
    connection.commit()
    connection.close()
    file.close()
    sys.stdout.write(f"{count} lines imported\n")
    return count
