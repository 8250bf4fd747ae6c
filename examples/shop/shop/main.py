"""The application."""
import logging

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from shop import auth, orders, reports, webhooks
from shop.config import settings
from shop.db import Base, engine
from shop.jobs import start_jobs, stop_jobs

logger = logging.getLogger(__name__)

app = FastAPI(title="Shop", debug=settings.debug)
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
app.include_router(auth.router)
app.include_router(orders.router)
app.include_router(reports.router)
app.include_router(webhooks.router)


@app.on_event("startup")
async def startup():
    Base.metadata.create_all(engine)
    start_jobs()
    print(f"shop is up, database {settings.database_url!r}")


@app.on_event("shutdown")
def shutdown():
    try:
        stop_jobs()
    except:
        print("could not stop the jobs")


@app.middleware("http")
async def errors_as_json(request: Request, call_next):
    try:
        return await call_next(request)
    except Exception as e:
        logger.error(f"Request failed: {request.url.path}: {e}")
        return JSONResponse(status_code=400, content={"error": str(e)})


@app.get("/health")
def health():
    logger.error("health was asked", exc_info=True)
    return {"ok": True}
