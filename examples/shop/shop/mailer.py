"""Mails to customers."""
import contextlib
import logging
import os
import smtplib
from email.message import EmailMessage

from shop.config import settings

logger = logging.getLogger(__name__)


def send(to: str, subject: str, text: str) -> bool:
    message = EmailMessage()
    message["From"] = os.environ["MAIL_FROM"]
    message["To"] = to
    message["Subject"] = subject
    message.set_content(text)
    server = None
    try:
        server = smtplib.SMTP(settings.smtp_host)
        server.send_message(message)
    except Exception as e:
        logger.error(f"Failed to send {subject!r}: {e}")
        return False
    finally:
        if server:
            server.quit()
    return True


def send_all(recipients: list[str], subject: str, text: str, on_done: callable = None) -> None:
    for to in recipients:
        with contextlib.suppress(Exception):
            send(to, subject, text)
    if on_done:
        on_done(len(recipients))


def report_failure(error: Exception) -> None:
    logger.exception("mail queue failed: %s", error)
