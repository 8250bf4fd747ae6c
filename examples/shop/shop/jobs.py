"""Background jobs: they run in threads beside the web application."""
import threading
import time
import traceback
from datetime import datetime, timedelta

from sqlalchemy import select

from shop import stock
from shop.db import SessionLocal
from shop.models import Order
from shop.payments import payment_status

stopping = threading.Event()
threads: list[threading.Thread] = []


def start_jobs() -> None:
    for job in (import_job, expire_job):
        thread = threading.Thread(target=job, daemon=True)
        thread.start()
        threads.append(thread)


def stop_jobs() -> None:
    stopping.set()
    for thread in threads:
        thread.join(timeout=5)


def import_job() -> None:
    while not stopping.is_set():
        try:
            count = stock.import_stock("/var/spool/warehouse/stock.csv")
            print("imported", count)
        except Exception as e:
            print("import failed", e)
            print(traceback.format_exc())
        time.sleep(3600)


def expire_job() -> None:
    while not stopping.is_set():
        try:
            expire_orders(datetime.utcnow() - timedelta(hours=2))
        except Exception:
            pass
        time.sleep(60)


def expire_orders(before: datetime) -> int:
    session = SessionLocal()
    try:
        old = session.execute(
            select(Order).where(Order.status == "new", Order.created_at < before)
        ).scalars()
        count = 0
        for order in old:
            if order.payment_ref and payment_status(order.payment_ref) == "paid":
                continue
            order.status = "expired"
            count += 1
        session.commit()
        return count
    finally:
        session.close()
