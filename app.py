"""Entry point: `streamlit run app.py` or `uvicorn app:app`. What Streamlit itself leaves out."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from viz_models.models import warm
from viz_models.server import SecurityHeaders, UploadLimits


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Import the heavy libraries just after the first page was served, not before it."""
    threading.Thread(target=warm.heavy_imports, kwargs={"after_s": 1.5}, daemon=True).start()
    yield


async def healthz(_: Request) -> PlainTextResponse:
    """Answer a load balancer; Streamlit answers every unknown path with 200."""
    return PlainTextResponse("ok")


app = st.App(
    "pages/site.py",  # inside pages/, so that deep links work on a fresh server
    routes=[Route("/healthz", healthz)],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(UploadLimits),
        Middleware(GZipMiddleware, minimum_size=1024),
    ],
    lifespan=lifespan,
)
