"""Headers on every answer: what a browser may load, and who may show the site in a frame."""

import os
import re
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(r"(https?://)?[\w*.:-]+")
_CLOSED = re.compile(r"/_stcore/(metrics|script-health-check|agent)(/|$)")
_INDEX_SCRIPT = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"  # inline in index.html


def content_security_policy(embed_hosts: str = "") -> str:
    """Return the policy under which Streamlit, Plotly and the instruments still work.

    Scripts come from this server and, for the instruments, from blobs that its scripts make;
    WebAssembly is Streamlit's own; styles may be inline, because Streamlit writes them so. There
    is no 'unsafe-eval': of Plotly only scattergl, splom and parcoords need it (regl), so use
    scatter; surfaces work.

    Args:
        embed_hosts: Sites that may show this one in a frame, separated by spaces or commas:
            "https://huggingface.co https://*.hf.space".

    Raises:
        ValueError: If one of them is not a host.
    """
    hosts = embed_hosts.replace(",", " ").split()
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(f"FORWARD_PASS_EMBED_HOSTS: {host!r} is no host like https://a.org")
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {_INDEX_SCRIPT}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' data: blob:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            " ".join(("frame-ancestors 'self'", *hosts)),
        )
    )


class SecurityHeaders:
    """ASGI middleware: headers on every answer; metrics, health of scripts, agents are closed.

    Reads FORWARD_PASS_EMBED_HOSTS (see `content_security_policy`) and FORWARD_PASS_METRICS
    ("1" opens /_stcore/metrics, which tells function names and how many sessions there are).
    """

    def __init__(self, app: ASGIApp, environ: Mapping[str, str] = os.environ) -> None:
        """Read the two settings; a wrong one stops the start."""
        self._app = app
        self._metrics_open = environ.get("FORWARD_PASS_METRICS") == "1"
        self._headers = {
            "Content-Security-Policy": content_security_policy(
                environ.get("FORWARD_PASS_EMBED_HOSTS", "")
            ),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with headers added to HTTP answers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        found = _CLOSED.search(scope["path"])
        closed = found and not (found[1] == "metrics" and self._metrics_open)
        answer = PlainTextResponse("Not found\n", 404) if closed else self._app
        await answer(scope, receive, with_headers)
