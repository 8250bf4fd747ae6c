"""Settings, read from the environment."""
import os

from dotenv import load_dotenv

load_dotenv()


class Settings:
    database_url = os.getenv("DATABASE_URL", "sqlite:///shop.db")
    payments_url = os.getenv("PAYMENTS_URL", "http://localhost:9100")
    payments_api_key = os.getenv("PAYMENTS_API_KEY", "")
    webhook_secret = os.getenv("PAYMENTS_WEBHOOK_SECRET", "changeme")
    smtp_host = os.getenv("SMTP_HOST", "localhost")
    debug = os.getenv("DEBUG", "1") == "1"


settings = Settings()
