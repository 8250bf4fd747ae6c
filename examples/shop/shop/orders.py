"""Orders: create, look up, cancel."""
import logging

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import mailer, stock
from shop.auth import current_user
from shop.db import SessionLocal, get_session
from shop.models import Order, OrderLine
from shop.payments import PaymentClient, start_payment

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/orders")


@router.post("")
def create_order(email: str, items: dict[str, int], session: Session = Depends(get_session)):
    order = Order(email=email)
    for sku, quantity in items.items():
        if not stock.reserve(sku, quantity):
            raise HTTPException(status_code=409, detail=f"{sku} is sold out")
        order.lines.append(OrderLine(sku=sku, quantity=quantity))
    order.total_cents = sum(stock.price(line.sku) * line.quantity for line in order.lines)
    session.add(order)
    session.commit()
    print("new order", order.id, email)
    url = start_payment(order.id, order.total_cents)
    return {"id": order.id, "pay_at": url}


@router.get("/{order_id}")
def get_order(order_id: int):
    session = SessionLocal()
    order = session.get(Order, order_id)
    if order is None:
        raise HTTPException(status_code=404, detail="No such order")
    answer = {"id": order.id, "status": order.status, "total": order.total_cents / 100}
    session.close()
    return answer


@router.get("")
def open_orders(user: str = Depends(current_user)):
    session = SessionLocal()
    ids = session.execute(select(Order.id).where(Order.status == "new")).scalars().all()
    return {"open": list(ids)}


@router.post("/{order_id}/cancel")
def cancel_order(order_id: int, user: str = Depends(current_user)):
    session = SessionLocal()
    client = PaymentClient()
    try:
        order = session.get(Order, order_id)
        if order is None:
            raise HTTPException(status_code=404, detail="No such order")
        if order.payment_ref:
            client.refund(order.payment_ref)
        order.status = "cancelled"
        session.commit()
        email = order.email
    except Exception as e:
        session.rollback()
        logger.error(f"Failed to cancel order {order_id}: {e}")
        raise HTTPException(status_code=400, detail=str(e))
    finally:
        client.close()
        session.close()
    try:
        mailer.send(email, "Your order is cancelled", f"Order {order_id} is cancelled.")
    except Exception:
        pass
    return {"cancelled": order_id}
