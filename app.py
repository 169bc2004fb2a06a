"""Entry point: `streamlit run app.py` or `uvicorn app:app`. What Streamlit itself leaves out."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from viz_models import garbage
from viz_models.models import warm
from viz_models.patches import gathered, same_name, silent, swallowed, unsent
from viz_models.ui.instruments import scripts
from viz_models.ui.kit import errors
from viz_models.ui.kit.turns import TURNS
from viz_models.web import health, hosting, log
from viz_models.web.gate import Gate
from viz_models.web.headers import SecurityHeaders
from viz_models.web.owner_cookie import OwnerCookie
from viz_models.web.uploads import UploadLimits


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Mend queue and connections, say where instruments are, collect garbage, import."""
    unsent.keep()
    gathered.gather()
    swallowed.draw()
    same_name.keep()
    silent.close()
    scripts.serve()
    if hosting.is_logged():
        log.tell("start", status=f"/status?key={health.key()}")
    ended = threading.Event()
    threading.Thread(target=garbage.collect, args=(ended,), daemon=True).start()
    threading.Thread(target=prepare, daemon=True).start()
    yield
    ended.set()


def prepare() -> None:
    """Import the home page's modules while its visitor's browser still loads Streamlit's own."""
    from viz_models.ui.panels.home import cards, find, stops  # noqa: F401
    from viz_models.ui.results.flow import tensor_flow as results

    warm.after_first_page(1.5, results.warm)


async def instrument(request: Request) -> Response:
    """Return the code of an instrument; its address changes with it, so browsers may keep it."""
    version, name = request.path_params["version"], request.path_params["name"]
    if name not in scripts.SERVED or version != scripts.version(name):
        return PlainTextResponse("no such instrument\n", 404)
    keep = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(scripts.whole(name), media_type="text/javascript", headers=keep)
    packed = keep | {"Content-Encoding": "gzip"}
    return Response(scripts.packed(name), media_type="text/javascript", headers=packed)


errors.hide_from_strangers()
app = st.App(
    "pages/site.py",  # inside pages/, so that deep links work on a fresh server
    routes=[
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        health.status(TURNS.count),
        Route(scripts.ADDRESS, instrument),
    ],
    middleware=[
        Middleware(log.RequestLog, on=hosting.is_logged()),
        Middleware(SecurityHeaders),
        Middleware(Gate),
        Middleware(OwnerCookie),
        Middleware(UploadLimits),
        Middleware(GZipMiddleware, minimum_size=1024),
    ],
    lifespan=lifespan,
    on_script_error=errors.told,
)
