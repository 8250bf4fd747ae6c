"""The payment provider's API."""
import logging
import pprint
import traceback

import httpx
import requests

from shop.config import settings

logger = logging.getLogger(__name__)


class PaymentError(Exception):
    pass


class PaymentClient:
    """One connection to the provider."""

    def __init__(self, url: str | None = None):
        self.url = url or settings.payments_url
        self.http = httpx.Client(headers={"Authorization": f"Bearer {settings.payments_api_key}"})

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        self.http.close()

    def create(self, order_id: int, cents: int) -> dict:
        response = self.http.post(f"{self.url}/payments", json={"order": order_id, "cents": cents})
        if response.status_code != 201:
            raise PaymentError(f"provider answered {response.status_code}")
        return response.json()

    def refund(self, reference: str) -> dict:
        response = self.http.post(f"{self.url}/payments/{reference}/refund")
        return response.json()


def start_payment(order_id: int, cents: int) -> str | None:
    client = PaymentClient()
    try:
        payment = client.create(order_id, cents)
        pprint.pprint(payment)
        return payment["checkout_url"]
    except PaymentError as e:
        logger.warning("provider refused order %s: %s", order_id, e)
        return None
    except Exception:
        traceback.print_exc()
        return None
    finally:
        client.close()


def payment_status(reference: str) -> str:
    try:
        response = requests.get(f"{settings.payments_url}/payments/{reference}")
        return response.json()["status"]
    except Exception:
        return "unknown"


def settle(references: list[str]) -> int:
    """Ask the provider to pay out; returns how many it accepted."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {settings.payments_api_key}"
    accepted = 0
    for reference in references:
        try:
            answer = session.post(f"{settings.payments_url}/settle/{reference}", timeout=10)
            accepted += answer.status_code == 200
        except Exception:
            continue
    return accepted
