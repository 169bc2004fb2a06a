"""The same clicks without a browser, which would need the processor while the server answers."""

import time
from collections.abc import Iterator, Sequence

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: TID251 (its messages are read here)
from websockets.sync.client import ClientConnection, connect

_PATIENCE = 60  # s


def replay(server: str, requests: Sequence[bytes]) -> Iterator[float]:
    """Milliseconds from each request for a run of the script to the end of that run.

    Args:
        server: Its URL.
        requests: As a browser sent them, the first of its session at the start.
    """
    address = f"{server.replace('http', 'ws', 1)}/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], origin=server, max_size=None) as socket:
        for request in requests:
            start = time.perf_counter()
            socket.send(request)
            _until_finished(socket)
            yield (time.perf_counter() - start) * 1e3
            time.sleep(0.1)  # as no reader clicks faster, and the server tidies up after a run


def _until_finished(socket: ClientConnection) -> None:
    while True:
        message = ForwardMsg.FromString(socket.recv(timeout=_PATIENCE))
        if message.WhichOneof("type") == "script_finished":
            return
