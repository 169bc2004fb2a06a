"""A visitor without a browser: requests, sockets, pages and uploads of a server of our own."""

import asyncio
import re
import time
import urllib.request
from contextlib import suppress
from urllib.error import HTTPError

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: TID251 - a client of its protocol
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: TID251 - as above

from benchmarks.served import Served

EVE, ANN = "198.51.100.1", "203.0.113.7"  # addresses that no machine has; a proxy here says them
PATIENCE_S = 30.0


def request(served: Served, path: str = "/", **headers: str) -> tuple[int, dict[str, str]]:
    """Return the status of an answer, and its headers."""
    asked = urllib.request.Request(served.url + path, headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
            return answer.status, dict(answer.headers)
    except HTTPError as refused:
        return refused.code, dict(refused.headers)


def cookie(served: Served, address: str) -> str:
    """Return a name that the server gives to a new browser; "" for none."""
    _, headers = request(served, Accept="text/html", **{"X-Forwarded-For": address})
    found = re.search(r"owner=[^;]*", headers.get("set-cookie", headers.get("Set-Cookie", "")))
    return found[0] if found else ""


def tab(served: Served, address: str, name: str = "", **more: str) -> websockets.connect:
    """Return a socket to the server, not open yet."""
    headers = {"X-Forwarded-For": address, **({"Cookie": name} if name else {}), **more}
    return websockets.connect(
        served.url.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
        additional_headers=headers,
        max_size=2**26,
        proxy=None,
        open_timeout=PATIENCE_S,
        ping_interval=None,
        close_timeout=0.1,  # what a tab was told and has not read would hold it open
    )


def asks(page: str, query: str = "") -> bytes:
    """Return what a browser sends to open a page."""
    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = query
    return message.SerializeToString()


async def visit(served: Served, page: str, patience: float = PATIENCE_S) -> float:
    """Seconds until a page is there; `patience` if it never was, or was an error."""
    begin = time.monotonic()
    with suppress(OSError, TimeoutError, websockets.WebSocketException):
        async with asyncio.timeout(patience), tab(served, ANN) as wire:
            await wire.send(asks(page))
            async for raw in wire:
                message = ForwardMsg.FromString(raw)  # type: ignore[arg-type]
                if message.delta.new_element.WhichOneof("type") == "exception":
                    return patience
                if message.WhichOneof("type") == "script_finished":
                    return time.monotonic() - begin
    return patience


def put(served: Served, session: str, kept: str) -> int:
    """Return the status of an upload of 9 MiB."""
    edge = "x" * 16
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = head.encode() + bytes(9 << 20) + f"\r\n--{edge}--\r\n".encode()
    headers = {"X-Xsrftoken": kept.partition("=")[2], "Cookie": kept, "X-Forwarded-For": EVE}
    headers["Content-Type"] = f"multipart/form-data; boundary={edge}"
    url = f"{served.url}/_stcore/upload_file/{session}/{time.monotonic_ns()}"
    asked = urllib.request.Request(url, body, headers, method="PUT")
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code
