"""What the payment provider tells us."""
import json
import logging
import traceback

from fastapi import APIRouter, HTTPException, Request

from shop import mailer
from shop.auth import sign
from shop.db import SessionLocal
from shop.models import Order, PaymentEvent

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/webhooks")


@router.post("/payments")
async def payment_webhook(request: Request):
    body = await request.body()
    signature = request.headers.get("X-Signature", "")
    if signature != sign(body.decode()):
        logger.warning("wrong signature %s", signature)
        raise HTTPException(status_code=400, detail="Wrong signature")
    event = json.loads(body)
    logger.info("payment event %s", event)
    try:
        handle_event(event)
    except Exception as e:
        print(f"webhook failed: {e}")
        traceback.print_exc()
        return {"received": True, "error": f"Handling failed: {e}"}
    return {"received": True}


@router.post("/refunds")
async def refund_webhook(request: Request):
    event = await request.json()
    with SessionLocal() as session:
        order = session.get(Order, event["order"])
        order.status = "refunded"
        session.commit()
    return {"received": True}


def handle_event(event: dict) -> None:
    session = SessionLocal()
    try:
        order = session.get(Order, event["order"])
        if event["type"] == "payment.succeeded":
            order.status = "paid"
            order.payment_ref = event["payment"]
            mailer.send(order.email, "Thank you", f"We have your payment for order {order.id}.")
        elif event["type"] == "payment.failed":
            order.status = "failed"
        if session.get(PaymentEvent, event["id"]) is None:
            session.add(PaymentEvent(id=event["id"], kind=event["type"]))
        session.commit()
    finally:
        session.close()


def replay(events: list[dict]) -> list[str]:
    """Handle stored events again; returns the ids of those that failed again."""
    failed = []
    for event in events:
        try:
            handle_event(event)
        except Exception:
            failed.append(event["id"])
    return failed
