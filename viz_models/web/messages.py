"""What a browser may ask of Streamlit over its socket."""

from google.protobuf.message import DecodeError
from starlette.types import Message, Receive
from streamlit.proto.BackMsg_pb2 import BackMsg

# "clear_cache" would empty what all visitors share; the rest is of use to developers alone.
KNOWN = {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"}
KNOWN_OPERATIONS = {"deferred_file", "dataframe_chunk"}  # downloads made at the click, long tables


def known(receive: Receive) -> Receive:
    """Return the same messages without those that no page of ours sends."""

    async def next_known() -> Message:
        while True:
            message = await receive()
            data = message.get("bytes") if message["type"] == "websocket.receive" else None
            if not data or is_known(data):
                return message

    return next_known


def is_known(data: bytes) -> bool:
    """Whether a page of ours can have sent it; what cannot be read is left to Streamlit."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return True
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in KNOWN_OPERATIONS
    return kind is None or kind in KNOWN
