"""Connections that never ask for anything: uvicorn keeps each of them for ever.

Seen with: uvicorn 0.54.
Symptom: it times out between two requests, not before the first; a thousand connections that send
    nothing take every file descriptor, and `limit_concurrency` cannot be set through Streamlit.
Still needed? `tests/web/test_health.py` fails without it; try it with `close` doing nothing.
"""

from collections import Counter
from functools import wraps
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from viz_models import patches

MOST = 100  # that are silent at a time, of all addresses
WAIT_S = 10.0  # for the first request, head and all


def close(most: int = MOST, wait_s: float = WAIT_S) -> None:
    """Close connections without a request after a while, and the oldest where there are many.

    Of the address that has most of them, so that a flood closes its own.
    """
    made = H11Protocol.connection_made
    if hasattr(made, "__wrapped__") or not patches.is_known("uvicorn", ("0.54.",), "silent"):
        return
    silent: dict[H11Protocol, str] = {}  # in order of arrival; and from where

    def is_silent(protocol: H11Protocol) -> bool:
        transport = protocol.transport
        upgraded = transport.get_protocol() is not protocol  # to a WebSocket
        asked = getattr(protocol, "cycle", None)  # None until a head has arrived
        return not upgraded and asked is None and not transport.is_closing()

    def end(protocol: H11Protocol) -> None:
        if silent.pop(protocol, None) is not None and is_silent(protocol):
            protocol.transport.abort()

    @wraps(made)
    def connection_made(self: H11Protocol, transport: Any) -> None:  # noqa: ANN401 (as uvicorn's)
        made(self, transport)
        silent[self] = str((transport.get_extra_info("peername") or ("",))[0])
        self.loop.call_later(wait_s, end, self)
        if len(silent) <= most:
            return
        for spoken in [one for one in silent if not is_silent(one)]:
            del silent[spoken]
        if len(silent) > most:
            crowd = Counter(silent.values()).most_common(1)[0][0]
            end(next(one for one, address in silent.items() if address == crowd))

    H11Protocol.connection_made = connection_made  # type: ignore[method-assign]
